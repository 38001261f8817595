"""Ticks of the score ruler."""

import pytest

from studies.views.ruler import format_tick


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-0.0, 1, "0.0"), (-1e-17, 2, "0.00"), (-0.25, 2, "−0.25"), (12_000.0, 0, "12,000"), (0.7, 1, "0.7")],
)
def test_ticks_as_they_are_written(value: float, decimals: int, text: str) -> None:
    assert format_tick(value, decimals) == text

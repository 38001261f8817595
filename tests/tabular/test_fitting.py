"""Which of the first cells cannot be read as a kind."""

import pytest

from studies.tabular.fitting import misfits


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (["1", " 2.5 ", "", "x", "NA"], "number", [3]),
        (["1", "2.5", "3"], "integer", [1]),
        (["1,5", "2,5", "3.5"], "number", [2]),
        (["yes", "no", "yes", "no", "perhaps"], "boolean", [4]),
        (["2024-03-31", "31.03.2024", "soon"], "date", [2]),
        (["13/01/2024", "01/13/2024"], "date", [0, 1]),
        (["a", "1", ""], "category", []),
    ],
)
def test_misfits(cells: list[str], kind: str, expected: list[int]) -> None:
    assert misfits(cells, kind) == expected


def test_words_for_missing_fit_every_kind() -> None:
    assert misfits(["1", "unknown", "odd"], "number", {1}) == [2]
    with pytest.raises(ValueError, match="'colour' is not a kind"):
        misfits([], "colour")

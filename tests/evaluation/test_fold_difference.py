"""The corrected standard error of a difference over folds."""

import math

import pytest

from studies.evaluation.fold_difference import fold_difference


def test_the_formula_by_hand() -> None:
    mean, error = fold_difference([0.8, 0.9, 0.7, 0.8], [0.7, 0.7, 0.7, 0.7], folds=4)
    differences = [0.1, 0.2, 0.0, 0.1]
    variance = sum((d - 0.1) ** 2 for d in differences) / 3
    assert mean == pytest.approx(0.1)
    assert error == pytest.approx(math.sqrt(variance * (1 / 4 + 1 / 3)))


def test_equal_steps_have_no_error() -> None:
    mean, error = fold_difference([1.0, 2.0, 3.0], [0.5, 1.5, 2.5], folds=3)
    assert (mean, error) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("first", "second", "folds"),
    [([1.0], [1.0], 2), ([1.0, 2.0], [1.0], 2), ([1.0, None], [1.0, 2.0], 2), ([], [], 5),
     ([1.0, math.nan], [1.0, 2.0], 2), ([1.0, 2.0], [1.0, 2.0], 1)],
)  # fmt: skip
def test_none_where_they_cannot_be_paired(first, second, folds) -> None:
    assert fold_difference(first, second, folds) is None

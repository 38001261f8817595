"""What the heat map of folds says and shows."""

import numpy as np
import pytest

from studies.plots import fold_scores
from tests.plots.valid_figure import assert_valid


def record(rows, direction="maximize", order="value", folds=3):
    return fold_scores.prepare(
        range(len(rows)), [float(np.mean(row)) if row else None for row in rows], rows,
        [f"Fold {i + 1}" for i in range(folds)], direction=direction, metric="Accuracy", order=order,
    )  # fmt: skip


def rows(offsets, trials=10):
    return [[0.7 + 0.01 * i + offset for offset in offsets] for i in range(trials)]


def test_the_title_names_the_hard_fold():
    assert record(rows([0, 0.001, -0.2])).title == "Fold 3 is the hardest for nearly every trial"
    assert record(rows([0, 0.2, 0])).title == "Fold 2 is the easiest for nearly every trial"
    assert record(rows([0, 0.2, 0.1]), "minimize").title == "Fold 2 is the hardest for nearly every trial"
    mixed = rows([0, 0, -0.1], 7) + rows([0, -0.1, 0], 3)
    assert record(mixed).title == "Fold 3 is the hardest for 7 of 10 trials"
    assert record([[0.7, 0.7, 0.7]] * 6).title == "No fold is the hardest for most trials"
    assert record(rows([0, 1, 2], 2)).title == "Fold scores of 2 complete trials"


def test_columns_are_in_the_order_asked_for():
    three = [[0.7] * 3, [0.9] * 3, [0.8] * 3]
    assert record(three).lines == (1, 2, 0)
    assert record(three, "minimize").lines == (0, 2, 1)
    assert record(three, order="number").lines == (0, 1, 2)


def test_a_click_on_a_cell_knows_its_trial():
    figure = fold_scores.draw(record(rows([0, 0.1, 0.2], 4)))
    assert [list(row) for row in figure.data[0].customdata] == [[3, 2, 1, 0]] * 3


def test_trials_without_all_folds_are_left_out():
    shown = record([[0.7, 0.8, 0.9], [0.7, 0.8], [], [0.7, None, 0.9]][:3])
    assert shown.lines == (0,)
    assert shown.table().rows == ((0, pytest.approx(0.8), 0.7, 0.8, 0.9),)


def test_of_very_many_the_best_are_drawn_and_all_are_in_the_table():
    shown = record([[0.001 * i] * 50 for i in range(400)], folds=50)
    drawn = fold_scores.MOST_CELLS // 50
    assert f"The best {drawn} are drawn" in shown.subtitle
    assert len(fold_scores.draw(shown).data[0].z[0]) == drawn
    assert len(shown.table().rows) == 400
    assert "latest" in record([[0.001 * i] * 50 for i in range(400)], order="number", folds=50).subtitle


@pytest.mark.parametrize("given", [[], [[0.5, 0.5, 0.5]], [[0.0, 1.0, -1e9]] * 3])
@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("order", ["value", "number"])
def test_every_study_gives_a_valid_figure(given, direction, order):
    shown = record(given, direction, order)
    assert assert_valid(shown, fold_scores.draw(shown))["notes"]["empty"] == (not given)

"""What distributions side by side say and show."""

import pytest

from studies.plots import scores_by_group
from tests.plots.valid_figure import assert_valid


def record(groups, direction="maximize"):
    return scores_by_group.prepare(list(groups), list(groups.values()), direction=direction, metric="Accuracy")


def test_the_title_says_what_half_of_the_trials_reach():
    groups = {"Random": [0.70, 0.71, 0.72, 0.73, 0.74], "Bayes": [0.78, 0.79, 0.80, 0.81, 0.82], "Small": [0.99]}
    assert record(groups).title == "Half of the trials of Bayes are above 0.80, of Random above 0.72"
    assert record(groups, "minimize").title == "Half of the trials of Random are below 0.72, of Bayes below 0.80"
    level = {"A": [0.5] * 5, "B": [0.5] * 5}
    assert record(level).title == "A and B have the same median score, 0.500"
    assert record({"A": [0.5]}).title == "Scores of all complete trials"
    close = {"A": [0.91, 0.96, 0.98317, 0.99, 0.99], "B": [0.91, 0.97, 0.98333, 0.99, 0.99]}
    assert record(close).title == "B and A have the same median score, 0.983"


def test_rows_with_long_alike_names_are_told_apart():
    shown = record({"Churn, boosted trees with 300 trials": [0.5], "Churn, boosted trees on a Sunday": [0.6]})
    assert scores_by_group.draw(shown).layout.yaxis.ticktext == ("with 300 trials\u00a0", "on a Sunday\u00a0")


def test_median_and_best_are_marked_and_the_table_has_the_quartiles():
    shown = record({"A": [3.0, 1.0, None, 2.0], "B": []}, "minimize")
    traces = {trace.name: trace for trace in scores_by_group.draw(shown).data}
    assert list(traces["median"].x) == [2.0, 2.0]
    assert list(traces["best"].x) == [1.0]
    assert shown.table().rows == (("A", 3, 1.0, 1.5, 2.0, 2.5, 3.0), ("B", 0, None, None, None, None, None))


def test_points_and_the_best_know_their_trial():
    shown = scores_by_group.prepare(
        ["A"], [[0.5, None, 0.7]], direction="maximize", metric="Accuracy", places=[[(4, 0), (4, 1), (5, 2)]]
    )
    traces = {trace.name: trace for trace in scores_by_group.draw(shown).data}
    assert [list(place) for place in traces["A"].customdata] == [[4, 0], [5, 2]]
    assert [list(place) for place in traces["best"].customdata] == [[5, 2]]


def test_of_very_many_a_sample_is_drawn():
    shown = record({"A": [i / 1000 for i in range(1200)]})
    assert len(scores_by_group.draw(shown).data[0].x) == 400
    assert "an even sample" in shown.subtitle


@pytest.mark.parametrize("groups", [{}, {"A": []}, {"<b>A</b>": [0.5], "B": [-1e9, 0.4]}])
def test_every_comparison_gives_a_valid_figure(groups):
    shown = record(groups)
    assert assert_valid(shown, scores_by_group.draw(shown))["notes"]["empty"] == (not any(groups.values()))

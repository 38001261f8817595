"""What the lineage says and shows."""

import numpy as np
import pytest

from studies.plots import lineage
from tests.plots.valid_figure import assert_valid

NAN = float("nan")


def prepared(parents, values, direction="maximize"):
    numbers = range(len(values))
    return lineage.prepare(numbers, values, [0.01] * len(values), parents, direction=direction, metric="Accuracy")


def test_the_best_one_is_traced_to_its_founders_and_no_further():
    shown = prepared([[], [], [], [1, 0], [3], [2]], [0.5, 0.6, 0.4, 0.7, 0.8, 0.45])
    assert shown.title == "The best, trial 4, descends from 2 trials over 2 generations"
    assert shown.ancestry == {0, 1, 3, 4}
    assert shown.generations == (0, 0, 0, 1, 2, 1)
    assert "3 of 3 beat each of their parents" in shown.subtitle
    assert shown.table().rows[3] == (3, 0.7, "1, 0", 1, "yes", "yes")
    traces = {trace.name: trace for trace in lineage.draw(shown).data}
    assert [x for x in traces["ancestors"].x if x is not None] == [1, 3, 0, 3, 3, 4]
    assert [x for x in traces["children"].x if x is not None] == [2, 5]
    assert list(traces["best"].customdata) == [4]
    assert_valid(shown, lineage.draw(shown))


@pytest.mark.parametrize(("direction", "best"), [("maximize", "trial 3"), ("minimize", "trial 2")])
def test_a_single_founder_is_named_and_the_direction_counts(direction, best):
    shown = prepared([[], [0], [0], [1]], [0.5, 0.6, 0.3, 0.7], direction)
    assert shown.title.startswith(f"The best, {best}, descends from trial 0 over")


def test_a_best_without_parents_is_no_triumph_of_the_children():
    assert (
        prepared([[], [], [0]], [0.5, 0.9, 0.6]).title == "The only child has not beaten trial 1, which has no parents"
    )
    several = prepared([[], [], [0], [0]], [0.5, 0.9, 0.6, 0.7])
    assert several.title == "None of 2 children has beaten trial 1, which has no parents"


def test_a_far_score_stays_in_the_picture():
    shown = prepared([[], [0], [0], [1], [2], [3]], [0.90, 0.91, 0.92, 0.93, 0.94, 0.2])
    assert shown.subtitle.endswith("1 far score at the edge.")
    heights = [y for trace in lineage.draw(shown).data for y in trace.y if y is not None]
    assert min(heights) == shown.y_range[0] > 0.2


def test_trials_without_a_score_and_without_children():
    shown = prepared([[], [], [1, 0], [2]], [0.5, NAN, 0.6, None])
    assert shown.parents == ((), (0,))
    for few in (prepared([], []), prepared([[], []], [0.5, 0.6]), prepared([[]], [NAN])):
        assert few.title == "No child has a score yet"
        assert few.notes()["empty"]
        assert_valid(few, lineage.draw(few))


def test_of_very_many_children_the_latest_have_lines_and_the_ancestors_all():
    n = 5000
    shown = prepared([[], *([i] for i in range(n - 1))], np.where(np.arange(n) < 100, np.arange(n), -np.arange(n)))
    traces = {trace.name: trace for trace in lineage.draw(shown).data}
    assert len(traces["children"].x) == 3 * lineage.MOST_LINES
    assert len(traces["ancestors"].x) == 3 * 99

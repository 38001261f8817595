"""What the distribution of scores says and shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.plots import score_distribution
from tests.plots.valid_figure import assert_valid


def record(values, direction="maximize", **more):
    return score_distribution.prepare(range(len(values)), values, direction=direction, metric="Accuracy", **more)


def test_the_title_counts_who_beats_the_defaults():
    assert record([0.7, 0.8, 0.6, 0.9], defaults=0.7).title == "2 of 3 trials beat the defaults"
    assert record([0.7, 0.6], defaults=0.7).title == "The only other trial does not beat the defaults"
    assert record([0.7, 0.8], defaults=0.7).title == "The only other trial beats the defaults"
    assert record([0.7], baseline=0.5).title == "The only trial beats the baseline"
    assert record([0.7, 0.8, 0.9], defaults=0.7).title == "All 2 trials beat the defaults"
    assert record([0.7, 0.8], baseline=0.75).title == "1 of 2 trials beats the baseline"
    assert record([3.0, 1.0], "minimize", defaults=3.0).title == "The only other trial beats the defaults"
    assert record([0.7]).title == "Scores of 1 complete trial"


def test_every_trial_is_in_one_bin_and_in_the_rug():
    shown = record([0.7 + 0.001 * i for i in range(40)] + [-100.0])
    assert shown.counts.sum() == 41
    assert shown.edges[0] > 0  # the far one does not stretch the axis
    rug = next(trace for trace in score_distribution.draw(shown).data if trace.name == "rug")
    assert list(rug.customdata) == list(range(41))


def test_marks_that_lie_off_the_axis_are_named():
    shown = record([0.8, 0.81, 0.82], baseline=0.1, defaults=0.8, noise=0.01)
    assert [name for name, _ in shown.references] == ["best CV", "defaults"]
    assert any(key.word == "baseline 0.100 lies off the axis" for key in shown.keys)


def test_failed_trials_are_counted():
    assert "3 failed trials without a score" in record([0.7], failed=3).subtitle


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12) | st.none(), max_size=30), st.sampled_from(["maximize", "minimize"]))
def test_any_scores_give_a_valid_figure(values, direction):
    shown = record(values, direction, baseline=0.5, defaults=values[0] if values else None)
    assert_valid(shown, score_distribution.draw(shown))
    assert shown.counts.sum() == len(shown.values)


@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.5]])
def test_few_scores(values):
    assert assert_valid(record(values), score_distribution.draw(record(values)))["notes"]["empty"] == (not values)

"""What the convergence figure says and shows."""

import numpy as np
import pytest

from studies.plots import convergence
from studies.plots.expected_curve import ExpectedCurve
from tests.plots.valid_figure import assert_valid


def record(values, states=None, direction="maximize", axis="trial", **more):
    count = len(values)
    return convergence.prepare(
        range(count),
        states or ["complete"] * count,
        values,
        [None if value is None else 0.01 for value in values],
        [10.0 * (i + 1) for i in range(count)],
        direction=direction,
        metric="Accuracy",
        axis=axis,
        **more,
    )


def test_the_title_says_how_long_the_best_has_not_moved():
    assert record([0.7, 0.8, *[0.75] * 24]).title == "Best score has not moved for 24 trials"
    assert record([0.7, 0.8, 0.75]).title == "Best CV moved at trial 1"


def test_the_title_says_that_nothing_beats_the_defaults():
    assert record([0.8, 0.7, 0.7], defaults=0.8).title == "No trial has beaten the defaults in 2 trials"
    assert record([0.8], defaults=0.8).title == "The defaults have run"


def test_an_empty_study_waits_and_a_failing_one_says_so():
    assert record([]).title == "Waiting for the first trial"
    assert record([None, None], ["running", "waiting"]).title == "Waiting for the first trial"
    assert record([None, None], ["failed", "failed"]).title == "2 trials failed, none has a score yet"


def test_only_complete_trials_can_lead():
    shown = record([0.7, 0.9, None, 0.8], ["complete", "pruned", "failed", "complete"])
    assert shown.holders.tolist() == [0, 0, 0, 3]
    assert shown.leader == 3


def test_the_first_of_equals_stays_best():
    assert record([0.7, 0.8, 0.8]).leader == 1


def test_minimising_turns_everything_around():
    shown = record([3.0, 1.0, 2.0], direction="minimize")
    assert shown.leader == 1
    assert shown.holders.tolist() == [0, 1, 1]
    assert shown.y_range[0] < 1.0 < shown.y_range[1]


def test_by_wall_time_trials_lead_in_the_order_in_which_they_ended():
    shown = convergence.prepare(
        [0, 1, 2], ["complete"] * 3, [0.7, 0.9, 0.8], [0.01] * 3, [10.0, 30.0, 20.0],
        direction="maximize", metric="Accuracy", axis="seconds",
    )  # fmt: skip
    assert shown.order.tolist() == [0, 2, 1]
    assert shown.holders.tolist() == [0, 2, 1]
    figure = convergence.draw(shown)
    best = next(trace for trace in figure.data if trace.name == "best")
    assert list(best.x) == [10.0, 20.0, 30.0]
    assert list(best.y) == [0.7, 0.8, 0.9]


def test_running_trials_have_no_place_on_the_time_axis():
    shown = convergence.prepare(
        [0, 1], ["complete", "running"], [0.7, None], [0.01, None], [10.0, None],
        direction="maximize", metric="Accuracy", axis="seconds",
    )  # fmt: skip
    assert shown.order.tolist() == [0]
    assert_valid(shown, convergence.draw(shown))


def test_trials_may_come_in_any_order():
    shown = convergence.prepare(
        [2, 0, 1], ["complete"] * 3, [0.9, 0.7, 0.8], [0.01] * 3, [3.0, 1.0, 2.0], direction="maximize", metric="A"
    )
    assert shown.numbers.tolist() == [0, 1, 2]
    assert shown.table().rows[2] == (2, "complete", 0.9, 0.01, 0.9, 3.0)


def test_each_state_has_its_own_points_and_failures_lie_on_the_floor():
    shown = record([0.7, 0.6, None, 0.8], ["complete", "pruned", "failed", "complete"])
    traces = {trace.name: trace for trace in convergence.draw(shown).data}
    assert list(traces["complete"].customdata) == [0, 3]
    assert list(traces["pruned"].customdata) == [1]
    assert list(traces["failed"].customdata) == [2]
    assert traces["failed"].yaxis == "y2"
    assert list(traces["leader"].customdata) == [3]


def test_the_band_is_one_standard_error_around_the_best():
    traces = {trace.name: trace for trace in convergence.draw(record([0.7, 0.8])).data}
    assert list(traces["noise"].y) == pytest.approx([0.71, 0.81])
    assert list(traces["noise-low"].y) == pytest.approx([0.69, 0.79])


def test_a_bad_trial_does_not_flatten_the_others_but_is_counted():
    shown = record([0.9 + 0.001 * i for i in range(20)] + [0.1])
    assert shown.y_range[0] > 0.5
    notes = [note.text for note in convergence.draw(shown).layout.annotations if note.name == "hidden"]
    assert len(notes) == 1
    assert notes[0].startswith("1 trial lies below ")


def test_the_defaults_are_always_inside_and_a_far_baseline_is_named():
    shown = record([0.8, 0.95, 0.96, 0.96], defaults=0.8, baseline=0.3)
    assert shown.y_range[0] < 0.8
    assert any("baseline 0.300 lies below" in key.word for key in shown.keys)
    lines = [shape.name for shape in convergence.draw(shown).layout.shapes]
    assert lines == ["defaults"]


def test_a_near_baseline_is_a_line():
    shown = record([0.5, 0.55, 0.6], baseline=0.5, defaults=0.5)
    assert [shape.name for shape in convergence.draw(shown).layout.shapes] == ["defaults", "baseline"]


@pytest.mark.parametrize("values", [[], [None], [0.5], [0.5, 0.5], [0.0, 0.0], [-3.0, 1e9], [0.7, None, 0.9]])
@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("axis", ["trial", "seconds"])
def test_every_study_gives_a_valid_figure(values, direction, axis):
    states = ["failed" if value is None else "complete" for value in values]
    shown = record(values, states, direction, axis, baseline=0.5, defaults=values[0] if values else None)
    assert_valid(shown, convergence.draw(shown))


@pytest.mark.parametrize("axis", ["trial", "seconds"])
@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_what_to_expect_is_a_second_line_with_its_band_and_the_last_gain(direction, axis):
    sign = 1 if direction == "maximize" else -1
    values = [sign * value for value in (0.7, 0.8, 0.75, 0.82)]
    expected = np.array([0.69, 0.78, 0.78])
    curve = ExpectedCurve(
        np.array([0, 1, 3]), sign * expected, sign * expected - 0.1, sign * expected + 0.1, 1, has_converged=True
    )
    shown = record(values, direction=direction, axis=axis, expected=curve)
    figure = convergence.draw(shown)
    assert_valid(shown, figure)
    assert shown.title == "Since trial 1 only the validation score rises"
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces["expected"].x) == ([0, 1, 3] if axis == "trial" else [10, 20, 40])
    assert list(traces["expected-band"].y) == pytest.approx(sign * expected + 0.1)
    assert "noise" not in traces
    line = next(shape for shape in figure.layout.shapes if shape.name == "last-help")
    assert line.x0 == (1 if axis == "trial" else 20)
    assert shown.y_range[0] < sign * 0.78 - 0.1 * sign < shown.y_range[1]  # the worse end of the band
    header, rows = shown.table()
    assert header[5:8] == ("Expected on new data", "80 % from", "80 % to")
    assert [row[5] for row in rows] == [sign * 0.69, sign * 0.78, None, sign * 0.78]


def test_a_metric_that_looks_like_markup_is_shown_literally():
    shown = convergence.prepare(
        [0], ["complete"], [0.5], [0.1], [1.0], direction="maximize", metric='<a href="//evil.example">R² & co</a>'
    )
    texts = [note.text for note in convergence.draw(shown).layout.annotations]
    assert '&lt;a href="//evil.example"&gt;R² &amp; co&lt;/a&gt;' in texts

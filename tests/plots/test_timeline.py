"""What the timeline says and shows."""

from studies.plots import timeline
from studies.plots.timeline import Bar
from tests.plots.valid_figure import assert_valid


def test_the_title_says_how_busy_the_lanes_were():
    bars = [Bar(0, 1, 0, 0, 10, "complete"), Bar(1, 1, 1, 0, 5, "complete")]
    assert timeline.prepare(bars).title == "2 trials at a time, 75 % busy"
    assert timeline.prepare(bars[:1]).title == "One trial at a time, 100 % busy"
    assert timeline.prepare([]).title == "No trial has started yet"


def test_a_pause_is_neither_busy_nor_idle():
    bars = [Bar(0, 1, 0, 0, 10, "complete"), Bar(1, 1, 0, 30, 40, "complete")]
    shown = timeline.prepare(bars, paused=20)
    assert shown.busy == 1.0
    assert "20 s of pause are not counted" in shown.subtitle


def test_lost_attempts_are_told_apart():
    shown = timeline.prepare([Bar(3, 1, 0, 0, 4, "lost", "w1"), Bar(3, 2, 1, 5, 9, "complete", "w2")])
    traces = {trace.name: trace for trace in timeline.draw(shown).data}
    assert list(traces["lost"].customdata) == [3]
    assert traces["lost"].marker.pattern.shape != traces["complete"].marker.pattern.shape
    assert "1 attempt ended with a lost worker" in shown.subtitle
    assert [key.word for key in shown.keys] == ["complete", "lost"]
    assert shown.table().rows[1] == (3, 2, 2, "complete", 5, 9, "w2")


def test_lanes_that_were_never_used_leave_no_hole():
    shown = timeline.prepare([Bar(0, 1, 0, 0, 1, "complete"), Bar(1, 1, 5, 0, 1, "running")])
    assert shown.lanes == (0, 5)
    assert shown.table().rows[1][5] is None
    assert_valid(shown, timeline.draw(shown))


def test_a_clock_that_went_back_and_very_many_attempts():
    back = timeline.prepare([Bar(0, 1, 0, 8, 3, "failed")])
    assert back.bars[0].seconds == 0
    assert_valid(back, timeline.draw(back))
    many = timeline.prepare([Bar(i, 1, i % 2, i, i + 1, "killed") for i in range(3000)])
    assert len(timeline.draw(many).data[0].x) == timeline.MOST_BARS
    assert_valid(timeline.prepare([]), timeline.draw(timeline.prepare([])))

"""Coordinates of the small pictures in table rows."""

import math

import pytest

from studies.plots.score_dots import Scale, fold_dots, mix_bar, scale_of, sparkline


def test_one_scale_serves_the_whole_table():
    scale = scale_of([[0.7, 0.8], [0.9, math.nan]])
    assert (scale.low, scale.high) == (0.7, 0.9)
    assert fold_dots([0.7, 0.9], scale).folds == (6.0, 114.0)
    assert fold_dots([0.8], scale, mean=0.8, reference=0.8).mean == 60.0


def test_scores_beyond_the_scale_lie_at_its_end():
    assert fold_dots([-5.0, 5.0], Scale(0.0, 1.0)).folds == (6.0, 114.0)


def test_equal_scores_have_a_scale_too():
    assert fold_dots([0.5], scale_of([[0.5, 0.5]])).folds == (60.0,)
    assert scale_of([]).label == "0.00 to 1.00"


def test_dots_say_their_scores():
    assert fold_dots([0.7554, math.nan], Scale(0.7, 0.8)).label == "fold scores 0.755"


def test_a_sparkline_goes_in_steps_up_to_the_last_value():
    drawn = sparkline([0.5, 0.5, 0.7])
    assert drawn is not None
    assert drawn.points == "1.0,17.0 40.0,17.0 79.0,17.0 79.0,3.0"
    assert (drawn.end_x, drawn.end_y) == (79.0, 3.0)


def test_a_sparkline_of_thousands_stays_small_and_ends_at_the_last():
    drawn = sparkline([float(i) for i in range(5000)])
    assert drawn is not None
    assert len(drawn.points.split()) < 400
    assert drawn.end_y == 3.0


@pytest.mark.parametrize("values", [[], [math.nan]])
def test_nothing_gives_no_sparkline(values):
    assert sparkline(values) is None


def test_one_value_is_a_flat_point():
    drawn = sparkline([0.5])
    assert drawn is not None
    assert drawn.end_y == 10


def test_a_mix_fills_its_width_and_shows_even_a_single_failure():
    bar = mix_bar({"complete": 997, "running": 0, "failed": 1, "waiting": 2})
    assert [part.state for part in bar.parts] == ["complete", "failed", "waiting"]
    assert bar.parts[-1].x + bar.parts[-1].width == pytest.approx(120, abs=0.3)
    assert bar.parts[1].width > 1
    assert bar.label == "997 complete, 1 failed, 2 waiting"


def test_no_trials_make_an_empty_mix():
    assert mix_bar({}).parts == ()

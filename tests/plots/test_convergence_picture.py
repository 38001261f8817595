"""Coordinates of the convergence figure: within the picture, and true to the record."""

from dataclasses import replace

import numpy as np

from studies.plots.convergence import prepare
from studies.plots.convergence_picture import MOST_POINTS, convergence_picture
from studies.plots.expected_curve import ExpectedCurve


def record_of(values: list[float | None], direction: str = "maximize"):
    states = ["failed" if value is None else "complete" for value in values]
    numbers = list(range(len(values)))
    noise = [None if value is None else 0.01 for value in values]
    return prepare(
        numbers, states, values, noise, [None] * len(values), direction=direction, metric="Accuracy", defaults=values[0]
    )


def test_before_the_first_score_there_is_none() -> None:
    assert convergence_picture(record_of([None, None])) is None


def test_points_lie_inside_and_better_is_higher() -> None:
    picture = convergence_picture(record_of([0.7, None, 0.74, 0.72, 0.2, 0.75]))
    assert [point.kind for point in picture.points] == ["best", "best", "complete", "below", "best"]
    assert all(picture.left <= point.x <= picture.right for point in picture.points)
    assert all(picture.top <= point.y <= picture.bottom for point in picture.points)
    first, second, _, low, last = (point.y for point in picture.points)
    assert last < second < first <= low
    assert picture.points[0].text == "Trial 0: 0.700"


def test_the_expected_score_has_its_own_line_and_the_band() -> None:
    curve = ExpectedCurve(np.array([0, 1]), np.array([0.69, 0.72]), np.array([0.68, 0.7]), np.array([0.7, 0.74]))
    picture = convergence_picture(replace(record_of([0.7, 0.74]), expected=curve))
    assert picture.expected.startswith(f"M{picture.left:.1f} ")
    assert len(picture.band.split()) == 4
    assert picture.ends_at.text == "expected 0.720"
    assert convergence_picture(record_of([0.7, 0.74])).expected == ""


def test_the_line_steps_from_best_to_best() -> None:
    picture = convergence_picture(record_of([3.0, 5.0, 2.0, 2.5], "minimize"))
    assert picture.line.startswith(f"M{picture.left}")
    assert picture.line.count("H") == 2
    assert picture.line.endswith(f"H{picture.right}")


def test_one_trial_and_very_many() -> None:
    assert len(convergence_picture(record_of([0.5])).points) == 1
    many = convergence_picture(record_of([0.5 + (i * 7919 % 1000) / 5000 for i in range(10_000)]))
    assert len(many.points) <= MOST_POINTS + 50
    assert sum(point.kind == "best" for point in many.points) >= 1

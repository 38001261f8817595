"""What the bars of importance say and show."""

import numpy as np
import pytest

from studies.plots import importance
from tests.plots.valid_figure import assert_valid


def record(shares, seen, names="abcdef", **more):
    shares = np.array(shares, dtype=np.float64)
    seen = np.array(seen, dtype=bool)
    values = {"trusted": True, "trials": 60, "needed": 10} | more
    return importance.prepare(list(names[: len(shares)]), shares, shares - 0.1, shares + 0.1, seen, **values)


@pytest.mark.parametrize(
    ("shares", "seen", "title"),
    [
        ([0.1, 0.6], [True, True], "b explains most of the differences"),
        ([0.3, 0.4, 0.0], [True, True, False], "b matters most, then a"),
        ([0.3, 0.0], [True, False], "Only a has a visible effect"),
        ([0.05, 0.01], [False, False], "No parameter has a visible effect yet"),
    ],
)
def test_the_title_is_the_finding(shares, seen, title):
    shown = record(shares, seen)
    assert shown.title == title
    assert_valid(shown, importance.draw(shown))


def test_parameters_without_effect_come_last_and_are_grey_in_words_too():
    shown = record([0.2, 0.3, 0.1], [True, False, True])
    assert shown.names == ("a", "c", "b")
    figure = importance.draw(shown)
    assert list(figure.data[0].marker.color) == ["var(--accent)", "var(--accent)", "var(--rule-2)"]
    assert figure.layout.annotations[-1].text == "none seen"
    assert [row[-1] for row in shown.table().rows] == ["yes", "yes", "no"]


def test_a_model_that_does_not_predict_says_so():
    shown = record([0.4, 0.3], [False, False], trusted=False)
    assert shown.title == "No parameter has a visible effect yet"
    assert "no share counts" in shown.subtitle
    assert "no share counts" not in record([0.4], [True]).subtitle


def test_too_few_trials():
    shown = record([], [], trials=6)
    assert shown.title == "Too few trials to tell what matters: 6 of 10"
    assert assert_valid(shown, importance.draw(shown))["notes"]["empty"]
    assert record([], [], trials=60).title == "Every parameter of this study is fixed"

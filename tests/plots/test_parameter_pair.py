"""What the map of two parameters says and shows."""

import pytest

from studies.plots import parameter_pair
from tests.plots.valid_figure import assert_valid

SPACE = [
    {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": True},
    {"name": "gamma", "type": "float", "low": 0.0, "high": 1.0},
]


def record(parameters, configurations, values, direction="maximize", **more):
    return parameter_pair.prepare(
        parameters, range(len(values)), configurations, values, [0.01] * len(values),
        direction=direction, metric="Accuracy", **more,
    )  # fmt: skip


def grid():
    return [{"C": 10.0 ** (i - 3), "gamma": j / 5} for i in range(7) for j in range(6)]


def test_the_title_says_where_the_best_fifth_lie_on_both():
    configs = grid()
    near = [-abs(i // 6 - 3) - abs(i % 6 - 2) for i in range(42)]
    assert record(SPACE, configs, near).title == "The best fifth of trials have C 0.1 to 100 and gamma 0.2 to 0.6"
    by_gamma = [-abs(i % 6 - 2) for i in range(42)]
    assert record(SPACE, configs, by_gamma).title == "The best fifth of trials have gamma 0.4 to 0.6"
    assert (
        record(SPACE, configs, [1.0 * (i in {0, 5, 8, 16, 21, 28, 36, 41}) for i in range(42)]).title
        == "Good trials lie all over C and gamma"
    )
    assert record(SPACE, configs[:3], [1, 2, 3]).title == "Trials by C and gamma"


def test_the_darkest_are_the_best_and_failed_ones_are_crosses():
    shown = record(SPACE, grid()[:8], [0.1, 0.2, None, 0.3, 0.4, 0.5, 0.6, 0.7])
    traces = {trace.name: trace for trace in parameter_pair.draw(shown).data}
    assert list(traces["failed"].customdata) == [2]
    assert list(traces["complete"].customdata) == [0, 1, 3, 4, 5, 6]
    assert next(iter(traces["complete"].marker.color)) == "var(--ramp-0)"
    assert list(traces["leader"].customdata) == [7]
    assert [row[:2] for row in shown.table().rows][:2] == [(7, 1), (6, 2)]
    assert shown.table().rows[-1][:3] == (2, None, None)


def test_the_pair_asked_for(parameters, configurations):
    notes = record(parameters, configurations, [1, 2, 3], px="kernel", py="degree").notes()
    assert (notes["px"], notes["py"]) == ("kernel", "degree")
    notes = record(parameters, configurations, [1, 2, 3], px="no such", py="C").notes()
    assert (notes["px"], notes["py"]) == ("gamma", "C")
    notes = record(parameters, configurations, [1, 2, 3], px="C", py="C").notes()
    assert (notes["px"], notes["py"]) == ("C", "gamma")


@pytest.mark.parametrize("pair", [("C", "kernel"), ("degree", "shrinking"), ("gamma", "degree"), (None, None)])
@pytest.mark.parametrize("values", [[0.7, 0.8, None], [None, None, None], [0.5, 0.5, 0.5]])
def test_every_pair_gives_a_valid_figure(parameters, configurations, pair, values):
    shown = record(parameters, configurations, values, "minimize", px=pair[0], py=pair[1])
    assert_valid(shown, parameter_pair.draw(shown))


def test_nothing_to_draw(parameters):
    for shown in (record(parameters, [], []), record(SPACE[:1], [{"C": 1.0}], [0.7])):
        assert assert_valid(shown, parameter_pair.draw(shown))["notes"]["empty"]

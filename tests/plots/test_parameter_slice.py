"""What the slice says and shows."""

import pytest

from studies.plots import parameter_slice
from tests.plots.valid_figure import assert_valid


def record(parameters, configurations, values, states=None, direction="maximize", parameter=None):
    count = len(values)
    return parameter_slice.prepare(
        parameters, range(count), states or ["complete"] * count, configurations, values, [0.01] * count,
        direction=direction, metric="Accuracy", parameter=parameter,
    )  # fmt: skip


def by_c(exponents, values, **more):
    space = [{"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": True}]
    return record(space, [{"C": 10.0**e} for e in exponents], values, **more)


def test_the_title_says_where_the_best_fifth_lie():
    exponents = [-3 + 6 * i / 29 for i in range(30)]
    assert by_c(exponents, [1 - abs(e) for e in exponents]).title == "The best fifth of trials have C 0.304 to 3.29"
    scattered = by_c(exponents, [0.9 if i % 6 == 0 else 0.5 for i in range(30)])
    assert scattered.title == "Good scores are found all along C"
    assert by_c([0, 1], [0.5, 0.6]).title == "Score against C"


def test_a_category_is_judged_by_its_median(parameters):
    configs = [{"kernel": "rbf" if i % 2 else "poly"} for i in range(8)]
    shown = record(parameters, configs, [0.8 if i % 2 else 0.7 for i in range(8)], parameter="kernel")
    assert shown.title == "With kernel rbf the median score is 0.800, with poly 0.700"
    worse = record(parameters, configs, [0.8 if i % 2 else 0.7 for i in range(8)], None, "minimize", "kernel")
    assert worse.title.startswith("With kernel poly the median score is 0.700")
    x = next(trace for trace in parameter_slice.draw(shown).data if trace.name == "complete").x
    assert len(set(x)) == len(x)  # points of a strip do not cover one another


def test_failed_trials_lie_on_the_floor_and_never_lead():
    shown = by_c([0, 1, 2], [0.5, None, 0.9], states=["complete", "failed", "pruned"])
    traces = {trace.name: trace for trace in parameter_slice.draw(shown).data}
    assert traces["failed"].yaxis == "y2"
    assert list(traces["failed"].customdata) == [1]
    assert list(traces["leader"].customdata) == [0]
    assert shown.lines == (0,)


def test_far_scores_lie_at_the_edge():
    shown = by_c([0] * 21, [0.9 + 0.001 * i for i in range(20)] + [-50.0])
    assert "1 far score at the edge" in shown.subtitle
    assert min(next(t for t in parameter_slice.draw(shown).data if t.name == "complete").y) >= shown.y_range[0]


@pytest.mark.parametrize("name", ["C", "gamma", "kernel", "degree", "shrinking", "no such", None])
@pytest.mark.parametrize("values", [[0.7, 0.8, None], [None, None, None], [0.5, 0.5, 0.5]])
def test_every_parameter_gives_a_valid_figure(parameters, configurations, name, values):
    states = ["failed" if value is None else "complete" for value in values]
    shown = record(parameters, configurations, values, states, parameter=name)
    sent = assert_valid(shown, parameter_slice.draw(shown))
    assert sent["notes"]["parameter"] == (name if name in {"C", "gamma", "kernel", "degree", "shrinking"} else "C")
    assert "max_iter" not in sent["notes"]["choices"]


def test_nothing_to_draw(parameters):
    for shown in (record(parameters, [], []), record(parameters[-1:], [{"max_iter": 500}], [0.7])):
        assert assert_valid(shown, parameter_slice.draw(shown))["notes"]["empty"]

"""What the curves of several methods over seeds say and show."""

import numpy as np
import pytest

from studies.plots import best_by_method
from studies.plots.best_by_method import MethodRuns
from studies.plots.best_so_far import trace
from tests.plots.valid_figure import assert_valid


def runs(name, rows, direction="maximize"):
    return MethodRuns(
        name,
        tuple(trace(f"{name} {i}", range(len(row)), row, [1.0] * len(row), direction) for i, row in enumerate(rows)),
    )


@pytest.fixture
def methods():
    return [
        runs("Bayesian", [[0.5, 0.7, 0.8, 0.8], [0.5, 0.6, 0.9, 0.9], [0.5, 0.7, 0.7, 0.85]]),
        runs("Random", [[0.5, 0.5, 0.6, 0.7], [0.4, 0.5, 0.5, 0.6], [0.5, 0.5, 0.5, 0.65]]),
    ]


def record(methods, axis="trial", target=0.65, of="Random", direction="maximize"):
    return best_by_method.prepare(methods, direction=direction, metric="Accuracy", axis=axis, target=target, of=of)


def test_the_title_says_who_needs_less_for_the_same(methods):
    assert record(methods).title == "Bayesian needs 2 trials for what Random reaches in 4 trials"
    assert record(methods, "seconds").title == "Bayesian needs 2.0 s for what Random reaches in 4.0 s"
    assert record(methods, target=0.99).title == "Best so far of each method by trials"


def test_the_band_spans_all_seeds_and_the_median_lies_between(methods):
    places, values = methods[0].band("trial")
    assert places.tolist() == [0, 1, 2, 3]
    assert values.shape == (3, 4)
    _, median = record(methods).medians[0]
    assert median.tolist() == [0.5, 0.7, 0.8, 0.85]
    names = [shown.name for shown in best_by_method.draw(record(methods)).data]
    assert names[:6] == ["Bayesian 0", "Bayesian 1", "Bayesian 2", "lowest", "highest", "Bayesian"]


def test_a_median_ends_where_the_shortest_run_stands():
    places, _ = runs("A", [[0.5, 0.6, 0.7, 0.8], [0.5, 0.6]]).band("trial")
    assert places.tolist() == [0, 1]


def test_a_seed_without_a_score_leaves_no_median(methods):
    waiting = runs("Grid", [[0.6, 0.7], []])
    shown = record([*methods, waiting])
    assert not len(shown.medians[2][1])
    assert {row[0] for row in shown.table().rows} == {"Bayesian", "Random"}
    assert_valid(shown, best_by_method.draw(shown))


def test_one_seed_has_neither_band_nor_faint_runs():
    shown = record([runs("A", [[0.5, 0.6]]), runs("B", [[0.4, 0.7]])])
    assert [trace.name for trace in best_by_method.draw(shown).data] == ["A", "B"]
    assert shown.subtitle.startswith("One run of each method")


def test_errors_count_the_other_way():
    methods = [runs("A", [[3.0, 1.0, 0.5]], "minimize"), runs("B", [[3.0, 2.0, 1.0]], "minimize")]
    shown = record(methods, target=1.0, of="B", direction="minimize")
    assert shown.title == "A needs 2 trials for what B reaches in 3 trials"
    assert np.diff(shown.medians[0][1]).max() <= 0


@pytest.mark.parametrize("axis", ["trial", "seconds"])
def test_every_comparison_gives_a_valid_figure(methods, axis):
    many = [runs(f"Method {i}", [[0.5, 0.6 + i / 100]]) for i in range(9)]
    for given in ([], methods, many, [runs("A", [[], []])], [runs("A", [[0.5], [0.5]])]):
        assert_valid(record(given, axis), best_by_method.draw(record(given, axis)))
    assert record([]).title == "No method has a score from every seed yet"

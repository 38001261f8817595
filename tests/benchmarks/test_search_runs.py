"""`script/bench search` without its peers, small: real evaluations, real processes."""

import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.optimisers import HOMES, PRODUCT
from benchmarks.room.report import Report
from benchmarks.search.figures import Found, tell
from benchmarks.search.picture import Curve, apart, draw
from benchmarks.search.runs import Lap, in_process
from benchmarks.search.statistics import interval
from benchmarks.search.tasks import TASKS

CLEAN, NOISY = "elastic_net_diabetes", "tree_diabetes_noisy"
PYTHONS = {PRODUCT: Path(sys.executable)}
TRIALS = 12


@pytest.fixture(scope="module")
def runs():
    HOMES["absent"] = (PRODUCT, "ours", "Absent")  # known here, not in the process that is to serve it
    alone = (("bayesian", 1), ("random", 1))
    laps = [Lap(CLEAN, 0, alone, TRIALS), Lap(CLEAN, 0, (("bayesian", 4), ("absent", 1), ("random", 4)), TRIALS)]
    laps.append(Lap(NOISY, 0, alone, TRIALS))
    yield list(in_process(laps, PYTHONS))
    del HOMES["absent"]


def test_every_run_has_its_trials(runs):
    whole = [run for run in runs if not run.error]
    assert [(run.optimiser, run.task, run.parallel) for run in whole] == [
        ("bayesian", CLEAN, 1),
        ("random", CLEAN, 1),
        ("bayesian", CLEAN, 4),
        ("random", CLEAN, 4),
        ("bayesian", NOISY, 1),
        ("random", NOISY, 1),
    ]
    assert {len(run.told) for run in whole} == {TRIALS}
    assert all(run.cpu > 0 for run in whole)
    assert [run.doubles for run in whole] == [0] * 6


def test_an_optimiser_that_breaks_off_is_kept_and_the_others_go_on(runs):
    broken = [run for run in runs if run.error]
    assert [run.optimiser for run in broken] == ["absent"]
    assert "KeyError" in broken[0].error


def test_a_clean_task_tells_the_truth_and_a_noisy_one_the_score_of_one_fold(runs):
    clean, noisy = (next(run for run in runs if run.task == task) for task in (CLEAN, NOISY))
    assert clean.told == clean.true
    assert all(told != true for told, true in zip(noisy.told, noisy.true, strict=True))


def test_the_report_names_all_and_compares_on_the_same_pairs(runs, capsys):
    found = Found.of(
        [run for run in runs if run.parallel == 1], {task: TASKS[task].drawn(8) for task in (CLEAN, NOISY)}
    )
    report = Report("search", packages=())
    tell(report, found)
    titles = " ".join(table["title"] for table in report.tables)
    assert "1 clean tasks" in titles
    assert "1 noisy tasks" in titles
    assert [row["optimiser"] for row in report.tables[0]["rows"]] == ["bayesian", "random"]
    assert {row["pairs"] for row in report.tables[0]["rows"]} == {1}
    assert "absent on elastic_net_diabetes, seed 0" in capsys.readouterr().out
    best, middle = found.scale[CLEAN]
    assert best < middle
    assert all(value >= 0 for curve in found.curves["random"].values() for value in curve)


def test_several_outstanding_are_set_beside_one_at_a_time(runs):
    ours = [run for run in runs if run.optimiser == "bayesian" and run.task == CLEAN]
    report = Report("search", packages=())
    found = Found.of(ours, {CLEAN: TASKS[CLEAN].drawn(8)})
    tell(report, found)
    assert set(found.curves) == {"bayesian", "bayesian, one at a time"}
    assert [(verdict.figure, verdict.met) for verdict in report.verdicts] == [("0", True)]


def test_the_picture_is_an_svg_whose_names_do_not_lie_on_each_other():
    points = [interval({("a", 0): 1 / n, ("b", 0): 0.0}) for n in range(1, 30)]
    drawn = draw("Regret & more", [Curve("bayesian", points, strong=True), Curve("random", points)])
    shapes = [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn).iter()]  # noqa: S314 (ours)
    assert shapes.count("polyline") == 2
    assert shapes.count("polygon") == 1
    heights = sorted(apart({"a": 100.0, "b": 100.0, "c": 101.0, "d": 390.0, "e": 390.0}).values())
    assert min(after - before for before, after in pairwise(heights)) >= 16
    assert heights[-1] <= 394

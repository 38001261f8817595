"""Sixty configurations of logistic regression and of an SVM beside GridSearchCV: same pipelines, splits and metric.

Ours counts from launch() to the study's end, with workers that run already: queue, forks and database included.
GridSearchCV counts its fit() alone, in a process that has imported everything; its second fit() finds loky's
processes running.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.room.report import ROOT, Report, spread
from benchmarks.room.site import Site
from studies.engine.tables import evaluation_table
from studies.evaluation import Plan

CASES = {
    "logistic_regression": [{"name": "C", "type": "float", "low": 1e-4, "high": 1e4, "log": True}],
    "svm_rbf": [
        {"name": "C", "type": "float", "low": 0.03, "high": 1000.0, "log": True},
        {"name": "gamma", "type": "constant", "value": "number"},
        {"name": "gamma_number", "type": "float", "low": 3e-5, "high": 8.0, "log": True},
    ],
}
DEFAULTS = {"logistic_regression": {"C": 1.0}, "svm_rbf": {"C": 1.0, "gamma": "number", "gamma_number": 1 / 30}}
WORKERS = (1, 2)
PEER = "GridSearchCV"
SECOND = f"{PEER}, second fit"
CLOCKS = ("wall", "cpu")
Found = dict[str, Any]


def measure(site: Site, report: Report, quick: bool) -> None:
    rounds, trials = (1, 20) if quick else (3, 60)
    version = site.sample("breast_cancer")
    for estimator in CASES:
        rows = []
        for workers in WORKERS:
            found = interleaved(site, version, estimator, workers, trials, rounds)
            report.raw[f"{estimator}, {workers}"] = {
                tool: [{name: run[name] for name in ("wall", "cpu", "best")} for run in runs]
                for tool, runs in found.items()
            }
            rows += rows_of(workers, found)
            verdicts(report, estimator, workers, found)
        report.table(
            f"{estimator}: {trials} configurations, 5 folds, breast_cancer; {rounds} interleaved rounds; s", rows
        )
    print(
        "Ours: launch() to the end of the study, workers running. GridSearchCV: fit() alone, imports done; "
        "second fit: loky's processes already there."
    )


def interleaved(
    site: Site, version: Any, estimator: str, workers: int, trials: int, rounds: int
) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {"Tuningsite": [], PEER: [], SECOND: []}
    site.start_workers(workers)
    for number in range(rounds + 1):
        study = site.study(
            version,
            estimator,
            {"parameters": CASES[estimator]},
            defaults=DEFAULTS[estimator],
            max_trials=trials,
            parallel=workers,
        )
        ours = site.run(study)
        first, second = peer(study, workers)
        if number:  # the first round warms files and caches on both sides
            found["Tuningsite"].append(ours | scores_of(study))
            found[PEER].append(first)
            found[SECOND].append(second)
    site.stop_workers()
    return found


def scores_of(study: Any) -> Found:
    trials = list(study.trials.order_by("number"))
    assert all(trial.state == "complete" for trial in trials), study.trial_counts()
    return {"best": max(trial.value for trial in trials), "fold_scores": [trial.fold_scores for trial in trials]}


def peer(study: Any, n_jobs: int) -> tuple[Found, Found]:
    """GridSearchCV over the configurations that this study tried, in a fresh process."""
    table = evaluation_table(study.dataset_version, study.target, study.task)
    plan = Plan.from_bytes(bytes(study.plan.fold_of_row))
    wanted = {
        "estimator": study.estimator,
        "configs": list(study.trials.order_by("number").values_list("config", flat=True)),
        "n_jobs": n_jobs,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "search.json").write_text(json.dumps(wanted), encoding="utf-8")
        np.savez(folder / "data.npz", X=table.X, y=table.y, fold_of_row=plan.fold_of_row, folds=plan.folds)
        command = [sys.executable, "-m", "benchmarks.engine.grid_search_peer", name]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = json.loads(ran.stdout.splitlines()[-1])
    return first, second


def rows_of(workers: int, found: dict[str, list[Found]]) -> list[Found]:
    rows = []
    for name, runs in found.items():
        wall, cpu = spread([run["wall"] for run in runs]), spread([run["cpu"] for run in runs])
        row = {"workers": workers, "tool": name}
        row |= {"wall, min": wall["min"], "wall, median": wall["median"]}
        rows.append(row | {"CPU, min": cpu["min"], "CPU, median": cpu["median"]})
    return rows


def verdicts(report: Report, estimator: str, workers: int, found: dict[str, list[Found]]) -> None:
    case, ours = f"{estimator}, {workers}", found["Tuningsite"]
    for name in (PEER, SECOND):
        least = {clock: [min(run[clock] for run in found[tool]) for tool in ("Tuningsite", name)] for clock in CLOCKS}
        figure = "; ".join(f"{clock} {a:.2f} s, {a / b:.2f} of {b:.2f}" for clock, (a, b) in least.items())
        report.verdict(f"{case}: least", f"below {name}'s", figure, all(a < b for a, b in least.values()))
    theirs = found[PEER]
    unlike = sum(mine != its for mine, its in zip(ours[0]["fold_scores"], theirs[0]["fold_scores"], strict=True))
    figure = f"{ours[0]['best']!r} and {theirs[0]['best']!r}; fold scores differ in {unlike} configurations"
    report.verdict(f"{case}: best score", "identical", figure, ours[0]["best"] == theirs[0]["best"])

"""Own processor time per trial: a null estimator, five folds, everything stored; parent + horse + child.

Beside it, in the same rounds: a bare loop on arrays, the same with scikit-learn's `.score`, and GridSearchCV.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from benchmarks.null_estimator import DEFAULTS, SPACE, NullClassifier, NullEntry
from benchmarks.room.report import Report, spread
from benchmarks.room.site import Site
from studies.engine.tables import evaluation_table
from studies.evaluation import Plan, make_plan

SEED = 0
MODES = {"batches": {}, "one by one": {"BATCH_SECONDS": "0"}}  # by name, what the worker's environment says
BARS = {"batches": 0.6, "one by one": 1.5}  # processor ms per trial
Score = Callable[[Any, Any, Any], float]


def measure(site: Site, report: Report, quick: bool) -> None:
    rounds, trials, peer_trials = (1, 300, 60) if quick else (3, 2000, 300)
    version = site.sample("breast_cancer")
    study = site.study(version, NullEntry.key, SPACE)
    table = evaluation_table(version, study.target, study.task)
    plan = make_plan(table, "stratified", 5, 1, SEED)
    configs = [float(x) for x in np.random.default_rng(SEED).random(peer_trials)]
    peers: dict[str, Callable[[], None]] = {
        "bare loop on arrays": lambda: bare(table, plan, configs, on_arrays),
        "bare loop, estimator.score": lambda: bare(table, plan, configs, NullClassifier.score),
        "GridSearchCV(n_jobs=1)": lambda: grid_search(table, plan, configs),
    }
    found: dict[str, list[float]] = {name: [] for name in [*MODES, *peers]}
    for _ in range(rounds):
        for mode, environment in MODES.items():
            found[mode].append(ours(site, version, trials, environment))
        for name, call in peers.items():
            found[name].append(1000 * cpu_of(call) / peer_trials)
    floor = min(found["bare loop on arrays"])
    rows = []
    for name, values in found.items():
        least = spread(values)
        label = f"Tuningsite, {name}" if name in MODES else name
        rows.append({"tool": label, "CPU ms per trial, min": least["min"], "median": least["median"],
                     "x bare": least["min"] / floor})  # fmt: skip
    report.table(f"Own cost: null estimator, 5 folds; {trials} trials of ours, {peer_trials} of the peers, "
                 f"{rounds} interleaved rounds", rows, "Ours stores every trial, attempt and prediction.")  # fmt: skip
    report.raw["own"] = {"ms_per_trial": found, "trials": trials, "peer_trials": peer_trials, "seed": SEED}
    for mode in MODES:
        figure = min(found[mode])
        report.verdict(f"own CPU per trial, {mode}", f"<= {BARS[mode]} ms", f"{figure:.2f} ms", figure <= BARS[mode])


MODES = {"one by one": {"BATCH_SECONDS": "0"}, "batches": {}}  # by name, what the worker's environment says


def ours(site: Site, version: Any, trials: int, environment: dict[str, str]) -> float:
    """Processor ms per trial of one study, all processes of its worker."""
    site.start_workers(1, **environment)
    try:
        warm = site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=20)
        site.run(warm)
        study = site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=trials, seed=SEED)
        spent = site.run(study)
        counts = study.trial_counts()
        assert counts["complete"] == trials, counts
        return 1000 * spent["cpu"] / trials
    finally:
        site.stop_workers()


def cpu_of(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def bare(table: Any, plan: Plan, configs: Sequence[float], score: Score) -> None:
    """The naive way without a tool: clone, set, fit and score, fold by fold."""
    model = NullClassifier()
    for x in configs:
        for index in range(plan.n_fits):
            train, valid = plan.split(index)
            fitted = clone(model).set_params(x=x).fit(table.X[train], table.y[train])
            score(fitted, table.X[valid], table.y[valid])


def on_arrays(model: Any, X: Any, y: Any) -> float:
    return float(np.mean(model.predict(X) == y))


def grid_search(table: Any, plan: Plan, configs: Sequence[float]) -> None:
    splits = [plan.split(index) for index in range(plan.n_fits)]
    search = GridSearchCV(NullClassifier(), {"x": configs}, scoring="accuracy", cv=splits, refit=False, n_jobs=1)
    search.fit(table.X, table.y)

"""GridSearchCV over given pipelines in a process of its own, as a person's script would run it.

Reads a folder: data.npz (X, y, fold_of_row) and search.json (estimator, configurations, n_jobs). Prints JSON: seconds
of a first and of a second fit(), of wall and of processor with loky's processes, and every fold's score.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GridSearchCV

from benchmarks.room import cpu
from studies.evaluation import Plan, Table, catalogue


def main(folder: Path) -> None:
    wanted = json.loads((folder / "search.json").read_text(encoding="utf-8"))
    data = np.load(folder / "data.npz")
    table = Table.from_arrays(data["X"], data["y"], "classification")
    plan = Plan("stratified", int(data["folds"]), 1, 0, data["fold_of_row"])
    print(json.dumps([search(table, plan, wanted) for _ in range(2)]))


def search(table: Table, plan: Plan, wanted: dict[str, Any]) -> dict[str, Any]:
    """One fit(): each configuration's own pipeline, as the catalogue builds it, on the very same splits."""
    entry = catalogue[wanted["estimator"]]
    pipelines = [entry.pipeline(config, table, seed=0) for config in wanted["configs"]]
    grid = [{name: [step] for name, step in pipeline.steps} for pipeline in pipelines]
    splits = [plan.split(index) for index in range(plan.n_fits)]
    found = GridSearchCV(
        pipelines[0], grid, scoring="accuracy", cv=splits, refit=False, n_jobs=wanted["n_jobs"], error_score="raise"
    )
    spent, began = cpu.tree_seconds(os.getpid()), time.perf_counter()
    found.fit(table.X, table.y)
    wall = time.perf_counter() - began
    results = found.cv_results_
    scores = np.column_stack([results[f"split{index}_test_score"] for index in range(plan.n_fits)])
    return {
        "wall": wall,
        "cpu": cpu.tree_seconds(os.getpid()) - spent,
        "best": float(results["mean_test_score"].max()),
        "fold_scores": scores.tolist(),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))

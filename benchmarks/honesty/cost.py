"""Processor time of the expected score, on made predictions of the sizes that the bars name."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studies.evaluation import Predictions, get_metric
from studies.evaluation.honesty import assess, expected_score
from studies.evaluation.predictions import PARTS

SIZES = {(1000, 200): 0.1, (20_000, 500): 2.0}  # rows, trials: processor seconds at most
METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "roc_auc", "log_loss", "r2")
BARRED = "accuracy"


@dataclass(frozen=True)
class Cost:
    """Medians in processor seconds: of the expected score alone, and of all that a study's page shows."""

    rows: int
    trials: int
    metric: str
    expected: float
    whole: float


def made(rows: int, trials: int, metric: str, seed: int = 0) -> tuple[np.ndarray, list[Predictions]]:
    """Trials that agree with one another as those of a search do: one signal, and noise of each trial's own."""
    rng = np.random.default_rng([seed, rows, trials])
    signal = rng.standard_normal(rows)
    if get_metric(metric).task == "regression":
        y = signal + rng.standard_normal(rows)
        return y, [
            Predictions(values=(signal + 0.3 * rng.standard_normal(rows)).astype(np.float32)[None])
            for _ in range(trials)
        ]
    y = (signal + rng.standard_normal(rows) > 0.0).astype(np.int64)
    found = []
    for _ in range(trials):
        chance = 1.0 / (1.0 + np.exp(-(signal + 0.3 * rng.standard_normal(rows))))
        labels = (chance > 0.5).astype(np.uint8)[None]
        found.append(Predictions(labels=labels, probabilities=np.rint(chance * PARTS).astype(np.uint16)[None]))
    return y, found


def plain(trials: list[Predictions], metric: str) -> np.ndarray:
    """(T, n) as `expected_score` takes them."""
    needs = get_metric(metric).needs
    if needs in ("labels", "values"):
        return np.stack([getattr(trial, needs)[0] for trial in trials])
    return np.stack([trial.probabilities[0] / PARTS for trial in trials if trial.probabilities is not None])


def measure(times: Mapping[tuple[int, int], int]) -> list[Cost]:
    """Each metric in each size; `times` says how often. Both sides of a row are timed in turn, one thread."""
    found = []
    for (rows, trials), count in times.items():
        for metric in METRICS:
            y, predictions = made(rows, trials, metric)
            given = plain(predictions, metric)
            alone, whole = [], []
            for _ in range(count):
                began = time.process_time()
                expected_score(y, given, metric)
                between = time.process_time()
                assess(y, predictions, metric, seconds=[1.0] * trials)
                alone.append(between - began)
                whole.append(time.process_time() - between)
            found.append(Cost(rows, trials, metric, statistics.median(alone), statistics.median(whole)))
    return found

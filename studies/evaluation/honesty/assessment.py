"""The two doors: the expected score of some predictions, and all that is to be said of a study's trials."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.evaluation.metrics import Metric, get_metric
from studies.evaluation.predictions import Predictions

from .answers import Answer, answer_of, covered_rows, label_codes
from .comparison import zone_of
from .curve import Point, Verdict, convergence, last_help, recent_share, verdict
from .gains import Floats
from .intervals import Difference, difference, score_interval
from .picks import Pick, Recommendation, picks, recommend
from .replay import Replay, play_again
from .resamples import Resamples, draw_resamples
from .scoring import Scale, guessing, make_scorer
from .tie import tied_with_best

RESAMPLES = 500


@dataclass(frozen=True, eq=False)
class ExpectedScore:
    """What the best of T trials should reach on new rows; numbers in the metric's unit and direction.

    best: its score by the pooled recipe; position: which trial that is. low, high: two-sided 95 % interval of the
    expected score, conservative; bound: its one-sided 95 % bound on the bad side.
    optimism: over-fitting to validation, best less expected in the good direction; below 0 none was found.
    chosen: (T,) share of the resamples in which each trial is chosen. z: (B,) scores out of the bag; key: equal where
    the resamples were, so that z can be subtracted. rows, groups: what was resampled; groups is 0 where rows were.
    """

    best: float
    position: int
    expected: float
    low: float
    high: float
    bound: float
    optimism: float
    chosen: Floats
    z: Floats
    key: str
    rows: int
    groups: int


@dataclass(frozen=True, eq=False)
class Assessment(ExpectedScore):
    """All that is said of a study. Trials are positions in the list that was given, 0 to T - 1.

    values: (T,) scores by the pooled recipe. tied: the best first, then by value. defaults, baseline: gain over the
    library's defaults (None where the study has no such trial) and over guessing; baseline.sure is "pattern found".
    picks, keep: what each rule picks, and the recommendation. curve, last_help, recent, verdict: see curve.py.
    """

    values: Floats
    tied: list[int]
    defaults: Difference | None
    baseline: Difference
    picks: list[Pick]
    keep: Recommendation
    curve: list[Point]
    last_help: int | None
    recent: float | None
    verdict: Verdict

    @property
    def pattern(self) -> bool:
        return self.baseline.sure


def expected_score(
    y: Any,
    predictions: Any,
    metric: str,
    seed: int = 0,
    resamples: int = RESAMPLES,
    groups: Any = None,
) -> ExpectedScore:
    """Expected score of the best of T trials, from what each said about rows that it was not fitted on.

    y: (n,) classes of any kind, or numbers. predictions: (T, n), or (T, n, classes in sorted order). For accuracy,
    balanced accuracy and macro F1: classes, or a score for each class; for ROC AUC: scores of the second of two
    classes, or of each; for log loss: probabilities, likewise; else numbers. NaN: no prediction; a row that any trial
    lacks is left out. groups: (n,) rows with equal values are resampled together.
    The same arguments give the same answer. ValueError for what does not fit together, and for too few rows.
    """
    chosen = get_metric(metric)
    truth, given = np.asarray(y), np.asarray(predictions)
    if given.ndim not in (2, 3) or truth.ndim != 1 or given.shape[1] != len(truth) or not len(given):
        raise ValueError(f"Predictions (T, n) or (T, n, classes) were expected for {truth.shape}, not {given.shape}.")
    rows = np.ones(len(truth), dtype=bool)
    if given.dtype.kind == "f":
        rows = ~np.isnan(given).any(axis=tuple(axis for axis in range(given.ndim) if axis != 1))
    codes, classes, answers = _plain(truth, given, rows, chosen)
    labels = None if groups is None else np.asarray(groups)[rows]
    drawn = draw_resamples(codes, labels, classes=classes, seed=seed, resamples=resamples, places=rows)
    replay = play_again(make_scorer(codes, answers, chosen), drawn)
    return ExpectedScore(**_expected(replay, Scale.of(codes, chosen), drawn))


def assess(
    y: NDArray[Any],
    trials: Sequence[Predictions],
    metric: str,
    *,
    kind: str = "kfold",
    groups: NDArray[Any] | None = None,
    defaults: int | None = None,
    complexity: Sequence[float] | None = None,
    seconds: Sequence[float] | None = None,
    zone: float | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Assessment:
    """Everything about T complete trials in the order of their numbers, from their stored predictions.

    y: (n,) the table's target, class codes or numbers; groups: (n,) its groups, for a plan of groups.
    defaults: position of the trial with the library's defaults. complexity: (T,), less is simpler, NaN unknown: any
    measure that the caller can defend, as the number of leaves or of support vectors. seconds: (T,) of a fit.
    zone: practical equivalence, None for the metric's own. seed: leave it, so that studies can be compared.
    kind: of the plan. ValueError, with a sentence for people, for "time", where the trials have no rows in common, and
    where there are too few rows or groups.
    """
    chosen = get_metric(metric)
    if kind == "time":
        raise ValueError(
            "Rows in the order of time cannot be resampled, so there is no expected score for a plan of time."
        )
    if not trials:
        raise ValueError("There is no complete trial with predictions.")
    rows = covered_rows(trials)
    if not rows.any():
        raise ValueError("No row has a prediction of every trial.")
    truth = y[rows] if chosen.task == "regression" else y[rows].astype(np.int64)
    classes = 0 if chosen.task == "regression" else int(y.max()) + 1
    labels = None if groups is None else groups[rows]
    answers = [answer_of(trial, rows, chosen.needs) for trial in trials]
    drawn = draw_resamples(truth, labels, classes=classes, seed=seed, resamples=resamples, places=rows)
    replay, scale = play_again(make_scorer(truth, answers, chosen), drawn), Scale.of(truth, chosen)
    tie = tied_with_best(replay)
    found = _expected(replay, scale, drawn)
    baseline = difference(replay.z - guessing(truth, drawn.left_out, chosen))
    return Assessment(
        **found,
        values=scale.sign * replay.values,
        tied=tie.tied,
        defaults=None if defaults is None else difference(replay.z - replay.out_of_bag(defaults)),
        baseline=baseline,
        picks=picks(tie, complexity, seconds),
        keep=recommend(tie, seconds, zone_of(metric, found["best"]) if zone is None else zone),
        curve=convergence(replay, scale),
        last_help=last_help(replay),
        recent=recent_share(replay),
        verdict=verdict(replay, baseline.sure),
    )


def _expected(replay: Replay, scale: Scale, drawn: Resamples) -> dict[str, Any]:
    """The fields of ExpectedScore."""
    expected, best = float(scale.mean(replay.z)), float(replay.values[replay.best])
    rows = scale.rows if not drawn.groups or np.ptp(replay.z) > 0.0 else float(drawn.groups)
    low, high = scale.span(*score_interval(replay.z, expected, rows))
    worst, _ = score_interval(replay.z, expected, rows, sure=0.9)
    return {
        "best": scale.shown(best),
        "position": replay.best,
        "expected": scale.shown(expected),
        "low": low,
        "high": high,
        "bound": scale.shown(worst),
        "optimism": best - expected,
        "chosen": replay.chosen,
        "z": scale.sign * replay.z,
        "key": drawn.key,
        "rows": drawn.weights.shape[1],
        "groups": drawn.groups,
    }


def _plain(
    y: NDArray[Any], given: NDArray[Any], rows: NDArray[np.bool_], metric: Metric
) -> tuple[NDArray[Any], int, list[Answer]]:
    """Truth as codes or numbers, the number of classes (0 for numbers), and the answers."""
    given = given if rows.all() else given[:, rows]
    if metric.task == "regression":
        return y[rows].astype(np.float64), 0, [Answer(values=line[None]) for line in given]
    if metric.needs == "labels" and given.ndim == 2:
        truth, labels, count = label_codes(y[rows], given)
        return truth, count, [Answer(labels=line[None]) for line in labels]
    names, codes = np.unique(y, return_inverse=True)
    truth = codes.reshape(-1).astype(np.int64)[rows]
    count = given.shape[2] if given.ndim == 3 else 2
    if count != len(names):
        raise ValueError(f"The truth has {len(names)} classes and the predictions tell {count} apart.")
    if metric.needs == "labels":
        return truth, count, [Answer(labels=line.argmax(axis=-1)[None]) for line in given]
    if metric.needs == "scores":
        columns = given[..., 1] if given.ndim == 3 and count == 2 else given
        return truth, count, [Answer(scores=line[None]) for line in columns]
    wide = given if given.ndim == 3 else np.stack([1.0 - given, given], axis=-1)
    return truth, count, [Answer(probabilities=line[None]) for line in wide]

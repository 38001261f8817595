"""What the product says of each search, beside the truth. Numbers are turned so that more is better."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.honesty.draws import Study, load
from benchmarks.honesty.statistics import Pair
from studies.evaluation import get_metric
from studies.evaluation.honesty import Assessment, Comparison, assess, compare_searches

NORMAL = 1.959964
LEAST_TRIALS = 15  # of a family, to count as a search of its own


@dataclass(frozen=True)
class Judged:
    """One search.

    naive: best mean over folds, naive_truth: of that trial on fresh rows. unselected: width of the 95 % interval of one
    configuration's CV score, from the standard error of its rows; NaN but for accuracy. truth: of the trial that the
    expected score speaks of. bound: one-sided, 95 %. gain: over the library's defaults, said with its interval, and
    true; NaN without. tied: share of trials in the tied group; tied_best: whether it has the truly best.
    """

    part: str
    source: str
    n: int
    draw: int
    method: str
    metric: str
    trials: int
    naive: float
    naive_truth: float
    unselected: float
    best: float
    expected: float
    low: float
    high: float
    bound: float
    truth: float
    pattern: bool
    verdict: str
    gain: float
    gain_low: float
    gain_high: float
    gain_true: float
    tied: float
    tied_best: bool

    @property
    def is_covered(self) -> bool:
        return self.low <= self.truth <= self.high

    @property
    def is_above_bound(self) -> bool:
        return self.truth >= self.bound

    @property
    def naive_covers(self) -> bool:
        return abs(self.naive - self.naive_truth) <= self.unselected / 2


@dataclass(frozen=True)
class Compared:
    """Two searches on the same rows. kind: "families" or "methods"."""

    kind: str
    source: str
    draw: int
    names: tuple[str, str]
    pair: Pair

    def as_json(self) -> dict[str, Any]:
        said = asdict(self.pair.said)
        shown = {name: round(said[name], 5) for name in ("better", "same", "worse", "gain", "low", "high")}
        return {"kind": self.kind, "source": self.source, "draw": self.draw, "names": self.names} | shown | {
            "true": round(self.pair.true, 5)
        }  # fmt: skip


def judged(study: Study, found: Assessment) -> Judged:
    metric = get_metric(study.meta["metric"])
    sign = 1.0 if metric.maximize else -1.0
    values, truth = sign * study.fold_scores.mean(axis=1), sign * study.truth
    by_folds = int(values.argmax())
    low, high = sorted((sign * found.low, sign * found.high))
    n, share = len(study.y), float(values[by_folds])
    width = 2 * NORMAL * np.sqrt(max(share * (1.0 - share), 0.0) / n) if metric.key == "accuracy" else np.nan
    default = _default(study)
    gain = found.defaults
    meta = {name: study.meta[name] for name in ("part", "source", "n", "draw", "method", "metric")}
    return Judged(
        **meta,
        trials=len(values),
        naive=share,
        naive_truth=float(truth[by_folds]),
        unselected=float(width),
        best=sign * found.best,
        expected=sign * found.expected,
        low=low,
        high=high,
        bound=sign * found.bound,
        truth=float(truth[found.position]),
        pattern=found.pattern,
        verdict=found.verdict,
        gain=np.nan if gain is None else gain.gain,
        gain_low=np.nan if gain is None else gain.low,
        gain_high=np.nan if gain is None else gain.high,
        gain_true=np.nan if default is None else float(truth[found.position] - truth[default]),
        tied=len(found.tied) / len(values),
        tied_best=int(np.nanargmax(truth)) in found.tied,
    )


def _default(study: Study) -> int | None:
    """The one trial with the library's defaults; None where families are pooled and each has its own."""
    places = np.flatnonzero(study.is_default)
    return int(places[0]) if len(places) == 1 else None


def _assessed(study: Study) -> Assessment:
    kind = "stratified" if get_metric(study.meta["metric"]).task == "classification" else "kfold"
    return assess(study.y, study.predictions, study.meta["metric"], kind=kind, defaults=_default(study))


def _compared(kind: str, first: tuple[str, Study, Assessment], second: tuple[str, Study, Assessment]) -> Compared:
    (name, study, one), (other, rival, two) = first, second
    if one.key != two.key:
        raise ValueError(f"{name} and {other} of {study.meta} were not resampled alike.")
    metric = get_metric(study.meta["metric"])
    said: Comparison = compare_searches(one.z, two.z, metric.key)
    true = float(study.truth[one.position] - rival.truth[two.position])
    pair = Pair(said, true if metric.maximize else -true)
    return Compared(kind, study.meta["source"], study.meta["draw"], (name, other), pair)


def judge(paths: Sequence[Path]) -> tuple[list[Judged], list[Compared]]:
    """The searches of one draw of rows: each alone, methods in pairs, and the families of a pooled one in pairs."""
    studies = [load(path) for path in paths]
    found = [(study.meta["method"], study, _assessed(study)) for study in studies]
    pairs = [_compared("methods", first, second) for first, second in combinations(found, 2)]
    for _, study, _ in found:
        pairs += list(_families(study))
    return [judged(study, said) for _, study, said in found], pairs


def _families(study: Study) -> Iterable[Compared]:
    if study.meta["metric"] != "accuracy":
        return
    parts = []
    for place, name in enumerate(study.meta["families"]):
        trials = np.flatnonzero(study.family == place)
        if len(trials) >= LEAST_TRIALS:
            alone = study.only(trials)
            parts.append((name, alone, _assessed(alone)))
    yield from (_compared("families", first, second) for first, second in combinations(parts, 2))


def judge_all(draws: Sequence[Sequence[Path]], processes: int) -> tuple[list[Judged], list[Compared]]:
    """`judge` of every draw, several at once, in the order given."""
    if processes <= 1:
        answers = list(map(judge, draws))
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            answers = list(pool.map(judge, draws, chunksize=4))
    return [one for alone, _ in answers for one in alone], [pair for _, pairs in answers for pair in pairs]

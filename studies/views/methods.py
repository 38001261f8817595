"""A method comparison as its page tells it: a row per method, its runs by seed, and whether the lead may be luck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studies.evaluation.seed_noise import ENOUGH, SURE, PairedDifference, adjusted, paired_difference
from studies.models import Method, Study
from studies.plots.numbers import MINUS, format_points, format_score

from .expected_scores import Expected
from .headline import POINTS, Gain, gain_over
from .method_names import by_method
from .progress import Progress


@dataclass(frozen=True)
class SeedRun:
    """One study: `value` is its best, or its best up to the trial that all running ones have reached."""

    study: Study
    progress: Progress
    value: float | None
    expected: Expected | None = None


@dataclass(frozen=True)
class MethodRow:
    """A method's runs, one per seed, and what they come to; `mark` is its colour and dash.

    `against` is the first method's lead over this one, `chance` its chance corrected for there being several methods.
    """

    name: str
    mark: int
    runs: tuple[SeedRun, ...]
    maximize: bool
    wins: int = 0
    seeds: int = 0
    reached: tuple[int, ...] = ()
    against: PairedDifference | None = None
    chance: float | None = None
    behind: Gain | None = None
    differences: str = ""

    @cached_property
    def values(self) -> list[float]:
        return [run.value for run in self.runs if run.value is not None]

    @property
    def median(self) -> float | None:
        return float(np.median(self.values)) if self.values else None

    @property
    def told(self) -> dict[int, Expected]:
        """By seed, what the runs that have an expected score should reach on new data."""
        return {run.study.seed: run.expected for run in self.runs if run.expected}

    @property
    def expected(self) -> float | None:
        """The mean over the seeds that have one."""
        return float(np.mean([one.value for one in self.told.values()])) if self.told else None

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)

    @property
    def noise(self) -> float | None:
        """For the digits: the fold noise of the first run's best trial, so that all rows have about the same."""
        return next((run.progress.best.stderr for run in self.runs if run.progress.best), None)

    @property
    def trials_to_target(self) -> str:
        """Median over the seeds that got there, and how many did not."""
        if not self.reached:
            return "not reached"
        middle = f"{int(np.median(self.reached)):,}"
        missed = len(self.runs) - len(self.reached)
        return middle if not missed else f"{middle}, by {len(self.reached)} of {len(self.runs)} seeds"

    @property
    def chance_words(self) -> str:
        """The chance of so large a difference to the first by luck, as 1 in so many."""
        if self.against is None:
            return ""
        return f"1 in {round(1 / self.against.chance):,}" if self.against.chance <= 0.5 else "more than 1 in 2"

    @property
    def done(self) -> int:
        return sum(run.progress.done for run in self.runs)

    @property
    def failed(self) -> int:
        return sum(run.progress.counts["failed"] for run in self.runs)

    @property
    def seconds(self) -> float:
        """Worker time of a run, the median over seeds."""
        return float(np.median([run.progress.worker_seconds for run in self.runs]))


@dataclass(frozen=True)
class MethodComparison:
    """Methods, the best median first; `at` is the trial up to which unfinished runs are compared."""

    rows: tuple[MethodRow, ...]
    ordered: tuple[MethodRow, ...]
    target: float | None
    of: str
    at: int | None

    @property
    def scored(self) -> list[MethodRow]:
        return [row for row in self.rows if row.median is not None]

    @property
    def first(self) -> MethodRow | None:
        return self.scored[0] if self.scored else None

    @property
    def second(self) -> MethodRow | None:
        return self.scored[1] if len(self.scored) > 1 else None

    @property
    def seeds(self) -> int:
        return max((len(row.runs) for row in self.rows), default=0)

    @property
    def single(self) -> bool:
        """One run of each: nothing can be said about methods."""
        return self.seeds < 2

    @property
    def verdict(self) -> str:
        """`level`, `single`, `few`, `sure`, `likely` or `noise`: what the lead over the second is worth."""
        second = self.second
        if self.single or second is None or second.against is None or second.chance is None:
            return "single"
        if self.first is not None and self.first.median == second.median:
            return "level"
        if second.against.seeds < ENOUGH:
            return "few"
        if second.chance <= SURE:
            return "sure"
        return "likely" if second.against.wins == second.against.seeds else "noise"

    @property
    def lead(self) -> Gain | None:
        """The first's median over the second's."""
        first, second = self.first, self.second
        if first is None or second is None or first.median is None or second.median is None:
            return None
        return gain_over(first.runs[0].study, first.median, second.median)

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def budget(self) -> int:
        return sum(run.progress.budget or run.progress.done for row in self.rows for run in row.runs)

    @property
    def running(self) -> int:
        return sum(run.study.is_live for row in self.rows for run in row.runs)

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.budget) if self.budget else 0


def method_comparison(
    studies: Sequence[Study], progress: dict[int, Progress], expected: Mapping[int, Expected] | None = None
) -> MethodComparison:
    """Rows, wins and verdict from the best so far of each study; all must be of one metric.

    `expected`, by study, is only carried along: method_scores.py holds methods against one another by it.
    """
    told = expected or {}
    maximize = studies[0].maximize
    live = [study for study in studies if study.is_live]
    at = min((progress[study.pk].done - 1 for study in live), default=None)
    rows = [
        MethodRow(name, i % 6 + 1, tuple(_run(study, progress[study.pk], at, told) for study in members), maximize)
        for i, (name, members) in enumerate(by_method(studies).items())
    ]
    rows = _with_wins(rows, maximize)
    own = next((row for row in rows if row.runs[0].study.method == Method.RANDOM), None)
    scored = [row for row in rows if row.median is not None]
    of = own if own in scored else min(scored, key=lambda row: row.median * (1 if maximize else -1), default=None)
    target = of.median if of else None
    rows = [replace(row, reached=_reached(row, target)) for row in rows]
    ranked = sorted(rows, key=lambda row: _goodness(row, maximize), reverse=True)
    ranked = _against_first(ranked, studies[0])
    return MethodComparison(tuple(ranked), tuple(rows), target, of.name if of else "", at)


def _goodness(row: MethodRow, maximize: bool) -> float:
    return -np.inf if row.median is None else row.median if maximize else -row.median


def _run(study: Study, progress: Progress, at: int | None, told: Mapping[int, Expected]) -> SeedRun:
    known = [best for best in progress.incumbents if at is None or best.number <= at]
    return SeedRun(study, progress, known[-1].value if known else None, told.get(study.pk))


def _by_seed(row: MethodRow, seeds: Sequence[int]) -> np.ndarray:
    values = {run.study.seed: run.value for run in row.runs}
    return np.array([np.nan if values.get(seed) is None else values[seed] for seed in seeds], dtype=np.float64)


def _seeds(rows: Sequence[MethodRow]) -> list[int]:
    return sorted({run.study.seed for row in rows for run in row.runs})


def _with_wins(rows: list[MethodRow], maximize: bool) -> list[MethodRow]:
    """In how many seeds each method was best, of those in which every method has a score; equals all win."""
    seeds = _seeds(rows)
    table = np.array([_by_seed(row, seeds) for row in rows])
    whole = np.isfinite(table).all(axis=0)
    table = table[:, whole] * (1.0 if maximize else -1.0)
    wins = (table == table.max(axis=0)).sum(axis=1) if whole.any() else np.zeros(len(rows), dtype=int)
    return [replace(row, wins=int(won), seeds=int(whole.sum())) for row, won in zip(rows, wins, strict=True)]


def _reached(row: MethodRow, target: float | None) -> tuple[int, ...]:
    """After how many trials each run had the target."""
    if target is None:
        return ()
    found = []
    for run in row.runs:
        places = [
            best.number + 1
            for best in run.progress.incumbents
            if (best.value >= target - 1e-12 if row.maximize else best.value <= target + 1e-12)
        ]
        found += places[:1]
    return tuple(found)


def _against_first(ranked: list[MethodRow], study: Study) -> list[MethodRow]:
    """Each method beside the first, seed by seed; chances corrected for there being several."""
    if not ranked or ranked[0].median is None:
        return ranked
    seeds = _seeds(ranked)
    first = _by_seed(ranked[0], seeds)
    others = [row for row in ranked[1:] if row.median is not None]
    pairs = [paired_difference(first, _by_seed(row, seeds), direction=study.direction) for row in others]
    chances = adjusted([pair.chance for pair in pairs])
    judged = [
        replace(
            row,
            against=pair,
            chance=chance,
            behind=gain_over(study, row.median, ranked[0].median),
            differences=_range_in_words(study, pair),
        )
        for row, pair, chance in zip(others, pairs, chances, strict=True)
    ]
    return [ranked[0], *judged, *(row for row in ranked[1:] if row.median is None)]


def _range_in_words(study: Study, pair: PairedDifference) -> str:
    """From the seed that speaks most against the first to the one that speaks most for it; empty if all are equal."""
    if pair.low == pair.high == 0:
        return ""
    if study.metric in POINTS:
        return f"{format_points(pair.low)} to {format_points(pair.high)} points"
    return f"{pair.low:+.3g} to {pair.high:+.3g}".replace("-", MINUS)


def target_in_words(found: MethodComparison) -> str:
    """The score that "trials to reach" asks after."""
    row = next((row for row in found.rows if row.name == found.of), None)
    return format_score(found.target, row.noise if row else None)

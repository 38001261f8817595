"""Methods held against one another over their seeds, by the scores that their choices should reach on new data."""

from dataclasses import dataclass

import numpy as np

from studies.evaluation.honesty import Comparison as Shares
from studies.evaluation.honesty import compare_methods
from studies.evaluation.seed_noise import mean_interval
from studies.models import Study
from studies.plots.intervals import Intervals, Scored, intervals
from studies.plots.numbers import count_of

from .methods import MethodComparison, MethodRow
from .pairs import Pairs, make_pairs, why_not

FEWEST = 3  # seeds of each method, without which only winners are compared


@dataclass(frozen=True)
class MethodScore:
    """A method over the seeds whose runs have figures; `level` is the mean of their expected scores."""

    row: MethodRow
    expected: dict[int, float]

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def mark(self) -> int:
        return self.row.mark

    @property
    def study(self) -> Study:
        return self.row.runs[0].study

    @property
    def level(self) -> float:
        return float(np.mean(list(self.expected.values())))

    @property
    def noise(self) -> float | None:
        return self.row.noise

    @property
    def drawn(self) -> Scored:
        """A dot for each seed, the mean with its interval over seeds, and the mean best CV."""
        values = tuple(self.expected.values())
        low, high = mean_interval(values) if len(values) >= FEWEST else (None, None)
        best = float(np.mean([one.best for one in self.row.told.values()]))
        return Scored(self.name, self.mark, self.level, low, high, best, dots=values, noise=self.noise)


@dataclass(frozen=True)
class MethodScores:
    pairs: Pairs
    picture: Intervals | None


def method_scores(found: MethodComparison, within: float) -> MethodScores:
    """A method counts once its runs have ended; runs without figures are left out."""
    scores = [MethodScore(row, {seed: one.value for seed, one in row.told.items()}) for row in found.ordered]
    reasons = [_why_missing(score) for score in scores]
    scored = [score for score, why in zip(scores, reasons, strict=True) if not why]
    missing = [(score, why) for score, why in zip(scores, reasons, strict=True) if why]
    pairs = make_pairs(scored, missing, within, _judge)
    return MethodScores(pairs, intervals([one.drawn for one in pairs.ordered if isinstance(one, MethodScore)]))


def _why_missing(score: MethodScore) -> str:
    if any(run.study.is_live for run in score.row.runs):
        return "not all of its runs have ended"
    return "" if score.expected else next(run.expected.why for run in score.row.runs if run.expected is not None)


def _judge(first: MethodScore, second: MethodScore, zone: float) -> Shares | str:
    seeds = min(len(first.expected), len(second.expected))
    if seeds < FEWEST:
        return f"{count_of(seeds, 'seed')}, and it takes {FEWEST} of each to tell methods apart"
    p, q = (next(iter(one.row.told.values())) for one in (first, second))
    return why_not(p, q) or compare_methods(first.expected, second.expected, first.study.metric, zone)

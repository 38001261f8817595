"""Studies held against one another by the scores that their choices should reach on new data, on common resamples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from studies.evaluation.honesty import Comparison as Shares
from studies.evaluation.honesty import compare_searches
from studies.models import Standing, Study
from studies.plots.numbers import MINUS, format_points

from .expected_scores import Expected
from .headline import POINTS, Gain
from .progress import Progress

WITHIN = {"points": 0.5, "%": 1.0}  # percent of the leading score where a metric has no fixed scale
SURE = 0.95  # a side above this share is coloured and called better without a "probably"


@dataclass(frozen=True)
class Side:
    """One of the studies compared; `mark` is its colour and dash in every figure."""

    study: Study
    progress: Progress
    mark: int
    metric: str
    expected: Expected
    lead: Gain | None = None
    standing: Standing | None = None
    noise: float | None = None  # a standard error, for the digits: the same for all, so that they line up

    @property
    def name(self) -> str:
        return self.study.name

    @property
    def level(self) -> float:
        return self.expected.value


@dataclass(frozen=True)
class Zone:
    """Differences of at most `size`, in the metric's unit, count as none in practice; `within` is what a person set."""

    within: float
    size: float
    unit: str

    @property
    def words(self) -> str:
        """Such as "0.5 points", "1 point", "2 %"."""
        number = f"{self.within:g}"
        return f"{number} {self.unit.removesuffix('s') if number == '1' else self.unit}"


class Compared(Protocol):
    """What stands in a pair: a study's choice, or a method over its seeds; `level` is its expected score."""

    @property
    def name(self) -> str: ...
    @property
    def mark(self) -> int: ...
    @property
    def study(self) -> Study: ...
    @property
    def level(self) -> float: ...
    @property
    def noise(self) -> float | None: ...


@dataclass(frozen=True)
class Pair:
    """The first beside the second; `shares` are of the first, None where `refused` says why they cannot be told."""

    first: Compared
    second: Compared
    shares: Shares | None = None
    refused: str = ""

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `same` for sure, `probably ...`, or `open` where no side has more than half."""
        return verdict_of(self.shares) if self.shares else "refused"

    @cached_property
    def difference(self) -> str:
        """Of the expected scores, positive where the first is better: "+1.2 points [−0.3, +2.7]"."""
        if self.shares is None:
            return ""
        unit, words = unit_of(self.first.study), differences(self.first.study, self.second.level)
        return f"{words(self.shares.gain)} {unit} [{words(self.shares.low)}, {words(self.shares.high)}]"


@dataclass(frozen=True)
class Pairs:
    """All against the leading one, and each against each; `missing` are those without an expected score, and why.

    leader: the best that can be compared with any other, which need not be the best of all.
    """

    zone: Zone
    leader: Compared | None
    ordered: tuple[Compared, ...]
    against: tuple[Pair, ...]
    table: tuple[tuple[Compared, tuple[Pair | None, ...]], ...]
    missing: tuple[tuple[Compared, str], ...]

    @property
    def first(self) -> Pair | None:
        """The leading one beside the next best that it can be compared with."""
        return next((pair for pair in self.against if pair.shares), None)

    @property
    def others(self) -> int:
        """With how many the leading one can be compared."""
        return sum(pair.shares is not None for pair in self.against)

    @property
    def surely_better(self) -> int:
        return sum(pair.verdict == "better" for pair in self.against)

    @property
    def refused(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.against if pair.refused)


def verdict_of(shares: Shares) -> str:
    sides = {"better": shares.better, "same": shares.same, "worse": shares.worse}
    side = max(sides, key=sides.__getitem__)
    if sides[side] > SURE:
        return side
    return f"probably {side}" if sides[side] > 0.5 else "open"


def unit_of(study: Study) -> str:
    return "points" if study.metric in POINTS else "%"


def make_pairs(
    scored: Sequence[Compared],
    missing: Sequence[tuple[Compared, str]],
    within: float,
    judge: Callable[[Any, Any, float], Shares | str],
) -> Pairs:
    """`judge` answers the shares of two with a zone in the metric's unit, or why they cannot be compared.

    The zone is in points, or in percent of the leading score for errors, which have no fixed scale.
    """
    if not scored:
        return Pairs(Zone(within, 0.0, ""), None, (), (), (), tuple(missing))
    study = scored[0].study
    ordered = sorted(scored, key=lambda one: one.level, reverse=study.maximize)
    scale = 1.0 if study.metric in POINTS else abs(ordered[0].level)
    zone = Zone(within, within / 100 * scale, unit_of(study))

    def pair(first: Compared, second: Compared) -> Pair:
        found = judge(first, second, zone.size)
        return Pair(first, second, refused=found) if isinstance(found, str) else Pair(first, second, found)

    table = tuple((row, tuple(None if row is column else pair(row, column) for column in ordered)) for row in ordered)
    told = [(row, pairs) for row, pairs in table if any(pair and pair.shares for pair in pairs)]
    leader, beside = told[0] if told else table[0]
    against = tuple(pair for pair in beside if pair is not None)
    return Pairs(zone, leader, tuple(ordered), against, table, tuple(missing))


def pairs_of(sides: Sequence[Side], within: float) -> Pairs:
    """The choices of studies on common resamples; all must be of one dataset version, target and metric."""
    missing = [(side, side.expected.why) for side in sides if not side.expected]
    return make_pairs([side for side in sides if side.expected], missing, within, _judge)


def _judge(first: Side, second: Side, zone: float) -> Shares | str:
    p, q = first.expected, second.expected
    why = why_not(p, q)
    if why or p.draws is None or q.draws is None:
        return why or "the scores of their resamples are not there"
    return compare_searches(p.draws, q.draws, first.study.metric, zone)


def why_not(first: Expected, second: Expected) -> str:
    """Why the resamples of two studies are not the same; nothing where they are."""
    rows = first.figures["rows"], second.figures["rows"]
    if rows[0] != rows[1]:
        return f"they were scored on other rows ({rows[0]:,} against {rows[1]:,})"
    if bool(first.figures["groups"]) != bool(second.figures["groups"]):
        return "one was resampled by whole groups, the other by rows"
    if not first.resampling or first.resampling != second.resampling:
        return "their resamples are not the same, so they cannot be subtracted"
    return ""


def differences(study: Study, reference: float) -> Callable[[float], str]:
    """Writes a difference of scores in the metric's words, without the unit."""
    if study.metric in POINTS:
        return format_points
    scale = 100 / abs(reference) if reference else 0.0
    return lambda value: f"{value * scale:+.1f}".replace("-", MINUS)

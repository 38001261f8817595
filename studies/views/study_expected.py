"""What the study page says of its expected score: the stored figures in words. Nothing is worked out here."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studies.models import Study, WorkerProcess
from studies.plots.numbers import format_points, format_score

from .expected_scores import NOT_YET, Expected, expected_scores
from .headline import POINTS
from .progress import Incumbent

FEW_ROWS, FEW_OF_CLASS = 100, 10
RULES = {"best": "Best score", "simplest": "Simplest of the tied", "fastest": "Fastest of the tied"}


@dataclass(frozen=True)
class Gained:
    """How much better than a reference, with its interval: "+3.6", "[+1.2, +6.0]", "points"."""

    number: str
    interval: str
    unit: str
    chance: float
    is_sure: bool  # the whole interval is a gain


@dataclass(frozen=True)
class Pick:
    """What a rule of choice chooses, or several, and how much worse than the best that is; empty for the best."""

    rule: str
    number: int
    costs: str
    interval: str
    fit_seconds: float | None
    is_kept: bool


@dataclass(frozen=True)
class StudyExpected:
    """Of a study with `complete` complete trials; `best` has the best mean over folds, `defaults` is trial 0."""

    expected: Expected
    complete: int
    best: Incumbent | None
    defaults: Incumbent | None
    nobody_works: bool = False

    @property
    def study(self) -> Study:
        return self.expected.study

    @property
    def figures(self) -> dict[str, Any]:
        return self.expected.figures

    @property
    def is_known(self) -> bool:
        return bool(self.expected)

    @property
    def is_pending(self) -> bool:
        """Whether the first figures are still to come."""
        waits = self.expected.under_way or self.expected.why == NOT_YET
        return not self.is_known and self.complete > 0 and waits

    @property
    def may_change(self) -> bool:
        """Whether the page has to ask again though no trial runs."""
        return self.is_pending or self.expected.under_way

    @property
    def why(self) -> str:
        """Why there is none and none is coming; empty while it is known or being worked out."""
        return "" if self.is_known or self.is_pending or not self.complete else self.expected.why

    @property
    def noise(self) -> float:
        """A standard error in the sense of the digits that a score deserves: as many as the best one has elsewhere."""
        noise = self.expected.noise
        return min(noise, self.best.stderr) if self.best is not None and self.best.stderr else noise

    def reads(self, value: float) -> str:
        return format_score(value, self.noise)

    @property
    def score(self) -> str:
        return self.reads(self.expected.value)

    @property
    def interval(self) -> str:
        return f"[{self.reads(self.expected.low)}, {self.reads(self.expected.high)}]"

    @property
    def best_score(self) -> str:
        """By the pooled recipe, the one that the expected score is held against."""
        return self.reads(self.expected.best)

    @property
    def mean_differs(self) -> bool:
        """Whether the best mean over folds, which ranks the leaderboard, reads otherwise than the pooled best."""
        return self.best is not None and self.reads(self.best.value) != self.best_score

    @property
    def over_fits(self) -> bool:
        return self.figures["optimism"] > 0

    @property
    def optimism(self) -> list[str]:
        """Over-fitting to validation as number and unit."""
        return self.expected.over_fitting.split(" ", 1)

    @property
    def guess(self) -> str:
        return self.reads((self.study.baseline or {})["value"])

    @property
    def has_no_pattern(self) -> bool:
        found = self.figures["baseline"]
        return bool(found) and bool(self.study.baseline) and not found["pattern"]

    @property
    def behind(self) -> int:
        """How many complete trials are newer than the figures."""
        return max(0, self.complete - self.figures["trials"] - self.figures["left_out"])

    @property
    def few(self) -> str:
        """What there are too few of for the interval to be taken at its word; empty where there are enough."""
        if self.figures["rows"] < FEW_ROWS:
            return f"{self.figures['rows']} rows"
        facts = self.study.plan.facts if self.study.plan else {}
        counts = [sum(column) for column in zip(*(fold["classes"] for fold in facts.get("folds", [])), strict=False)]
        if counts and min(counts) < FEW_OF_CLASS:
            return f"{min(counts)} rows of one class"
        return ""

    @property
    def gain(self) -> Gained | None:
        """Over the library's defaults."""
        found = self.figures["defaults"]
        if not found or self.defaults is None:
            return None
        low, high = (self._signed(found[end]) for end in ("low", "high"))
        return Gained(self._signed(found["gain"]), f"[{low}, {high}]", self.unit, found["chance"], found["low"] > 0)

    @property
    def unit(self) -> str:
        """Of differences."""
        return "points" if self.study.metric in POINTS else "%"

    def _signed(self, difference: float) -> str:
        """Points of a score between 0 and 1; percent of what the defaults (or the best) have for an error."""
        if self.study.metric in POINTS:
            return format_points(difference)
        reference = abs(self.defaults.value if self.defaults else self.expected.best)
        return format_points(difference / reference if reference else None)

    @cached_property
    def picks(self) -> list[Pick]:
        """By trial, in the order of the rules."""
        rules: dict[int, list[str]] = {}
        for pick in self.figures["picks"]:
            rules.setdefault(pick["number"], []).append(RULES[pick["rule"]])
        return [
            self._pick(pick, rules.pop(pick["number"])) for pick in self.figures["picks"] if pick["number"] in rules
        ]

    def _pick(self, pick: dict[str, Any], rules: list[str]) -> Pick:
        costs, low, high = (self._signed(pick[key]).lstrip("+±") for key in ("costs", "low", "high"))
        return Pick(
            ", ".join([rules[0], *(rule.lower() for rule in rules[1:])]),
            pick["number"],
            "" if pick["number"] == self.expected.best_number else costs,
            f"[{low}, {high}]",
            pick["fit_seconds"],
            pick["number"] == self.keep,
        )

    @property
    def fastest(self) -> dict[str, Any] | None:
        return next((pick for pick in self.figures["picks"] if pick["rule"] == "fastest"), None)

    @property
    def keep(self) -> int | None:
        """The number of the one trial that is recommended; None where none is better than guessing."""
        return self.figures["keep"] if self.is_known and not self.has_no_pattern else None

    @property
    def keep_why(self) -> str:
        return self.figures["keep_why"].rstrip(".")


def study_expected(study: Study, complete: int, best: Incumbent | None, defaults: Incumbent | None) -> StudyExpected:
    """One query; a second one for the workers while figures are awaited."""
    shown = StudyExpected(expected_scores([study])[study.pk], complete, best, defaults)
    if not shown.is_pending:
        return shown
    nobody = not WorkerProcess.objects.alive().exists()
    return StudyExpected(shown.expected, complete, best, defaults, nobody_works=nobody)

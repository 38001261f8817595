"""The part of the new-study form that launches the same study by several methods and seeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studies.engine.method_comparison import MOST_SEEDS, OFFERED, MethodComparison, compare_methods
from studies.engine.probe import Timing
from studies.engine.spec_examination import Examination
from studies.models import Method
from studies.plots.numbers import count_of

from .plain import plain_whole
from .study_minutes import minutes_of

PREFIX = "compare_"
SHOWN = "compare_shown"
USUAL_METHODS, USUAL_SEEDS = (Method.BAYESIAN, Method.RANDOM), "3"


@dataclass(frozen=True)
class ComparisonPart:
    """What is ticked and typed, and what it comes to."""

    choice: MethodComparison
    ticked: list[str]
    seeds: str

    most_seeds = MOST_SEEDS

    @property
    def methods(self) -> list[tuple[str, str, bool, str]]:
        """Name of the field, label, whether it is ticked, and what to know."""
        known = {Method.GRID: "takes no seed, so it is one study"}
        return [(f"{PREFIX}{key}", key.label, key in self.ticked, known.get(key, "")) for key in OFFERED]

    @property
    def errors(self) -> list[str]:
        """What is wrong with them, as somebody who typed it understands it."""
        found = [sentence for sentences in self.choice.problems.errors.values() for sentence in sentences]
        return [f"Seeds: a whole number from 1 to {MOST_SEEDS}." if s.startswith("seeds is ") else s for s in found]


def comparison_part(found: Examination, data: Mapping[str, Any]) -> ComparisonPart:
    """Read from what was posted; before that, two methods by three seeds."""
    if SHOWN in data:
        ticked = [str(key) for key in OFFERED if f"{PREFIX}{key}" in data]
        seeds = str(data.get(f"{PREFIX}seeds", "")).strip()
    else:
        ticked, seeds = [str(key) for key in USUAL_METHODS], USUAL_SEEDS
    number = plain_whole(seeds) if seeds else None
    return ComparisonPart(compare_methods(found, ticked, number), ticked, seeds)


def comparison_words(part: ComparisonPart, timing: Timing | None, workers: int) -> str:
    """6 studies, 360 trials, 1,800 fits: 10 to 20 min on 2 workers."""
    choice, trials = part.choice, part.choice.trials
    if choice.problems or trials is None or choice.found.plan is None:
        return ""
    fits = trials * choice.found.plan.fits
    counts = f"{choice.studies} studies, {count_of(trials, 'trial')}, {count_of(fits, 'fit')}"
    minutes = minutes_of(choice.found, timing, workers, choice.studies, trials)
    return f"{counts}: {minutes.span} {minutes.where}." if minutes.span else f"{counts}."

"""Why a method proposed a trial, and whether what it expected came true."""

from collections.abc import Mapping
from dataclasses import dataclass

from studies.models import Study, Trial, TrialState
from studies.plots.numbers import format_percent, format_score
from studies.plots.score_dots import Scale, scale_of

DOTS_WIDTH = 470
SURE = 0.9  # chance to give a score from which on it is not worth a word
REASONS = {
    "start": "Proposed to begin the search",
    "explore": "Proposed to explore",
    "exploit": "Proposed to exploit",
    "sampled": "Drawn from what good trials have in common",
    "random": "Drawn by chance",
}
MEANINGS = {
    "start": "The first trials spread over the space, before there are scores to learn from.",
    "explore": "The model knew little here: the score might beat the best, and the trial would teach it much.",
    "exploit": "The model expected a good score here, near what was known to be good.",
    "sampled": "The method drew it from a distribution that good trials have shaped.",
    "random": "Nothing better was left to propose.",
}


@dataclass(frozen=True)
class Interval:
    """Places in pixels of what was predicted, of the score to beat, and of the score that was told, where known."""

    width: int
    low: float
    high: float
    predicted: float
    best: float | None
    told: float | None
    label: str


@dataclass(frozen=True)
class Why:
    """A sentence, what it means, what came of it, and the picture of it where the model predicted a score."""

    title: str
    meaning: str
    outcome: str
    interval: Interval | None


def why_of(study: Study, shown: Trial) -> Why | None:
    """From the trial's origin; None where the method gave none, or where its lineage says it already."""
    origin: Mapping[str, object] = shown.origin or {}
    kind = str(origin.get("kind", ""))
    if kind not in REASONS:
        return None
    figures = {name: float(value) for name, value in origin.items() if isinstance(value, int | float)}
    title, outcome = REASONS[kind], ""
    interval = None
    if {"predicted", "low", "high"} <= figures.keys():
        title += f": predicted {_expected(figures)}"
        if "best" in figures:
            title += f", {_words(figures, figures['best'])} to beat"
        outcome = _outcome(study, shown, figures)
        interval = _interval(shown, figures, f"{title}. {outcome}")
    meaning = MEANINGS[kind]
    if figures.get("succeeds", 1.0) < SURE:
        meaning += f" The model gave it a chance of {format_percent(figures['succeeds'])} to have a score at all."
    return Why(title, meaning, outcome, interval)


def _outcome(study: Study, shown: Trial, figures: Mapping[str, float]) -> str:
    if shown.state in (TrialState.WAITING, TrialState.RUNNING):
        return "It has no score yet."
    if shown.state != TrialState.COMPLETE or shown.value is None:
        return f"It has no score to compare: {shown.get_state_display().lower()}."
    told = _words(figures, shown.value)
    if shown.value < figures["low"]:
        where = "below the interval"
    elif shown.value > figures["high"]:
        where = "above the interval"
    else:
        where = "within the interval"
    if "best" not in figures:
        return f"It scored {told}, {where}."
    beats = shown.value > figures["best"] if study.maximize else shown.value < figures["best"]
    if told == _words(figures, figures["best"]):
        return f"It scored {told}, {where} and level with the score to beat."
    return f"It scored {told}, {where}, and {'beat' if beats else 'did not beat'} the score to beat."


def _expected(figures: Mapping[str, float]) -> str:
    low, high = (_words(figures, figures[end]) for end in ("low", "high"))
    return f"{_words(figures, figures['predicted'])} ({low} to {high})"


def _words(figures: Mapping[str, float], score: float) -> str:
    """With the digits that the interval deserves."""
    return format_score(score, figures["high"] / 4 - figures["low"] / 4)


def _interval(shown: Trial, figures: Mapping[str, float], label: str) -> Interval:
    told = shown.value if shown.state == TrialState.COMPLETE else None
    best = figures.get("best")
    scale: Scale = scale_of([[*(figures[n] for n in ("low", "high")), *(v for v in (best, told) if v is not None)]])
    scale = Scale(scale.low, scale.high, DOTS_WIDTH)
    return Interval(
        width=DOTS_WIDTH,
        low=scale(figures["low"]),
        high=scale(figures["high"]),
        predicted=scale(figures["predicted"]),
        best=None if best is None else scale(best),
        told=None if told is None else scale(told),
        label=label,
    )

"""The score ruler: baseline, defaults and best on one axis, drawn with percents so that it fits any width."""

import math
from dataclasses import dataclass

import numpy as np

from studies.models import Study
from studies.plots.numbers import format_score

from .progress import Incumbent

PADDING = 0.3  # of the distance between the marks, on each side
EDGE = 5.0  # percent of the width that half a tick's word takes on a phone
CROSSED = 1.5  # percent of the width, about half a tick's word
FAR = 3.0  # a baseline further off than this many distances is written at the edge instead of drawn


@dataclass(frozen=True)
class Mark:
    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Ruler:
    ticks: list[Mark]
    best: Mark
    defaults: Mark | None
    baseline: Mark | None
    far_baseline: str
    label: str


def ruler(study: Study, best: Incumbent | None, defaults: Incumbent | None, word: str = "best CV") -> Ruler | None:
    """None until there is a score and something to hold it against; `word` names the diamond."""
    guess = (study.baseline or {}).get("value")
    other = defaults if defaults is not None and best is not None and defaults.number != best.number else None
    if best is None or (other is None and guess is None):
        return None
    near = [best.value] + ([other.value] if other else [])
    noise = best.stderr or 0.0
    reach = max(np.ptp(near), 2 * noise, abs(best.value) * 1e-3, 1e-9)
    shown = guess is not None and (other is None or abs(guess - best.value) <= FAR * reach)
    points = near + ([guess] if shown else [])
    span = max(float(np.ptp(points)), 2 * noise, abs(best.value) * 1e-12, 1e-9)
    low, high = min(points) - PADDING * span, max(points) + PADDING * span
    if not 0 < high - low < math.inf:  # the scores are so large that nothing can be told apart beside them
        return None

    def at(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    best_mark = Mark(at(best.value), f"{word} {format_score(best.value, best.stderr)}", _anchor(at(best.value)))
    default_mark = Mark(at(other.value), f"defaults {format_score(other.value, best.stderr)}") if other else None
    baseline_mark = Mark(at(guess), f"baseline {format_score(guess, noise)}") if shown else None
    if default_mark and baseline_mark:
        default_mark, baseline_mark = _apart(default_mark, baseline_mark)
    leads = [mark.at for mark in (default_mark, baseline_mark) if mark]
    return Ruler(
        ticks=[Mark(at(tick), _where_it_fits(at(tick), text, leads)) for tick, text in _ticks(low, high)],
        best=best_mark,
        defaults=default_mark,
        baseline=baseline_mark,
        far_baseline="" if shown or guess is None else f"baseline {format_score(guess, noise)}",
        label=", ".join(mark.text for mark in (baseline_mark, default_mark, best_mark) if mark),
    )


def _where_it_fits(at: float, text: str, leads: list[float]) -> str:
    """No word under a tick where the line to a mark's word would run through it, or that would be cut off."""
    return "" if not EDGE <= at <= 100 - EDGE or any(abs(at - lead) < CROSSED for lead in leads) else text


def _anchor(at: float) -> str:
    return "end" if at > 80 else "start" if at < 20 else "middle"


def _apart(first: Mark, second: Mark) -> tuple[Mark, Mark]:
    """Words that would run into each other lean outwards."""
    if abs(first.at - second.at) > 30:
        return Mark(first.at, first.text, _anchor(first.at)), Mark(second.at, second.text, _anchor(second.at))
    if first.at <= second.at:
        return Mark(first.at, first.text, "end"), Mark(second.at, second.text, "start")
    return Mark(first.at, first.text, "start"), Mark(second.at, second.text, "end")


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Round numbers, three to seven: as many as a phone has room for."""
    raw = (high - low) / 4
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(power * min((1, 2, 5, 10), key=lambda m: abs(m * power - raw)))
    decimals = max(0, int(-np.floor(np.log10(step) + 1e-9)))
    first = np.ceil(low / step)
    return [(tick, format_tick(tick, decimals)) for tick in (np.arange(first, high / step + 1e-9) * step).tolist()]


def format_tick(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")  # + 0.0: never a negative nought

"""The score ruler: baseline, defaults, expected score and best on one axis, in percents so that it fits any width."""

import math
from dataclasses import dataclass

import numpy as np

from studies.models import Study
from studies.plots.numbers import format_score

from .expected_scores import Expected
from .progress import Incumbent

PADDING = 0.3  # of the distance between the marks, on each side
PADDING_FOR_TWO = 0.45  # where two words above the axis lean outwards
EDGE = 5.0  # percent of the width that half a tick's word takes on a phone
CROSSED = 1.5  # percent of the width, about half a tick's word
FAR = 3.0  # a baseline further off than this many distances is written at the edge instead of drawn


@dataclass(frozen=True)
class Mark:
    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Interval:
    """The expected score on the ruler: its mark, and from where to where the interval reaches."""

    mark: Mark
    start: float
    width: float


@dataclass(frozen=True)
class Ruler:
    ticks: list[Mark]
    best: Mark
    defaults: Mark | None
    baseline: Mark | None
    far_baseline: str
    label: str
    expected: Interval | None = None


def ruler(
    study: Study,
    best: Incumbent | None,
    defaults: Incumbent | None,
    word: str = "best CV",
    expected: Expected | None = None,
) -> Ruler | None:
    """None until there is a score and something to hold it against; `word` names the diamond."""
    guess = (study.baseline or {}).get("value")
    other = defaults if defaults is not None and best is not None and defaults.number != best.number else None
    if best is None or (other is None and guess is None and not expected):
        return None
    near = [best.value] + ([other.value] if other else [])
    near += [expected.value, expected.low, expected.high] if expected else []
    noise = best.stderr or 0.0
    reach = max(np.ptp(near), 2 * noise, abs(best.value) * 1e-3, 1e-9)
    shown = guess is not None and (len(near) == 1 or abs(guess - best.value) <= FAR * reach)
    points = near + ([guess] if shown else [])
    span = max(float(np.ptp(points)), 2 * noise, abs(best.value) * 1e-12, 1e-9)
    padding = span * (PADDING_FOR_TWO if expected else PADDING)
    low, high = min(points) - padding, max(points) + padding
    if not 0 < high - low < math.inf:  # the scores are so large that nothing can be told apart beside them
        return None

    def at(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    best_mark = Mark(at(best.value), f"{word} {format_score(best.value, best.stderr)}", _anchor(at(best.value)))
    default_mark = Mark(at(other.value), f"defaults {format_score(other.value, best.stderr)}") if other else None
    baseline_mark = Mark(at(guess), f"baseline {format_score(guess, noise)}") if shown else None
    if default_mark and baseline_mark:
        default_mark, baseline_mark = _apart(default_mark, baseline_mark)
    interval = None
    if expected:
        mark = Mark(at(expected.value), f"expected {format_score(expected.value, best.stderr)}")
        mark, best_mark = _apart(mark, best_mark)
        interval = Interval(mark, at(expected.low), round(at(expected.high) - at(expected.low), 2))
    leads = [mark.at for mark in (default_mark, baseline_mark) if mark]
    far = "" if shown or guess is None else f"baseline {format_score(guess, noise)}"
    words = (baseline_mark, default_mark, interval and interval.mark, best_mark)
    return Ruler(
        ticks=[Mark(at(tick), _where_it_fits(at(tick), text, leads)) for tick, text in _ticks(low, high)],
        best=best_mark,
        defaults=default_mark,
        baseline=baseline_mark,
        far_baseline=far,
        label=", ".join(filter(None, (far, *(mark.text for mark in words if mark)))),
        expected=interval,
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

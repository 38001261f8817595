"""What checks find about a search, each with a mark and in words; the review's checklist and the health cards use it.

Nothing here asks the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log
from typing import Any, Literal

from studies.plots.numbers import format_parameter, format_percent

PASS, WARN, FAIL = "complete", "attention", "failed"
ORDER = {FAIL: 0, WARN: 1, PASS: 2}
MARK_WORDS = {PASS: "Passes", WARN: "Warns", FAIL: "Fails"}
EDGE = 0.02  # of a range, on its own scale
FEW_STEPS = 5  # whole numbers: with fewer, the ends are no edge
MANY_FAILED, MOST_FAILED = 0.1, 0.5
NAMED = 3

Bounds = Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Check:
    """`mark` names the state whose shape and colour it wears, `about` what the help explains of it."""

    mark: str
    title: str
    words: str
    about: str = ""

    @property
    def word(self) -> str:
        return MARK_WORDS[self.mark]


@dataclass(frozen=True)
class Remedy:
    """What can be done about it: an address to look at, a follow-up study (its query beside the study's id), or the
    button that extends the study."""

    label: str
    href: str = ""
    follow: str = ""
    extends: bool = False


@dataclass(frozen=True)
class Card(Check):
    """A check of the health of a search, and what can be done about what it found."""

    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class Touch:
    """A number at the end of its range, such as "C 9,800 of at most 10,000"."""

    name: str
    end: Literal["low", "high"]
    words: str


def touched(
    entries: Sequence[Mapping[str, Any]], config: Mapping[str, Any], bounds: Bounds | None = None
) -> list[Touch]:
    """The numbers of a configuration that lie at an end of their range; not where nothing can be beyond it.

    entries: the space's parameters as JSON; bounds: least and most that the model can take at all, None is open.
    """
    found = [
        _touch(entry, config.get(entry["name"]), *(bounds or {}).get(entry["name"], (None, None))) for entry in entries
    ]
    return [touch for touch in found if touch]


def _touch(entry: Mapping[str, Any], value: Any, least: float | None, most: float | None) -> Touch | None:
    if entry.get("type") not in ("float", "int") or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    low, high = entry["low"], entry["high"]
    if not isfinite(value) or high <= low or (entry["type"] == "int" and high - low < FEW_STEPS):
        return None
    if entry.get("log") and value > 0:
        share = (log(value) - log(low)) / (log(high) - log(low))
    else:
        share = (value - low) / (high - low)
    margin = EDGE if entry["type"] == "float" else 0.0
    if share <= margin and (least is None or low > least):
        return Touch(
            entry["name"], "low", f"{entry['name']} {format_parameter(value)} of at least {format_parameter(low)}"
        )
    if share >= 1 - margin and (most is None or high < most):
        return Touch(
            entry["name"], "high", f"{entry['name']} {format_parameter(value)} of at most {format_parameter(high)}"
        )
    return None


def failure_mark(failed: int, done: int) -> str:
    share = failed / max(1, done)
    return FAIL if share >= MOST_FAILED else WARN if share >= MANY_FAILED else PASS


def failed_words(failed: int, done: int) -> str:
    """3 failed (5 %)."""
    return f"{failed:,} failed" + (f" ({format_percent(failed / max(1, done))})" if failed else "")


def some(phrases: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(phrases) - NAMED
    return "; ".join(phrases[:NAMED]) + (f"; and {more} more" if more > 0 else "")

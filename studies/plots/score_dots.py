"""Small pictures inside table rows, as coordinates: fold dots, sparkline, stacked counts. Templates draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from studies.plots.numbers import format_score

INSET = 6.0  # so that a dot at the end of the scale is whole


@dataclass(frozen=True)
class Scale:
    """Scores from low to high on `width` pixels: one for a whole table, named in its header."""

    low: float
    high: float
    width: int = 120

    def __call__(self, score: float) -> float:
        share = (score / 2 - self.low / 2) / (self.high / 2 - self.low / 2)  # halves: no difference overflows
        return round(INSET + min(1.0, max(0.0, share)) * (self.width - 2 * INSET), 1)

    @property
    def label(self) -> str:
        noise = self.high / 10 - self.low / 10
        return f"{format_score(self.low, noise)} to {format_score(self.high, noise)}"


def scale_of(fold_scores: Sequence[Sequence[float]], width: int = 120) -> Scale:
    """The scale of a table: all fold scores of its rows."""
    scores = [score for row in fold_scores for score in row if isfinite(score)]
    low, high = (min(scores), max(scores)) if scores else (0.0, 1.0)
    if high / 2 > low / 2:
        return Scale(low, high, width)
    pad = max(0.5, abs(high) * 1e-3)
    return Scale(low - pad, high + pad, width)


@dataclass(frozen=True)
class FoldDots:
    """Where the folds, their mean and a reference lie, in pixels."""

    width: int
    folds: tuple[float, ...]
    mean: float | None
    reference: float | None
    label: str


def fold_dots(
    scores: Sequence[float], scale: Scale, *, mean: float | None = None, reference: float | None = None
) -> FoldDots:
    """Dots of one row. `mean` only for a complete trial; `reference` is the score that all rows are held against."""
    known = [score for score in scores if isfinite(score)]
    words = ", ".join(format_score(score) for score in known)
    return FoldDots(
        width=scale.width,
        folds=tuple(scale(score) for score in known),
        mean=None if mean is None else scale(mean),
        reference=None if reference is None else scale(reference),
        label=f"fold scores {words}",
    )


@dataclass(frozen=True)
class Sparkline:
    """Best so far in steps: `points` as an SVG polyline wants them; y grows downwards."""

    width: int
    points: str
    end_x: float
    end_y: float
    label: str


def sparkline(best_so_far: Sequence[float], *, width: int = 84, height: int = 20) -> Sparkline | None:
    """None while there is nothing to draw. Many values are thinned to what the width can show."""
    known = [value for value in best_so_far if isfinite(value)]
    if not known:
        return None
    stride = max(1, len(known) // (width - 6))
    shown = known[::stride] if known[::stride][-1] == known[-1] else [*known[::stride], known[-1]]
    low, high = min(shown), max(shown)
    steps = max(1, len(shown) - 1)
    path: list[str] = []
    x = y = last = 0.0
    for i, value in enumerate(shown):
        x = round(1 + i / steps * (width - 6), 1)
        y = round(3 + (high - value) / (high - low) * (height - 6), 1) if high > low else height / 2
        if i and y != last:
            path.append(f"{x},{last}")
        path.append(f"{x},{y}")
        last = y
    words = f"best so far from {format_score(shown[0])} to {format_score(shown[-1])}"
    return Sparkline(width, " ".join(path), x, y, words)


@dataclass(frozen=True)
class MixPart:
    """One state's share of the bar, in pixels."""

    state: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class MixBar:
    """Counts by state side by side; `label` has them in words."""

    width: int
    parts: tuple[MixPart, ...]
    label: str


def mix_bar(counts: Mapping[str, int], *, width: int = 120, gap: float = 1.0, least: float = 1.5) -> MixBar:
    """A bar of counts in the order given; no state that has trials is thinner than `least` pixels."""
    present = [(state, count) for state, count in counts.items() if count > 0]
    total = sum(count for _, count in present)
    room = width - gap * max(0, len(present) - 1)
    wanted = [max(least, room * count / total) for _, count in present]
    shrink = room / sum(wanted) if wanted else 1.0
    parts, x = [], 0.0
    for (state, count), wide in zip(present, wanted, strict=True):
        parts.append(MixPart(state, count, round(x, 1), round(wide * shrink, 1)))
        x += wide * shrink + gap
    return MixBar(width, tuple(parts), ", ".join(f"{count:,} {state}" for state, count in present))

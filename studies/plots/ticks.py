"""Round numbers along an axis."""

import math
import sys
from itertools import pairwise

LEAST = 1e-300  # a smaller extent loses its digits: ticks could not be told apart


def _rounded(value: float, step: float) -> float:
    return round(value, max(0, 1 - math.floor(math.log10(step))))


def linear_ticks(low: float, high: float, wanted: int = 5, whole: bool = False) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within [low, high], about `wanted` of them."""
    if not LEAST < high - low < math.inf:
        return [low]
    raw = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= raw * 0.999)
    if whole:
        step = max(1.0, round(step))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [_rounded(i * step, step) for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Powers of ten within [low, high]; with 3, or 2 and 5, between them where decades alone are too few."""
    first, last = math.floor(math.log10(low)), min(sys.float_info.max_10_exp, math.ceil(math.log10(high)))
    for steps in ((1,), (1, 3), (1, 2, 5)):
        ticks = [k * 10.0**e for e in range(first, last + 1) for k in steps]
        ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(ticks) >= 3:
            break
    stride = math.ceil(len(ticks) / most)
    return ticks[::stride] if len(ticks) >= 2 else sorted({low, *ticks, high})


def fill_between(marks: list[float], low: float, high: float, count: int) -> list[float]:
    """The marks and as many further places between low and high as make about `count`, in order, none doubled."""
    spacing = (high - low) / max(1, count)
    places = sorted({low, high, *marks})
    filled: list[float] = []
    for left, right in pairwise(places):
        parts = max(1, round((right - left) / spacing)) if spacing > 0 else 1
        filled += [left + (right - left) * i / parts for i in range(parts)]
    return [*filled, places[-1]]


def spread(positions: list[float], apart: float, highest: float) -> list[float]:
    """Positions moved little, so that neighbours are at least `apart` and none above `highest`; the order is kept."""
    order = sorted(range(len(positions)), key=positions.__getitem__)
    placed = [float(positions[i]) for i in order]
    for _ in range(50):
        moved = False
        for i in range(len(placed) - 1):
            lack = apart - (placed[i + 1] - placed[i])
            if lack > 1e-9:
                placed[i] -= lack / 2
                placed[i + 1] += lack / 2
                moved = True
        if not moved:
            break
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], highest)
        highest = placed[i] - apart
    result = [0.0] * len(positions)
    for place, i in zip(placed, order, strict=True):
        result[i] = place
    return result

"""The regret curves as an SVG that stands in a page by itself: light or dark as its reader's system is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from benchmarks.search.statistics import Interval

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 50
LOWEST = 1e-3  # regret is 0 where the best known was found; a log axis has no place for it
LINE = 16  # px between names at the right
COLOURS = ("#0b7fab", "#d9541e", "#7b8494", "#8b5cf6", "#1a9850", "#b7861b", "#d6468b", "#64748b")
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937 } .quiet { fill: #6b7280 } .grid { stroke: #e5e7eb }
.paper { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb } .quiet { fill: #9ca3af } .grid { stroke: #374151 } .paper { fill: #111827 }
}
"""


@dataclass(frozen=True)
class Curve:
    """Mean regret after 1, 2, ... trials, with its interval; a strong one is drawn thick and with a band."""

    name: str
    points: Sequence[Interval]
    strong: bool = False


@dataclass(frozen=True)
class Frame:
    """Where a trial and a regret lie, in px: trials in a row, regrets by decades from 10**low to 10**high."""

    trials: int
    low: int
    high: int

    @classmethod
    def around(cls, curves: Sequence[Curve]) -> "Frame":
        """High enough for 1, the median of random configurations; what is worse lies on the upper edge."""
        least = min(max(point.mean, LOWEST) for curve in curves for point in curve.points)
        return cls(max(len(curve.points) for curve in curves), min(floor(log10(least)), -1), 0)

    def x(self, n: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (n - 1) / max(self.trials - 1, 1)

    def y(self, regret: float) -> float:
        share = (log10(max(regret, LOWEST)) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(share, 0.0), 1.0)

    def path(self, regrets: Sequence[float]) -> list[str]:
        return [f"{self.x(n):.1f},{self.y(regret):.1f}" for n, regret in enumerate(regrets, 1)]


def draw(title: str, curves: Sequence[Curve]) -> str:
    frame = Frame.around(curves)
    coloured = [(curve, COLOURS[place % len(COLOURS)]) for place, curve in enumerate(curves)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" ',
        f'aria-label="{escape(title)}"><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text x="{LEFT}" y="24" font-weight="600">{escape(title)}</text>',
        *_axes(frame),
        *(_band(frame, curve, colour) for curve, colour in coloured if curve.strong),
        *(_line(frame, curve, colour) for curve, colour in reversed(coloured)),
        *_names(frame, coloured),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axes(frame: Frame) -> list[str]:
    parts = []
    for decade in range(frame.low, frame.high + 1):
        y = frame.y(10**decade)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="quiet" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10**decade:g}</text>')
    below = 'class="quiet" text-anchor="middle"'
    step = 25 if frame.trials > 60 else 10 if frame.trials > 20 else 5
    marks = (1, *range(step, frame.trials + 1, step))
    parts += [f'<text {below} x="{frame.x(n):.1f}" y="{HEIGHT - BOTTOM + 20}">{n}</text>' for n in marks]
    return [*parts, f'<text {below} x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}">trials</text>']


def _band(frame: Frame, curve: Curve, colour: str) -> str:
    upper = frame.path([point.high for point in curve.points])
    lower = frame.path([point.low for point in curve.points])
    return f'<polygon points="{" ".join(upper + lower[::-1])}" fill="{colour}" opacity="0.15"/>'


def _line(frame: Frame, curve: Curve, colour: str) -> str:
    along = " ".join(frame.path([point.mean for point in curve.points]))
    return f'<polyline points="{along}" fill="none" stroke="{colour}" stroke-width="{2.5 if curve.strong else 1.4}"/>'


def _names(frame: Frame, coloured: Sequence[tuple[Curve, str]]) -> list[str]:
    heights = apart({curve.name: frame.y(curve.points[-1].mean) + 4 for curve, _ in coloured})
    left = WIDTH - RIGHT + 10
    parts = []
    for curve, colour in coloured:
        parts.append(f'<circle cx="{left}" cy="{heights[curve.name] - 4:.1f}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{left + 9}" y="{heights[curve.name]:.1f}">{escape(curve.name)}</text>')
    return parts


def apart(heights: Mapping[str, float]) -> dict[str, float]:
    """Names beside the ends of their lines, in that order, moved so that none lies on another or below the axis."""
    order = sorted(heights, key=lambda name: heights[name])
    placed: dict[str, float] = {}
    lowest: float = HEIGHT - BOTTOM + 4 + LINE
    for name in reversed(order):
        placed[name] = lowest = min(heights[name], lowest - LINE)
    highest: float = TOP - LINE
    for name in order:
        placed[name] = highest = max(placed[name], highest + LINE)
    return placed

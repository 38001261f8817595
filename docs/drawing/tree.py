"""A search space: conditions as a tree, a forbidden combination crossed out, and where an axis with a prior is drawn.

Children hang from the value that makes them active. The rightmost value's children come first, so that no line crosses
another.
"""

from itertools import pairwise

from docs.drawing.svg import Picture, path, text
from studies.search import Categorical, Float, Int, Parameter, Space

SPACE = Space(
    [
        Float("C", 1e-3, 1e3, log=True, prior={"centre": 1.0, "spread": 5.0}),
        Categorical("machine", ["linear", "kernel"]),
        Categorical("penalty", ["l1", "l2"], when={"machine": ["linear"]}),
        Categorical("loss", ["hinge", "squared_hinge"], when={"machine": ["linear"]}),
        Categorical("kernel", ["poly", "rbf"], when={"machine": ["kernel"]}),
        Float("gamma", 1e-4, 1.0, log=True, when={"machine": ["kernel"]}),
        Int("degree", 2, 5, when={"kernel": ["poly"]}),
    ],
    forbidden=[{"penalty": ["l1"], "loss": ["hinge"]}],
)
WIDTH, ROW, CHIP, LETTER, BOLD = 372, 34, 18, 5.2, 6.7
AXIS, TICKS, PLACES, HIGHEST = 104, 24, 61, 16

Point = tuple[float, float]


class _Drawing:
    """Rows from top to bottom; remembers where each value stands, because children and crosses begin there."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.y = 14.0
        self.chips: dict[tuple[str, object], tuple[float, float, float]] = {}  # middle x, middle y, width

    def row(self, parameter: Parameter, left: float) -> None:
        begin = left + BOLD * len(parameter.name) + 8
        self.parts.append(text(left, self.y + 3.5, parameter.name, "name"))
        if isinstance(parameter, Float):
            self._axis(parameter, begin)
        else:
            for value in parameter.every() or ():
                begin = self._chip(parameter.name, value, begin)
        self.y += ROW

    def children(self, parent: Parameter, left: float) -> None:
        """The rows that hang from this parameter's values."""
        for value in reversed(parent.every() or ()):
            for child in SPACE:
                if child.when == {parent.name: (value,)}:
                    x, top, _ = self.chips[parent.name, value]
                    self.parts.append(path([(x, top + CHIP / 2), (x, self.y), (x + 10, self.y)], "branch"))
                    self.row(child, x + 14)
                    self.children(child, x + 14)

    def crosses(self) -> None:
        """A line between the values that do not go together, crossed out."""
        for combination in SPACE.forbidden:
            (x1, y1), (x2, y2) = (self.chips[name, values[0]][:2] for name, values in combination.when.items())
            y1, y2 = y1 + CHIP / 2, y2 - CHIP / 2
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            self.parts += [path([(x1, y1), (x2, y2)], "never"), *_cross(x, y)]

    def _chip(self, name: str, value: object, left: float) -> float:
        width = LETTER * len(str(value)) + 12
        self.parts.append(
            f'<rect class="chip" x="{left:g}" y="{self.y - CHIP / 2:g}" width="{width:g}" height="{CHIP}" rx="9"/>'
        )
        self.parts.append(text(left + width / 2, self.y + 3.5, str(value), anchor="middle"))
        self.chips[name, value] = (round(left + width / 2, 1), self.y, width)
        return round(left + width + 6, 1)

    def _axis(self, number: Float, left: float) -> None:
        """A tick at each of evenly spaced places of the unit interval, and above how densely they lie."""
        base = self.y + 5
        plain = Float(number.name, number.low, number.high, log=number.log)
        for i in range(TICKS):
            x = round(left + AXIS * plain.to_unit(number.from_unit((i + 0.5) / TICKS)), 1)
            self.parts.append(path([(x, base), (x, base + 5)], "tick"))
        if number.prior is not None:
            shares = [number.to_unit(plain.from_unit(i / (PLACES - 1))) for i in range(PLACES)]
            density = [after - before for before, after in pairwise(shares)]
            outline = [
                (left + AXIS * (i + 0.5) / (PLACES - 1), base - HIGHEST * share / max(density))
                for i, share in enumerate(density)
            ]
            self.parts.append(path([(left, base), *outline, (left + AXIS, base)], "band", close=True))
        self.parts.append(path([(left, base), (left + AXIS, base)], "rail"))
        self.parts.append(text(left + AXIS + 6, base + 3.5, f"{number.low:g} to {number.high:g}"))


def _cross(x: float, y: float) -> list[str]:
    return [path([(x - 4, y - 4), (x + 4, y + 4)], "cross"), path([(x - 4, y + 4), (x + 4, y - 4)], "cross")]


def space() -> Picture:
    drawing = _Drawing()
    for parameter in SPACE:
        if not parameter.when:
            drawing.row(parameter, 8)
            drawing.children(parameter, 8)
    drawing.crosses()
    count = SPACE.grid(5).count
    said = "Seven parameters as a tree; l1 with hinge is crossed out; most of what is drawn of C lies about 1"
    caption = (
        f"What hangs below a value counts only while it is chosen; what is crossed out never comes up. Ticks are where "
        f"even draws fall: with a prior, most of them about its centre. A grid of 5 values a number has {count} points."
    )
    return Picture("space", said, caption, (0, -8, WIDTH, drawing.y + 2), drawing.parts)

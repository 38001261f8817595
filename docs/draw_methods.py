"""Draws the pictures of the help on methods: where each puts its trials on a surface with a broad and a narrow hill.

The proposals come from studies.search itself, so run it again when a method changes:

    .venv/bin/python docs/draw_methods.py

It writes templates/help/methods/_<method>.html; colours are classes of static/css/help.css, for light and dark.
"""

import sys
from itertools import pairwise
from math import exp
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studies.search import Config, Float, Observation, Space, make_method  # noqa: E402

FOLDER = ROOT / "templates" / "help" / "methods"
SPACE = Space([Float("a", 0.0, 1.0), Float("b", 0.0, 1.0)])
TRIALS, SEEDS = 36, 12
SEED = 0  # the one of them whose results are nearest to the medians, for all methods together
OPTIONS = {"grid": {"levels": 6}, "random": {}, "bayesian": {}, "evolutionary": {}}
BY_HAND = [(0.5, y) for y in (0.5, 0.8, 0.2, 0.35)] + [(x, 0.35) for x in (0.3, 0.65, 0.85, 0.75)] + [(0.7, 0.3)]
SIZE, CELLS, STEPS = 200, 25, 7


def score(a: float, b: float) -> float:
    """Between 0.60 and about 0.90: a broad hill at the upper left, a narrow and higher one at the lower right."""
    broad = 0.17 * exp(-(((a - 0.27) / 0.26) ** 2) - ((b - 0.72) / 0.24) ** 2)
    narrow = 0.30 * exp(-(((a - 0.73) / 0.17) ** 2) - ((b - 0.33) / 0.13) ** 2)
    return 0.60 + broad + narrow


def trials_of(method: str, seed: int = SEED) -> list[Config]:
    """What the method proposes when it is told each score before the next ask."""
    searcher = make_method(method, SPACE, seed=seed, direction="maximize", **OPTIONS[method])
    history: list[Observation] = []
    for start in range(TRIALS):
        asked = searcher.ask(n=1, history=history, start=start)
        history += [Observation(config, value=score(**config)) for config in asked]
    return [observation.config for observation in history]


def usual_best(method: str) -> float:
    """The median over the seeds of the best score."""
    return median(max(score(**config) for config in trials_of(method, seed)) for seed in range(SEEDS))


def picture(name: str, points: list[tuple[float, float]], more: str = "") -> str:
    """A figure: the surface, every trial (darker the later), a line where a person went step by step, the best."""
    scores = [score(*point) for point in points]
    best = max(range(len(points)), key=scores.__getitem__)
    said = f"{len(points)} trials by {name}: the best, {scores[best]:.3f}, is trial {best}"
    parts = [f'<svg class="surface" viewBox="-6 -6 {SIZE + 12} {SIZE + 12}" role="img" aria-label="{said}">']
    parts += _surface()
    if name == "hand":
        parts += [_line(here, there) for here, there in pairwise(points)]
    for i, point in enumerate(points):
        late = 1 + 4 * i // len(points)
        x, y = _place(point)
        parts.append(f'<circle class="t{late}" cx="{x}" cy="{y}" r="4"/>')
    x, y = _place(points[best])
    parts += [f'<circle class="best" cx="{x}" cy="{y}" r="8"/>', "</svg>"]
    caption = f"{len(points)} trials. Best {scores[best]:.3f} at trial {best}{more}."
    return f'<figure class="pic">\n{"".join(parts)}\n<figcaption>{caption}</figcaption>\n</figure>\n'


def _surface() -> list[str]:
    """Squares of one shade each, neighbours of a row joined."""
    side = SIZE / CELLS
    parts = []
    for row in range(CELLS):
        shades = [_shade((column + 0.5) / CELLS, 1 - (row + 0.5) / CELLS) for column in range(CELLS)]
        begin = 0
        for column in range(1, CELLS + 1):
            if column == CELLS or shades[column] != shades[begin]:
                width = (column - begin) * side
                parts.append(
                    f'<rect class="r{shades[begin]}" x="{begin * side:g}" y="{row * side:g}" '
                    f'width="{width:g}" height="{side:g}"/>'
                )
                begin = column
    return parts


def _shade(a: float, b: float) -> int:
    return min(STEPS - 1, int((score(a, b) - 0.60) / 0.30 * STEPS))


def _place(point: tuple[float, float]) -> tuple[float, float]:
    return round(point[0] * SIZE, 1), round((1 - point[1]) * SIZE, 1)


def _line(here: tuple[float, float], there: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = _place(here), _place(there)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def draw(method: str) -> str:
    if method == "manual":
        return picture("hand", BY_HAND)
    points = [(config["a"], config["b"]) for config in trials_of(method)]
    return picture(f"{method} search", points, f"; median of {SEEDS} seeds {usual_best(method):.3f}")


if __name__ == "__main__":
    for method in ("manual", *OPTIONS):
        (FOLDER / f"_{method}.html").write_text(draw(method))

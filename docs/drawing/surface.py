"""The surface of two parameters on which all methods are drawn: a broad hill, and a narrow and higher one."""

from itertools import pairwise
from math import exp
from statistics import median

from docs.drawing.svg import Picture, circle, path
from studies.search import Float, Observation, Proposal, Space, make_method

SPACE = Space([Float("a", 0.0, 1.0), Float("b", 0.0, 1.0)])
TRIALS, SEEDS = 36, 12
SEED = 0  # the one of them whose results are nearest to the medians, for all methods together
LEVELS = 6
OPTIONS = {"grid": {"levels": LEVELS}, "random": {}, "bayesian": {}, "evolutionary": {}}
BY_HAND = [(0.5, y) for y in (0.5, 0.8, 0.2, 0.35)] + [(x, 0.35) for x in (0.3, 0.65, 0.85, 0.75)] + [(0.7, 0.3)]
SIZE, MARGIN, CELLS, STEPS = 200, 6, 25, 7
STRIDE = SIZE + 2 * MARGIN  # from one panel to the next

Point = tuple[float, float]


def score(a: float, b: float) -> float:
    """Between 0.60 and about 0.90: a broad hill at the upper left, a narrow and higher one at the lower right."""
    broad = 0.17 * exp(-(((a - 0.27) / 0.26) ** 2) - ((b - 0.72) / 0.24) ** 2)
    narrow = 0.30 * exp(-(((a - 0.73) / 0.17) ** 2) - ((b - 0.33) / 0.13) ** 2)
    return 0.60 + broad + narrow


def run(method: str, seed: int = SEED, **options: object) -> list[Proposal]:
    """What the method proposes when it is told each score before the next ask."""
    searcher = make_method(method, SPACE, seed=seed, direction="maximize", **(OPTIONS[method] | options))
    history: list[Observation] = []
    found: list[Proposal] = []
    for start in range(TRIALS):
        asked = searcher.propose(n=1, history=history, start=start)
        found += asked
        history += [Observation(proposal.config, value=score(**proposal.config)) for proposal in asked]
    return found


def points_of(proposals: list[Proposal]) -> list[Point]:
    return [(proposal.config["a"], proposal.config["b"]) for proposal in proposals]


def usual_best(method: str) -> float:
    """The median over the seeds of the best score."""
    return median(max(score(*point) for point in points_of(run(method, seed))) for seed in range(SEEDS))


def trials(method: str) -> Picture:
    """Every trial, darker the later, the best ringed; where a person went step by step, a line."""
    if method == "manual":
        points, by, more = BY_HAND, "hand", ""
    else:
        points, by = points_of(run(method)), f"{method} search"
        more = f"; median of {SEEDS} seeds {usual_best(method):.3f}"
    steps = [_line(here, there, "step") for here, there in pairwise(points)] if method == "manual" else []
    best = best_of(points)
    reached = score(*points[best])
    return Picture(
        method,
        f"{len(points)} trials by {by}: the best, {reached:.3f}, is trial {best}",
        f"{len(points)} trials. Best {reached:.3f} at trial {best}{more}.",
        panels(1),
        [*hills(), *steps, *dots(points), circle(place(points[best]), "best", 8)],
    )


def grid_order() -> Picture:
    """The first points of the grid, wherever the search is stopped."""
    points = points_of(run("grid"))
    counts = (5, 12, 25)
    parts: list[str] = []
    for column, count in enumerate(counts):
        parts += [f'<g transform="translate({column * STRIDE} 0)">', *hills()]
        parts += [circle(place(point), "left", 2) for point in points[count:]]
        parts += [*dots(points[:count], of=len(points)), "</g>"]
    said = f"The grid of {len(points)} points after 5, 12 and 25 trials: each time spread over the whole surface"
    caption = f"After 5, 12 and 25 of {len(points)} trials: wherever it stops, it has looked everywhere."
    return Picture("grid-order", said, caption, panels(len(counts)), parts)


def random_spread() -> Picture:
    """Independent draws beside Sobol points of the same seed."""
    parts: list[str] = []
    gaps = []
    for column, sampler in enumerate(("independent", "sobol")):
        points = points_of(run("random", sampler=sampler))
        gaps.append(largest_gap(points))
        parts += [f'<g transform="translate({column * STRIDE} 0)">{field()}', *dots(points), "</g>"]
        parts += [_hole(points, column)]
    said = "36 independent draws with clumps and gaps, beside 36 Sobol points that lie evenly"
    caption = (
        f"{TRIALS} independent draws, {TRIALS} Sobol points, one seed. The ring is the largest empty circle around a "
        f"place of the square: radius {gaps[0][1]:.2f} and {gaps[1][1]:.2f} of its side."
    )
    return Picture("random-spread", said, caption, panels(2), parts)


def lineage() -> Picture:
    """An evolutionary run: every child joined to its parents, the ancestors of the best in the stronger line."""
    proposals = run("evolutionary")
    points = points_of(proposals)
    parents = [proposal.origin.parents if proposal.origin else () for proposal in proposals]
    children = [trial for trial, those in enumerate(parents) if those]
    best = max(children, key=lambda trial: score(*points[trial]))
    ancestors, waiting = {best}, [best]
    while waiting:
        for parent in parents[waiting.pop()]:
            if parent not in ancestors:
                ancestors.add(parent)
                waiting.append(parent)
    lines = [
        (child in ancestors, _line(points[parent], points[child], "line own" if child in ancestors else "line"))
        for child, those in enumerate(parents)
        for parent in those
    ]
    return Picture(
        "evolutionary-lineage",
        f"{TRIALS} trials of an evolutionary search, {len(children)} of them joined to their parents by lines",
        f"{len(children)} of {TRIALS} trials are joined to their parents; the strong lines lead to the best of them, "
        f"trial {best}, from its {len(ancestors) - 1} ancestors.",
        panels(1),
        [*hills(), *(line for _, line in sorted(lines)), *dots(points), circle(place(points[best]), "best", 8)],
    )


# -- pieces


def panels(count: int) -> tuple[float, float, float, float]:
    return -MARGIN, -MARGIN, count * STRIDE, STRIDE


def hills() -> list[str]:
    """The surface in squares of one shade each; the squares of a shade are one path."""
    side = SIZE // CELLS
    runs: dict[int, list[str]] = {shade: [] for shade in range(STEPS)}
    for row in range(CELLS):
        shades = [shade((column + 0.5) / CELLS, 1 - (row + 0.5) / CELLS) for column in range(CELLS)]
        begin = 0
        for column in range(1, CELLS + 1):
            if column == CELLS or shades[column] != shades[begin]:
                runs[shades[begin]].append(
                    f"M{begin * side} {row * side}h{(column - begin) * side}v{side}H{begin * side}z"
                )
                begin = column
    return [f'<path class="r{level}" d="{"".join(pieces)}"/>' for level, pieces in runs.items() if pieces]


def field() -> str:
    """The square of the two parameters without a score."""
    return f'<rect class="r0" width="{SIZE}" height="{SIZE}"/>'


def shade(a: float, b: float) -> int:
    return min(STEPS - 1, int((score(a, b) - 0.60) / 0.30 * STEPS))


def dots(points: list[Point], of: int | None = None) -> list[str]:
    """The fuller the later; `of`: how many the whole search has."""
    return [circle(place(point), f"t{1 + 4 * i // (of or len(points))}") for i, point in enumerate(points)]


def best_of(points: list[Point]) -> int:
    return max(range(len(points)), key=[score(*point) for point in points].__getitem__)


def place(point: Point) -> Point:
    return round(point[0] * SIZE, 1), round((1 - point[1]) * SIZE, 1)


def largest_gap(points: list[Point]) -> tuple[Point, float]:
    """Centre and radius of the largest circle around a place of the square that holds no point; to a hundredth."""
    centres = [(i / 100, j / 100) for i in range(101) for j in range(101)]
    free = [min((a - x) ** 2 + (b - y) ** 2 for x, y in points) ** 0.5 for a, b in centres]
    widest = max(range(len(free)), key=free.__getitem__)
    return centres[widest], free[widest]


def _hole(points: list[Point], column: int) -> str:
    centre, radius = largest_gap(points)
    x, y = place(centre)
    inside = f'<clipPath id="square{column}"><rect width="{SIZE}" height="{SIZE}"/></clipPath>'
    return (
        f'<g transform="translate({column * STRIDE} 0)">{inside}<g clip-path="url(#square{column})">'
        f"{circle((x, y), 'hole', round(radius * SIZE, 1))}</g></g>"
    )


def _line(here: Point, there: Point, css: str) -> str:
    return path([place(here), place(there)], css)

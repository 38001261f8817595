"""Scores along one parameter: what the Bayesian method's model believes and where it goes next, and luck in scores."""

from dataclasses import dataclass
from math import exp, sin

import numpy as np

from docs.drawing.svg import Picture, circle, path, text
from studies.search import Float, Observation, Space, explain, make_method
from studies.search.bayesian.acquisition import log_expected_improvement

SPACE = Space([Float("x", 0.0, 1.0)])
PLACES = 141
LEFT, WIDTH, TOP, HEIGHT = 30, 300, 8, 130
BELOW, PROMISE = 158, 44  # where the promise stands below the scores

TOLD, SEED = 11, 1
NOISY, NOISE, NOISY_SEED = 30, 0.03, 0
NEAR = (0.53, 0.71)  # the part of the parameter around the top


def score(x: float) -> float:
    return 0.68 + 0.10 * sin(13 * x) * (1 - 0.4 * x) + 0.14 * exp(-(((x - 0.62) / 0.09) ** 2))


@dataclass(frozen=True)
class Axes:
    """Scores from `low` to `high` above the parameter from `begin` to `end`."""

    low: float
    high: float
    begin: float = 0.0
    end: float = 1.0

    def along(self, x: float) -> float:
        return round(LEFT + WIDTH * (float(x) - self.begin) / (self.end - self.begin), 1)

    def at(self, x: float, y: float) -> tuple[float, float]:
        inside = min(max(float(y), self.low), self.high)
        return self.along(x), round(TOP + HEIGHT * (self.high - inside) / (self.high - self.low), 1)

    def line(self, xs: np.ndarray, ys: np.ndarray, css: str) -> str:
        return path([self.at(x, y) for x, y in zip(xs, ys, strict=True)], css)

    def frame(self) -> list[str]:
        tenths = range(int(self.low * 10) + 1, int(self.high * 10) + 1)
        ticks = [text(LEFT - 4, self.at(self.begin, i / 10)[1] + 3, f"{i / 10:.1f}", anchor="end") for i in tenths]
        return [*ticks, rail(TOP + HEIGHT), text(LEFT + WIDTH, TOP + 8, "score", anchor="end")]


def rail(y: float) -> str:
    return path([(LEFT, y), (LEFT + WIDTH, y)], "rail")


def model() -> Picture:
    """Mean and 95 % band of the score, told trials, expected improvement below, and the next proposal."""
    searcher = make_method("bayesian", SPACE, seed=SEED, direction="maximize")
    history: list[Observation] = []
    for start in range(TOLD):
        history += [Observation(c, value=score(**c)) for c in searcher.ask(1, history, start)]
    (following,) = searcher.propose(1, history, TOLD)
    explanation = explain(SPACE, history, "maximize", SEED)
    xs = np.linspace(0.0, 1.0, PLACES)
    believed = explanation.predict([{"x": float(x)} for x in xs])
    mean, deviation = explanation.model.predict(xs[:, None])
    incumbent = float(explanation.model.mean(explanation.model.X).max())
    promise = np.exp(log_expected_improvement(mean, deviation, incumbent))

    axes = Axes(0.58, 0.94)
    band = [*zip(xs, believed.high, strict=True), *zip(xs[::-1], believed.low[::-1], strict=True)]
    heights = 1 - promise / promise.max()
    peaks = [(axes.along(x), round(BELOW + PROMISE * float(h), 1)) for x, h in zip(xs, heights, strict=True)]
    floor = BELOW + PROMISE
    chosen = axes.along(following.config["x"])
    parts = [
        path([axes.at(x, y) for x, y in band], "band", close=True),
        axes.line(xs, np.array([score(x) for x in xs]), "truth"),
        axes.line(xs, believed.predicted, "mean"),
        path([(LEFT, floor), *peaks, (LEFT + WIDTH, floor)], "promise", close=True),
        path([(chosen, TOP), (chosen, floor)], "next"),
        *(circle(axes.at(o.config["x"], o.value), "told", 3.2) for o in history),
        *axes.frame(),
        rail(floor),
        text(LEFT + WIDTH, BELOW + 2, "promise", anchor="end"),
    ]
    said = f"{TOLD} told trials, the model's mean and 95 % band, the expected improvement, and the next proposal"
    caption = (
        f"After {TOLD} trials (dots): the model’s mean (line) and the band that holds 95 % of scores, beside the "
        f"true score (dashes), which the search does not know. Below, the expected improvement; the next trial, "
        f"called {following.origin.kind}, is at the upright line."
    )
    return Picture("bayesian-model", said, caption, (0, 0, LEFT + WIDTH + 10, floor + 8), parts)


def recommended() -> Picture:
    """Noisy scores, the luckiest, and the one that the method recommends, with what it believes of it."""
    luck = np.random.default_rng(NOISY_SEED)
    searcher = make_method("bayesian", SPACE, seed=NOISY_SEED, direction="maximize")
    history: list[Observation] = []
    for start in range(NOISY):
        (config,) = searcher.ask(1, history, start)
        history.append(Observation(config, value=score(**config) + NOISE * float(luck.standard_normal())))
    found = searcher.recommend(history)
    luckiest, chosen = history[found.best].config["x"], history[found.position].config["x"]

    axes = Axes(0.74, 0.94, *NEAR)
    xs = np.linspace(*NEAR, PLACES)
    middle, below, above = (axes.at(chosen, y) for y in (found.value, found.low, found.high))
    ends = [path([(x - 5, y), (x + 5, y)], "mean") for x, y in (middle, below, above)]
    parts = [
        axes.line(xs, np.array([score(x) for x in xs]), "truth"),
        *(circle(axes.at(o.config["x"], o.value), "told", 2.6) for o in history if NEAR[0] < o.config["x"] < NEAR[1]),
        path([below, above], "mean"),
        *ends,
        circle(axes.at(chosen, found.told), "best", 8),
        circle(axes.at(luckiest, found.best_told), "lucky", 8),
        *axes.frame(),
    ]
    said = "Noisy scores around the true one; the best score and the trial believed best are ringed"
    caption = (
        f"Of {NOISY} scores with luck of deviation {NOISE:g} those near the top (dots), and the true score (dashes). "
        f"Thin ring: the best score, {found.best_told:.3f}, truly {score(luckiest):.3f}. Strong ring: recommended, "
        f"told {found.told:.3f}, believed {found.value:.3f} (95 %: {found.low:.3f} to {found.high:.3f}), "
        f"truly {score(chosen):.3f}."
    )
    return Picture("recommend", said, caption, (0, 0, LEFT + WIDTH + 10, TOP + HEIGHT + 8), parts)

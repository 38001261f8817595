"""The Bayesian method's model along one parameter: what it believes after some trials, and where it goes next."""

from math import exp, sin

import numpy as np

from docs.drawing.svg import Picture, circle, path, text
from studies.search import Float, Observation, Space, explain, make_method
from studies.search.bayesian.acquisition import log_expected_improvement

SPACE = Space([Float("x", 0.0, 1.0)])
TOLD, SEED, PLACES = 11, 1, 141
LEFT, WIDTH = 30, 300
TOP, HEIGHT = 8, 130  # of the model
BELOW, PROMISE = 158, 44  # of the promise
LOW, HIGH = 0.58, 0.94


def score(x: float) -> float:
    return 0.68 + 0.10 * sin(13 * x) * (1 - 0.4 * x) + 0.14 * exp(-(((x - 0.62) / 0.09) ** 2))


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

    band = [*zip(xs, believed.high, strict=True), *zip(xs[::-1], believed.low[::-1], strict=True)]
    ends = [(LEFT, BELOW + PROMISE), *((_x(x), _promise(p / promise.max())) for x, p in zip(xs, promise, strict=True))]
    chosen = _x(following.config["x"])
    parts = [
        path([_at(x, y) for x, y in band], "band", close=True),
        path([_at(x, score(x)) for x in xs], "truth"),
        path([_at(x, y) for x, y in zip(xs, believed.predicted, strict=True)], "mean"),
        path([*ends, (LEFT + WIDTH, BELOW + PROMISE)], "promise", close=True),
        path([(chosen, TOP), (chosen, BELOW + PROMISE)], "next"),
        *(circle(_at(o.config["x"], o.value), "told", 3.2) for o in history),
        *_frame(),
    ]
    said = f"{TOLD} told trials, the model's mean and 95 % band, the expected improvement, and the next proposal"
    caption = (
        f"After {TOLD} trials (dots): the model’s mean (line) and the band that holds 95 % of scores, beside the "
        f"true score (dashes), which the search does not know. Below, the expected improvement; the next trial, "
        f"“{following.origin.kind}”, is at the upright line."
    )
    return Picture("bayesian-model", said, caption, (0, 0, LEFT + WIDTH + 10, BELOW + PROMISE + 8), parts)


def _frame() -> list[str]:
    ticks = [text(LEFT - 4, _at(0, y)[1] + 3, f"{y:.1f}", anchor="end") for y in (0.6, 0.7, 0.8, 0.9)]
    bases = [path([(LEFT, y), (LEFT + WIDTH, y)], "rail") for y in (TOP + HEIGHT, BELOW + PROMISE)]
    return [
        *ticks,
        *bases,
        text(LEFT + WIDTH, TOP + 8, "score", anchor="end"),
        text(LEFT + WIDTH, BELOW + 2, "promise", anchor="end"),
    ]


def _x(x: float) -> float:
    return round(LEFT + WIDTH * float(x), 1)


def _at(x: float, y: float) -> tuple[float, float]:
    inside = min(max(float(y), LOW), HIGH)
    return _x(x), round(TOP + HEIGHT * (HIGH - inside) / (HIGH - LOW), 1)


def _promise(share: float) -> float:
    return round(BELOW + PROMISE * (1.0 - float(share)), 1)

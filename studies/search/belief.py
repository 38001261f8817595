"""What told configurations are worth: a smooth model of the scores, and whether what it leaves is luck.

Two explanations of the rest compete. *Luck*: noise of its own at each trial, which would be another if the trial were
run again. *Grain*: the function itself is rough at short range, and would score the same again. Under luck a
configuration is worth what the model says, under grain its very score; both are weighed by how well they explain the
scores. Luck shows where points close together differ as much as points a little farther apart; grain fades there.

| symbol | meaning | shape |
|---|---|---|
| X, z | told points of the unit cube, scores: larger is better, deviation 1 | (n, d), (n,) |
| w, e | relative noise variance of a score; variance that only single scores have (partial evaluations) | (n,) |
| K, K_g | covariance of the scores under luck and under grain, as in `bayesian/gaussian_process.py` | (n, n) |
| θ | hyperparameters: under each, the maximum of the posterior | (d + 2,) |
| E | −ln p(z, θ) there, up to a constant that both share; the width of the peak is taken to be the same | |
| P(luck) | 1 / (1 + exp(E_luck − E_grain)) | |

C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning" (2006), section 5.2 (evidence).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from .bayesian.gaussian_process import GaussianProcess, NegativeLogPosterior, squared_distances
from .bayesian.geometry import Geometry
from .parameters import Array
from .space import Space

GRAIN = 0.1  # range of the grain, in length scales of the smooth part
REST, REST_WIDTH = 0.03, 3.0  # prior median of τ², and width of ln τ², where nothing is known of it
KNOWN_WIDTH = 1.5  # width where the folds tell how much luck there is


@dataclass(frozen=True)
class Belief:
    """What the points are worth, in units of z.

    `mean` and `deviation` (n,) over both explanations; `unsure` (n,): what of the deviation comes of few trials around.
    `luck`: the probability that the rest is luck; `noise`: its standard deviation in one score, if so.
    """

    mean: Array
    deviation: Array
    unsure: Array
    luck: float
    noise: float


def believe(space: Space, X: Array, z: Array, weights: Array, extra: Array, level: float = np.nan) -> Belief:
    """Belief in the points X (n, d) with scores z (n,); `weights` w and `extra` e (n,). `level`: expected standard
    deviation of the noise in units of z, NaN where it is not known."""
    geometry = Geometry.of(space)
    places, unordered = geometry.places(X), geometry.unordered.tolist()
    delta = squared_distances(places, geometry.owner.tolist(), unordered, geometry.dimensions)
    median, width = (float(np.clip(level**2, 1e-4, 1.0)), KNOWN_WIDTH) if level > 0.0 else (REST, REST_WIDTH)
    hyper, luck_energy = NegativeLogPosterior(delta, z, weights, extra, noise=median, width=width).least()
    _, grain_energy = NegativeLogPosterior(delta, z, weights, extra, noise=REST, width=REST_WIDTH, grain=GRAIN).least()
    luck = float(expit(grain_energy - luck_energy))

    mean, deviation = GaussianProcess(hyper, geometry, X, z, weights, extra).predict(X)
    variance = luck * deviation**2 + luck * (1.0 - luck) * (mean - z) ** 2
    return Belief(luck * mean + (1.0 - luck) * z, np.sqrt(variance), luck * deviation, luck, hyper.noise**0.5)

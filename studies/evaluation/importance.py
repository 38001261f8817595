"""How much of the differences between scores each parameter explains, and how sure that is.

n      trials
d      parameters
R      refits: each on a bootstrap sample of the trials, so that their spread is the doubt
y      (n,) ranks of the scores, from 0 to 1: a few terrible trials must not decide everything

Each refit is a small random forest. On the trials that its sample left out, one parameter's column is shuffled among
them and the rise of the squared error is taken (Breiman, "Random Forests", 2001, section 10). Half of it, over the
variance of y, is the parameter's total share of the variance (Sobol' 1993; Gregorutti, Michel and Saint-Pierre 2017,
proposition 1), its interactions with other parameters included; so shares may add up to more than 1.
"""

from dataclasses import dataclass

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesRegressor

Floats = NDArray[np.float64]
ENOUGH = 10  # complete trials without which there is no answer
REFITS = 24
TREES = 5
SAMPLE = 250  # trials per refit at most: time is bounded however long the study
SHUFFLES = 2
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Importance:
    """Shares (d,) of the variance of ranks, with the interval of their refits; `predicts` is the forests' R² on
    trials that they had not seen (0: no better than the mean)."""

    shares: Floats
    low: Floats
    high: Floats
    predicts: float
    trials: int

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(d,) which parameters have an effect that the doubt does not cover."""
        return np.asarray((self.low > 0) & (self.predicts > 0))


def importance(points: Floats, values: Floats, *, direction: str = "maximize", seed: int = 0) -> Importance | None:
    """Importance from complete trials: points (n, d) in the unit cube, values (n,); None for fewer than ENOUGH.

    The same arguments give the same answer.
    """
    finite = np.isfinite(values)
    X, scores = np.asarray(points, dtype=np.float64)[finite], np.asarray(values, dtype=np.float64)[finite]
    n, d = X.shape
    if n < ENOUGH or d == 0:
        return None
    ranks = rankdata(scores if direction == "maximize" else -scores)
    y = np.asarray((ranks - 1) / (n - 1), dtype=np.float64)
    if np.ptp(y) == 0:
        return Importance(np.zeros(d), np.zeros(d), np.zeros(d), 0.0, n)
    rng = np.random.default_rng(seed)
    with sklearn.config_context(skip_parameter_validation=True, assume_finite=True):
        refits = [_refit(X, y, rng) for _ in range(REFITS)]
    shares = np.array([share for share, _ in refits])
    low, high = np.quantile(shares, INTERVAL, axis=0)
    mean = shares.mean(axis=0)
    predicts = float(np.mean([r2 for _, r2 in refits]))
    return Importance(np.clip(mean, 0, None), low, high, max(0.0, predicts), n)


def _refit(X: Floats, y: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    """(d,) shares by one forest, and its R² on the trials that it had not seen."""
    n, d = X.shape
    drawn = rng.integers(0, n, min(n, SAMPLE))
    rest = np.setdiff1d(np.arange(n), drawn)
    if len(rest) > SAMPLE:
        rest = rng.choice(rest, SAMPLE, replace=False)
    if len(rest) < 2:
        return np.zeros(d), 0.0
    forest = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=int(rng.integers(2**31)))
    forest.fit(X[drawn], y[drawn])
    m = len(rest)
    shuffled = np.tile(X[rest], (1 + d * SHUFFLES, 1))
    for block in range(d * SHUFFLES):
        rows = slice((block + 1) * m, (block + 2) * m)
        shuffled[rows, block % d] = X[rng.permutation(rest), block % d]
    predicted = forest.predict(shuffled).reshape(1 + d * SHUFFLES, m)
    errors = ((predicted - y[rest]) ** 2).mean(axis=1)
    variance = float(y.var())
    rises = (errors[1:] - errors[0]).reshape(SHUFFLES, d).mean(axis=0)
    return np.asarray(rises / (2 * variance)), 1.0 - float(errors[0]) / variance

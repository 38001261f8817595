"""Features of which the truth is known: honest ones of given strength, and columns that are made from the target.

rng     where all of it is drawn from
n       rows
answer  (feature, target), each as a column of the kind that a reading would give it
"""

from collections.abc import Callable
from functools import partial
from statistics import NormalDist

import numpy as np

from studies.tabular.columns import Column

Drawn = tuple[Column, Column]
Draw = Callable[[np.random.Generator, int], Drawn]
LEVELS = 8


def numbers(name: str, values: np.ndarray, role: str = "feature") -> Column:
    return Column(name, "number", role, np.asarray(values, np.float64).copy())


def words(name: str, codes: np.ndarray, role: str = "feature") -> Column:
    found, places = np.unique(codes, return_inverse=True)
    return Column(name, "category", role, places.astype(np.int32), tuple(f"v{code}" for code in found))


def classes(rng: np.random.Generator, n: int, share: float = 0.5) -> np.ndarray:
    """(n,) 0 or 1, the share of ones exact: what varies is the feature."""
    return rng.permutation((np.arange(n) < round(share * n)).astype(np.int64))


# -- honest, for classes: known beforehand, and of this area under the ROC curve


def bell(rng: np.random.Generator, n: int, auc: float, share: float = 0.5, skewed: bool = False) -> Drawn:
    """Two bells of one width, as far apart as the area says; `skewed`: the exponential of that."""
    y = classes(rng, n, share)
    x = rng.normal(size=n) + y * 2**0.5 * NormalDist().inv_cdf(auc)
    return numbers("x", np.exp(x) if skewed else x), words("y", y, "target")


def graded(rng: np.random.Generator, n: int, auc: float) -> Drawn:
    """The same in eight grades, as words."""
    x, y = bell(rng, n, auc)
    edges = np.quantile(x.values, np.arange(1, LEVELS) / LEVELS)
    return words("x", np.searchsorted(edges, x.values)), y


# -- honest, for numbers: this share of the target's variance explained


def explains(rng: np.random.Generator, n: int, r2: float) -> Drawn:
    x = rng.normal(size=n)
    return numbers("x", x), numbers("y", r2**0.5 * x + (1 - r2) ** 0.5 * rng.normal(size=n), "target")


# -- leaks, for classes


def copy(rng: np.random.Generator, n: int, wrong: float, share: float = 0.5) -> Drawn:
    """The target under other words, a share of it wrong."""
    y = classes(rng, n, share)
    return words("x", np.where(rng.random(n) < wrong, 1 - y, y) + 5), words("y", y, "target")


def decided(rng: np.random.Generator, n: int, share: float = 0.3, noise: float = 0.0) -> Drawn:
    """A number of which the target is whether it lies below a bound, such as the days to the next visit."""
    days = rng.exponential(100, n)
    seen = np.round(days * (1 + noise * rng.normal(size=n)))
    return numbers("x", seen), words("y", (days <= np.quantile(days, share)).astype(np.int64), "target")


def afterwards(rng: np.random.Generator, n: int, forgotten: float, share: float = 0.2) -> Drawn:
    """A code that is written once the outcome is there, forgotten now and then; "none" (0) for all others."""
    y = classes(rng, n, share)
    code = np.where((y == 1) & (rng.random(n) >= forgotten), rng.integers(1, 6, n), 0)
    return words("x", code), words("y", y, "target")


def three(rng: np.random.Generator, n: int) -> Drawn:
    """A grade of three that is made from the number."""
    x = rng.normal(50, 15, n).round(1)
    return numbers("x", x), words("y", np.searchsorted([40.0, 60.0], x), "target")


# -- leaks, for numbers


def noisy(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    """The target in another unit, with noise of this part of its spread."""
    y = rng.lognormal(3, 0.5, n)
    return numbers("x", 2.2 * (y + noise * y.std() * rng.normal(size=n))), numbers("y", y, "target")


def bent(rng: np.random.Generator, n: int) -> Drawn:
    """The logarithm of the target."""
    y = rng.lognormal(3, 0.5, n)
    return numbers("x", np.log(y)), numbers("y", y, "target")


def whole(rng: np.random.Generator, n: int, part: float) -> Drawn:
    """A sum of which the target makes up this share of the variance."""
    y, rest = rng.gamma(4, 10, n), rng.gamma(4, 10, n)
    return numbers("x", y * part**0.5 + rest * (1 - part) ** 0.5), numbers("y", y, "target")


AREAS, SHARES = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995), (0.8, 0.9, 0.95, 0.97, 0.98, 0.99)
HONEST: dict[str, Draw] = {
    **{f"a bell, AUC {auc:g}": partial(bell, auc=auc) for auc in AREAS},
    **{f"a bell, AUC {auc:g}, one in ten": partial(bell, auc=auc, share=0.1) for auc in AREAS[-3:]},
    **{f"skewed, AUC {auc:g}": partial(bell, auc=auc, skewed=True) for auc in AREAS[-2:]},
    **{f"eight grades, AUC {auc:g}": partial(graded, auc=auc) for auc in AREAS[-2:]},
    **{f"a number, R² {r2:g}": partial(explains, r2=r2) for r2 in SHARES},
}
LEAKS: dict[str, Draw] = {
    "a copy": partial(copy, wrong=0.0),
    **{f"a copy, {wrong:.0%} wrong": partial(copy, wrong=wrong) for wrong in (0.01, 0.02, 0.05)},
    "a copy, 2% wrong, one in ten": partial(copy, wrong=0.02, share=0.1),
    "a number with a bound": decided,
    "a number with a bound, one in ten": partial(decided, share=0.1),
    "a number with a bound, noise of 5%": partial(decided, noise=0.05),
    "a code of afterwards": partial(afterwards, forgotten=0.0),
    "a code of afterwards, 5% forgotten": partial(afterwards, forgotten=0.05),
    "a code of afterwards, 20% forgotten": partial(afterwards, forgotten=0.2),
    "a grade of three": three,
    **{f"another unit, noise of {noise:g}": partial(noisy, noise=noise) for noise in (0.0, 0.05, 0.1, 0.15, 0.2)},
    "the logarithm": bent,
    **{f"a sum, {part:.0%} of it": partial(whole, part=part) for part in (0.99, 0.95, 0.8)},
}

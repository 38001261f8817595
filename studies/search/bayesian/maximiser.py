"""The search for the point that an acquisition promises most: only legal configurations are ever scored."""

from collections.abc import Callable

import numpy as np

from studies.search.parameters import Array
from studies.search.space import Space
from studies.search.variation import mutate

RANDOM, MUTATED = 400, 360
ELITE, CHILDREN, SHRINKING = 8, 20, (0.1, 0.03, 0.01)


def climb(space: Space, parents: Array, promise: Callable[[Array], Array], rng: np.random.Generator) -> Array:
    """Candidates (m, d), the most promising first: points by chance, changes of the parents (best known), and then,
    ever smaller, changes of the best found. `promise` takes points (m, d) and gives (m,)."""
    d = space.dimensions
    rate = max(0.3, 1.5 / d)
    sigma = np.exp(rng.uniform(np.log(0.02), np.log(0.3), (MUTATED, 1)))
    near = mutate(space, parents[np.arange(MUTATED) % len(parents)], rng, sigma, rate)
    points = np.vstack([space.snap(rng.random((RANDOM, d))), near])
    values = promise(points)
    for width in SHRINKING:
        elite = points[np.argsort(-values, kind="stable")[:ELITE]]
        children = mutate(space, np.repeat(elite, CHILDREN, axis=0), rng, np.array(width), rate)
        points, values = np.vstack([points, children]), np.concatenate([values, promise(children)])
    return np.asarray(points[np.argsort(-values, kind="stable")], dtype=np.float64)

"""Small changes to points of the unit cube, for the methods that search near what was good."""

import numpy as np

from .grid import Config
from .history import Record
from .parameters import Array
from .proposal import Origin, Proposal
from .space import Space

Generator = np.random.Generator
APART = 1e-3  # nearer than this in every parameter, two configurations are as good as one


def mutate(space: Space, parents: Array, rng: Generator, sigma: Array, rate: float) -> Array:
    """(m, d) snapped changes of parents (m, d): each parameter with chance `rate`, at least one of each parent.

    Numbers move by a Gaussian of standard deviation `sigma`, broadcast against (m, d), in the unit cube, and at least
    about one step; categories are drawn anew. What is inactive in the parent is drawn anew as well, in case the
    change makes it active.
    """
    m, d = parents.shape
    if d == 0:
        return parents.copy()
    chosen = rng.random((m, d)) < rate
    chosen[np.arange(m), rng.integers(0, d, m)] = True
    anew = rng.random((m, d))
    moved = parents + np.maximum(sigma, 0.7 * np.minimum(space.spacing, 0.5)) * rng.standard_normal((m, d))
    changed = np.where(chosen, np.where(space.unordered, anew, np.clip(moved, 0.0, 1.0)), parents)
    return space.snap(np.where(space.active(parents), changed, anew))


def first_untried(record: Record, points: Array) -> tuple[Config, int] | None:
    """The first of the points (m, d) that is neither tried nor too near to what was, and its row; None if all are."""
    known = np.vstack([record.told, record.pending])
    for row, point in enumerate(points):
        if record.space.dimensions and (np.abs(known - point).max(axis=1) < APART).any():
            continue
        config = record.space.from_unit(point)
        if not record.was_tried(config):
            return config, row
    return None


def any_untried(record: Record, rng: Generator) -> Proposal | None:
    """Some configuration that was not tried: by chance, else by walking; a repeat where a continuous space has run out.

    None if every configuration of a finite space was tried.
    """
    if record.exhausted:
        return None
    return Proposal(_any_untried(record, rng), Origin("random"))


def _any_untried(record: Record, rng: Generator) -> Config:
    points = record.space.snap(rng.random((50, record.space.dimensions)))
    found = first_untried(record, points)
    every = record.space.every()
    if found is not None:
        return found[0]
    if every is None:  # near to what was tried, rather than the same
        drawn = [record.space.from_unit(point) for point in points]
        return next((config for config in drawn if not record.was_tried(config)), drawn[0])
    begin = int(rng.integers(0, min(every.count, 2**62)))
    walk = (every.at((begin + i) % every.count) for i in range(len(record.tried) + 1))
    return next(config for config in walk if not record.was_tried(config))

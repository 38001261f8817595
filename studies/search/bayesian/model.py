"""The model of a history: how good a configuration is expected to be, and how likely it is to give a score at all.

Failures are left out where the hyperparameters are fitted. The posterior has them at a score below the worst, with
extra variance that grows with the odds of success there: a failure among failures keeps the search away, one by chance
in good company hardly counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.search.history import Record
from studies.search.parameters import Array
from studies.search.warping import warp

from .gaussian_process import GaussianProcess, fit
from .geometry import Geometry
from .success import Success

MOST_TOLD = 300  # past this, the best half and a random half of it stand for all
MOST_FITTED = 150  # hyperparameters need fewer
MOST_PENDING = 100
MOST_EXTRA = 3.2  # standard error in units of the warped score; more says no less
BY_CHANCE = 10.0  # extra variance of a failure where success and failure are as likely
LARGEST_EXTRA = 1e4


@dataclass(frozen=True)
class Model:
    """The posterior given the trials in these `rows` (n,) of the record, and the chance of success."""

    process: GaussianProcess
    rows: NDArray[np.intp]
    success: Success

    def with_pending(self, pending: Array) -> GaussianProcess:
        """The posterior with points (q, d) whose scores are still out at their mean: that only shrinks the variance."""
        waiting = pending[-MOST_PENDING:]
        told = self.process
        if not len(waiting):
            return told
        return GaussianProcess(
            told.hyper, told.geometry, np.vstack([told.X, waiting]), np.concatenate([told.z, told.mean(waiting)]),
            np.concatenate([told.weights, np.ones(len(waiting))]), np.concatenate([told.extra, np.zeros(len(waiting))]),
        )  # fmt: skip


def told_model(record: Record, seed: int) -> Model:
    """The model given what was told, at least one score; of very many trials it knows some. `seed` says which."""
    geometry = Geometry.of(record.space)
    scores, weights = record.scores, record.weights
    known = np.isfinite(scores)
    fitted = subset(scores[: refit_at(len(scores))], MOST_FITTED, seed)
    rows = subset(scores, MOST_TOLD, seed)
    success = Success.of(geometry, record.told[rows], known[rows], np.flatnonzero(np.isin(rows, fitted)))

    fitted = fitted[known[fitted]]
    z, scale = warp(scores[fitted])
    extra = extra_noise(record.noise[fitted], scale)
    hyper = fit(geometry, record.told[fitted], z, weights[fitted], extra)

    z, scale = warp(scores[rows])
    extra = extra_noise(record.noise[rows], scale)
    failed = np.flatnonzero(~known[rows])
    if len(failed):
        p = np.minimum(success.probability(record.told[rows[failed]]), 1.0 - 1e-9)
        extra[failed] = np.minimum(BY_CHANCE * p / (1.0 - p), LARGEST_EXTRA)
    return Model(GaussianProcess(hyper, geometry, record.told[rows], z, weights[rows], extra), rows, success)


def refit_at(told: int) -> int:
    """How many of the told trials the hyperparameters are fitted on: all up to 40, then every 3rd, then every 10th."""
    if told <= 40:
        return told
    return told - (told - 40) % 3 if told <= 120 else told - told % 10


def subset(scores: Array, most: int, seed: int) -> NDArray[np.intp]:
    """Rows, in order: all, or the best half and a random half where there are more than `most`."""
    if len(scores) <= most:
        return np.arange(len(scores))
    order = np.argsort(-np.where(np.isfinite(scores), scores, -np.inf), kind="stable")
    best, rest = order[: most // 2], order[most // 2 :]
    drawn = np.random.default_rng([seed, len(scores)]).permutation(rest)[: most - most // 2]
    return np.sort(np.concatenate([best, drawn]))


def extra_noise(noise: Array, scale: float) -> Array:
    """Variance of partial evaluations in units of the warped score."""
    within: Array = np.minimum(noise * scale, MOST_EXTRA)
    return within * within

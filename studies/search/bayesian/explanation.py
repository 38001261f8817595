"""What the Bayesian method's model believes, and how far to believe it. Any method's history can be explained.

| symbol | meaning | shape |
|---|---|---|
| z | scores as the model learns them: warped, larger is better (`warping.py`) | (n,) |
| μ, σ, τ² | the model's mean and deviation at a point, and the variance of a score's noise, in units of z | |
| w | the way back from z to the metric; it rises, so quantiles stay quantiles | |

Whatever is averaged is averaged in z and then taken through w: a terrible score counts by its rank and cannot bend the
picture. So `predicted` is the middle of what is expected, and an interval goes from w(μ − 1.96 σ) to w(μ + 1.96 σ).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from studies.search.history import Record
from studies.search.observation import Direction, Observation
from studies.search.parameters import Array
from studies.search.space import Space
from studies.search.warping import unwarp

from .effects import Effect, effects_of
from .gaussian_process import GaussianProcess
from .held_out import QUANTILE, Check, check_of, held_out_predictions
from .model import told_model
from .sensitivity import Sensitivity, sensitivity_of

ENOUGH_TO_EXPLAIN = 10  # usable scores without which there is no answer
FAR = 0.8  # share of the prior variance that is left where the trials say little


@dataclass(frozen=True)
class Prediction:
    """What a trial would score, in the metric's units; every field has an entry per configuration, (m,).

    95 % of scores are expected from `low` to `high`, noise included. `far`: so far from all trials that they say
    little: more than 80 % of what the model did not know before the first trial is unknown there still.
    """

    predicted: Array
    low: Array
    high: Array
    far: NDArray[np.bool_]


@dataclass(frozen=True)
class Explanation:
    """The model of a history and what can be asked of it; each answer is worked out when it is asked for first."""

    space: Space
    direction: Direction
    model: GaussianProcess
    scores: Array  # (n,) of the model's points, larger is better, NaN failed
    positions: NDArray[np.intp]  # (n,) of the model's points in the history
    seed: int

    def predict(self, configs: Sequence[Mapping[str, object]]) -> Prediction:
        """Of legal configurations; SpaceError says what is wrong with one that is not."""
        points = np.array([self.space.to_unit(self.space.validate(config)) for config in configs])
        mean, deviation = self.model.predict(points.reshape(len(configs), self.space.dimensions))
        whole = np.sqrt(deviation**2 + self.model.hyper.noise)
        low, high = self._ends(mean, whole)
        return Prediction(self._metric(mean), low, high, deviation**2 > FAR * self.model.hyper.signal)

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """One per parameter that is not constant: the score to expect with it at a value, the others as they come."""
        found = []
        for name, values, mean, deviation in effects_of(self.model, self.space, self.seed):
            low, high = self._ends(mean, deviation)
            found.append(Effect(name, values, self._metric(mean), low, high))
        return tuple(found)

    @cached_property
    def importance(self) -> Sensitivity:
        """Shares of the variance over the whole space that the parameters explain, alone and with their interplay."""
        return sensitivity_of(self.model, self.space, self.seed)

    @cached_property
    def check(self) -> Check:
        """Every told score against what the others predict for it."""
        mean, deviation = held_out_predictions(self.model, self.seed)
        known = np.flatnonzero(np.isfinite(self.scores))
        mean, deviation = mean[known], deviation[known]
        low, high = self._ends(mean, deviation)
        told = self.scores[known] if self.direction == "maximize" else -self.scores[known]
        errors = (self.model.z[known] - mean) / deviation
        return check_of(self.positions[known], told, self._metric(mean), low, high, errors)

    # -- from z to the metric

    def _metric(self, z: Array) -> Array:
        raw = unwarp(z, self.scores)
        return raw if self.direction == "maximize" else -raw

    def _ends(self, mean: Array, deviation: Array) -> tuple[Array, Array]:
        ends = self._metric(mean - QUANTILE * deviation), self._metric(mean + QUANTILE * deviation)
        return ends if self.direction == "maximize" else ends[::-1]


def explain(
    space: Space, history: Sequence[Observation], direction: Direction = "maximize", seed: int = 0
) -> Explanation | None:
    """The model that `BayesianSearch` with this seed makes of what was told; None with fewer than ENOUGH_TO_EXPLAIN
    scores, or where there is nothing to choose. The same arguments give the same answer."""
    record = Record.of(space, history, direction)
    if np.isfinite(record.scores).sum() < ENOUGH_TO_EXPLAIN or space.dimensions == 0:
        return None
    model = told_model(record, seed)
    rows = model.rows
    return Explanation(space, direction, model.process, record.scores[rows], record.positions[rows], seed)

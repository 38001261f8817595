"""Which told configuration is believed best: the luckiest score is not always the best configuration.

A score that was the best of many owes something to luck. The belief leans on the trials around: it depends on what was
told, not on how it was proposed, and serves every method alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .bayesian.model import extra_noise
from .belief import Belief, believe
from .history import Record
from .observation import Direction, Observation
from .parameters import Array
from .space import Space
from .warping import unwarp, warp

FEWEST = 5  # complete trials: fewer cannot tell luck from skill
MOST, BEST_OF_MOST = 150, 100  # so many trials at most are looked at, so many of them the best
VISIBLE = 0.5  # less probable luck is none that can be seen
NORMAL_95 = 1.96  # also the caution of the choice: it asks what a configuration is worth at least

Kind = Literal["best_told", "believed_best"]


@dataclass(frozen=True)
class Recommendation:
    """A told configuration, and why it and not another one. Values are in the metric's own units.

    `position` and `best` are places in the history: of this trial, and of the one with the best score (the same where
    `kind` is "best_told"). `told` is the trial's score, `value` what it is believed to be worth, between `low` and
    `high` with probability 95 % (None where too little is known). `best_value` is what the trial with the best score is
    believed to be worth. `noise` is how much luck moves a score: a standard deviation, 0 where scores show none.
    """

    config: Mapping[str, object]
    position: int
    kind: Kind
    reason: str
    told: float
    value: float
    low: float | None
    high: float | None
    best: int
    best_told: float
    best_value: float
    noise: float


class Recommending:
    """A method that says which of the told configurations to take."""

    space: Space
    direction: Direction

    def recommend(self, history: Sequence[Observation]) -> Recommendation | None:
        """The configuration believed best; None while no trial is complete."""
        return recommend(self.space, history, self.direction)


def recommend(space: Space, history: Sequence[Observation], direction: Direction = "maximize") -> Recommendation | None:
    """The told configuration believed best; None while no trial is complete with a finite value.

    Some 20 ms at 100 told trials and 50 ms at any number more. The same history gives the same answer.
    """
    complete = [place for place, told in enumerate(history) if told.state == "complete" and np.isfinite(told.score)]
    if not complete:
        return None
    best = (max if direction == "maximize" else min)(complete, key=lambda place: history[place].score)
    if len(complete) < FEWEST:
        return _best_told(history, best, "There are too few trials yet to tell luck from skill.")
    record = Record.of(space, history, direction)
    rows = _rows(record.scores)
    at = np.flatnonzero(record.positions[rows] == best)
    if not len(at) or space.dimensions == 0:
        return _best_told(history, best, "It lies off the space, where there are no trials near it to judge it by.")
    return _by_belief(_Told(record, rows, history, direction), int(at[0]))


def _best_told(history: Sequence[Observation], best: int, reason: str) -> Recommendation:
    score = history[best].score
    return Recommendation(
        history[best].config, best, "best_told", reason, score, score, None, None, best, score, score, noise=0.0
    )


@dataclass(frozen=True)
class _Told:
    record: Record
    rows: NDArray[np.intp]
    history: Sequence[Observation]
    direction: Direction

    @property
    def scores(self) -> Array:
        return self.record.scores[self.rows]

    @property
    def complete(self) -> NDArray[np.bool_]:
        """(n,) which rows may be chosen: a pruned trial's score is only an estimate."""
        return np.array([self.history[place].state == "complete" for place in self.record.positions[self.rows]])

    def believe(self) -> Belief:
        z, scale = warp(self.scores)
        record, rows = self.record, self.rows
        extra = extra_noise(record.noise[rows], scale)
        return believe(record.space, record.told[rows], z, record.weights[rows], extra, record.level * scale)

    def metric(self, z: Array) -> Array:
        """Values of the metric for warped scores."""
        raw = unwarp(z, self.scores)
        return raw if self.direction == "maximize" else -raw


def _by_belief(told: _Told, best: int) -> Recommendation:
    """The complete trial that is worth most at least; that of the best score where luck is not to be seen."""
    belief = told.believe()
    at_least = np.where(told.complete, belief.mean - NORMAL_95 * belief.unsure, -np.inf)
    stays = belief.luck < VISIBLE or at_least[best] >= at_least.max() - 1e-9
    chosen = best if stays else int(at_least.argmax())
    mean, spread = belief.mean[chosen], NORMAL_95 * belief.deviation[chosen]
    value, one, other, best_value = told.metric(np.array([mean, mean - spread, mean + spread, belief.mean[best]]))
    _, scale = warp(told.scores)
    position, at_best = (int(told.record.positions[told.rows[row]]) for row in (chosen, best))
    return Recommendation(
        config=told.history[position].config,
        position=position,
        kind="best_told" if stays else "believed_best",
        reason=_reason(belief, chosen, best),
        told=told.history[position].score,
        value=float(value),
        low=float(min(one, other)),
        high=float(max(one, other)),
        best=at_best,
        best_told=told.history[at_best].score,
        best_value=float(best_value),
        noise=float(belief.noise / scale) if scale and belief.luck >= VISIBLE else 0.0,
    )


def _reason(belief: Belief, chosen: int, best: int) -> str:
    if belief.luck < VISIBLE:
        return "The scores show no luck, so that the best of them is the best configuration."
    if chosen == best:
        return "It has the best score, and the trials around it bear it out."
    if belief.mean[chosen] > belief.mean[best]:
        return "Luck moves scores here, and the trials around the best score say that it had more of it."
    return "More trials around it bear it out, while the best score stands more alone and may owe more to luck."


def _rows(scores: Array) -> NDArray[np.intp]:
    """Rows of usable scores, in order; of very many the best, and every so-and-so-manieth of the others by rank."""
    usable = np.flatnonzero(np.isfinite(scores))
    if len(usable) <= MOST:
        return usable
    ranked = usable[np.argsort(-scores[usable], kind="stable")]
    others = ranked[BEST_OF_MOST:]
    kept = others[np.linspace(0, len(others) - 1, MOST - BEST_OF_MOST).astype(np.intp)]
    return np.sort(np.concatenate([ranked[:BEST_OF_MOST], kept]))

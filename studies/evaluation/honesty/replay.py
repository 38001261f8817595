"""The search's own choice, played again on resamples: best of the trials in the bag, scored out of the bag.

| symbol | meaning | shape |
|---|---|---|
| s | value of each trial on all rows; b its first maximum, the best | (T,) |
| A, O | value of trial j in the bag and out of the bag of resample r | (B, T) |
| c_r | first maximum of A_r: what the search would have chosen | (B,) |
| z_r | O at c_r; H = mean z is the expected score | (B,) |
| c_rt | the same among the first t trials alone | (B, T) |

I. Tsamardinos, E. Greasidou and G. Borboudakis, "Bootstrapping the out-of-sample predictions for efficient and accurate
cross-validation", Machine Learning 107 (2018). Nothing is fitted again. Values are turned so that more is better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .gains import Floats
from .resamples import Resamples
from .scoring import Scorer


@dataclass(frozen=True, eq=False)
class Replay:
    """values: s. in_bag: A. leading: c_rt. after: O at c_rt (B, T), so that its last column is z."""

    values: Floats
    in_bag: Floats
    leading: NDArray[np.intp]
    after: Floats
    scorer: Scorer
    resamples: Resamples

    @property
    def best(self) -> int:
        return int(self.values.argmax())

    @property
    def z(self) -> Floats:
        """(B,)"""
        return self.after[:, -1]

    @property
    def chosen(self) -> Floats:
        """(T,) share of the resamples in which a trial is chosen."""
        counts = np.bincount(self.leading[:, -1], minlength=len(self.values))
        return np.asarray(counts / len(self.leading))

    def out_of_bag(self, trial: int) -> Floats:
        """(B,) O of one trial in every resample."""
        wanted = np.zeros(self.in_bag.shape, dtype=bool)
        wanted[:, trial] = True
        return self.scorer.values(self.resamples.left_out, wanted)[:, trial]


def play_again(scorer: Scorer, resamples: Resamples) -> Replay:
    """Choose in the bag and score out of it, for every number of trials from the first on."""
    rows = np.ones((1, resamples.weights.shape[1]), dtype=np.uint8)
    values = scorer.values(rows)[0]
    in_bag = scorer.in_bag(resamples.weights)
    highest = np.maximum.accumulate(in_bag, axis=1)
    record = np.ones(in_bag.shape, dtype=bool)
    record[:, 1:] = in_bag[:, 1:] > highest[:, :-1]
    leading = np.maximum.accumulate(np.where(record, np.arange(in_bag.shape[1]), 0), axis=1)
    out = scorer.values(resamples.left_out, record)
    return Replay(values, in_bag, leading, np.take_along_axis(out, leading, axis=1), scorer, resamples)

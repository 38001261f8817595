"""How likely a trial is to succeed: a Gaussian process on the outcomes, 1 for a score and 0 for a failure.

Least-squares classification (C. E. Rasmussen and C. K. I. Williams, "Gaussian Processes for Machine Learning" (2006),
section 6.5) with length scales of its own: what makes trials fail need not be what makes them good. Failures by
chance are noise to it, and then all of the space keeps about the share of successes.

| symbol | meaning |
|---|---|
| s | share of successes among the trials |
| p(x) | s + √(s (1 − s)) μ(x), kept within [LEAST, 1]; μ is the posterior mean of the standardised outcomes |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.search.parameters import Array

from .gaussian_process import GaussianProcess, fit
from .geometry import Geometry

LEAST = 0.01  # nothing is ruled out for good


@dataclass(frozen=True)
class Success:
    """`share` s; `process` on the standardised outcomes, None where every trial succeeded."""

    share: float = 1.0
    process: GaussianProcess | None = None

    @classmethod
    def of(cls, geometry: Geometry, X: Array, succeeded: NDArray[np.bool_], fitted: NDArray[np.intp]) -> "Success":
        """From trials (n, d), which of them succeeded (n,), and the rows among them to fit the hyperparameters on."""
        share = float(succeeded.mean())
        if share in (0.0, 1.0):
            return cls(share)
        z = (succeeded - share) / np.sqrt(share * (1.0 - share))
        ones = np.ones(len(z))
        hyper = fit(geometry, X[fitted], z[fitted], ones[fitted], 0.0 * ones[fitted])
        return cls(share, GaussianProcess(hyper, geometry, X, z, ones, 0.0 * ones))

    def probability(self, points: Array) -> Array:
        """(m,) p at points (m, d)."""
        if self.process is None:
            return np.full(len(points), max(self.share, LEAST))
        latent = self.share + np.sqrt(self.share * (1.0 - self.share)) * self.process.mean(points)
        return np.asarray(np.clip(latent, LEAST, 1.0), dtype=np.float64)

"""How promising a point is, given mean and standard deviation of the model there (larger scores are better).

| symbol | meaning |
|---|---|
| μ, σ | posterior mean and standard deviation at the candidates, (m,) |
| f* | the incumbent: what an improvement is counted from |
| z | (μ − f*) / σ |
| h(z) | φ(z) + z Φ(z); EI = σ h(z) |
"""

from typing import cast

import numpy as np
from scipy.special import erfcx, ndtr

from studies.search.parameters import Array

HALF_LOG_2PI = 0.5 * np.log(2.0 * np.pi)


def log_expected_improvement(mean: Array, deviation: Array, incumbent: float) -> Array:
    """(m,) ln EI, finite and sloped even where EI underflows. S. Ament et al., NeurIPS 2023, equations 9 and 14."""
    z = (mean - incumbent) / deviation
    near = np.maximum(z, -1.0)
    close = np.log(np.exp(-0.5 * near * near - HALF_LOG_2PI) + near * ndtr(near))
    away = np.minimum(z, -1.0)
    ratio = np.sqrt(np.pi / 2.0) * -away * erfcx(-away / np.sqrt(2.0))
    tail = np.where(away > -1e3, np.log(np.maximum(1.0 - ratio, 1e-300)), -2.0 * np.log(-away))
    distant = -0.5 * away * away - HALF_LOG_2PI + tail
    return cast("Array", np.where(z > -1.0, close, distant) + np.log(deviation))

import numpy as np
import pytest
from numpy.typing import NDArray

from studies.evaluation import Predictions
from studies.evaluation.predictions import PARTS


def class_trials(y: NDArray, skill: list[float], seed: int = 0, repeats: int = 1, C: int = 2) -> list[Predictions]:
    """Trials that know a part of the truth, with coarse probabilities, so that there are ties."""
    rng = np.random.default_rng(seed)
    trials = []
    for known in skill:
        heat = known * np.eye(C)[y] + 0.5 * rng.gumbel(size=(repeats, len(y), C))
        p = np.exp(heat) / np.exp(heat).sum(axis=2, keepdims=True)
        stored = np.rint(np.round(p, 2) * PARTS).astype(np.uint16)
        trials.append(Predictions(p.argmax(axis=2).astype(np.uint8), None, stored[:, :, 1] if C == 2 else stored))
    return trials


def number_trials(y: NDArray, noise: list[float], seed: int = 0, repeats: int = 1) -> list[Predictions]:
    rng = np.random.default_rng(seed)
    return [
        Predictions(values=(y + spread * rng.normal(size=(repeats, len(y)))).astype(np.float32)) for spread in noise
    ]


@pytest.fixture
def make_class_trials():
    return class_trials


@pytest.fixture
def make_number_trials():
    return number_trials

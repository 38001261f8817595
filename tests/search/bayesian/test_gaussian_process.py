"""The model against its definition, written out slowly."""

import math

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from studies.search import Categorical, Float, Space
from studies.search.bayesian.gaussian_process import (
    GaussianProcess,
    Hyperparameters,
    NegativeLogPosterior,
    fit,
    squared_distances,
)
from studies.search.bayesian.geometry import Geometry

UNORDERED = np.array([False, False, True])
MIXED = Geometry.of(Space([Float("x", 0, 1), Float("y", 0, 1), Categorical("c", ["a", "b", "c"])]))


def plain(d: int) -> Geometry:
    return Geometry.of(Space([Float(f"x{j}", 0, 1) for j in range(d)]))


def noise(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All scores are as noisy as the typical one."""
    return np.ones(n), np.zeros(n)


def data(n: int = 25, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.random((n, 3))
    X[:, 2] = (rng.integers(0, 3, n) + 0.5) / 3
    z = np.sin(6 * X[:, 0]) + (X[:, 2] > 0.5) + 0.05 * rng.standard_normal(n)
    return X, (z - z.mean()) / z.std()


def slow_kernel(a: np.ndarray, b: np.ndarray, hyper: Hyperparameters) -> float:
    r2 = sum(
        (float(p != q) if unordered else (p - q) ** 2) / length**2
        for p, q, length, unordered in zip(a, b, hyper.lengths, UNORDERED, strict=True)
    )
    r = math.sqrt(r2)
    return hyper.signal * (1 + math.sqrt(5) * r + 5 / 3 * r2) * math.exp(-math.sqrt(5) * r)


def test_the_posterior_is_that_of_the_textbook() -> None:
    X, z = data()
    hyper = Hyperparameters(np.array([0.4, 2.0, 1.3]), 1.7, 0.05)
    extra = np.where(np.arange(len(z)) % 4 == 0, 0.5, 0.0)
    new = data(7, seed=1)[0]
    weights = np.linspace(0.5, 1.5, len(z))
    K = np.array([[slow_kernel(a, b, hyper) for b in X] for a in X]) + np.diag(hyper.noise * weights + extra)
    k = np.array([[slow_kernel(a, b, hyper) for b in X] for a in new])
    mean, deviation = GaussianProcess(hyper, MIXED, X, z, weights, extra).predict(new)
    assert mean == pytest.approx(k @ np.linalg.solve(K, z), abs=1e-4)
    variance = hyper.signal - np.einsum("mn,mn->m", k, np.linalg.solve(K, k.T).T)
    assert deviation**2 == pytest.approx(variance, abs=1e-4)


def test_leaving_one_out_is_a_refit_without_it() -> None:
    X, z = data(12)
    hyper = Hyperparameters(np.array([0.4, 2.0, 1.3]), 1.7, 0.05)
    extra = np.where(np.arange(12) % 4 == 0, 0.5, 0.0)
    left_out = GaussianProcess(hyper, MIXED, X, z, np.ones(12), extra).leave_one_out()
    for i in range(12):
        rest = np.arange(12) != i
        mean, deviation = GaussianProcess(hyper, MIXED, X[rest], z[rest], np.ones(11), extra[rest]).predict(
            X[i : i + 1]
        )
        assert left_out[0][i] == pytest.approx(mean[0], abs=1e-4)
        assert left_out[1][i] ** 2 == pytest.approx(deviation[0] ** 2 + hyper.noise + extra[i], abs=1e-4)


def test_the_joint_covariance_has_the_variances_on_its_diagonal() -> None:
    X, z = data()
    model = GaussianProcess(Hyperparameters(np.array([0.4, 2.0, 1.3]), 1.7, 0.05), MIXED, X, z, *noise(25))
    new = data(7, seed=1)[0]
    joint = model.covariance(new)
    assert np.diag(joint) == pytest.approx(model.predict(new)[1] ** 2)
    assert np.linalg.eigvalsh(joint).min() > -1e-9


@pytest.mark.parametrize("grain", [None, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_the_gradient_is_that_of_finite_differences(seed: int, grain: float | None) -> None:
    X, z = data(seed=seed)
    delta = squared_distances(X, range(3), UNORDERED, 3)
    objective = NegativeLogPosterior(delta, z, np.linspace(0.2, 1.8, len(z)), np.full(len(z), 0.02), grain=grain)
    theta = objective.middle + np.random.default_rng(seed).normal(0, 0.7, 5)
    numeric = approx_fprime(theta, lambda at: objective(at)[0], 1e-6)
    assert objective(theta)[1] == pytest.approx(numeric, rel=1e-3, abs=1e-3)


def test_the_fit_finds_what_matters_and_how_noisy_it_is() -> None:
    X, z = data(60)
    hyper = fit(MIXED, X, z, *noise(60))
    assert hyper.lengths[1] > 3 * hyper.lengths[0]  # the second dimension changes nothing
    assert hyper.noise < 0.05
    new_X, _ = data(200, seed=7)
    truth = np.sin(6 * new_X[:, 0]) + (new_X[:, 2] > 0.5)
    predicted = GaussianProcess(hyper, MIXED, X, z, *noise(60)).mean(new_X)
    assert np.corrcoef(truth, predicted)[0, 1] > 0.99


def test_pure_noise_is_called_noise() -> None:
    rng = np.random.default_rng(0)
    assert fit(plain(3), rng.random((60, 3)), rng.standard_normal(60), *noise(60)).noise > 0.3


@pytest.mark.parametrize("n", [1, 2, 30])
def test_equal_points_equal_scores_and_no_dimensions_are_no_trouble(n: int) -> None:
    for d in (0, 2):
        X = np.full((n, d), 0.5)
        hyper = fit(plain(d), X, np.zeros(n), *noise(n))
        mean, deviation = GaussianProcess(hyper, plain(d), X, np.zeros(n), *noise(n)).predict(X)
        assert np.isfinite(mean).all()
        assert np.isfinite(deviation).all()

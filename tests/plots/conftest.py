"""A small space with every kind of parameter, and trials in it."""

from typing import Any

import pytest


@pytest.fixture
def parameters() -> list[dict[str, Any]]:
    return [
        {"name": "C", "type": "float", "low": 1e-3, "high": 1e3, "log": True},
        {"name": "gamma", "type": "float", "low": 1e-4, "high": 1.0, "log": True},
        {"name": "kernel", "type": "categorical", "choices": ["rbf", "poly"]},
        {"name": "degree", "type": "int", "low": 2, "high": 5, "when": {"kernel": ["poly"]}},
        {"name": "shrinking", "type": "boolean"},
        {"name": "max_iter", "type": "constant", "value": 500},
    ]


@pytest.fixture
def configurations() -> list[dict[str, Any]]:
    return [
        {"C": 1.0, "gamma": "scale", "kernel": "rbf", "shrinking": True, "max_iter": 500},
        {"C": 100.0, "gamma": 0.01, "kernel": "poly", "degree": 3, "shrinking": False, "max_iter": 500},
        {"C": 0.01, "gamma": 0.1, "kernel": "rbf", "shrinking": True, "max_iter": 500},
    ]

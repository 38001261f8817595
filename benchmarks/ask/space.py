"""Six mixed dimensions as a tuning task has them, and a smooth function with a little noise over them."""

import math
from collections.abc import Mapping
from random import Random
from typing import Any

SPACE: list[dict[str, Any]] = [
    {"name": "rate", "type": "float", "low": 1e-5, "high": 1.0, "log": True},
    {"name": "share", "type": "float", "low": 0.1, "high": 1.0},
    {"name": "units", "type": "int", "low": 4, "high": 512, "log": True},
    {"name": "depth", "type": "int", "low": 1, "high": 12},
    {"name": "kind", "type": "categorical", "choices": ["a", "b", "c", "d"]},
    {"name": "scale", "type": "categorical", "choices": ["x", "y", "z"]},
]
KINDS = {"a": 0.3, "b": 0.0, "c": 0.5, "d": 0.2}
SCALES = {"x": 0.0, "y": 0.2, "z": 0.1}


def drawn(rng: Random) -> dict[str, Any]:
    """A random configuration."""
    return {
        "rate": 10 ** rng.uniform(-5, 0),
        "share": rng.uniform(0.1, 1.0),
        "units": round(2 ** rng.uniform(2, 9)),
        "depth": rng.randint(1, 12),
        "kind": rng.choice(list(KINDS)),
        "scale": rng.choice(list(SCALES)),
    }


def value(config: Mapping[str, Any], rng: Random) -> float:
    """To be made small."""
    smooth = (math.log10(config["rate"]) + 2.3) ** 2 / 4 + (config["share"] - 0.7) ** 2
    whole = (math.log2(config["units"]) - 6) ** 2 / 9 + abs(config["depth"] - 5) / 6
    return smooth + whole + KINDS[config["kind"]] + SCALES[config["scale"]] + rng.gauss(0, 0.02)

"""Spaces that every method must cope with, and a score that any of their configurations has."""

import math
from collections.abc import Mapping

from studies.search import Boolean, Categorical, Constant, Float, Int, Plain, Prior, Space

SVM = Space(
    [
        Int("degree", 2, 5, when={"kernel": ["poly"]}),
        Float("C", 1e-3, 1e3, log=True),
        Categorical("kernel", ["rbf", "poly", "linear"]),
        Float("gamma_value", 1e-4, 10, log=True, when={"gamma": ["value"]}),
        Categorical("gamma", ["scale", "value"], when={"kernel": ["rbf", "poly"]}),
        Constant("max_iter", 500),
    ]
)

LINEAR_SVC = Space(
    [
        Float("C", 1e-3, 1e3, log=True),
        Categorical("penalty", ["l1", "l2"]),
        Categorical("loss", ["hinge", "squared_hinge"]),
        Boolean("dual"),
    ],
    forbidden=[
        {"penalty": ["l1"], "loss": ["hinge"]},
        {"penalty": ["l1"], "dual": [True]},
        {"loss": ["hinge"], "dual": [False]},
    ],
)

SPACES = {
    "empty": Space([]),
    "constants": Space([Constant("a", 1), Constant("b", None)]),
    "one float": Space([Float("x", 0.0, 1.0)]),
    "one choice": Space([Categorical("c", ["only"])]),
    "two values": Space([Boolean("b")]),
    "categorical": Space([Categorical("a", ["x", "y", "z"]), Categorical("b", [None, True, 1.5, 7]), Boolean("c")]),
    "tiny ranges": Space([Float("x", 1.0, 1.0 + 1e-9), Float("y", 5e-324, 1e-300), Int("n", 10**15 - 1, 10**15)]),
    "huge ranges": Space(
        [
            Float("x", -1.7e308, 1.7e308),
            Float("y", 1e-300, 1e300, log=True),
            Int("n", -(10**15), 10**15),
            Int("m", 1, 10**15, log=True),
        ]
    ),
    "steps": Space([Float("x", 0.1, 0.5, step=0.1), Int("n", 3, 20, step=4), Float("fine", 0, 1, step=1e-6)]),
    "conditions": SVM,
    "forbidden": LINEAR_SVC,
    "shaped": Space(
        [
            Float("x", -3, 3, prior=Prior(1, 0.5)),
            Float("rate", 1e-5, 1, log=True, prior=Prior(1e-2, 5)),
            Float("share", 0, 1, step=0.05, prior=Prior(1, 0.3)),
            Int("n", 1, 10**6, log=True, prior=Prior(100, 10)),
            Int("k", 1, 20, prior=Prior(5, 2)),
            Categorical("c", ["often", "seldom"], weights=[9, 1]),
            Boolean("b", weights=[1, 3], when={"c": ["often"]}),
        ]
    ),
    "forbidden under conditions": Space(
        [
            Int("degree", 2, 5, when={"kernel": ["poly"]}),
            Categorical("kernel", ["rbf", "poly"]),
            Boolean("shrinking", when={"kernel": ["poly"], "degree": [2, 3]}),
            Categorical("gamma", ["scale", "auto", 1]),
        ],
        forbidden=[
            {"degree": [4, 5], "gamma": ["auto"]},
            {"shrinking": [True], "gamma": ["scale", 1]},
            {"kernel": ["rbf"], "gamma": [1]},
        ],
    ),
    "wide": Space([Float(f"x{i}", -1, 1) for i in range(60)]),
}


def score(config: Mapping[str, Plain]) -> float:
    """Larger is better; best where numbers are 1 and truth values false."""
    total = 0.0
    for value in config.values():
        if isinstance(value, bool):
            total -= value
        elif isinstance(value, int | float):
            total -= math.tanh(value - 1.0) ** 2
    return total

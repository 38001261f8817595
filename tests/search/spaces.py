"""Spaces that every method must cope with, and a score that any of their configurations has."""

import math
from collections.abc import Mapping

from hypothesis import strategies as st

from studies.search import (
    Boolean,
    Categorical,
    Constant,
    Float,
    Int,
    Observation,
    Parameter,
    Plain,
    Prior,
    Space,
    SpaceError,
    make_method,
)

ENTANGLED = [
    Categorical("penalty", ["l1", "l2"]),
    Categorical("loss", ["hinge", "log"]),
    Boolean("dual", when={"penalty": ["l2"]}),
    Float("C", 0, 1),
    Int("n", 0, 10**6),
]

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


# -- any legal space and any history, drawn by hypothesis

NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 1e-300, -1e300, 1.7e308, 5e-324, 1e15, 0.1]),
    st.floats(-10, 10),
    st.floats(allow_nan=False, allow_infinity=False),
)
CHOICES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, -1e300, 2**63]), st.text(max_size=3)
)


def apart(value: Plain) -> tuple[bool, Plain]:
    """What makes two choices the same one: 1 and 1.0 are, 1 and true are not."""
    return isinstance(value, bool), value


def priors(ends: list[float], log: bool) -> st.SearchStrategy[Prior | None]:
    """A prior at an end of the range; wide enough to be one."""
    low, high = ends
    spread = high / low if log else high - low
    if spread == math.inf:
        return st.none()
    return st.none() | st.builds(Prior, st.sampled_from(ends), st.just(max(spread, 1.0001) if log else spread))


@st.composite
def floats(draw: st.DrawFn, name: str, when: dict | None) -> Float:
    kind = draw(st.sampled_from(["linear", "log", "step"]))
    if kind == "step":
        step, cells = draw(st.sampled_from([1e-9, 0.1, 1.0, 7.3, 1e6])), draw(st.integers(1, 12) | st.just(10**5))
        low = draw(st.sampled_from([0.0, -0.3, 1.0])) * step
        high = low + (cells + draw(st.sampled_from([0.0, 0.4]))) * step
        return Float(name, low, high, step=step, when=when, prior=draw(priors([low, high], False)))
    numbers = NUMBERS.map(abs).filter(bool) if kind == "log" else NUMBERS
    ends = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    return Float(name, *ends, log=kind == "log", when=when, prior=draw(priors(ends, kind == "log")))


@st.composite
def ints(draw: st.DrawFn, name: str, when: dict | None) -> Int:
    log = draw(st.booleans())
    low = draw(st.integers(1, 5) if log else st.integers(-(10**15), 10**15 - 1) | st.integers(-5, 5))
    width = draw(st.integers(1, 8) | st.sampled_from([1000, 10**6, 10**15]))
    high = min(low + width, 10**15)
    step = 1 if log else draw(st.integers(1, min(high - low, 4)) | st.integers(1, high - low))
    prior = draw(priors([low, high], log)) if high - low < 10**6 else None
    return Int(name, low, high, log=log, step=step, when=when, prior=prior)


@st.composite
def categories(draw: st.DrawFn, name: str, when: dict | None) -> Categorical:
    choices = draw(st.lists(CHOICES, min_size=1, max_size=5, unique_by=apart))
    weights = st.lists(st.sampled_from([0.001, 1, 30]), min_size=len(choices), max_size=len(choices))
    return Categorical(name, choices, when=when, weights=draw(st.none() | weights))


def decidable(made: list[Parameter]) -> list[Parameter]:
    """Those that conditions and forbidden combinations may name."""
    return [p for p in made if not isinstance(p, Float) and p.size is not None and p.size <= 1000]


def some_values(parent: Parameter) -> st.SearchStrategy[list[Plain]]:
    return st.lists(st.sampled_from(list(parent.every())), min_size=1, max_size=3, unique_by=apart)


@st.composite
def parameters(draw: st.DrawFn, name: str, parents: list[Parameter]) -> Parameter:
    named = draw(st.lists(st.sampled_from(parents), max_size=2, unique_by=lambda p: p.name)) if parents else []
    when = {parent.name: draw(some_values(parent)) for parent in named}
    kind = draw(st.sampled_from(["float", "float", "int", "int", "categorical", "boolean", "constant"]))
    if kind == "float":
        return draw(floats(name, when))
    if kind == "int":
        return draw(ints(name, when))
    if kind == "categorical":
        return draw(categories(name, when))
    return Boolean(name, when=when) if kind == "boolean" else Constant(name, draw(CHOICES), when=when)


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Any legal space of 1 to 8 parameters: all kinds, huge and tiny ranges, nested conditions, some forbidden."""
    made: list[Parameter] = []
    for name in "hgfedcba"[: draw(st.integers(1, 8))]:
        made.append(draw(parameters(name, decidable(made))))
    made = draw(st.permutations(made))
    forbidden: list[dict[str, list[Plain]]] = []
    while draw(st.integers(0, 3)) == 0 and decidable(made):
        named = draw(st.lists(st.sampled_from(decidable(made)), min_size=1, max_size=3, unique_by=lambda p: p.name))
        forbidden.append({p.name: draw(some_values(p)) for p in named})
    try:
        return Space(made, forbidden)
    except SpaceError:  # of no use together, or nothing is left
        return Space(made)


SCORES = st.one_of(
    st.floats(-2, 2),
    st.sampled_from([0.0, 0.0, 1.0, 1.7e308, -1.7e308, 5e-324, math.nan, math.inf, -math.inf]),
    st.none(),
)
STATES = st.sampled_from(["complete"] * 4 + ["pruned", "failed", "running", "waiting"])


@st.composite
def histories(draw: st.DrawFn, space: Space, most: int = 25) -> list[Observation]:
    """Any history: trials in and off the space, twice or not, in any state, with any numbers or none."""
    legal = make_method("random", space, seed=draw(st.integers(0, 3)), sampler="independent").ask(most)
    off = [{}, {"a": 1e300, "b": None}, {"z": 1}, {**legal[0], "z": 1}, dict.fromkeys(legal[0], math.nan)]
    off += [dict.fromkeys(legal[0], 10**400), dict.fromkeys(legal[0], -1e308), {key: [1] for key in legal[0]}]
    configs = st.integers(0, most - 1).map(legal.__getitem__)
    observations = st.builds(
        Observation,
        config=st.one_of(configs, configs, configs, st.sampled_from(off)),
        value=SCORES,
        state=STATES,
        fold_scores=st.none() | st.lists(SCORES, max_size=5),
        estimate=SCORES,
        noise=SCORES,
        cost=SCORES,
    )
    return draw(st.lists(observations, max_size=most))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)

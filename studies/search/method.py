"""What every method is, and how one is made by name."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Protocol

from .bayesian.bayesian_search import BayesianSearch
from .errors import quote
from .evolution import EvolutionarySearch
from .grid import Config
from .grid_search import GridSearch
from .manual import ManualSearch
from .observation import Direction, Observation
from .proposal import Proposal
from .random_search import RandomSearch
from .recommend import Recommendation
from .space import Space


class Method(Protocol):
    """Proposes configurations.

    `ask` is a pure function: the same space, seed, options and arguments give the same answer in any process. `start`
    is the proposal index of the first configuration asked for. Fewer than n come back when nothing is left to propose.
    `propose` gives the same configurations, each with its origin. `recommend` says which told configuration to take.
    """

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]: ...

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]: ...

    def recommend(self, history: Sequence[Observation]) -> Recommendation | None: ...


METHODS: dict[str, type[Any]] = {
    "manual": ManualSearch,
    "grid": GridSearch,
    "random": RandomSearch,
    "bayesian": BayesianSearch,
    "evolutionary": EvolutionarySearch,
}


def make_method(name: str, space: Space, seed: int = 0, direction: Direction = "maximize", **options: Any) -> Method:
    """Make a method by name; ValueError names what it does not know.

    Options: grid `levels`; random `sampler`; bayesian `initial`; evolutionary `population`.
    """
    if name not in METHODS:
        raise ValueError(f"method is {quote(name)}; it must be one of {', '.join(METHODS)}")
    if not isinstance(space, Space):
        raise ValueError(f"space is {quote(space)}; it must be a Space")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed is {quote(seed)}; it must be a whole number from 0")
    if direction not in ("maximize", "minimize"):
        raise ValueError(f"direction is {quote(direction)}; it must be 'maximize' or 'minimize'")
    known = method_options(name)
    for option in options:
        if option not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise ValueError(f"{quote(option)} is not an option of the {name} method; {has}")
    method: Method = METHODS[name](space, seed, direction, **options)
    return method


def method_options(name: str) -> dict[str, Any]:
    """The options of a method, each with its default."""
    return {f.name: f.default for f in fields(METHODS[name]) if f.name not in ("space", "seed", "direction")}

"""What a method proposes, and where each proposal comes from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .grid import Config
from .observation import Observation

Kind = Literal["start", "explore", "exploit", "child", "sampled", "random"]
FIGURES = ("predicted", "low", "high", "best", "succeeds")


@dataclass(frozen=True)
class Origin:
    """Why a configuration was proposed.

    | kind | why |
    |---|---|
    | start | one of the points that fill the space before anything is known |
    | explore, exploit | a model likes it: because it knows little there, or because it expects a good score there |
    | child | changed from one parent or mixed from several |
    | sampled | drawn from a distribution that good configurations have shaped |
    | random | drawn by chance, because nothing better was left |

    `parents` are positions in the history. `predicted` is the score that the method expected, `low` and `high` its 95 %
    interval, `best` the score to beat as the method saw it, all in the metric's own units; `succeeds` is the
    probability that the trial does not fail.
    """

    kind: Kind
    parents: tuple[int, ...] = ()
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    best: float | None = None
    succeeds: float | None = None

    def to_json(self, names: Sequence[int] | None = None) -> dict[str, Any]:
        """Plain data without what is unknown; `names` are what the history's positions are called elsewhere."""
        figures = {name: getattr(self, name) for name in FIGURES}
        known = {name: float(value) for name, value in figures.items() if value is not None and math.isfinite(value)}
        parents = [int(place if names is None else names[place]) for place in self.parents]
        return {"kind": self.kind} | ({"parents": parents} if parents else {}) | known


@dataclass(frozen=True)
class Proposal:
    """A configuration; its origin is None where the method does not look at the history."""

    config: Config
    origin: Origin | None = None


class WithoutHistory:
    """A method whose proposals do not depend on the history; it says how to ask."""

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]:
        raise NotImplementedError

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]:
        return [Proposal(config) for config in self.ask(n, history, start)]


class WithHistory:
    """A method that learns from the history; it says how to propose."""

    def propose(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Proposal]:
        raise NotImplementedError

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]:
        return [proposal.config for proposal in self.propose(n, history, start)]

"""Manual search: people propose, the method never does."""

from collections.abc import Sequence
from dataclasses import dataclass

from .grid import Config
from .observation import Direction, Observation
from .proposal import WithoutHistory
from .recommend import Recommending
from .space import Space


@dataclass(frozen=True)
class ManualSearch(WithoutHistory, Recommending):
    """Proposes nothing."""

    space: Space
    seed: int = 0
    direction: Direction = "maximize"

    def ask(self, n: int = 1, history: Sequence[Observation] = (), start: int = 0) -> list[Config]:
        return []

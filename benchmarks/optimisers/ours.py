"""The product's methods, asked as the engine asks them: every time with a history of new Observation objects."""

from collections.abc import Sequence
from typing import Any, ClassVar

from studies.search import Observation, Space, make_method

Config = dict[str, Any]


class Ours:
    """One method; `ask` and `tell` keep what the database would."""

    name: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, space: Sequence[dict[str, Any]], seed: int, trials: int) -> None:
        self.method = make_method(self.name, Space.from_json(list(space)), seed, "minimize", **self.options)
        self.rows: list[dict[str, Any]] = []
        self.proposals = 0

    def history(self) -> list[Observation]:
        return [Observation(**row) for row in self.rows]

    def ask(self) -> tuple[int, Config] | None:
        found = self.method.ask(1, self.history(), self.proposals)
        if not found:
            return None
        self.rows.append({"config": found[0], "state": "running"})
        self.proposals += 1
        return len(self.rows) - 1, found[0]

    def tell(self, token: int, value: float, fold_scores: Sequence[float] | None, stderr: float | None) -> None:
        told = {"value": value, "state": "complete", "fold_scores": fold_scores, "noise": stderr}
        self.rows[token] = {"config": self.rows[token]["config"], **told}

    def add(self, config: Config, value: float) -> None:
        """A trial that ended earlier, and was proposed too."""
        self.rows.append({"config": config, "value": value, "state": "complete"})
        self.proposals += 1

    def recommend(self) -> Config | None:
        """What the method believes best; None where it has no belief of its own."""
        recommend = getattr(self.method, "recommend", None)
        found = recommend(self.history()) if recommend else None
        return getattr(found, "config", found)


class Bayesian(Ours):
    name = "bayesian"


class Evolutionary(Ours):
    name = "evolutionary"


class Random(Ours):
    """Independent points, what people mean by random search; the product's default is Sobol's."""

    name = "random"
    options: ClassVar[dict[str, Any]] = {"sampler": "independent"}


class Grid(Ours):
    name = "grid"

"""What a spec comes to, piece by piece; a piece stays None while something it rests on is wrong."""

from dataclasses import dataclass, field
from typing import Any

from studies.evaluation import Entry, Metric, Table
from studies.models import DatasetVersion, Study, Team
from studies.search import Space

from .spec_errors import Problems


@dataclass
class Plan:
    """How rows are split: kind, folds, repeats, and to how many rows a sample is cut (None: all)."""

    kind: str
    folds: int
    repeats: int
    rows: int | None = None

    @property
    def fits(self) -> int:
        """Fits that one trial costs."""
        return self.folds * self.repeats

    def to_json(self) -> dict[str, Any]:
        plan = {"kind": self.kind, "folds": self.folds, "repeats": self.repeats}
        return plan if self.rows is None else plan | {"rows": self.rows}


@dataclass
class Examination:
    """A spec as far as it is understood: the form shows it while one types, `resolve` wants it whole.

    table: the rows that the plan uses, which models are judged by and spaces are scaled to; whole: all of them.
    """

    team: Team
    problems: Problems = field(default_factory=Problems)
    decisions: list[str] = field(default_factory=list)

    version: DatasetVersion | None = None
    target: str | None = None
    task: str | None = None
    whole: Table | None = None
    table: Table | None = None
    estimator: Entry | None = None
    metric: Metric | None = None
    plan: Plan | None = None
    holdout: str | None = None
    space: Space | None = None
    method: str | None = None
    method_options: dict[str, Any] = field(default_factory=dict)
    grid_size: int | None = None

    name: str | None = None
    seed: int | None = None
    parallel: int | None = None
    max_trials: int | None = None
    max_seconds: float | None = None
    trial_seconds: float | None = None
    trial_memory_mb: int | None = None
    stop_when_converged: bool = False
    follows: Study | None = None

    def decide(self, sentence: str) -> None:
        self.decisions.append(sentence)

    @property
    def trials_to_run(self) -> int | None:
        """Trials until the budget or the grid (and trial 0, the defaults) is used up."""
        if self.max_trials is None or (self.method == "grid" and self.grid_size is None):
            return None
        return self.max_trials if self.grid_size is None else min(self.max_trials, self.grid_size + 1)

    @property
    def fits(self) -> int | None:
        if self.trials_to_run is None or self.plan is None:
            return None
        return self.trials_to_run * self.plan.fits

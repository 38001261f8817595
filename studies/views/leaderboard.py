"""The rows of a study's leaderboard: in progress, ranked, without a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studies.models import Source, Study, Trial, TrialState
from studies.plots.numbers import NOTHING, format_parameter
from studies.plots.score_dots import FoldDots, Scale, fold_dots, scale_of

from .study_spec import parameters_of
from .turns import still_to_come

FIRST = 20  # rows that are seen at once, so that the figures below are not buried
SENT = 100  # rows that are sent: a filter finds its trials also among those that are not seen
FEW = 20
LIGHT = (
    "number", "source", "config", "off_space", "state", "reason", "error", "value", "stderr", "fold_scores",
    "fit_seconds", "started_at", "study_id", "token",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One parameter's value; `same`: equal to the library's default."""

    text: str
    same: bool


@dataclass(frozen=True)
class Line:
    trial: Trial
    rank: int | None
    cells: list[Cell]
    source: str
    dots: FoldDots
    is_best: bool = False
    is_next: bool = False  # claimed by a lane that runs another first

    @property
    def beyond(self) -> bool:
        """Whether it waits behind "Show all"."""
        return self.rank is not None and self.rank > FIRST

    @property
    def why(self) -> str:
        """Why it has no value, in one line."""
        first = (self.trial.error.strip().splitlines() or [""])[0]
        reason = self.trial.get_reason_display()
        return first or reason or self.trial.get_state_display()


@dataclass(frozen=True)
class Leaderboard:
    """`noise`: the best trial's standard error; it decides the decimals of all, so that they line up."""

    parameters: list[str]
    in_progress: list[Line]
    ranked: list[Line]
    without: list[Line]
    n_ranked: int
    n_without: int
    scale_words: str
    noise: float | None
    first: int = FIRST

    @property
    def columns(self) -> int:
        return 7 + len(self.parameters)

    @property
    def more_ranked(self) -> int:
        return self.n_ranked - len(self.ranked)

    @property
    def more_without(self) -> int:
        return self.n_without - len(self.without)


def leaderboard(study: Study, counts: dict[str, int], everything: bool = False) -> Leaderboard:
    """The first rows of each group, or all of them; four queries."""
    trials = Trial.objects.filter(study=study).only(*LIGHT)
    ranked = trials.filter(state=TrialState.COMPLETE).ranked(study.maximize)
    running = trials.filter(state__in=[TrialState.RUNNING, TrialState.WAITING]).order_by("number")
    without = trials.filter(state__in=[TrialState.FAILED, TrialState.PRUNED, TrialState.CANCELLED]).order_by("-number")
    if not everything:
        ranked, running, without = ranked[:SENT], running[:FEW], without[:FEW]
    ranked, running, without = list(ranked), list(running), list(without)
    to_come = still_to_come(study, running)
    names = varying(study, [*ranked, *running, *without])

    scale = _scale(ranked)

    def lines(rows: Sequence[Trial], first_rank: int | None = None) -> list[Line]:
        return [
            Line(
                trial,
                None if first_rank is None else first_rank + i,
                [cell(trial.config, name, study.defaults) for name in names],
                source_word(study, trial),
                fold_dots(scored(trial), scale, mean=trial.value),
                is_best=first_rank is not None and i == 0,
                is_next=trial.number in to_come,
            )
            for i, trial in enumerate(rows)
        ]

    return Leaderboard(
        parameters=names,
        in_progress=lines(running),
        ranked=lines(ranked, first_rank=1),
        without=lines(without),
        n_ranked=counts["complete"],
        n_without=counts["failed"] + counts["pruned"] + counts["cancelled"],
        scale_words=scale.label if ranked else "",
        noise=ranked[0].stderr if ranked else None,
    )


def source_word(study: Study, trial: Trial) -> str:
    """The method's name for what it proposed, "Defaults" and "By hand" for the rest."""
    return study.get_method_display() if trial.source == Source.METHOD else trial.get_source_display()


def varying(study: Study, trials: Sequence[Trial]) -> list[str]:
    """Names of the parameters that vary: those searched, in the space's order, then others that differ in trials."""
    space = parameters_of(study)
    fixed = {entry["name"] for entry in space if entry.get("type") == "constant"}
    names = [entry["name"] for entry in space if entry["name"] not in fixed]
    seen: dict[str, list[Any]] = {}
    for trial in trials:
        for name, value in trial.config.items():
            values = seen.setdefault(name, [])
            if value not in values:
                values.append(value)
    return names + [name for name, values in seen.items() if name not in names and len(values) > 1]


def cell(config: dict[str, Any], name: str, defaults: dict[str, Any]) -> Cell:
    if name not in config:
        return Cell(NOTHING, same=name not in defaults)
    return Cell(format_parameter(config[name]), same=name in defaults and config[name] == defaults[name])


def scored(trial: Trial) -> list[float]:
    """Scores of the folds that have one."""
    return [score for score in trial.fold_scores if score is not None]


def _scale(ranked: Sequence[Trial]) -> Scale:
    """One scale for all fold dots: that of the better three quarters, so that a bad trial does not squeeze the rest."""
    return scale_of([scored(trial) for trial in ranked[: max(1, (3 * len(ranked) + 3) // 4)]])

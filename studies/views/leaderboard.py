"""The rows of a study's leaderboard: in progress, ranked, without a value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studies.models import Source, Study, Trial, TrialState
from studies.plots.numbers import NOTHING, format_parameter
from studies.plots.score_dots import FoldDots, Scale, fold_dots, scale_of

from .ranking import FIRST, Part, ranking
from .study_expected import StudyExpected
from .study_spec import parameters_of
from .turns import still_to_come

FEW = 20
LIGHT = (
    "number", "source", "config", "off_space", "state", "reason", "error", "value", "stderr", "fold_scores",
    "fit_seconds", "started_at", "finished_at", "study_id", "token",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One parameter's value; `same`: equal to the library's default."""

    text: str
    same: bool


@dataclass(frozen=True)
class Line:
    """`chosen`: share of the resamples that choose it; `beyond`: it waits behind "Show all"."""

    trial: Trial
    rank: int | None
    cells: list[Cell]
    source: str
    dots: FoldDots
    is_best: bool = False
    is_next: bool = False  # claimed by a lane that runs another first
    is_kept: bool = False
    chosen: float | None = None
    beyond: bool = False

    @property
    def why(self) -> str:
        """Why it has no value, in one line."""
        first = (self.trial.error.strip().splitlines() or [""])[0]
        reason = self.trial.get_reason_display()
        return first or reason or self.trial.get_state_display()


@dataclass(frozen=True)
class Group:
    """A part of the ranking as rows, by value."""

    part: Part
    lines: list[Line]

    @property
    def has_more(self) -> bool:
        return len(self.part.numbers) > self.part.first


@dataclass(frozen=True)
class Leaderboard:
    """`noise`: the best trial's standard error; it decides the decimals of all, so that they line up."""

    parameters: list[str]
    in_progress: list[Line]
    groups: list[Group]
    without: list[Line]
    n_ranked: int
    n_without: int
    scale_words: str
    noise: float | None
    knows_chosen: bool = False

    @property
    def columns(self) -> int:
        return 7 + self.knows_chosen + len(self.parameters)

    @property
    def ranked(self) -> list[Line]:
        """Of all groups, best first."""
        lines = [line for group in self.groups for line in group.lines]
        return sorted(lines, key=lambda line: line.rank or 0)

    @property
    def folds_back(self) -> bool:
        """Whether there are more ranked trials than are seen at first."""
        return self.n_ranked > FIRST or any(group.has_more for group in self.groups)

    @property
    def more_without(self) -> int:
        return self.n_without - len(self.without)


def leaderboard(
    study: Study, counts: dict[str, int], everything: bool = False, expected: StudyExpected | None = None
) -> Leaderboard:
    """The first rows of each group, or all of them; five queries."""
    known = expected if expected is not None and expected.is_known else None
    found = ranking(study, known, everything)
    trials = Trial.objects.filter(study=study).only(*LIGHT)
    complete = trials.filter(state=TrialState.COMPLETE)
    if not everything:
        complete = complete.filter(number__in=[number for part in found.parts for number in part.sent])
    running = trials.filter(state__in=[TrialState.RUNNING, TrialState.WAITING]).order_by("number")
    without = trials.filter(state__in=[TrialState.FAILED, TrialState.PRUNED, TrialState.CANCELLED]).order_by("-number")
    if not everything:
        running, without = running[:FEW], without[:FEW]
    ranked, running, without = list(complete.ranked(study.maximize)), list(running), list(without)
    to_come = still_to_come(study, running)
    names = varying(study, [*ranked, *running, *without])
    scale = _scale(ranked)

    def line(trial: Trial, rank: int | None = None, beyond: bool = False) -> Line:
        return Line(
            trial,
            rank,
            [cell(trial.config, name, study.defaults) for name in names],
            source_word(study, trial),
            fold_dots(scored(trial), scale, mean=trial.value, reference=known and known.expected.value),
            is_best=rank == 1,
            is_next=trial.number in to_come,
            is_kept=known is not None and trial.number == known.keep,
            chosen=known and known.expected.chosen(trial.number),
            beyond=beyond,
        )

    rows = {trial.number: trial for trial in ranked}
    groups = [
        Group(part, [
            line(rows[number], found.rank[number], beyond=place >= part.first and number != (known and known.keep))
            for place, number in enumerate(part.sent) if number in rows
        ])
        for part in found.parts
    ]  # fmt: skip
    return Leaderboard(
        parameters=names,
        in_progress=[line(trial) for trial in running],
        groups=[group for group in groups if group.lines],
        without=[line(trial) for trial in without],
        n_ranked=counts["complete"],
        n_without=counts["failed"] + counts["pruned"] + counts["cancelled"],
        scale_words=scale.label if ranked else "",
        noise=ranked[0].stderr if ranked else None,
        knows_chosen=known is not None,
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

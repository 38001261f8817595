"""A trial beside the best of the others: what is as good, and how it differs."""

from dataclasses import dataclass
from math import hypot

from studies.models import Study, Trial, TrialState
from studies.plots.score_dots import FoldDots, fold_dots, scale_of

from .headline import gain_over
from .leaderboard import LIGHT, Cell, cell, scored, varying

SHOWN = 5


@dataclass(frozen=True)
class Beside:
    """One row: the trial under review, or another with how it compares."""

    trial: Trial
    cells: list[Cell]
    dots: FoldDots
    is_subject: bool
    gap: str = ""
    tied: bool = False


@dataclass(frozen=True)
class RunnerUps:
    """`n_tied` other complete trials cannot be told from the subject; `n_better` are better beyond the noise."""

    parameters: list[str]
    rows: list[Beside]
    scale_words: str
    noise: float | None
    n_tied: int
    n_better: int


def tied(first: float, first_error: float | None, second: float, second_error: float | None) -> bool:
    """Whether two scores differ by no more than the standard error of their difference."""
    return abs(first - second) <= hypot(first_error or 0.0, second_error or 0.0)


def runner_ups(study: Study, subject: Trial) -> RunnerUps:
    """The subject first, then the best five others; two queries."""
    complete = study.trials.filter(state=TrialState.COMPLETE, value__isnull=False).exclude(pk=subject.pk)
    scores = list(complete.ranked(study.maximize).values_list("pk", "value", "stderr"))
    ties = [tied(subject.value, subject.stderr, value, error) for _, value, error in scores]
    better = [(value > subject.value) if study.maximize else (value < subject.value) for _, value, _ in scores]
    found = {trial.pk: trial for trial in complete.filter(pk__in=[row[0] for row in scores[:SHOWN]]).only(*LIGHT)}
    others = [found[pk] for pk, _, _ in scores[:SHOWN]]
    trials = [subject, *others]
    names = [name for name in varying(study, trials) if len({repr(trial.config.get(name)) for trial in trials}) > 1]
    scale = scale_of([scored(trial) for trial in trials])

    def row(trial: Trial, tie: bool = False) -> Beside:
        return Beside(
            trial,
            [cell(trial.config, name, study.defaults) for name in names],
            fold_dots(scored(trial), scale, mean=trial.value, reference=subject.value),
            is_subject=trial is subject,
            gap="" if trial is subject else gap_words(study, trial.value, subject.value),
            tied=tie,
        )

    return RunnerUps(
        parameters=names,
        rows=[row(subject), *(row(trial, tie) for trial, tie in zip(others, ties, strict=False))],
        scale_words=scale.label,
        noise=subject.stderr,
        n_tied=sum(ties),
        n_better=sum(is_better and not tie for is_better, tie in zip(better, ties, strict=True)),
    )


def gap_words(study: Study, value: float, reference: float) -> str:
    return gain_over(study, value, reference).words

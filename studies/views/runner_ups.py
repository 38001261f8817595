"""A trial beside the best of the others: what is as good, and how it differs."""

from dataclasses import dataclass
from math import hypot

from studies.models import Study, Trial, TrialState
from studies.plots.score_dots import FoldDots, fold_dots, scale_of

from .expected_scores import Expected
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
    chosen: float | None = None


@dataclass(frozen=True)
class RunnerUps:
    """`n_tied` other complete trials cannot be told from the subject; `n_better` are better beyond the noise.

    by_figures: tied with the best, as the resamples say it, and not by the errors over folds; `subject_tied`: whether
    the subject is, too. `chosen` is then each trial's share of the resamples.
    """

    parameters: list[str]
    rows: list[Beside]
    scale_words: str
    noise: float | None
    n_tied: int
    n_better: int
    by_figures: bool = False
    subject_tied: bool = False


def tied(first: float, first_error: float | None, second: float, second_error: float | None) -> bool:
    """Whether two scores differ by no more than the standard error of their difference."""
    return abs(first - second) <= hypot(first_error or 0.0, second_error or 0.0)


def runner_ups(study: Study, subject: Trial, expected: Expected | None = None) -> RunnerUps:
    """The subject first, then the best five others, those of its tie before the rest; two queries."""
    known = expected if expected is not None and expected.knows(subject) else None
    complete = study.trials.filter(state=TrialState.COMPLETE, value__isnull=False).exclude(pk=subject.pk)
    scores = list(complete.ranked(study.maximize).values_list("pk", "value", "stderr", "number"))
    if known:
        scores.sort(key=lambda row: not known.is_tied(row[3]))  # stable: by value within the tie and the rest
        ties = [known.is_tied(number) for *_, number in scores]
        better = ties if not known.is_tied(subject.number) else [False] * len(ties)
    else:
        ties = [tied(subject.value, subject.stderr, value, error) for _, value, error, _ in scores]
        better = [(row[1] > subject.value) if study.maximize else (row[1] < subject.value) for row in scores]
        better = [is_better and not tie for is_better, tie in zip(better, ties, strict=True)]
    found = {trial.pk: trial for trial in complete.filter(pk__in=[row[0] for row in scores[:SHOWN]]).only(*LIGHT)}
    others = [found[pk] for pk, *_ in scores[:SHOWN]]
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
            chosen=known.chosen(trial.number) if known else None,
        )

    return RunnerUps(
        parameters=names,
        rows=[row(subject), *(row(trial, tie) for trial, tie in zip(others, ties, strict=False))],
        scale_words=scale.label,
        noise=subject.stderr,
        n_tied=sum(ties),
        n_better=sum(better),
        by_figures=known is not None,
        subject_tied=known is not None and known.is_tied(subject.number),
    )


def gap_words(study: Study, value: float, reference: float) -> str:
    return gain_over(study, value, reference).words

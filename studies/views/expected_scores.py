"""What the choice of each study should score on new data, as a worker has worked it out; nothing is computed here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studies.evaluation.honesty import hand_picked
from studies.models import ErrandState, ExpectedScore, Study, Trial, TrialState

from .headline import gain_over
from .measured import Measured, may_be_too_high

NOT_YET = "it has not been worked out yet"
UNDER_WAY = "it is being worked out"


@dataclass(frozen=True)
class Expected:
    """One study's figures, or in `why` (a sentence without its full stop) why there are none.

    `draws` are the scores of the resamples, read on demand; those of two studies may be subtracted where `resampling`
    is the same. `under_way`: newer figures are being worked out. `as_of`: trials that ended later are not in them.
    """

    study: Study
    figures: dict[str, Any] = field(default_factory=dict)
    why: str = NOT_YET
    draws: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    resampling: str = ""
    under_way: bool = False
    as_of: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.figures)

    @property
    def value(self) -> float:
        return self.figures["expected"]

    @property
    def low(self) -> float:
        return self.figures["low"]

    @property
    def high(self) -> float:
        return self.figures["high"]

    @property
    def noise(self) -> float:
        """A standard error in the sense of the digits that the scores deserve.

        Half of what the interval says: it is wide on purpose, and with fewer digits than the best CV beside it the two
        would not give the over-fitting that is shown.
        """
        return (self.high - self.low) / 8

    @property
    def too_high(self) -> Measured | None:
        """What was measured where a search learns from few rows: some over-fitting stays in what it expects."""
        return may_be_too_high(self.study.method, self.figures["rows"])

    @property
    def best(self) -> float:
        """Best CV by the pooled recipe that `value` is held against."""
        return self.figures["best"]

    @property
    def best_number(self) -> int:
        return self.figures["best_number"]

    @property
    def over_fitting(self) -> str:
        """Over-fitting to validation in the words of the metric: "1.6 points", "0.8 %", "none found"."""
        if self.figures["optimism"] <= 0:
            return "none found"
        return gain_over(self.study, self.best, self.value).size

    @property
    def tied(self) -> list[int]:
        """Numbers of the trials tied with the best, best first, the best included."""
        return self.figures["tied"]

    def knows(self, trial: Trial) -> bool:
        """Whether the trial is complete and had ended when the figures were worked out."""
        if not self or trial.state != TrialState.COMPLETE:
            return False
        ended, then = trial.finished_at, self.as_of
        return ended is None or then is None or ended <= then

    def is_tied(self, number: int) -> bool:
        return number in self.figures.get("tied", ())

    def chosen(self, number: int) -> float | None:
        """Share of the resamples in which the trial would have been chosen; None without figures."""
        return self.figures["chosen"].get(str(number), 0.0) if self else None

    def trial_facts(self, trial: Trial) -> dict[str, Any]:
        """For files: how often it would have been chosen, whether it is tied, and its figure where it was not chosen.

        Each None where the figures do not know the trial.
        """
        if not self.knows(trial) or trial.value is None:
            return {"chosen": None, "tied": None, "hand_picked": None}
        number = trial.number
        by_hand = None if number == self.best_number else self.hand_picked(trial.value)
        return {"chosen": self.chosen(number), "tied": self.is_tied(number), "hand_picked": by_hand}

    def hand_picked(self, value: float) -> float:
        """Of a trial that was not chosen by its score: its CV score less the over-fitting, never above `value`."""
        return hand_picked(value, self.figures["optimism"], self.value, maximize=self.study.maximize)


def expected_scores(studies: Iterable[Study], draws: bool = False) -> dict[int, Expected]:
    """The figures of each study by its id, in one query however many there are."""
    studies = {study.pk: study for study in studies}
    rows = ExpectedScore.objects.filter(study__in=studies).only(
        "study_id",
        "state",
        "error",
        "figures",
        "resampling",
        "computed_at",
        "started_at",
        *(["draws"] if draws else []),
    )
    return {pk: Expected(study) for pk, study in studies.items()} | {
        row.study_id: _told(studies[row.study_id], row, draws) for row in rows
    }


def _as_of(row: ExpectedScore) -> datetime | None:
    """When the trials were read; while newer figures are being worked out, when the old ones were ready."""
    return row.started_at if row.started_at and not row.is_under_way else row.computed_at


def _told(study: Study, row: ExpectedScore, draws: bool) -> Expected:
    figures = row.figures or {}
    if figures.get("available"):
        z = np.frombuffer(bytes(row.draws), dtype="<f8") if draws and row.draws else None
        return Expected(study, figures, "", z, row.resampling, row.is_under_way, _as_of(row))
    if figures.get("why"):
        return Expected(study, why=figures["why"].rstrip("."), under_way=row.is_under_way)
    if row.state == ErrandState.FAILED:
        return Expected(study, why=f"working it out failed: {row.error.rstrip('.')}")
    return Expected(study, why=UNDER_WAY if row.is_under_way else NOT_YET, under_way=row.is_under_way)

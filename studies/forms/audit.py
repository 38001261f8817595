"""How many outer folds a nested audit replays, and what each choice costs."""

from dataclasses import dataclass
from typing import Any

from django import forms

from studies.engine.audits import fold_choices, trials_to_replay
from studies.evaluation.timing import Seconds, spread
from studies.models import Study, TrialState, WorkerProcess
from studies.plots.numbers import count_of, format_span

from .study_minutes import OVERHEAD

MOST_TRIALS = 200  # whose times are looked at, the latest


@dataclass(frozen=True)
class AuditPrice:
    """`span` and `where` are empty where no trial has told its times."""

    folds: int
    trials: int
    fits: int
    product: str
    span: str = ""
    where: str = ""


class AuditForm(forms.Form):
    """`prices` has what each choice costs, fewest folds first; the last is the usual one."""

    def __init__(self, study: Study, data: Any = None) -> None:
        super().__init__(data)
        self.prices = prices_of(study)
        choices = [(price.folds, price.folds) for price in self.prices]
        self.fields["folds"] = forms.TypedChoiceField(
            label="Outer folds", coerce=int, initial=choices[-1][0], choices=choices
        )

    @property
    def chosen(self) -> int:
        """The choice that the page shows as made."""
        value = str(self["folds"].value())
        return int(value) if value in {str(price.folds) for price in self.prices} else self.prices[-1].folds


def prices_of(study: Study) -> list[AuditPrice]:
    seconds, workers = _seconds(study), WorkerProcess.objects.serving().count()
    return [_price(study, folds, seconds, workers) for folds in fold_choices(study)]


def _price(study: Study, folds: int, seconds: Seconds | None, workers: int) -> AuditPrice:
    inner, repeats, each = study.plan_spec["folds"], study.plan_spec["repeats"], trials_to_replay(study)
    per_trial = inner * repeats
    trials, fits = folds * each, folds * (each * per_trial + 1)
    parts = [f"{folds} searches", count_of(each, "trial"), count_of(inner, "fold")]
    product = " × ".join([*parts, count_of(repeats, "repeat")] if repeats > 1 else parts)
    price = AuditPrice(folds, trials, fits, f"{product}, and {count_of(folds, 'fit')} to score what they choose")
    if seconds is None:
        return price
    most = study.trial_seconds or float("inf")
    at_once = max(1, min(study.parallel * folds, workers or 1))
    low, high = (
        (trials * (min(per_trial * each_fit, most) + OVERHEAD) + folds * each_fit) / at_once
        for each_fit in (seconds.low, seconds.high)
    )
    where = f"on {count_of(at_once, 'worker')}" if workers else "on 1 worker, once one runs"
    return AuditPrice(folds, trials, fits, price.product, format_span(low, high), where)


def _seconds(study: Study) -> Seconds | None:
    """Of one fit with its scoring, as the study's own trials measured it; its folds have a few more rows."""
    complete = study.trials.filter(state=TrialState.COMPLETE).order_by("-number")
    rows = complete.values_list("fit_times", "score_times")[:MOST_TRIALS]
    found = [(sum(fits) + sum(scores)) / len(fits) for fits, scores in rows if fits]
    return spread(found) if found else None

"""What the held-out set says of a trial: in a line wherever its score is, and as a fact for the review."""

from dataclasses import dataclass

from studies.models import ErrandState, Opening, Study, Trial
from studies.plots.numbers import count_of

from .findings import FAIL, PASS, WARN, Check
from .headline import Gain, gain_over
from .labels import metric_label

TITLES = {"holds": "The claim holds on the held-out set", "better": "Better than claimed on the held-out set"}


@dataclass(frozen=True)
class Line:
    """One opening as pages show it; `gap` is the result less the claim, in the words of the metric."""

    opening: Opening
    metric: str
    gap: Gain | None
    low: str = ""
    high: str = ""


def held_out_said(study: Study, trial: Trial | None = None) -> list[Line]:
    """What the held-out set said of the study's trials, or of `trial` alone; one query, none without such a set."""
    if study.holdout != "on":
        return []
    found = study.openings.filter(state=ErrandState.COMPLETE).defer("reason")
    lines = list(found if trial is None else found.filter(trial=trial))
    for one in lines:
        one.study = study
    return [line_of(one) for one in lines]


def line_of(one: Opening) -> Line:
    label = metric_label(one.claim["metric"])
    if not one.is_done or one.study is None:
        return Line(one, label, None)
    claim, sign = one.claim["value"], 1 if one.study.maximize else -1
    ends = sorted(claim + sign * one.result[name] for name in ("gap_low", "gap_high"))
    low, high = (gain_over(one.study, end, claim).number for end in ends)
    return Line(one, label, gain_over(one.study, one.result["score"], claim), low, high)


def opened(study: Study, trial: Trial) -> Check | None:
    """None where no rows were held out of the study."""
    held_out = study.dataset_version.dataset.held_out_set if study.holdout == "on" else None
    if held_out is None:
        return None
    own = held_out.openings.filter(trial=trial).first()
    rows = count_of(study.dataset_version.held_out_rows, "row")
    words = f"The set of {rows} was {held_out.opened}."
    if own is None or own.state != ErrandState.COMPLETE:
        return Check(WARN, "Not held against the held-out set", words, "opening")
    gap = gain_over(study, own.result["score"], own.claim["value"]).words
    words = f"{gap} beside the claim. {words}"
    if own.result["verdict"] == "worse":
        return Check(FAIL, "Worse than claimed on the held-out set", words, "opening")
    return Check(PASS, TITLES[own.result["verdict"]], words, "opening")

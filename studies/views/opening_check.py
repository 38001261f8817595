"""What the held-out set says of a trial, as a fact for the review."""

from studies.models import ErrandState, Study, Trial
from studies.plots.numbers import count_of

from .findings import FAIL, PASS, WARN, Check
from .headline import gain_over

TITLES = {"holds": "The claim holds on the held-out set", "better": "Better than claimed on the held-out set"}


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

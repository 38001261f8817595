"""What the held-out set says of a trial, as a fact for the review; and how often it was opened."""

from collections.abc import Iterable

from studies.models import ErrandState, Opening, Study, Trial
from studies.plots.numbers import count_of

from .findings import FAIL, PASS, WARN, Check
from .headline import gain_over

TITLES = {"holds": "The claim holds on the held-out set", "better": "Better than claimed on the held-out set"}


def opened_words(openings: Iterable[Opening]) -> str:
    """Such as "opened never", "opened once, by Ada" and "opened 3 times, by 2 people"."""
    found = list(openings)
    people = sorted({one.by_name for one in found})
    if not found:
        return "opened never"
    times = "once" if len(found) == 1 else f"{len(found)} times"
    return f"opened {times}, by {people[0] if len(people) == 1 else f'{len(people)} people'}"


def opened(study: Study, trial: Trial) -> Check | None:
    """None where no rows were held out of the study; one query."""
    held_out = study.dataset_version.dataset.held_out_set if study.holdout == "on" else None
    if held_out is None:
        return None
    found = list(held_out.openings.defer("reason"))
    own = next((one for one in found if one.trial_id == trial.pk), None)
    rows = count_of(study.dataset_version.held_out_rows, "row")
    words = f"The set of {rows} was {opened_words(found)}."
    if own is None or own.state != ErrandState.COMPLETE:
        return Check(WARN, "Not held against the held-out set", words, "opening")
    gap = gain_over(study, own.result["score"], own.claim["value"]).words
    words = f"{gap} beside the claim. {words}"
    if own.result["verdict"] == "worse":
        return Check(FAIL, "Worse than claimed on the held-out set", words, "opening")
    return Check(PASS, TITLES[own.result["verdict"]], words, "opening")

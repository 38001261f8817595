"""From which study one goes on, what was changed on the way, and which go on from it."""

from dataclasses import dataclass

from studies.engine.follow_up import bounds_of, what_changed
from studies.engine.spec_examination import Examination
from studies.models import Study
from studies.search.refocus import End

from .expected_scores import expected_scores
from .findings import touched
from .study_spec import parameters_of

MOST_NAMED = 5


@dataclass(frozen=True)
class Lineage:
    """`changed`: in words, "" where nothing is; `trials`: how many have looked at the rows already, as far as known."""

    study: Study
    changed: str
    trials: int


def lineage_of(found: Examination) -> Lineage | None:
    """Of a spec while it is typed; None where it goes on from no study."""
    before = found.follows
    if before is None:
        return None
    changed = what_changed(before, found.space, found.plan) if found.space is not None else ""
    ledger = expected_scores([before])[before.pk].figures.get("ledger")
    return Lineage(before, changed, ledger["trials"] if ledger else before.trials.filter(state="complete").count())


def touched_ends(study: Study) -> dict[str, list[End]]:
    """The ends of ranges that the best trial touches, where something can be beyond them."""
    best = study.best_trial()
    found = touched(parameters_of(study), best.config, bounds_of(study)) if best else []
    return {touch.name: [touch.end] for touch in found}


def followers(study: Study) -> list[Study]:
    """The first few that go on from it, and one more where there are more."""
    return list(study.followed_by.order_by("pk").only("pk", "name")[: MOST_NAMED + 1])

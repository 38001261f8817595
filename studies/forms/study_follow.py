"""The new-study form filled in to go on from another study: narrowed, widened, with a parameter held, with repeats."""

from collections.abc import Mapping

from studies.engine import follow_up
from studies.engine.follow_up import FollowUp
from studies.engine.spec import MAX_NAME
from studies.models import Study
from studies.search.refocus import End

from .study_start import from_spec

REPEATS = range(2, 11)


def follow_up_of(study: Study, asked: Mapping[str, str], touched: Mapping[str, list[End]]) -> FollowUp:
    """What an address such as ?follow=7&hold=gamma asks for; touched: the ends that its best trial touches."""
    if "narrow" in asked:
        return follow_up.narrow(study)
    if "widen" in asked:
        return follow_up.widen(study, touched)
    if asked.get("hold"):
        return follow_up.hold(study, asked["hold"])
    repeats = asked.get("repeats", "")
    if repeats.isascii() and repeats.isdecimal() and len(repeats) < 3 and int(repeats) in REPEATS:
        return follow_up.repeat(study, int(repeats))
    return follow_up.same(study)


def from_follow_up(study: Study, made: FollowUp) -> dict[str, str]:
    """Named after the study and what is changed."""
    end = f", {made.word}"
    return from_spec(made.spec) | {"name": f"{study.name[: MAX_NAME - len(end)].rstrip()}{end}"[:MAX_NAME]}

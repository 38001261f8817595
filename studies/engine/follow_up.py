"""A study that goes on from another: what it starts from, and what was changed, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.engine.store.versions import StorageAway
from studies.engine.tables import evaluation_table
from studies.evaluation import catalogue
from studies.models import Study, StudyState, TrialState
from studies.search import Space
from studies.search.refocus import End, changes, held, narrowed, widened

from .spec_errors import quote
from .spec_examination import Examination, Plan
from .spec_fields import Fields

GOOD = 5  # the best fifth of the complete trials, and at least so many
SHARE = 0.2
MAX_WHY = 300
MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class FollowUp:
    """What a follow-up starts from: a spec, its space, how it is called after the study, and what was looked for."""

    spec: dict[str, Any]
    space: dict[str, Any]
    word: str
    said: str


def bounds_of(study: Study) -> dict[str, tuple[float | None, float | None]]:
    """What the model can take at all, by parameter; nothing is known while the table is out of reach."""
    if study.estimator not in catalogue:
        return {}
    try:
        return catalogue[study.estimator].bounds(evaluation_table(study.dataset_version, study.target, study.task))
    except (StorageAway, ValueError, OSError):
        return {}


def narrow(study: Study) -> FollowUp:
    """The space around the best fifth of the trials."""
    rows = study.trials.filter(state=TrialState.COMPLETE).ranked(study.maximize).values_list("config", flat=True)
    configs = list(rows)
    good = configs[: max(GOOD, round(SHARE * len(configs)))]
    said = f"Narrowed around the best {len(good)} of {len(configs)} complete trials."
    return _with_space(study, narrowed(Space.from_json(study.space), good), "narrowed", said)


def widen(study: Study, ends: Mapping[str, Sequence[End]]) -> FollowUp:
    """The space beyond the ends that the best trial touches."""
    said = f"Widened where the best trial touches an end: {', '.join(ends)}." if ends else "Nothing is to be widened."
    return _with_space(study, widened(Space.from_json(study.space), ends, bounds_of(study)), "widened", said)


def hold(study: Study, name: str) -> FollowUp:
    """The space with a parameter held at the library's default."""
    space = Space.from_json(study.space)
    if name not in space or name not in study.defaults:
        return same(study)
    said = f"{name} is held at the library’s default."
    return _with_space(study, held(space, name, study.defaults[name]), "without " + name, said)


def repeat(study: Study, repeats: int) -> FollowUp:
    """The same search with more repeats of the folds."""
    again = same(study)
    spec = again.spec | {"plan": again.spec["plan"] | {"repeats": repeats}}
    return FollowUp(spec, again.space, f"{repeats} repeats", f"Every trial is scored on {repeats} draws of the folds.")


def same(study: Study) -> FollowUp:
    return _with_space(study, Space.from_json(study.space), "again", "The space is as it was: change it below.")


def _with_space(study: Study, space: Space, word: str, said: str) -> FollowUp:
    whole = space.to_json()
    return FollowUp(study.spec | {"space": whole, "follows": study.pk}, whole, word, said)


# -- in a spec


def examine_follows(spec: Fields, found: Examination) -> None:
    """Sets the study that this one goes on from."""
    number = spec.raw("follows")
    if number is None:
        return
    if not isinstance(number, int) or isinstance(number, bool):
        spec.wrong("follows", f"follows is {quote(number)}; it must be the id of one of your studies, or null.")
        return
    launched = Study.objects.of_team(found.team).exclude(state=StudyState.DRAFT)
    found.follows = launched.filter(pk=number).first() if 0 < number <= MAX_ID else None
    if found.follows is None:
        spec.wrong("follows", f"follows is {number}; there is no such launched study of your team. Leave it out.")


def what_changed(before: Study, space: Space, plan: Plan | None) -> str:
    """From a study to one that goes on from it, such as "C 0.001 to 1000 → 0.1 to 50"; at most 300 letters."""
    found = changes(Space.from_json(before.space), space)
    had = before.plan_spec.get("repeats", 1)
    if plan is not None and plan.repeats != had:
        found.append(f"{plan.repeats} {'repeat' if plan.repeats == 1 else 'repeats'} instead of {had}")
    words = "; ".join(found)
    while len(words) > MAX_WHY:
        found.pop()
        words = "; ".join([*found, "and more"])
    return words

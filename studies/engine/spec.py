"""From a spec, as a form or a program writes it, to a study: one validation for both.

Every piece that is null or "auto" is decided here, and `decisions` says what was decided and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studies.models import Dataset, DatasetVersion, Method, Study, StudyState, Team, Trial, User
from studies.search import Space

from .follow_up import examine_follows, what_changed
from .spec_data import examine_data
from .spec_errors import SpecError, quote
from .spec_examination import Examination
from .spec_fields import Fields
from .spec_holdout import examine_holdout
from .spec_json import JSONError, check_plain
from .spec_method import examine_budget, examine_method
from .spec_model import examine_model
from .spec_plan import examine_folds, examine_plan
from .spec_space import examine_space

__all__ = ["DraftMoved", "Resolved", "SpecError", "create_draft", "examine", "resolve", "resolved", "rewrite_draft"]

KEYS = (
    "name", "dataset_version", "task", "target", "estimator", "space", "method", "method_options", "seed", "metric",
    "plan", "holdout", "budget", "parallel", "racing", "stop_when_converged", "follows",
)  # fmt: skip
MAX_NAME = 120
Piece = TypeVar("Piece")


@dataclass(frozen=True)
class Resolved:
    """A spec with everything decided: what a study's row needs."""

    team: Team
    version: DatasetVersion
    name: str
    task: str
    target: str
    estimator: str
    space: dict[str, Any]
    method: str
    method_options: dict[str, Any]
    seed: int
    metric: str
    direction: str
    plan: dict[str, Any]
    holdout: str
    defaults: dict[str, Any]
    max_trials: int
    max_seconds: float | None
    trial_seconds: float | None
    trial_memory_mb: int | None
    parallel: int
    stop_when_converged: bool
    follows: Study | None
    follows_why: str
    fits: int
    grid_size: int | None
    decisions: tuple[str, ...]

    def to_spec(self) -> dict[str, Any]:
        """The contract's spec with nothing left open; it resolves to the same."""
        return {
            "name": self.name,
            "dataset_version": self.version.pk,
            "task": self.task,
            "target": self.target,
            "estimator": self.estimator,
            "space": self.space,
            "method": self.method,
            "method_options": self.method_options,
            "seed": self.seed,
            "metric": self.metric,
            "plan": self.plan,
            "holdout": self.holdout,
            "budget": {
                "trials": self.max_trials,
                "seconds": self.max_seconds,
                "trial_seconds": self.trial_seconds,
                "trial_memory_mb": self.trial_memory_mb,
            },
            "parallel": self.parallel,
            "racing": "off",
            "stop_when_converged": self.stop_when_converged,
            "follows": None if self.follows is None else self.follows.pk,
        }


def resolve(team: Team, spec: object) -> Resolved:
    """Decide what is left open; SpecError with every refusal, by field."""
    return resolved(examine(team, spec))


def examine(team: Team, spec: object) -> Examination:
    """As much of the spec as can be understood, with what is wrong in `problems`."""
    found = Examination(team)
    if not isinstance(spec, Mapping):
        found.problems.add("spec", f"The spec is {quote(spec)}; it must be an object with the keys {', '.join(KEYS)}.")
        return found
    try:
        check_plain(spec)
    except JSONError as error:
        found.problems.add("spec", str(error))
        return found
    fields = Fields(spec, KEYS, found.problems)
    examine_data(fields, found)
    examine_holdout(fields, found)
    examine_plan(fields, found)  # first of all: it may leave rows out, and models have limits by size
    examine_model(fields, found)
    examine_folds(fields, found)
    examine_space(fields, found)
    examine_method(fields, found)
    examine_budget(fields, found)
    examine_follows(fields, found)
    found.name = fields.text("name", MAX_NAME) or _usual_name(found)
    return found


def resolved(found: Examination) -> Resolved:
    """The whole of an examination; SpecError when it found problems. What is missing is a problem, so nothing is."""
    if found.problems:
        raise SpecError(found.problems.errors)
    version, table, entry = _there(found.version), _there(found.table), _there(found.estimator)
    metric, plan, space = _there(found.metric), _there(found.plan), _there(found.space)
    return Resolved(
        team=found.team,
        version=version,
        name=_there(found.name),
        task=table.task,
        target=table.target,
        estimator=entry.key,
        space=space.to_json(),
        method=_there(found.method),
        method_options=found.method_options,
        seed=_there(found.seed),
        metric=metric.key,
        direction=metric.direction,
        plan=plan.to_json(),
        holdout=_there(found.holdout),
        defaults=entry.defaults(table),
        max_trials=_there(found.max_trials),
        max_seconds=found.max_seconds,
        trial_seconds=found.trial_seconds,
        trial_memory_mb=found.trial_memory_mb,
        parallel=_there(found.parallel),
        stop_when_converged=found.stop_when_converged,
        follows=found.follows,
        follows_why=what_changed(found.follows, space, plan) if found.follows else "",
        fits=_there(found.fits),
        grid_size=found.grid_size,
        decisions=tuple(found.decisions),
    )


class DraftMoved(Exception):
    """The draft is not what its editor saw: `state` is what it is now, "" when it was deleted."""

    def __init__(self, state: str, change: int = 0) -> None:
        super().__init__(f"The draft is {state or 'deleted'}, at change {change}.")
        self.state, self.change = state, change


def create_draft(resolved: Resolved, user: User) -> Study:
    """A study that waits for its launch; SpecError when the dataset was deleted since the spec was resolved."""
    with transaction.atomic():
        _lock_dataset(resolved)
        study = unsaved_study(resolved, user)
        study.save()
        return study


def unsaved_study(resolved: Resolved, user: User | None = None) -> Study:
    """The draft's row, before it is stored."""
    return Study(team=resolved.team, created_by=user, state=StudyState.DRAFT, **_columns(resolved))


def rewrite_draft(study: Study, resolved: Resolved, seen: int) -> int:
    """Put another spec in the draft's place; `seen` is its change counter when it was opened.

    Trials by hand that are no points of the new space are left out; how many these were is the answer.
    DraftMoved when it was launched, deleted or saved by somebody since; nothing has changed then.
    """
    with transaction.atomic():
        _lock_dataset(resolved)
        rows = Study.objects.filter(pk=study.pk, team=resolved.team)
        values = _columns(resolved) | {"change": F("change") + 1, "updated_at": timezone.now()}
        if not rows.filter(state=StudyState.DRAFT, change=seen).update(**values):
            state, change = rows.values_list("state", "change").first() or ("", 0)
            raise DraftMoved(state, change)
        return _keep_legal_trials(study.pk, Space.from_json(resolved.space))


def _keep_legal_trials(draft: int, space: Space) -> int:
    """Number the draft's trials by hand that the space has from 1 on, and delete the others. How many were deleted."""
    trials = list(Trial.objects.filter(study=draft).order_by("number"))
    kept = [trial for trial in trials if space.contains(trial.config)]
    if len(kept) < len(trials):
        Trial.objects.filter(study=draft).exclude(pk__in=[trial.pk for trial in kept]).delete()
        for number, trial in enumerate(kept, 1):
            Trial.objects.filter(pk=trial.pk).update(number=number)
        Study.objects.filter(pk=draft).update(next_number=len(kept) + 1)
    return len(trials) - len(kept)


def _lock_dataset(resolved: Resolved) -> None:
    """The lock that deleting a dataset, or a version of it, takes as well."""
    if not Dataset.objects.select_for_update().filter(pk=resolved.version.dataset_id).exists():
        raise SpecError({"dataset_version": ["The dataset was deleted in the meantime; choose another one."]})
    if not DatasetVersion.objects.filter(pk=resolved.version.pk).exists():
        raise SpecError({"dataset_version": ["This version was deleted in the meantime; choose another one."]})


def _columns(resolved: Resolved) -> dict[str, Any]:
    """The spec as a study's row keeps it."""
    same = (
        "name", "task", "target", "estimator", "space", "method", "method_options", "seed", "metric", "direction",
        "defaults", "holdout", "max_trials", "max_seconds", "trial_seconds", "trial_memory_mb", "parallel",
        "stop_when_converged", "follows", "follows_why",
    )  # fmt: skip
    values = {name: getattr(resolved, name) for name in same}
    return values | {"dataset_version": resolved.version, "plan_spec": resolved.plan}


def _usual_name(found: Examination) -> str | None:
    """Dataset, estimator, method; the dataset's name is cut where it is long."""
    if found.version is None or found.estimator is None or found.method is None:
        return None
    return usual_name(found.version.dataset.name, found.estimator.label, found.method)


def usual_name(dataset: str, estimator: str, method: str) -> str:
    """What a study is called when nobody names it."""
    rest = f", {estimator}, {Method(method).label}"
    return f"{dataset[: MAX_NAME - len(rest)].rstrip()}{rest}"


def _there(piece: Piece | None) -> Piece:
    if piece is None:
        raise LookupError("A spec was examined without a problem, yet a piece of it is missing.")
    return piece

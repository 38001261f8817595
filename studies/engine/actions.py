"""What people do to studies: launch, pause, resume, stop, finish, change limits, add a trial.

Each raises Refused, with a sentence for the person, when the study's state forbids it; nothing has changed then.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from studies.engine import expected, held_out, moves
from studies.engine.advance import advance, make_lanes
from studies.engine.preparing import JUST_CORRECTED, Prepared, prepare_to_launch
from studies.engine.refused import Refused
from studies.evaluation import Plan
from studies.models import (
    ASKING,
    TERMINAL,
    DatasetVersion,
    Method,
    Source,
    SplitPlan,
    Study,
    StudyState,
    Trial,
    TrialState,
    User,
)
from studies.search import Space

LIMITS = {
    "max_trials": "trials",
    "max_seconds": "seconds",
    "trial_seconds": "seconds per trial",
    "trial_memory_mb": "MB per trial",
    "parallel": "parallel trials",
    "stop_when_converged": "stop when converged",
}


def launch(study: Study, who: User | None) -> None:
    """From draft to queued: store the folds and the baseline, make trial 0, ring the bell."""
    prepared = prepare_to_launch(study, who)
    with transaction.atomic():
        begin(study, who, prepared)
    advance(study.pk)


def begin(study: Study, who: User | None, prepared: Prepared) -> None:
    """Queue a draft, inside the caller's transaction; the caller rings the bell by `advance` after it."""
    # The lock that a correction takes as well: from here on it leaves this version alone.
    version = DatasetVersion.objects.select_for_update().get(pk=study.dataset_version_id)
    if version.stored_as != prepared.stored_as:
        raise Refused(JUST_CORRECTED)
    held_out.fix(study)
    launched = moves.move_study(
        study.pk,
        [StudyState.DRAFT],
        StudyState.QUEUED,
        plan=_stored_plan(study, prepared.plan, prepared.facts),
        baseline=prepared.chance,
        launched_at=timezone.now(),
        next_number=Greatest("next_number", 1),  # trials by hand that were added to the draft come after trial 0
    )
    if not launched:
        raise Refused(f"The study is {_state(study)}; only a draft can be launched.")
    Trial.objects.create(
        study=study,
        number=0,
        source=Source.DEFAULT,
        config=study.defaults,
        off_space=not Space.from_json(study.space).contains(study.defaults),
    )
    study.refresh_from_db()
    make_lanes(study)
    moves.record(study.pk, "launched", who)


def delete_draft(study: Study, who: User | None) -> None:
    """Remove a study that was never launched; nothing rests on it."""
    with transaction.atomic():
        draft = Study.objects.select_for_update().filter(pk=study.pk).first()
        if draft is None or draft.state != StudyState.DRAFT:
            raise Refused(f"The study is {_state(study)}; only a draft can be deleted.")
        draft.delete()


def pause(study: Study, who: User | None) -> None:
    """No new trials; running ones finish."""
    with transaction.atomic():
        if not moves.move_study(study.pk, list(ASKING), StudyState.PAUSING):
            raise Refused(f"The study is {_state(study)}; only a queued or running one can be paused.")
        moves.record(study.pk, "paused", who)
    advance(study.pk)


def resume(study: Study, who: User | None) -> None:
    """Go on after a pause or a stop; what a stop cancelled is taken up again."""
    with transaction.atomic():
        _lock(study)
        # Nothing has rested while it was pausing: its trials go on in the lanes that they have.
        on_the_way = moves.move_study(study.pk, [StudyState.PAUSING], StudyState.RUNNING)
        if not on_the_way and not _take_up(study, [StudyState.PAUSED, StudyState.STOPPED]):
            raise Refused(f"The study is {_state(study)}; only a paused or stopped one can be resumed.")
        moves.record(study.pk, "resumed", who)
    advance(study.pk)


def stop(study: Study, who: User | None) -> None:
    """Running trials are killed within 2 s and cancelled."""
    before = [*ASKING, StudyState.PAUSING, StudyState.PAUSED]
    with transaction.atomic():
        reason = f"Stopped by {who}." if who else "Stopped."
        if not moves.begin_stopping(study.pk, before, StudyState.STOPPED, reason):
            raise Refused(f"The study is {_state(study)}; there is nothing to stop.")
        moves.record(study.pk, "stopped", who)
    advance(study.pk)


def finish(study: Study, who: User | None) -> None:
    """End a manual study: no trial will be added."""
    if study.method != Method.MANUAL:
        raise Refused("Only a manual study is finished by hand; stop this one instead.")
    unfinished = study.trials.filter(state__in=[TrialState.WAITING, TrialState.RUNNING])
    with transaction.atomic():
        _lock(study)
        if unfinished.exists():
            raise Refused("A trial is still running or waiting. Wait for it, or stop the study.")
        before = [*ASKING, StudyState.PAUSING, StudyState.PAUSED]
        if not moves.move_study(
            study.pk, before, StudyState.COMPLETE, finished_at=timezone.now(), reason="Finished by hand."
        ):
            raise Refused(f"The study is {_state(study)}; it is not waiting for trials.")
        moves.record(study.pk, "finished", who)


def change_limits(study: Study, who: User | None, **limits: Any) -> None:
    """Change limits while it runs; more trials or time than before resume a stopped or complete study."""
    unknown = limits.keys() - LIMITS.keys()
    if unknown:
        raise ValueError(f"unknown limits: {', '.join(sorted(unknown))}; known are {', '.join(sorted(LIMITS))}")
    with transaction.atomic():
        _lock(study)
        wanted = limits.get("max_trials", study.max_trials)
        if wanted < study.next_number:
            raise Refused(f"{study.next_number} trials have begun already; the limit cannot be {wanted}.")
        extends = study.state in TERMINAL and _gives_room(study, limits)
        Study.objects.filter(pk=study.pk).update(**limits, change=F("change") + 1, updated_at=timezone.now())
        if said := _changes(study, limits):
            moves.record(study.pk, "extended" if extends else "changed limits", who, said)
        study.refresh_from_db()
        if extends:
            _take_up(study, list(TERMINAL))
    advance(study.pk)


def add_trial(study: Study, who: User | None, config: dict[str, Any]) -> Trial:
    """A trial by hand: waiting, ahead of what the method proposes. In a draft it waits for the launch.

    Raises SpaceError when the configuration is no point of the space.
    """
    Space.from_json(study.space).validate(config)  # at once: reading a space takes time that the lock need not
    with transaction.atomic():
        _lock(study)
        if study.state == StudyState.DRAFT:
            Space.from_json(study.space).validate(config)  # a draft may have been given another space meanwhile
        if study.state in {StudyState.STOPPING, *TERMINAL}:
            raise Refused(f"The study is {_state(study)}; extend it before you add a trial.")
        number = max(study.next_number, 1)  # trial 0 is the library's defaults, also where the launch is yet to make it
        if number >= study.max_trials:
            raise Refused(f"The budget of {study.max_trials} trials is used up. Raise the limit, then add the trial.")
        Study.objects.filter(pk=study.pk).update(next_number=number + 1, change=F("change") + 1)
        trial = Trial.objects.create(study=study, number=number, source=Source.MANUAL, config=config)
        moves.record(study.pk, "added", who, f"trial {number} by hand")
    advance(study.pk)
    return trial


def _changes(study: Study, limits: dict[str, Any]) -> str:
    """What really changes, in words: "trials 60 to 80"."""
    old = {name: getattr(study, name) for name in limits}
    said = [
        f"{LIMITS[name]} {_limit_words(old[name])} to {_limit_words(value)}"
        for name, value in limits.items()
        if value != old[name]
    ]
    return ", ".join(said)


def _limit_words(value: float | bool | None) -> str:
    if value is None:
        return "no limit"
    return ("yes" if value else "no") if isinstance(value, bool) else f"{value:g}"


def _gives_room(study: Study, limits: dict[str, Any]) -> bool:
    """Whether there is more than before, of trials or of time, and room for a trial in both."""
    trials = limits.get("max_trials", study.max_trials)
    seconds = limits.get("max_seconds", study.max_seconds)
    more_time = study.max_seconds is not None and (seconds is None or seconds > study.max_seconds)
    begun_by_now = study.trials.exclude(state=TrialState.CANCELLED).count()
    has_time = seconds is None or seconds > moves.elapsed_seconds(study)
    return (trials > study.max_trials or more_time) and trials > begun_by_now and has_time


def _lock(study: Study) -> None:
    """Read the study's row and keep others from writing it; on SQLite the transaction has done that already."""
    study.refresh_from_db(from_queryset=Study.objects.select_for_update())


def _rest_seconds(study: Study) -> float:
    """How long the study has been paused or ended."""
    since = study.paused_at or study.finished_at
    return max(0.0, (timezone.now() - since).total_seconds()) if since else 0.0


def _take_up(study: Study, before: list[str]) -> bool:
    """Back to work after a rest, which does not count as time; False when it is in none of these states."""
    fields: dict[str, Any] = {"paused_at": None, "finished_at": None, "reason": ""}
    fields["paused_seconds"] = study.paused_seconds + _rest_seconds(study)
    if study.state == StudyState.FAILED:
        fields["forgiven_failures"] = study.trials.filter(state=TrialState.FAILED).count()
    if study.state in TERMINAL:  # who goes on has a reason: so many more are given
        fields["converges_after"] = study.trials.filter(state=TrialState.COMPLETE).count() + expected.RECENT
    if not moves.move_study(study.pk, before, StudyState.QUEUED, **fields):
        return False
    study.trials.filter(state=TrialState.CANCELLED).update(
        state=TrialState.WAITING, reason="", finished_at=None, started_at=None, fold_scores=[]
    )
    return True


def _stored_plan(study: Study, plan: Plan, facts: dict[str, Any]) -> SplitPlan:
    stored, _ = SplitPlan.objects.get_or_create(
        version=study.dataset_version,
        target=study.target,
        sha256=plan.sha256,
        defaults={
            "kind": plan.kind,
            "folds": plan.folds,
            "repeats": plan.repeats,
            "fold_of_row": plan.to_bytes(),
            "facts": facts,
        },
    )
    return stored


def _state(study: Study) -> str:
    return Study.objects.filter(pk=study.pk).values_list("state", flat=True).first() or "deleted"

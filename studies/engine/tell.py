"""Tell: what the fits found, one trial or a batch of them in one short transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from studies.engine import moves, rows
from studies.engine.ask import hold
from studies.models import Attempt, Lane, Outcome, Study, Trial, TrialPredictions, TrialState

Found = dict[str, Any]  # a message of the child; see child.as_message
AS_FOUND = (
    *("state", "reason", "error", "traceback", "warnings"),
    *("value", "stderr", "fold_scores", "fit_times", "score_times"),
)


def tell(lane: Lane, results: Sequence[tuple[Trial, Found]], begun: int | None = None) -> int:
    """Store results under the lane's token; how many were taken. Those of attempts that were given up are refused.

    `begun` is the number of the trial that the fits have come to meanwhile. Raises LaneLost when the lane is not ours.
    """
    told = [(trial, found, _as_row(found)) for trial, found in results]
    with transaction.atomic():
        hold(lane, begun)
        taken = [one for one in told if _end(lane, *one)]
        rows.update_each(Attempt, [_attempt(lane, trial, row) for trial, _, row in taken])
        data = [(trial.pk, found["predictions"]) for trial, found, _ in taken]
        rows.insert([TrialPredictions(trial_id=pk, data=predictions) for pk, predictions in data if predictions])
        if taken:
            rows.update(Study, {"updated_at": timezone.now()}, {"id": lane.study_id}, raised=("change",))
    return len(taken)


def _end(lane: Lane, trial: Trial, found: Found, row: dict[str, Any]) -> bool:
    """The one conditional UPDATE on id, token and state that decides whether anything of a result is written."""
    ours = {"id": trial.pk, "token": lane.token, "state": TrialState.RUNNING}
    if rows.update(Trial, row, ours) == 1:
        return True
    moves.log_refused(trial.pk)
    return False


def _as_row(found: Found) -> dict[str, Any]:
    started_at = datetime.fromtimestamp(found["began_at"], UTC)
    return {name: found[name] for name in AS_FOUND} | {
        "fit_seconds": sum(found["fit_times"]),
        "score_seconds": sum(found["score_times"]),
        "started_at": started_at,
        "finished_at": started_at + timedelta(seconds=found["seconds"]),
    }


def _attempt(lane: Lane, trial: Trial, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    ended = {
        "outcome": Outcome.COMPLETE if row["state"] == TrialState.COMPLETE else Outcome.FAILED,
        "detail": row["error"][:300],
        "started_at": row["started_at"],
        "ended_at": row["finished_at"],
    }
    return ended, {"trial": trial.pk, "token": lane.token, "outcome": Outcome.RUNNING}

"""Tell: what the fits found, one trial or a batch of them in one short transaction.

Written without the ORM's UPDATE, which costs more than a cheap trial; the condition and the check for "one row changed"
are those of every other move, for each trial by itself.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, models, transaction

from studies.engine import moves
from studies.engine.ask import hold
from studies.models import Attempt, Lane, Outcome, Trial, TrialPredictions, TrialState

logger = logging.getLogger(__name__)
Found = dict[str, Any]  # a message of the child; see child.as_message

_AS_TOLD = ("error", "traceback", "warnings", "value", "stderr", "fold_scores", "fit_times", "score_times")
_TRIAL = ("state", "reason", *_AS_TOLD, "fit_seconds", "score_seconds", "started_at", "finished_at")
_ATTEMPT = ("outcome", "detail", "started_at", "ended_at")


@transaction.atomic
def tell(lane: Lane, results: Sequence[tuple[Trial, Found]], begun: int | None = None) -> int:
    """Store results under the lane's token; how many were taken. Those of attempts that were given up are refused.

    `begun` is the number of the trial that the fits have come to meanwhile. Raises LaneLost when the lane is not ours.
    """
    hold(lane, begun)
    taken = []
    with connection.cursor() as cursor:
        sql = _update(Trial, _TRIAL, ("id", "token", "state"))
        for trial, found in results:
            row = _trial_row(found)
            cursor.execute(sql, [*_adapted(Trial, _TRIAL, row), trial.pk, lane.token, TrialState.RUNNING])
            if cursor.rowcount == 1:
                taken.append((trial, found, row))
            else:
                moves.log_refused(trial.pk)
        if taken:
            cursor.executemany(
                _update(Attempt, _ATTEMPT, ("trial", "token", "outcome")),
                [
                    [*_adapted(Attempt, _ATTEMPT, _attempt_row(row)), trial.pk, lane.token, Outcome.RUNNING]
                    for trial, _, row in taken
                ],
            )
    if taken:
        TrialPredictions.objects.bulk_create(
            TrialPredictions(trial_id=trial.pk, data=found["predictions"])
            for trial, found, _ in taken
            if found["predictions"]
        )
        moves.touch(lane.study_id)
    return len(taken)


def _trial_row(found: Found) -> dict[str, Any]:
    started_at = datetime.fromtimestamp(found["began_at"], UTC)
    return {name: found[name] for name in ("state", "reason", *_AS_TOLD)} | {
        "fit_seconds": sum(found["fit_times"]),
        "score_seconds": sum(found["score_times"]),
        "started_at": started_at,
        "finished_at": started_at + timedelta(seconds=found["seconds"]),
    }


def _attempt_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "outcome": Outcome.COMPLETE if row["state"] == TrialState.COMPLETE else Outcome.FAILED,
        "detail": row["error"][:300],
        "started_at": row["started_at"],
        "ended_at": row["finished_at"],
    }


@cache
def _update(model: type[models.Model], names: Iterable[str], conditions: Iterable[str]) -> str:
    quote = connection.ops.quote_name

    def terms(names: Iterable[str]) -> list[str]:
        return [f"{quote(model._meta.get_field(name).column)} = %s" for name in names]

    table = quote(model._meta.db_table)
    # names of our own columns, never a value
    return f"UPDATE {table} SET {', '.join(terms(names))} WHERE {' AND '.join(terms(conditions))}"  # noqa: S608


def _adapted(model: type[models.Model], names: Iterable[str], row: dict[str, Any]) -> list[Any]:
    return [model._meta.get_field(name).get_db_prep_save(row[name], connection) for name in names]

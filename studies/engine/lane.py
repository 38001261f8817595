"""The RQ job: one time slice of one lane, held under a token of its own."""

import logging
import os
import secrets

from django.db.models import F

from studies.engine import fitness, moves, sharing
from studies.engine.advance import advance
from studies.engine.ask import LaneLost
from studies.engine.slice import Slice
from studies.engine.store.versions import StorageAway
from studies.engine.watch import Interrupted
from studies.models import ASKING, Lane, Study, WorkerProcess

logger = logging.getLogger(__name__)


def run_lane(study_id: int, number: int) -> None:
    """Serve a lane for a time slice: this one, whose bell was heard, or one that deserves it more.

    May be delivered never, once or five times: the claim decides.
    """
    cannot: set[int] = set()  # studies whose tables this machine does not get just now
    while lane := sharing.take(claim, cannot):
        if serve(lane):
            return
        cannot.add(lane.study_id)


def serve(lane: Lane) -> bool:
    """One time slice of a claimed lane; False when its study's table is out of reach, and nothing was begun."""
    study = Study.objects.select_related("dataset_version", "plan").get(pk=lane.study_id)
    try:
        Slice(study, lane).run()
    except LaneLost:
        logger.warning("Lane %s of study %s was given to another slice; this one ends", lane.number, study.pk)
        return True
    except (StorageAway, Interrupted) as error:  # no trial was begun
        why = str(error) or "the worker is stopped"
        logger.warning("Lane %s of study %s is given back: %s", lane.number, study.pk, why)
        WorkerProcess.objects.filter(name=lane.worker).update(trouble=str(error)[:300])
        release(lane)  # and left to the reconciler's next look: rung at once it would come back at once
        return isinstance(error, Interrupted)
    release(lane)
    WorkerProcess.objects.filter(name=lane.worker).exclude(trouble="").update(trouble="")
    advance(study.pk)
    return True


def claim(study_id: int, number: int) -> Lane | None:
    """Take a free lane under a new token; None when somebody has it or the study does not want it."""
    token = secrets.token_hex(16)
    # A subquery, not a join: see Asker._take_waiting.
    wanted = Study.objects.filter(pk=study_id, state__in=ASKING, estimator__in=fitness.served())
    taken = Lane.objects.filter(study__in=wanted, number=number, token="").update(
        token=token,
        beat=F("beat") + 1,
        worker=os.environ.get("RQ_WORKER_ID", ""),
        horse_pid=os.getpid(),
        child_pid=None,
        begun=None,
    )
    return Lane.objects.get(study_id=study_id, number=number) if taken else None


def release(lane: Lane) -> None:
    """Free the lane, if it is still ours."""
    moves.free_lanes(Lane.objects.filter(pk=lane.pk, token=lane.token))

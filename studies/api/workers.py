"""Workers over HTTP: who lives, and what each is doing for this team."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from studies.models import Lane, Trial, TrialState, WorkerProcess

from .schemas import WorkerOut
from .tokens import team

router = Router(tags=["workers"])


@router.get("/workers", response=list[WorkerOut])
def list_workers(request: HttpRequest) -> list[dict[str, Any]]:
    """Workers serve every team; what they do for others is only "busy"."""
    held = {lane.worker: lane for lane in Lane.objects.exclude(token="").select_related("study__audit__study")}
    running = Trial.objects.filter(state=TrialState.RUNNING, token__in=[lane.token for lane in held.values()])
    numbers = dict(running.values_list("token", "number"))
    return [
        _worker_json(worker, held.get(worker.name), numbers, team(request).pk)
        for worker in WorkerProcess.objects.alive().order_by("name")
    ]


def _worker_json(worker: WorkerProcess, lane: Lane | None, numbers: dict[str, int], team_id: int) -> dict[str, Any]:
    ours = lane is not None and lane.study.team_id == team_id
    study = lane.study.shown if lane is not None else None  # of a nested audit the audited one: others cannot be had
    return {
        "name": worker.name,
        "pid": worker.pid,
        "horse_pid": lane.horse_pid if lane else None,
        "child_pid": lane.child_pid if lane else None,
        "host": worker.host,
        "state": "busy" if lane else "idle",
        "study": study.pk if study and ours else None,
        "trial": numbers.get(lane.token) if lane and ours and not lane.study.audit_id else None,
    }

"""Workers over HTTP."""

from datetime import timedelta

from django.utils import timezone

from studies.models import Lane, WorkerProcess
from tests.factories import make_study, make_trial

DOING = ("horse_pid", "child_pid", "study", "trial")


def make_worker(name: str, **fields: object) -> WorkerProcess:
    now = timezone.now()
    return WorkerProcess.objects.create(
        **({"name": name, "host": "h", "pid": 7, "started_at": now, "seen_at": now} | fields)
    )


def test_who_lives_and_what_each_does(program_of, vera, charlie, version, django_assert_max_num_queries) -> None:
    study = make_study(version, state="running")
    make_worker("a")
    make_worker("b")
    make_worker("c", seen_at=timezone.now() - timedelta(minutes=1))
    Lane.objects.create(study=study, number=0, token="t0", worker="a", horse_pid=11, child_pid=12)
    make_trial(study, 3, state="running", token="t0")
    program = program_of(vera)
    with django_assert_max_num_queries(6):
        found = program.get("/workers").json()
    idle = {"name": "b", "pid": 7, "host": "h", "state": "idle"} | dict.fromkeys(DOING)
    busy = {"name": "a", "pid": 7, "host": "h", "state": "busy"} | dict(zip(DOING, (11, 12, study.pk, 3), strict=True))
    assert found == [busy, idle]
    theirs = program_of(charlie).get("/workers").json()[0]
    assert (theirs["state"], theirs["study"], theirs["trial"]) == ("busy", None, None)

"""The reconciler reads all active studies at once, and looks closely at those for which there is something to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studies.engine import bell
from studies.engine.advance import make_lanes
from studies.engine.recovery import Reconciler
from studies.models import DatasetVersion, Lane, Study, User
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
TOKEN = "t" * 32
LONG_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture
def version(alice: User) -> DatasetVersion:
    return make_version(alice.teams.get(), alice)


@pytest.fixture
def no_bells(redis_server: None) -> None:
    with bell.connection() as redis:
        redis.flushall()


def active_study(version: DatasetVersion, failed: int = 0, token: str = "", held: bool = True, **fields: Any) -> Study:
    """A study under way; `token`: of its running trial, and of its first lane where that is held."""
    study = make_study(version, version.created_by, **({"state": "running", "launched_at": LONG_AGO} | fields))
    for number in range(failed):
        make_trial(study, number, state="failed", error="Too bad", value=None)
    if token:
        make_trial(study, failed, state="running", token=token, value=None)
    make_lanes(study)
    if held:
        study.lanes.filter(number=0).update(token=token)
    Study.objects.filter(pk=study.pk).update(next_number=failed + bool(token))
    study.refresh_from_db()
    return study


@pytest.mark.parametrize("cap", [None, 3])
def test_a_look_at_many_waiting_studies_takes_no_more_queries(
    version: DatasetVersion, no_bells: None, settings, cap: int | None
) -> None:
    settings.TEAM_PARALLEL_TRIALS = cap
    reconciler = Reconciler("observer")
    counts = []
    limits = {"max_trials": 20, "max_seconds": 86400.0}
    for more in (2, 28):
        for number in range(more):
            active_study(version, failed=number % 10, token=TOKEN if number == 1 else "", **limits)
        reconciler.tick()  # rings
        Lane.objects.update(rung_at=LONG_AGO)
        with CaptureQueriesContext(connection) as queries:
            reconciler.tick()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
    rung = Lane.objects.exclude(job_id="").count()
    assert len(bell.queued_jobs()) == rung
    assert rung == 60 - 2 if cap is None else rung > 0


NOTHING_LEFT: dict[str, Any] = {"failed": 2, "max_trials": 2}


@pytest.mark.parametrize(
    ("fields", "becomes"),
    [
        ({"max_seconds": 60.0}, "complete"),
        ({"max_seconds": 60.0, "token": TOKEN}, "stopping"),
        ({"failed": 10, "max_trials": 20}, "failed"),
        ({"failed": 10, "max_trials": 20, "forgiven_failures": 1}, "running"),
        (NOTHING_LEFT, "complete"),
        (NOTHING_LEFT | {"max_trials": 3, "token": TOKEN}, "running"),
        (NOTHING_LEFT | {"method": "manual"}, "running"),
        ({"exhausted": True}, "complete"),
        ({"state": "pausing"}, "paused"),
        ({"state": "pausing", "token": TOKEN}, "pausing"),
        ({"state": "pausing", "token": TOKEN, "held": False}, "paused"),
        ({"state": "stopping", "ends_as": "stopped"}, "stopped"),
        ({"state": "stopping", "ends_as": "stopped", "token": TOKEN}, "stopping"),
    ],
)
def test_one_look_brings_a_study_as_far_as_it_goes_without_redis(
    version: DatasetVersion, fields: dict[str, Any], becomes: str
) -> None:
    study = active_study(version, **fields)
    Reconciler("observer").tick()
    study.refresh_from_db()
    assert study.state == becomes
    running = study.trials.filter(state="running").count()
    assert running == (1 if "token" in fields and "held" not in fields else 0)


def test_a_bell_is_rung_where_it_is_missing(version: DatasetVersion, no_bells: None) -> None:
    study = active_study(version, max_trials=20)
    study.lanes.filter(number=1).delete()
    reconciler = Reconciler("observer")
    reconciler.tick()
    assert len(bell.queued_jobs()) == 2 == study.lanes.exclude(job_id="").count()
    with bell.connection() as redis:
        redis.flushall()
    reconciler.tick()
    assert bell.queued_jobs() == []  # rung a moment ago: somebody may just be coming
    Lane.objects.update(rung_at=LONG_AGO)
    reconciler.tick()
    assert len(bell.queued_jobs()) == 2

"""A database that somebody else holds: F18 of the fault list."""

import time

from django.db import connection
from django.test import Client

from studies.models import Outcome, Trial
from tests.database import locked_database
from tests.engine.conftest import wait_until
from tests.faults.conftest import Crew, Home, Launch, busy_lane


def test_a_locked_database_costs_no_attempt_and_no_result(
    crew: Crew, launch: Launch, home: Home, client_of: object
) -> None:
    """Locked for longer than a lease, while two workers are about to tell."""
    crew.start(2)
    study = launch(max_trials=8)
    busy_lane(study)
    browser: Client = client_of(home[1])
    locked = time.monotonic()
    with locked_database():
        if connection.vendor == "sqlite":  # on PostgreSQL the lock keeps readers out too
            assert browser.get(f"/studies/{study.pk}/").status_code == 200
        wait_until(lambda: time.monotonic() - locked > 4)
    crew.check(study)
    assert study.trial_counts()["complete"] == 8
    assert not Trial.objects.filter(study=study, attempts__outcome=Outcome.LOST).exists()
    assert [worker.poll() for worker in crew.processes] == [None, None]

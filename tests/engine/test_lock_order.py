"""Who changes a version and who deletes it take their locks in one order: neither ever waits for the other in vain."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from secrets import token_hex

import pytest
from django.db import connection
from django.utils import timezone

from studies.engine import errands
from studies.engine.intake import upload_again
from studies.engine.intake_folder import new_folder
from studies.engine.intake_held_out import holding_for_correction
from studies.engine.intake_rows import Gone
from studies.engine.refused import Refused
from studies.engine.remade import ReadAgain, put_in_place, same_upload
from studies.engine.removal import delete_version
from studies.models import DatasetVersion, ErrandState, TableReading, User
from tests.factories import make_study
from tests.outside import on_postgresql

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not on_postgresql(), reason="SQLite has one lock for all"),
]
ROUNDS = 20
Act = Callable[[], object]


def at_once(ones: list[Act], others: list[Act]) -> None:
    """Each pair at the same moment; what PostgreSQL ends as a deadlock fails the test."""
    faults: list[Exception] = []
    ready = threading.Barrier(2, timeout=30)

    def run(acts: list[Act]) -> None:
        try:
            for act in acts:
                ready.wait()
                with contextlib.suppress(Refused, Gone):
                    act()
        except Exception as error:
            faults.append(error)
            ready.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(acts,)) for acts in (ones, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults


def test_a_correction_and_a_deletion(version: DatasetVersion, alice: User) -> None:
    with holding_for_correction(version, {}) as holding, new_folder() as folder:
        table = upload_again(version, folder, holding)
    make_study(version, alice, state="complete")

    def correct() -> None:
        stored = {"stored_as": token_hex(16), "table_hash": "", "held_out_hash": "", "table_bytes": 1}
        put_in_place(ReadAgain(version, table, holding, stored, "correcting a role"), alice)

    at_once([correct] * ROUNDS, [lambda: delete_version(version)] * ROUNDS)
    assert version.dataset.versions.count() == ROUNDS + 1


def test_a_lost_reading_and_a_deletion(version: DatasetVersion, alice: User) -> None:
    lost = {"state": ErrandState.RUNNING, "attempts": errands.MAX_ATTEMPTS, "asked_at": timezone.now()}
    values = same_upload(version) | {"state": "reading", "rows": 0}
    unread = [version.dataset.versions.create(number=2 + i, stored_as=token_hex(16), **values) for i in range(ROUNDS)]
    readings = [TableReading.objects.create(version=one, asked_by=alice, **lost) for one in unread]
    at_once(
        [partial(errands.give_back, TableReading, reading.pk) for reading in readings],
        [partial(delete_version, one) for one in unread],
    )
    assert list(version.dataset.versions.all()) == [version]

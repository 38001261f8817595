"""Who waits for SQLite's lock gets it soon after it is free, and is told so when it never is."""

import sqlite3
import threading
import time

import pytest
from django.db import OperationalError, connection, connections, transaction

from studies.models import ReconcilerLock
from tests.database import locked_database

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for all"),
]


def test_a_writer_waits_until_the_lock_is_free() -> None:
    ReconcilerLock.objects.create(pk=1)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    for write_alone in (True, False):
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.2, other.rollback).start()
        began = time.monotonic()
        if write_alone:
            ReconcilerLock.objects.filter(pk=1).update(holder="alone")
        else:
            with transaction.atomic():
                ReconcilerLock.objects.filter(pk=1).update(holder="together")
        assert 0.15 < time.monotonic() - began < 5
    other.close()
    assert ReconcilerLock.objects.get(pk=1).holder == "together"


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "patience", 0.1)
    with locked_database(), pytest.raises(OperationalError, match="locked"):
        ReconcilerLock.objects.create(pk=1)
    assert not ReconcilerLock.objects.exists()


def test_an_error_in_a_statement_is_raised_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError, match="no such table"), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM nowhere")
    assert time.monotonic() - began < 1

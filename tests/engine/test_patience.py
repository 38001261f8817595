"""What a trial has cost outlives a database that is away for a while."""

import sqlite3

import pytest
from django.db import IntegrityError, OperationalError

from studies.engine import patience
from studies.engine.patience import patiently, unless_away

pytestmark = pytest.mark.django_db


def test_a_call_is_repeated_until_the_database_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0.0)
    answers = iter([OperationalError("database is locked"), OperationalError("database is locked"), "written"])

    def write(trial: int) -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return f"{answer} {trial}"

    assert patiently(write, 7) == "written 7"


def test_patience_ends_and_is_for_an_absent_database_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", -1.0)

    def fail(error: Exception) -> None:
        raise error

    with pytest.raises(OperationalError):
        patiently(fail, OperationalError("gone"))
    with pytest.raises(IntegrityError):
        patiently(fail, IntegrityError("twice"))
    with unless_away():
        fail(OperationalError("gone"))
    with pytest.raises(sqlite3.Error), unless_away():
        fail(sqlite3.Error("not Django's"))

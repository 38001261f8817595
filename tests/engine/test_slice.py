"""A slice in this process, with children of its own, where a moment must be met that no worker can be held in."""

import os
import signal
import time
from typing import Any

import pytest

from studies.engine import actions, lane, slice
from studies.engine.child import Child
from studies.engine.slice import Slice
from studies.engine.tables import table_from_file
from studies.models import Attempt, Outcome, Study
from tests.engine.conftest import state_of
from tests.factories import make_person, make_study, make_team, make_version


@pytest.fixture
def study(transactional_db: None) -> Study:
    team = make_team()
    person = make_person(team)
    study = make_study(make_version(team, person), person, max_trials=3)
    actions.launch(study, person)
    return study


def test_a_child_that_dies_before_it_is_sent_a_trial_costs_an_attempt(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []

    class Unlucky(Slice):
        def ready_child(self) -> Child:
            child = super().ready_child()
            if not killed:
                killed.append(child.pid)
                os.kill(child.pid, signal.SIGKILL)
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            return child

    monkeypatch.setattr(lane, "Slice", Unlucky)
    lane.run_lane(study.pk, 0)
    assert state_of(study) == "complete"
    attempts = study.trials.get(number=0).attempts
    assert list(attempts.values_list("outcome", flat=True)) == [Outcome.LOST, Outcome.COMPLETE]


def test_a_child_that_dies_between_two_batches_costs_no_attempt(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unlucky(Slice):
        def ready_child(self) -> Child:
            if self.child is not None:
                os.kill(self.child.pid, signal.SIGKILL)
                os.waitid(os.P_PID, self.child.pid, os.WEXITED | os.WNOWAIT)
            return super().ready_child()

    monkeypatch.setattr(lane, "Slice", Unlucky)
    lane.run_lane(study.pk, 0)
    assert state_of(study) == "complete"
    assert set(Attempt.objects.filter(trial__study=study).values_list("outcome", flat=True)) == {Outcome.COMPLETE}


def test_a_table_that_takes_long_to_read_is_no_trials_time(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly(*source: Any) -> Any:
        time.sleep(1.7)
        return table_from_file(*source)

    Study.objects.update(trial_seconds=1.5)
    monkeypatch.setattr(slice, "table_from_file", slowly)
    lane.run_lane(study.pk, 0)
    assert state_of(study) == "complete"
    assert study.trial_counts()["complete"] == 3

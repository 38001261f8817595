"""Workers on other machines, one of them cut off for a while or far away (F21, F22): nothing lost, nothing doubled.

TUNINGSITE_CUT_SECONDS=60 says how long the cable is out, and runs the slow network too, which takes its time.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import wait_until
from tests.factories import csv_text
from tests.faults.network import Machines, machines, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
CUT = os.environ.get("TUNINGSITE_CUT_SECONDS", "")
CUT_SECONDS = float(CUT or 5)
# Short ones in the suite; the long run has the site's own.
LEASES = {} if CUT else {"LEASE_SECONDS": "3", "HEARTBEAT_SECONDS": "1", "RECONCILE_SECONDS": "1"}
SLOW = {"estimator": "random_forest", "method": "random", "parallel": 2, "budget": {"trials": 500}}


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Machines]:
    with machines(tmp_path, **LEASES) as made:
        yield made


def worker_of(far: Machines, machine: str) -> dict[str, Any] | None:
    pids = far.net.pids(machine)
    return next((worker for worker in far.workers() if worker["pid"] in pids), None)


def attempts_of(far: Machines, study: int, worker: str) -> list[dict[str, Any]]:
    return [attempt for trial in far.trials(study) for attempt in trial["attempts"] if attempt["worker"] == worker]


def assert_whole(far: Machines, study: int) -> None:
    """Every number once, every trial complete by one attempt; every other attempt is explained."""
    trials = far.trials(study)
    assert [trial["number"] for trial in trials] == list(range(len(trials)))
    for trial in trials:
        outcomes = [attempt["outcome"] for attempt in trial["attempts"]]
        assert (trial["state"], outcomes.count("complete"), outcomes[-1]) == ("complete", 1, "complete")
        assert set(outcomes[:-1]) <= {"lost", "killed"}
        assert len(trial["fold_scores"]) == 5


def end_soon(far: Machines, study: int) -> None:
    """No further trials: the study completes with those that there are."""
    far("PATCH", f"/studies/{study}", {"budget": {"trials": len(far.trials(study)) + 1}})
    wait_until(lambda: far("GET", f"/studies/{study}")["state"] == "complete")


def begin(far: Machines, rows: int = 500) -> tuple[int, dict[str, Any]]:
    """A study on both machines; its id, and the worker of machine a, which is at a trial of it."""
    for machine in ("a", "b"):
        far.start_worker(machine)
    with far.net.inside("site"):
        version = far.program.upload("Table", csv_text(rows=rows), "outcome")["version"]["id"]
    wait_until(lambda: len(far.workers()) == 2)
    worker = worker_of(far, "a")
    with far.net.inside("site"):
        study = far.program.study(version, **SLOW)["id"]
    wait_until(lambda: any(a["outcome"] == "running" for a in attempts_of(far, study, worker["name"])))
    return study, worker


def test_a_worker_cut_off_for_a_while_loses_and_doubles_nothing(far: Machines) -> None:
    study, before = begin(far)
    far.net.cut("a")
    cut_at = time.monotonic()
    wait_until(lambda: any(a["outcome"] == "lost" for a in attempts_of(far, study, before["name"])), 30)
    known = len(attempts_of(far, study, before["name"]))
    time.sleep(max(0.0, CUT_SECONDS - (time.monotonic() - cut_at)))  # the fault itself lasts so long
    assert len(attempts_of(far, study, before["name"])) == known
    far.net.join("a")
    wait_until(lambda: len(attempts_of(far, study, before["name"])) > known, 60)
    after = worker_of(far, "a")
    assert (after["name"], after["pid"]) == (before["name"], before["pid"])
    end_soon(far, study)
    assert_whole(far, study)
    said = (far.folder / "a.log").read_text()
    assert any(words in said for words in ("is refused", "was given to another slice", "it is killed"))


@pytest.mark.skipif(not CUT, reason="takes half a minute; set TUNINGSITE_CUT_SECONDS to run it")
def test_a_worker_far_away_is_slower_and_no_more(far: Machines) -> None:
    # Trials of seconds: of shorter ones the near worker takes the next before the far one has asked for it.
    study, worker = begin(far, rows=5000)
    end_soon(far, study)
    far.net.slow_down("a", 300)
    with far.net.inside("site"):
        study = far.program.study(far("GET", f"/studies/{study}")["spec"]["dataset_version"], **SLOW)["id"]

    def complete() -> int:
        return sum(a["outcome"] == "complete" for a in attempts_of(far, study, worker["name"]))

    wait_until(lambda: complete() >= 2)
    end_soon(far, study)
    assert_whole(far, study)
    assert all(len(trial["attempts"]) == 1 for trial in far.trials(study))
    assert worker_of(far, "a")["name"] == worker["name"]

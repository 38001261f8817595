"""Limits from outside: real child processes that hang, hoard, break down and start processes of their own."""

import multiprocessing
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import pytest
from django.db import connection
from sklearn.dummy import DummyClassifier

from studies.engine import actions, memory, processes
from studies.engine.child import Child, Work
from studies.engine.lane import claim
from studies.engine.slice import Slice
from studies.engine.watch import TrialWatch, Verdict
from studies.evaluation import Table, catalogue, make_plan
from studies.evaluation.estimators.entry import Entry
from studies.models import Lane, Reason, Study, User
from tests.engine.conftest import is_running, wait_until
from tests.factories import make_study, make_version

TABLE = Table.from_arrays(np.arange(40.0)[:, None], np.arange(40) % 2, "classification")
FORK = multiprocessing.get_context("fork")
MB = 1 << 20
LATE = 2.0  # seconds by which a limit may be exceeded


def hoard(mb: int) -> list[bytes]:
    """So much memory, touched, a little at a time as a growing model would."""
    held = []
    for _ in range(mb // 5):
        held.append(b"x" * (5 * MB))
        time.sleep(0.005)
    return held


def hoard_all_and_break_down() -> None:
    """What a library in C does that is given no more memory. How much that is depends on what lay free before."""
    held = []
    try:
        while True:
            held.append(b"x" * MB)
            time.sleep(0.001)
    except MemoryError:
        os.abort()


def hoard_and_wait(mb: int) -> None:
    held = hoard(mb)
    time.sleep(60 + len(held) * 0)


def leave_the_group() -> None:
    os.setsid()
    time.sleep(60)


def start(target: Callable[..., None], *args: Any) -> None:
    FORK.Process(target=target, args=args).start()


def two_by_joblib() -> None:
    sys.stderr = sys.__stderr__  # pytest's own is closed in a child, and loky hands on whatever bears its number
    joblib.Parallel(n_jobs=2, backend="loky")(joblib.delayed(time.sleep)(60) for _ in range(2))


DEEDS: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "long C call": lambda: sum(range(10**12)),
    "ask for all at once": lambda: b"x" * (2000 * MB),
    "children hoard": lambda: [start(hoard_and_wait, 90) for _ in range(3)] and time.sleep(60),
    "hoard a little": lambda: hoard(185),
    "break down when full": hoard_all_and_break_down,
    "break down": os.abort,
    "joblib": two_by_joblib,
    "leave": lambda: start(leave_the_group) or time.sleep(60),
    "tell": lambda: _say(f"{joblib.effective_n_jobs(4)} at once"),
}


def _say(words: str) -> None:
    raise ValueError(words)


class Faulty(DummyClassifier):
    def __init__(self, deed: str) -> None:
        super().__init__(strategy="prior")
        self.deed = deed

    def fit(self, X: Any, y: Any) -> Any:
        DEEDS[self.deed]()
        return super().fit(X, y)


class FaultyEntry(Entry):
    key, label, tasks, summary, cost, speed = "faulty", "Faulty", ("classification",), "", "", 5

    def domains(self, table: Table) -> list[Any]:
        return []

    def whole(self, config: Any, domains: Any) -> Any:
        return config

    def model(self, config: Any, table: Table, seed: int) -> Any:
        return Faulty(config["deed"])


class Trial:
    """A child at one deed, looked after as a slice does it."""

    def __init__(self, seconds: float | None, memory_mb: int | None, load: Callable[[], Table]) -> None:
        self.watch = TrialWatch(0, Lane())
        self.watch.limits = SimpleNamespace(trial_seconds=seconds, trial_memory_mb=memory_mb)
        plan = make_plan(TABLE, "stratified", 2).to_bytes()
        self.child = Child(Work(load, plan, "faulty", "accuracy", self.watch.memory_mb))

    def do(self, deed: str) -> dict[str, Any] | Verdict | str:
        """What the child answers, or the verdict on it, or how it died."""
        self.child.send([{"number": 0, "config": {"deed": deed}, "seed": 0}])
        self.watch.begin(SimpleNamespace(), self.child)
        try:
            while True:
                if self.child.poll(0.1):
                    message = self.child.receive()
                    if "state" in message:
                        return message
                if verdict := self.watch.over_limit(time.monotonic()):
                    return verdict
        except EOFError:
            how = self.child.kill()
            return self.watch.starved(self.child) or how


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Trial]]:
    monkeypatch.setitem(catalogue, "faulty", FaultyEntry())
    begun: list[Trial] = []

    def begin(seconds: float | None = None, memory_mb: int | None = None, load: Any = lambda: TABLE) -> Trial:
        begun.append(Trial(seconds, memory_mb, load))
        return begun[-1]

    yield begin
    for trial in begun:
        if trial.child.status is None:
            trial.child.kill()


def test_a_time_limit_holds_inside_one_long_c_call(begin: Callable[..., Trial]) -> None:
    trial, began = begin(seconds=0.5), time.monotonic()
    verdict = trial.do("long C call")
    how = trial.child.kill()
    assert time.monotonic() - began < 0.5 + LATE
    assert (verdict.reason, how) == (Reason.TIMED_OUT, "signal 9 (SIGKILL)")
    assert not is_running(trial.child.pid)


def test_reading_the_table_takes_none_of_a_trials_time(begin: Callable[..., Trial]) -> None:
    def slowly() -> Table:
        time.sleep(0.6)
        return TABLE

    assert begin(seconds=0.3, load=slowly).do("nothing")["state"] == "complete"


@pytest.mark.parametrize(("deed", "others"), [("joblib", 3), ("leave", 1)])  # joblib keeps a tracker beside its two
def test_nothing_that_a_fit_has_started_outlives_it(deed: str, others: int, begin: Callable[..., Trial]) -> None:
    child = begin().child
    child.send([{"number": 0, "config": {"deed": deed}, "seed": 0}])
    wait_until(lambda: len(processes.descendants(child.pid)) >= others, 30)
    started = processes.descendants(child.pid)
    child.kill()
    wait_until(lambda: not any(is_running(pid) for pid in [child.pid, *started]), LATE)


def test_a_hoarder_runs_into_its_own_limit_and_lives(begin: Callable[..., Trial]) -> None:
    trial = begin(memory_mb=100)
    # In small pieces, pages shared with the parent that become its own may bring it over the limit from outside first.
    answer = trial.do("ask for all at once")
    assert (answer["state"], answer["reason"]) == ("failed", "out_of_memory")
    assert trial.do("nothing")["state"] == "complete"


def test_processes_of_a_fit_count_together(begin: Callable[..., Trial]) -> None:
    trial, began = begin(memory_mb=200), time.monotonic()
    verdict = trial.do("children hoard")
    assert (verdict.reason, verdict.detail) == (Reason.OUT_OF_MEMORY, "Used more than the limit of 200 MB per trial.")
    assert 200 < trial.child.meter.highest_mb < 320
    assert time.monotonic() - began < 20


def test_what_is_shared_with_the_parent_does_not_count(begin: Callable[..., Trial]) -> None:
    held = np.ones(20_000_000)  # 160 MB
    trial = begin()
    assert trial.do("nothing")["state"] == "complete"
    assert 0 <= trial.child.meter.used_mb(trial.child.pid) < 30 < held.nbytes / memory.MB


def test_breaking_down_at_the_limit_is_a_lack_of_memory_and_elsewhere_is_not(begin: Callable[..., Trial]) -> None:
    verdict = begin(memory_mb=200).do("break down when full")
    assert (verdict.reason, "at the limit of 200 MB" in verdict.detail) == (Reason.OUT_OF_MEMORY, True)
    assert begin(memory_mb=200).do("break down") == "signal 6 (SIGABRT)"


def test_what_an_earlier_trial_took_is_not_held_against_the_next(begin: Callable[..., Trial]) -> None:
    trial = begin(memory_mb=200)
    assert trial.do("hoard a little")["state"] == "complete"
    assert trial.do("break down") == "signal 6 (SIGABRT)"


def test_memory_that_is_lacking_outside_of_a_fit(begin: Callable[..., Trial]) -> None:
    def too_large() -> Table:
        raise MemoryError

    assert begin(load=too_large).do("nothing").reason == Reason.OUT_OF_MEMORY


def test_a_kill_by_the_kernel_for_lack_of_memory_is_known_by_its_count() -> None:
    meter = memory.Meter()
    assert meter.shortage(signal.SIGKILL, 0.0, None) == ""
    meter.kills_before -= 1
    assert "The machine ran out of memory" in meter.shortage(signal.SIGKILL, 0.0, None)
    assert meter.shortage(signal.SIGSEGV, 0.0, None) == ""


def test_the_death_of_a_child_is_seen_though_its_children_hold_the_pipe(begin: Callable[..., Trial]) -> None:
    child = begin().child
    child.send([{"number": 0, "config": {"deed": "leave"}, "seed": 0}])
    wait_until(lambda: processes.descendants(child.pid), 30)
    orphans = processes.descendants(child.pid)
    os.kill(child.pid, signal.SIGKILL)
    try:
        with pytest.raises(EOFError):
            child.poll(10)
    finally:
        for pid in orphans:
            os.kill(pid, signal.SIGKILL)


def test_libraries_start_no_processes_in_a_fit(begin: Callable[..., Trial]) -> None:
    assert "1 at once" in begin().do("tell")["error"]


def test_without_a_limit_of_its_own_a_trial_has_a_share_of_the_machine(settings: Any) -> None:
    watch = TrialWatch(0, Lane())
    watch.limits = SimpleNamespace(trial_memory_mb=None)
    assert watch.memory_mb == int(0.8 * memory.machine_mb())
    settings.TRIAL_MEMORY_SHARE = 0
    assert watch.memory_mb is None
    watch.limits.trial_memory_mb = 300
    assert watch.memory_mb == 300


@pytest.fixture
def study(transactional_db: None, alice: User, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setitem(catalogue, "faulty", FaultyEntry())
    space = {"parameters": [{"name": "deed", "type": "constant", "value": "break down when full"}]}
    study = make_study(make_version(alice.teams.get(), alice), alice, max_trials=1, trial_memory_mb=200)
    actions.launch(study, alice)
    Study.objects.update(estimator="faulty", space=space)
    study.trials.update(config={"deed": "break down when full"})
    study.refresh_from_db()
    return study


def test_what_ran_out_of_memory_is_not_tried_again(study: Study) -> None:
    lane = claim(study.pk, 0)
    assert lane is not None
    Slice(study, lane).run()
    trial = study.trials.get()
    assert (trial.state, trial.reason, trial.attempts.count()) == ("failed", "out_of_memory", 1)
    assert "at the limit of 200 MB" in trial.error


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks no whole database")
def test_a_locked_database_does_not_keep_a_slice_from_seeing_a_limit(study: Study, begin: Callable[..., Trial]) -> None:
    lane = claim(study.pk, 0)
    assert lane is not None
    watch = TrialWatch(study.pk, lane)
    watch.limits = study
    watch.begin(study.trials.get(), begin().child)
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("BEGIN EXCLUSIVE")
    try:
        began = time.monotonic()
        assert watch.look() is None
        assert time.monotonic() - began < LATE
    finally:
        other.close()
    assert watch.look() is None
    assert Lane.objects.get(pk=lane.pk).beat > lane.beat  # it was tried again at once, not a heartbeat later
    assert connection.patience == 20

"""Ends of processes are seen at once and named; orphans are adopted, killed and reaped."""

import os
import signal
import subprocess
import sys
import time

import pytest

from studies.engine import offspring
from tests.engine.conftest import is_running, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel adopts orphans on Linux alone")


def asleep() -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)


def test_an_end_is_seen_at_once_and_named() -> None:
    process = asleep()
    assert offspring.wait_for(process.pid, 0.05) is None
    began = time.monotonic()
    os.kill(process.pid, signal.SIGKILL)
    status = offspring.wait_for(process.pid, 30)
    assert time.monotonic() - began < 5
    assert status is not None
    assert offspring.name_of_end(status) == "signal 9 (SIGKILL)"
    assert offspring.name_of_end(3 << 8) == "exit code 3"


GRANDPARENT = """
import os, signal, subprocess, sys, time
from studies.engine import offspring
offspring.adopt_orphans()
ours = subprocess.Popen(["sleep", "60"])
sleepers = '''
import subprocess, time
for _ in "12":
    print(subprocess.Popen(["sleep", "60"], start_new_session=True).pid, flush=True)
time.sleep(60)
'''
child = subprocess.Popen([sys.executable, "-c", sleepers], stdout=subprocess.PIPE, text=True)
orphans = [int(child.stdout.readline()) for _ in "12"]
child.kill(); child.wait()
ended = offspring.end_orphans({ours.pid})
gone = [not os.path.exists(f"/proc/{pid}") for pid in orphans]
print(ended, gone, ours.poll(), offspring.has_children())
ours.kill(); ours.wait()
print(offspring.has_children())
"""


@linux
def test_orphans_come_to_whoever_adopts_them_and_are_ended() -> None:
    told = subprocess.run([sys.executable, "-c", GRANDPARENT], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.splitlines() == ["2 [True, True] None True", "False"]


@linux
def test_a_group_is_ended_by_its_number_and_session_alone() -> None:
    process = asleep()
    assert not offspring.end_group(process.pid, session=1)
    assert is_running(process.pid)
    assert offspring.end_group(process.pid, session=process.pid)
    assert process.wait(10) == -signal.SIGKILL
    assert not offspring.end_group(process.pid, session=process.pid)


@linux
def test_a_process_is_known_to_be_gone_only_where_it_could_be_seen() -> None:
    process = asleep()
    known_as = offspring.identity(process.pid)
    assert offspring.lives(known_as)
    process.kill()
    wait_until(lambda: not offspring.lives(known_as))  # before anybody has reaped it
    process.wait()
    assert offspring.lives(known_as) is False
    boot, space, pid, session, started = offspring.identity(os.getpid()).split()
    assert (
        offspring.lives(f"{boot} {space} {pid} {session} {int(started) + 1}") is False
    )  # a later one of the same number
    for elsewhere in ("", "nonsense", f"other {space} {pid} {session} 1", f"{boot} pid:[1] {pid} {session} 1"):
        assert offspring.lives(elsewhere) is None

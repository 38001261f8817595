"""Uploads are read in a child process with limits that hold."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studies.tabular import content_hash, load_table
from studies.tabular.child import read_in_child
from studies.tabular.samples import write_sample

GOOD = "a,b,c\n" + "".join(f"{i},{i / 3:.3f},{'xy'[i % 2]}\n" for i in range(12))


def open_when_read(pipe: Path, parent: subprocess.Popen) -> int:
    """The writing end of a named pipe, once some child of `parent` has opened the other one."""
    end = time.monotonic() + 20
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < end
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"ended with {parent.wait(timeout=0.02)} before it read")


def reader_gone(writing_end: int, seconds: float = 10) -> bool:
    """Waits until nobody has the other end of a pipe open any more."""
    poll = select.poll()
    poll.register(writing_end, 0)
    return any(event & select.POLLERR for _, event in poll.poll(seconds * 1000))


def test_a_good_file_is_described_and_stored(tmp_path):
    write_sample("churn", tmp_path / "churn.csv")
    answer = read_in_child(tmp_path / "churn.csv", tmp_path / "churn.npz")
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert answer["ok"]
    assert (answer["rows"], answer["separator"], answer["decimal"], answer["encoding"]) == (600, ",", ".", "utf-8")
    assert (answer["target"], answer["task"]) == ("churned", "classification")
    assert answer["columns"][0].keys() == {"name", "kind", "role", "why", "profile"}
    assert len(answer["preview"]) == 50
    assert [item["code"] for item in answer["warnings"]] == ["set_aside"]
    stored = load_table(tmp_path / "churn.npz")
    assert [column.name for column in stored] == [column["name"] for column in answer["columns"]]


def test_corrections_reach_the_child(write, tmp_path):
    options = {"kinds": {"a": "category"}, "roles": {"b": "target"}, "decimal": ".", "separator": ","}
    answer = read_in_child(write(GOOD), tmp_path / "t.npz", options)
    assert [(item["kind"], item["role"]) for item in answer["columns"]] == [
        ("category", "feature"),
        ("number", "target"),
        ("category", "feature"),
    ]
    with pytest.raises(ValueError, match="Unknown options delimiter"):
        read_in_child(write(GOOD), tmp_path / "t.npz", {"delimiter": ","})


def test_a_bad_file_is_refused_with_its_place_and_stores_nothing(write, tmp_path):
    answer = read_in_child(write(GOOD + "1,2\n"), tmp_path / "t.npz")
    assert answer["error"]["line"] == 14
    assert "2 cells" in answer["error"]["message"]
    answer = read_in_child(write(GOOD), tmp_path / "t.npz", {"kinds": {"c": "number"}})
    assert (answer["ok"], answer["error"]["line"], answer["error"]["column"]) == (False, 2, "c")
    assert [item.name for item in tmp_path.iterdir()] == ["upload.csv"]


def test_out_of_time_the_child_is_killed_and_the_limit_named(tmp_path):
    pipe = tmp_path / "endless.csv"
    os.mkfifo(pipe)
    ours = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        start = time.monotonic()
        answer = read_in_child(pipe, tmp_path / "t.npz", seconds=1.5)
        assert time.monotonic() - start < 4
    finally:
        os.close(ours)
    assert "longer than 1.5 seconds" in answer["error"]["message"]
    # Nobody has the other end open: the child is gone.
    with pytest.raises(OSError, match="No such device or address"):
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    assert not (tmp_path / "t.npz").exists()


def test_out_of_memory_is_said_and_the_old_table_stays(tmp_path):
    write_sample("iris", tmp_path / "iris.csv")
    assert read_in_child(tmp_path / "iris.csv", tmp_path / "t.npz")["ok"]
    before = content_hash(tmp_path / "t.npz")
    large = tmp_path / "large.csv"
    with large.open("w") as file:
        file.write("a,b\n")
        file.writelines(f"{i:040d},{'x' * 300}{i}\n" for i in range(60_000))
    answer = read_in_child(large, tmp_path / "t.npz", memory_mb=64)
    assert "more than 64 MB" in answer["error"]["message"]
    assert content_hash(tmp_path / "t.npz") == before
    assert not list(tmp_path.glob(".*.part"))


PARENT = """
import sys
from studies.tabular.child import read_in_child
read_in_child(sys.argv[1], sys.argv[2])
"""


def test_the_child_dies_with_its_parent(tmp_path):
    pipe = tmp_path / "endless.csv"
    os.mkfifo(pipe)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(pipe), str(tmp_path / "t.npz")])
    ours = open_when_read(pipe, parent)
    try:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert reader_gone(ours)
    finally:
        os.close(ours)


def test_no_secret_reaches_the_child(write, tmp_path):
    """Looked at from outside: the environment of the process that reads the file."""
    pipe = tmp_path / "endless.csv"
    os.mkfifo(pipe)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(pipe), str(tmp_path / "t.npz")],
        env=os.environ | {"SECRET_KEY": "hush", "DATABASE_URL": "postgres://me:hush@db/x"},
    )
    ours = open_when_read(pipe, parent)
    try:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        seen = [Path(f"/proc/{child}/environ").read_bytes() for child in children]
    finally:
        parent.kill()
        parent.wait()
        gone = reader_gone(ours)
        os.close(ours)
    assert gone
    assert len(seen) == 1
    assert b"PATH=" in seen[0]
    assert b"hush" not in seen[0]


def kill_reader(share):
    """Somebody else ends the child of this process that reads."""
    for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
        if b"studies.tabular.child" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)


def test_progress_rises_to_one_and_may_end_the_child(write, tmp_path):
    shares = []
    path = write("a,b,c\n" + "".join(f"{i},{i / 3:.3f},{'xy'[i % 2]}\n" for i in range(30_000)))
    assert read_in_child(path, tmp_path / "t.npz", on_progress=shares.append)["ok"]
    assert shares == sorted(shares)
    assert len(shares) >= 6
    assert 0 < shares[0] < 0.5
    assert shares[-1] == 1

    def cancel(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_in_child(path, tmp_path / "other.npz", on_progress=cancel)
    killed = read_in_child(path, tmp_path / "other.npz", on_progress=kill_reader)
    assert "ended by signal 9, as the system does" in killed["error"]["message"]
    assert {item.name for item in tmp_path.iterdir()} == {"upload.csv", "t.npz"}


def test_a_file_without_names_reaches_the_child_as_such(write, tmp_path):
    answer = read_in_child(write(GOOD.partition("\n")[2]), tmp_path / "t.npz", {"header": "none"})
    assert [column["name"] for column in answer["columns"]] == ["column_1", "column_2", "column_3"]
    assert answer["rows"] == 12

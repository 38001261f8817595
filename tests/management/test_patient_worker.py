"""What the web server takes in by itself, and what threads read at a least pace; live in test_up.py."""

import socket
from types import SimpleNamespace
from typing import Any

import pytest

from studies.management.site import patient_worker
from studies.management.site.patient_worker import PACE, SMALL, Paced, Worker, small_body


@pytest.mark.parametrize(
    ("lines", "bytes_of_body"),
    [
        ([], 0),
        (["Content-Length: 12"], 12),
        (["content-LENGTH :\t12 "], 12),
        ([f"Content-Length: {SMALL}"], SMALL),
        ([f"Content-Length: {SMALL + 1}"], None),
        (["Content-Length: 5", "Content-Length: 6"], None),
        (["Transfer-Encoding: chunked"], None),
        (["X-Content-Length: 5"], 0),
        ([f"Content-Length: {'9' * 30}"], None),
        (["Content-Length: -1"], None),
        (["Content-Length:"], None),
    ],
)
def test_how_much_follows_a_head(lines: list[str], bytes_of_body: int | None) -> None:
    head = "".join(f"{line}\r\n" for line in ["POST /?content-length: 7 HTTP/1.1", "Host: x", *lines])
    assert small_body(head.encode()) == bytes_of_body


def test_a_large_body_comes_at_a_least_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(patient_worker.time, "monotonic", lambda: now[0])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        paced = Paced(ours)
        for seconds in (10, 20, 30):
            theirs.sendall(b"x")
            now[0] = seconds
            assert paced.recv(10) == b"x"
        theirs.sendall(b"x" * 10 * PACE)
        now[0] = 40
        assert len(paced.recv(2**20)) == 10 * PACE
        theirs.sendall(b"x")
        now[0] = 41
        with pytest.raises(TimeoutError, match="too slowly"):
            paced.recv(10)


def test_uploads_leave_half_of_the_threads_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    worker = SimpleNamespace(turn=patient_worker.deque(range(10)), uploads=set(), cfg=SimpleNamespace(threads=8))
    worker.enqueue_req = begun.append
    Worker.begin_uploads(worker)  # type: ignore[arg-type]
    assert begun == [0, 1, 2, 3]
    worker.uploads.discard(2)
    Worker.begin_uploads(worker)  # type: ignore[arg-type]
    assert begun == [0, 1, 2, 3, 4]

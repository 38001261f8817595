"""gunicorn's gthread, but threads are for requests that are there: slow clients wait in the loop that accepts them.

A request's head and a small body are taken in by that loop, without waiting for anybody. A larger body, which is an
upload, is read by a thread, at a least pace; as many of them as leave half of the threads to everybody else, while the
others wait their turn. A connection that ends lingers in the loop too.
"""

import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from .gunicorn_conf import silence_seconds

SMALL = 2**16  # bytes of a body that the loop takes in, and of a head at most
ARRIVAL_SECONDS = 30.0  # until such a request has to be there
MOST_ARRIVING = 600  # of the connections that one server has; for more, those that began first are given up
LINGER_SECONDS = 2.0  # for a client to read the answer and hang up, while what it still sends is thrown away
GRACE_SECONDS, PACE = 30.0, 1000  # a larger body comes with so many bytes a second, once it had time to begin
LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(.*?)[ \t]*\r$", re.IGNORECASE | re.MULTILINE)
CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:", re.IGNORECASE | re.MULTILINE)
ASKING = re.compile(rb"^expect[ \t]*:", re.IGNORECASE | re.MULTILINE)
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@dataclass(eq=False)
class Arriving:
    """A request of which `data` is there; head: where its head ends, -1 until it has."""

    conn: TConn
    data: bytearray
    late_at: float
    silent_at: float = 0.0
    head: int = -1
    body: int | None = 0  # bytes; None where that cannot be known or taken in here
    looked: int = 0  # bytes in which the end of the head was looked for
    is_asking: bool = False  # whether to go on, before the body is sent

    def is_there(self) -> bool:
        """Whether a thread could read all that it needs of it, or of its head where the body is large."""
        if self.head < 0:
            self.head = self.data.find(b"\r\n\r\n", max(0, self.looked - 3))
            self.looked = len(self.data)
            if self.head < 0:
                return False
            head = bytes(self.data[: self.head + 2])
            self.body, self.is_asking = small_body(head), bool(ASKING.search(head))
        return self.body is None or len(self.data) >= self.head + 4 + self.body


def small_body(head: bytes) -> int | None:
    """How many bytes follow; None for many, and where the head does not say."""
    lengths = LENGTH.findall(head)
    if CHUNKED.search(head) or len(lengths) > 1:
        return None
    if not lengths:
        return 0
    return int(lengths[0]) if lengths[0].isdigit() and len(lengths[0]) < 9 and int(lengths[0]) <= SMALL else None


class Paced:
    """A socket whose bytes must come at a least pace."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.began, self.received = sock, time.monotonic(), 0

    def recv(self, size: int) -> bytes:
        data = self.sock.recv(size)
        self.received += len(data)
        if self.received < PACE * (time.monotonic() - self.began - GRACE_SECONDS):
            raise TimeoutError("The body comes too slowly.")
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)


class Worker(ThreadWorker):
    """All but `handle_request` runs in the loop's thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[socket.socket, Arriving] = {}  # those that began first come first
        self.leaving: dict[socket.socket, tuple[TConn, float]] = {}
        self.uploads: set[TConn] = set()
        self.turn: deque[TConn] = deque()

    # -- requests arrive

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.await_request(TConn(self.cfg, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: TConn, sock: socket.socket) -> None:
        """The next request of a connection that was kept."""
        self.poller.unregister(sock)
        self.keepalived_conns.remove(conn)
        self.await_request(conn)

    def await_request(self, conn: TConn, data: bytes = b"") -> None:
        if len(self.arriving) >= MOST_ARRIVING:
            self.give_up(next(iter(self.arriving)))
        now = time.monotonic()
        conn.sock.setblocking(False)
        one = Arriving(conn, bytearray(data), now + ARRIVAL_SECONDS, now + silence_seconds)
        self.arriving[conn.sock] = one
        self.poller.register(conn.sock, selectors.EVENT_READ, self.receive)
        self.receive(conn.sock)

    def receive(self, sock: socket.socket) -> None:
        one = self.arriving.get(sock)
        if one is None:  # given up for somebody else, since the poller told of it
            return
        while not one.is_there():
            if one.head < 0 and len(one.data) > SMALL:
                with suppress(OSError):
                    sock.send(HEAD_TOO_LARGE)
                self.leave(self.arrived(sock).conn)
                return
            if one.is_asking:
                one.is_asking = False
                with suppress(OSError):
                    sock.send(GO_ON)
            try:
                piece = sock.recv(SMALL)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if not piece:
                self.give_up(sock)
                return
            one.data += piece
            one.silent_at = time.monotonic() + silence_seconds
        self.hand_over(self.arrived(sock))

    def arrived(self, sock: socket.socket) -> Arriving:
        self.poller.unregister(sock)
        return self.arriving.pop(sock)

    def give_up(self, sock: socket.socket) -> None:
        conn = self.arrived(sock).conn
        self.nr_conns -= 1
        conn.close()

    # -- threads answer them

    def hand_over(self, one: Arriving) -> None:
        conn, is_upload = one.conn, one.body is None
        conn.init()
        conn.is_whole = not is_upload
        conn.parser.unreader.sock = Paced(conn.sock) if is_upload else conn.sock
        conn.parser.unreader.unread(bytes(one.data))
        if is_upload:
            self.turn.append(conn)
            self.begin_uploads()
        else:
            self.enqueue_req(conn)

    def begin_uploads(self) -> None:
        while self.turn and len(self.uploads) < max(1, self.cfg.threads // 2):
            conn = self.turn.popleft()
            self.uploads.add(conn)
            self.enqueue_req(conn)

    def handle_request(self, req: Any, conn: TConn) -> bool:
        if not conn.is_whole:  # nothing waits for the rest of a body that was not wanted
            req.force_close()
        return super().handle_request(req, conn)

    def finish_request(self, conn: TConn, fs: Future) -> None:
        self.uploads.discard(conn)
        self.begin_uploads()
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self.leave(conn)
        elif self.alive and (rest := conn.parser.unreader.take_buffered()):
            self.await_request(conn, rest)
        else:
            super().finish_request(conn, fs)

    # -- connections end

    def leave(self, conn: TConn) -> None:
        """Say that this is the end, and wait for the client to say so: closed at once, it might lose the answer."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        self.leaving[conn.sock] = conn, time.monotonic() + LINGER_SECONDS
        self.poller.register(conn.sock, selectors.EVENT_READ, self.throw_away)

    def throw_away(self, sock: socket.socket) -> None:
        try:
            if sock.recv(SMALL):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.hang_up(sock)

    def hang_up(self, sock: socket.socket) -> None:
        conn, _ = self.leaving.pop(sock)
        self.poller.unregister(sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Once a second, and while the server stops."""
        for sock in list(self.overdue()):
            self.give_up(sock)
        now = time.monotonic()
        for sock in [sock for sock, (_, until) in self.leaving.items() if until <= now]:
            self.hang_up(sock)

    def overdue(self) -> Iterator[socket.socket]:
        now = time.monotonic()
        for sock, one in self.arriving.items():
            if min(one.silent_at, one.late_at) <= now or not (self.alive or one.data):
                yield sock

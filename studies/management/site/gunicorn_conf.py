"""gunicorn's hooks: the serving process ends with its master, and no client holds a thread by falling silent."""

import os
import signal
import socket
import struct
from typing import Any

from studies.engine.processes import die_with_parent

worker_class = "studies.management.site.patient_worker.Worker"
workers = 1
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 5
accesslog = None
loglevel = "warning"
control_socket_disable = True
silence_seconds = int(os.environ.get("CLIENT_SILENCE_SECONDS", "10"))


def when_ready(server: Any) -> None:
    """gunicorn waits forever for the rest of a request; the sockets of connections inherit these limits."""
    limit = struct.pack("ll", silence_seconds, 0)
    for listener in server.LISTENERS:
        for side in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            listener.sock.setsockopt(socket.SOL_SOCKET, side, limit)


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(os.getppid(), signal.SIGKILL)

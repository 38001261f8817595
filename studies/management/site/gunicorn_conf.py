"""gunicorn's hooks: the serving process ends with its master, however that one ends."""

import os
import signal
from typing import Any

from studies.engine.processes import die_with_parent

worker_class = "gthread"
workers = 1
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 5
accesslog = None
loglevel = "warning"
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    die_with_parent(os.getppid(), signal.SIGKILL)

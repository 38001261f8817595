"""A whole site as a person starts it, on a data folder of its own, for tests that come from outside."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

NOT_OURS = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"}


@dataclass(frozen=True)
class Site:
    url: str  # without a slash at the end
    first_url: str  # what the Ready line named
    pid: int
    environment: dict[str, str]

    def manage(self, *words: str) -> str:
        """What a management command prints."""
        command = [sys.executable, "manage.py", *words]
        run = subprocess.run(
            command, cwd=settings.BASE_DIR, env=self.environment, check=True, capture_output=True, text=True
        )
        return run.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_site(data: Path, workers: int = 2, *more: str, **variables: str) -> Iterator[Site]:
    """`manage.py up` until the Ready line, `variables` in its environment; stopped in order afterwards."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    environment |= {"TUNINGSITE_DATA": str(data), "LOG_LEVEL": "WARNING"} | variables
    environment.pop("TUNINGSITE_PLAIN_STATIC", None)  # hashed names, as on a real site
    command = [sys.executable, "manage.py", "up", "--port", str(free_port()), "--workers", str(workers), *more]
    log = data / "up.log"
    with open(log, "w") as output:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output)
    try:
        first_url = _ready(process, log)
        url = re.match(r"http://[^/]+", first_url)[0]
        yield Site(url, first_url, process.pid, environment)
    finally:
        process.terminate()
        process.wait(60)


def _ready(process: subprocess.Popen, log: Path) -> str:
    while True:
        found = re.search(r"^Ready: (\S+)$", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the site ended before it was ready:\n{log.read_text()}")

"""A whole site as a person starts it, on a data folder of its own, for tests that come from outside."""

import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import prepared
from tests.nursery import Started, start_command


@dataclass(frozen=True)
class Site:
    url: str  # without a slash at the end
    first_url: str  # what the Ready line named
    pid: int
    environment: dict[str, str]

    def manage(self, *words: str) -> str:
        """What a management command prints."""
        with tempfile.NamedTemporaryFile("r") as output:
            code = start_command(list(words), self.environment, {1: output.name}).wait()
            printed = output.read()
        assert code == 0, printed
        return printed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_site(data: Path, workers: int = 2, *more: str, furnished: bool = True, **variables: str) -> Iterator[Site]:
    """`manage.py up` until the Ready line, `variables` in its environment; stopped in order afterwards.

    furnished: it finds its tables and static files instead of making them. The latter have hashed names in any case, as
    on a real site.
    """
    environment = prepared.environment(data, **variables)
    if furnished:
        prepared.furnish(data, with_database="DATABASE_URL" not in variables)
    log = data / "up.log"
    log.write_text("")  # a site may be started again on its folder
    words = ["up", "--port", str(free_port()), "--workers", str(workers), *more]
    process = start_command(words, environment, {1: str(log), 2: str(log)})
    try:
        first_url = _ready(process, log)
        url = re.match(r"http://[^/]+", first_url)[0]
        yield Site(url, first_url, process.pid, environment)
    finally:
        process.terminate()
        process.wait(60)


def _ready(process: Started, log: Path) -> str:
    while True:
        found = re.search(r"^Ready: (\S+)$", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the site ended before it was ready:\n{log.read_text()}")

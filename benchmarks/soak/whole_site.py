"""`manage.py up` as a person runs it, but for the misbehaving estimator; all that it starts works in one folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import django

from benchmarks.room import cpu
from benchmarks.room.report import ROOT
from benchmarks.room.site import NOT_OURS


class WholeSite:
    """Settings are set up here for this process too, so import models after this only."""

    def __init__(self, data: Path, workers: int, database: str = "") -> None:
        for name in NOT_OURS:
            os.environ.pop(name, None)
        self.data, self.folder = data, data / "work"
        self.log, self.temporary = self.folder / "fits.log", self.folder / "tmp"
        self.temporary.mkdir(parents=True)
        os.environ |= {
            "TUNINGSITE_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "TUNINGSITE_PLAIN_STATIC": "1",
            "LOG_LEVEL": "ERROR",
            "TUNINGSITE_FAULTS_LOG": str(self.log),
            "PYTHONPATH": str(ROOT),
        } | ({"DATABASE_URL": database} if database else {})
        django.setup()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port), "--workers", str(workers)]
        self.output = data / "up.log"
        with open(self.output, "w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=os.environ | {"TMPDIR": str(self.temporary)},
                stdout=output,
                stderr=output,
            )
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while not re.search(r"^Ready: ", self.output.read_text(), re.MULTILINE):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the site did not start:\n{self.output.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # -- processes --------------------------------------------------------------------------------------------------

    def services(self, word: str) -> list[int]:
        """Children of `up` with this word in their command line: "manage.py work", "gunicorn", "-server"."""
        return [pid for pid in cpu.children(self.process.pid) if word in command_of(pid)]

    def strays(self) -> dict[int, str]:
        """What works in the folder and descends from nothing that `up` has started."""
        from tests.faults.oracle import processes_in

        family = {self.process.pid, *family_of(self.process.pid)}
        return {pid: line for pid, line in processes_in(self.folder).items() if pid not in family}

    def memory_mb(self) -> dict[str, float]:
        """Resident memory: of the web server's processes together, and of the largest worker's parent."""
        web = [pid for master in self.services("gunicorn") for pid in [master, *family_of(master)]]
        workers = [resident_mb(pid) for pid in self.services("manage.py work")]
        return {"web": sum(resident_mb(pid) for pid in web), "worker": max(workers, default=0.0)}

    # -- pages ------------------------------------------------------------------------------------------------------

    def get(self, path: str, cookie: str) -> tuple[int, float]:
        """Status, 0 for no answer, and seconds."""
        began = time.monotonic()
        request = Request(f"{self.url}{path}", headers={"Cookie": cookie})  # noqa: S310 (our own address)
        try:
            with urlopen(request, timeout=30) as answer:  # noqa: S310
                answer.read()
                return answer.status, time.monotonic() - began
        except HTTPError as error:
            return error.code, time.monotonic() - began
        except (URLError, OSError):
            return 0, time.monotonic() - began


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def family_of(pid: int) -> list[int]:
    """All living descendants."""
    found = cpu.children(pid)
    return [*found, *(below for child in found for below in family_of(child))]


def resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def sign_in(person: Any) -> str:
    """A browser's cookie."""
    from django.test import Client

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}"

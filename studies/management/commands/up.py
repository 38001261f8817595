"""The whole site in the foreground: lock, Redis, migrations, workers, web, demo; stopped in the reverse order."""

import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse

from studies.management.site.embedded_redis import NoRedis, start_redis
from studies.management.site.lock import DataLock, LockedByAnother
from studies.management.site.service import Service
from studies.management.site.static_files import collect_if_stale
from studies.models import Membership, OneTimeLink

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WEB_PATIENCE = 60.0  # seconds until the web server must answer
STOP_PATIENCE = 35.0  # running trials may finish within 30 s


class Command(BaseCommand):
    help = "Run the whole site: Redis, workers and web server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--demo", action="store_true", help="fill a team of its own with datasets and studies")

    def handle(self, *args: Any, **options: Any) -> None:
        self.host, self.port, self.n_workers = options["host"], options["port"], options["workers"]
        if self.n_workers < 0 or not 0 < self.port < 65536:
            raise CommandError("--workers must be at least 0 and --port between 1 and 65535.")
        self.wants_demo = options["demo"]
        self.services: list[Service] = []
        self.stopping = False
        self.lock = DataLock(settings.DATA)
        try:
            self.lock.take()
        except LockedByAnother as holder:
            raise CommandError(f"This data folder is in use by {holder}. Stop it first.") from holder
        self.lock.describe(f"process {os.getpid()}, serving {self.address}")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.request_stop)
        try:
            self.start()
            self.watch()
        finally:
            self.stop()

    @property
    def address(self) -> str:
        if settings.TUNINGSITE_URL:
            return settings.TUNINGSITE_URL.rstrip("/")
        host = self.host if self.host in LOOPBACK else socket.gethostname()
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    # -- start ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.refuse_taken_port()
        if not settings.REDIS_URL:
            try:
                self.services.append(start_redis())
            except NoRedis as error:
                raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        settings.DATASETS.mkdir(mode=0o700, parents=True, exist_ok=True)
        collect_if_stale()
        url = self.ready_url()
        connections.close_all()
        for number in range(1, self.n_workers + 1):
            self.services.append(Service(f"worker {number}", [*manage("work"), "--name", str(number)]))
        self.web = Service("web", self.gunicorn())
        self.services.append(self.web)
        self.wait_for_web()
        if not self.stopping:
            self.stdout.write(f"Ready: {url}")
            self.stdout.flush()
        if self.wants_demo and not self.stopping:
            self.services.append(Service("demo", manage("demo"), ends_by_itself=True))

    def refuse_taken_port(self) -> None:
        """Before anything is started: gunicorn would only retry and give up later."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandError(f"Port {self.port} on {self.host} is taken ({error}). Choose another: --port") from (
                    error
                )

    def gunicorn(self) -> list[str]:
        bind = f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
        config = "python:studies.management.site.gunicorn_conf"
        return [sys.executable, "-m", "gunicorn", "tuningsite.wsgi", "--config", config, "--bind", bind]

    def ready_url(self) -> str:
        """The site; while no owner exists a one-time link, on loopback only, else in a file of ours."""
        if Membership.objects.owners().exists():
            return f"{self.address}/"
        link = f"{self.address}{reverse('one_time_link', args=[OneTimeLink.make()])}"
        if self.host in LOOPBACK:
            return link
        path = Path(settings.DATA) / "owner_link"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(link + "\n")
        self.stdout.write(f"No owner yet: open the link in {path} within 15 minutes.")
        return f"{self.address}/"

    def wait_for_web(self) -> None:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 (compared, not bound)
        url = f"http://[{host}]:{self.port}/healthz" if ":" in host else f"http://{host}:{self.port}/healthz"
        deadline = time.monotonic() + WEB_PATIENCE
        while not self.stopping and time.monotonic() < deadline:
            if not self.web.is_alive:
                raise CommandError("The web server ended while it was starting; its message is above.")
            try:
                with urlopen(url, timeout=2):  # noqa: S310 (our own address)
                    return
            except HTTPError:
                return  # it answers: an https site redirects, a foreign host name is refused
            except (URLError, OSError):
                time.sleep(0.05)
        if not self.stopping:
            raise CommandError(f"The web server did not answer within {WEB_PATIENCE:.0f} s.")

    # -- watch and stop ---------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """Restart what died, until we are asked to stop."""
        while not self.stopping:
            time.sleep(0.25)
            for service in self.services:
                if not self.stopping and not service.is_alive and not service.is_done:
                    self.revive(service)

    def revive(self, service: Service) -> None:
        """Start it again; one that ends at once, time after time, is given growing rests."""
        if service.restart_at is None:
            seconds, status = service.rest(), service.process.returncode
            when = f" in {seconds:g} s" if seconds else ""
            self.stderr.write(f"{service.name} ended with {status}; starting it again{when}")
        if service.restart_at is not None and time.monotonic() >= service.restart_at:
            service.restart()

    def stop(self) -> None:
        """Web first, then the workers, Redis last."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        web = [service for service in self.services if service.name == "web"]
        redis = [service for service in self.services if service.name == "redis"]
        workers = [service for service in self.services if service.name.startswith(("worker", "demo"))]
        for group, patience in ((web, 15.0), (workers, STOP_PATIENCE), (redis, 10.0)):
            for service in group:
                service.ask_to_stop()
            deadline = time.monotonic() + patience
            for service in group:
                service.wait(max(0.0, deadline - time.monotonic()))


def manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]

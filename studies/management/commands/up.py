"""The whole site in the foreground: lock, Redis, migrations, workers, web, demo; stopped in the reverse order."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections
from django.urls import reverse

from studies.engine.fitness import record_site
from studies.engine.store.versions import missing_extra
from studies.management.demo.people import demo_team
from studies.management.site.embedded_redis import NoRedis, start_redis
from studies.management.site.lock import DataLock, LockedByAnother
from studies.management.site.schema import keep_private, schema_problem
from studies.management.site.service import Service
from studies.management.site.static_files import collect_if_stale
from studies.management.site.supervisor import STOP_PATIENCE, Supervisor, manage
from studies.models import Lane, Membership, OneTimeLink, SiteFacts, WorkerProcess

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WEB_PATIENCE = 60.0  # seconds until the web server must answer
LET_GO_PATIENCE = 30.0  # that workers of another version have to finish what they are at


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
        if missing := missing_extra():
            raise CommandError(missing)
        self.lock = DataLock(settings.DATA)
        try:
            self.lock.take()
        except LockedByAnother as holder:
            raise CommandError(f"This data folder is in use by {holder}. Stop it first.") from holder
        self.lock.describe(f"process {os.getpid()}, serving {self.address}")
        self.supervisor = Supervisor(self.stderr.write)
        try:
            self.start()
            self.supervisor.watch()
        finally:
            self.supervisor.stop([(("web",), 15.0), (("worker", "demo"), STOP_PATIENCE), (("redis",), 10.0)])

    @property
    def address(self) -> str:
        if settings.TUNINGSITE_URL:
            return settings.TUNINGSITE_URL.rstrip("/")
        host = self.host if self.host in LOOPBACK else socket.gethostname()
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    # -- start ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.refuse_taken_port()
        if not settings.REDIS_URL:
            try:
                self.supervisor.add(start_redis())
            except NoRedis as error:
                raise CommandError(str(error)) from error
        self.migrate()
        if self.wants_demo:
            demo_team()
        keep_private()
        settings.DATASETS.mkdir(mode=0o700, parents=True, exist_ok=True)
        collect_if_stale()
        url = self.ready_url()
        connections.close_all()
        self.supervisor.add_workers(self.n_workers)
        self.web = self.supervisor.add(Service("web", self.gunicorn()))
        self.wait_for_web()
        if not self.supervisor.stopping:
            self.stdout.write(f"Ready: {url}")
            self.stdout.flush()
        if self.wants_demo and not self.supervisor.stopping:
            self.supervisor.add(Service("demo", manage("demo"), ends_by_itself=True))

    def migrate(self) -> None:
        """Say first what this site runs: workers elsewhere with older code let go before the tables change."""
        try:
            if schema_problem() and SiteFacts._meta.db_table in connection.introspection.table_names():
                record_site()
                deadline = time.monotonic() + LET_GO_PATIENCE
                while lanes_of_the_living() and time.monotonic() < deadline and not self.supervisor.stopping:
                    time.sleep(0.2)
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {str(error).strip()}") from error
        call_command("migrate", interactive=False, verbosity=0)
        record_site()

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
        while not self.supervisor.stopping and time.monotonic() < deadline:
            if not self.web.is_alive:
                raise CommandError("The web server ended while it was starting; its message is above.")
            try:
                with urlopen(url, timeout=2):  # noqa: S310 (our own address)
                    return
            except HTTPError:
                return  # it answers: an https site redirects, a foreign host name is refused
            except (URLError, OSError):
                time.sleep(0.05)
        if not self.supervisor.stopping:
            raise CommandError(f"The web server did not answer within {WEB_PATIENCE:.0f} s.")


def lanes_of_the_living() -> bool:
    """Whether a worker that lives is still at a trial; asked of tables that may be those of an older version."""
    alive = WorkerProcess.objects.alive().values("name")
    return Lane.objects.exclude(token="").filter(worker__in=alive).exists()

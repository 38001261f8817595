"""Keeps the processes of `up` and `workers` alive in the foreground, and stops them in order."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from django.conf import settings

from studies.engine import offspring
from studies.management.site.service import Service

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
STOP_PATIENCE = 35.0  # running trials may finish within 30 s
ORPHANS_EVERY = 5.0  # seconds between looks for what a dead process has left; after a service's death it is at once


class Supervisor:
    def __init__(self, say: Callable[[str], object]) -> None:
        self.say = say
        self.services: list[Service] = []
        self.stopping = False
        self.next_orphans = 0.0
        offspring.adopt_orphans()  # of workers and web processes that are killed
        for number in SIGNALS:
            signal.signal(number, self.request_stop)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True

    def add(self, service: Service) -> Service:
        self.services.append(service)
        return service

    def add_workers(self, count: int) -> None:
        for number in range(1, count + 1):
            self.add(Service(f"worker {number}", [*manage("work"), "--name", str(number)]))

    def watch(self) -> None:
        """Restart what died, until we are asked to stop."""
        while not self.stopping:
            time.sleep(0.25)
            for service in self.services:
                if not self.stopping and not service.is_alive and not service.is_done:
                    self.revive(service)
            if time.monotonic() >= self.next_orphans:
                self.end_orphans()

    def revive(self, service: Service) -> None:
        """Start it again; one that ends at once, time after time, is given growing rests."""
        if service.restart_at is None:
            seconds, status = service.rest(), service.process.returncode
            when = f" in {seconds:g} s" if seconds else ""
            self.say(f"{service.name} ended with {status}; starting it again{when}")
            self.end_orphans()
        if service.restart_at is not None and time.monotonic() >= service.restart_at:
            service.restart()

    def end_orphans(self) -> None:
        """What a service has started, and has not taken along when it died, is ours to end."""
        self.next_orphans = time.monotonic() + ORPHANS_EVERY
        offspring.end_orphans({service.process.pid for service in self.services})

    def stop(self, order: Sequence[tuple[tuple[str, ...], float]]) -> None:
        """One group after the other: beginnings of names, and the seconds they are given."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for names, patience in order:
            group = [service for service in self.services if service.name.startswith(names)]
            for service in group:
                service.ask_to_stop()
            deadline = time.monotonic() + patience
            for service in group:
                service.wait(max(0.0, deadline - time.monotonic()))
        self.end_orphans()


def manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]

"""Faults at random moments, each logged; what lasts is ended when its time has come."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from benchmarks.soak.whole_site import WholeSite, family_of

FREEZES = (3.0, 25.0)  # seconds; from shorter than a lease to several of them
OUTAGES = (1.0, 12.0)


class Injections:
    def __init__(self, site: WholeSite, seed: int) -> None:
        self.site = site
        self.draw = random.Random(seed)  # noqa: S311 (which fault comes when is no secret)
        self.log: list[dict[str, Any]] = []
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.redis_is_away_until = 0.0
        self.kinds: dict[str, Callable[[], str]] = {
            "F1 worker's parent killed": self.kill_parent,
            "F2 horse killed": self.kill_horse,
            "child killed": self.kill_child,
            "F11 Redis killed and emptied": self.empty_redis,
            "F12 Redis away": self.take_redis_away,
            "F13 Redis frozen": self.freeze_redis,
            "F15 Redis flushed": self.flush_redis,
            "F16 bells rung five times": self.ring_often,
            "F17 worker frozen": self.freeze_worker,
            "F26 worker told to stop": self.terminate_worker,
        }

    def one(self) -> None:
        """Any of them, at whatever it meets."""
        kind = self.draw.choice(list(self.kinds))
        with suppress(ProcessLookupError):  # it ended by itself just now
            self.log.append({"at": round(time.time(), 2), "kind": kind, "what": self.kinds[kind]()})

    def mind(self) -> None:
        """End what has lasted long enough, and keep an absent Redis absent: the supervisor starts it again."""
        now = time.monotonic()
        due = [act for moment, act in self.later if moment <= now]
        self.later = [(moment, act) for moment, act in self.later if moment > now]
        for act in due:
            act()
        if now < self.redis_is_away_until:
            for pid in self.site.services("-server"):
                signal_all([pid], signal.SIGKILL)

    def end(self) -> None:
        """Whatever still lasts."""
        self.redis_is_away_until = 0.0
        for _, act in self.later:
            act()
        self.later.clear()

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(entry["kind"] for entry in self.log).items()))

    # -- each of them says what it met --------------------------------------------------------------------------------

    def kill_parent(self) -> str:
        return self._to_a_worker(signal.SIGKILL)

    def terminate_worker(self) -> str:
        return self._to_a_worker(signal.SIGTERM)

    def _to_a_worker(self, number: int) -> str:
        workers = self.site.services("manage.py work")
        if not workers:
            return "no worker lived"
        pid = self.draw.choice(workers)
        os.kill(pid, number)
        return f"process {pid}"

    def kill_horse(self) -> str:
        return self._kill_one_of("horse_pid")

    def kill_child(self) -> str:
        return self._kill_one_of("child_pid")

    def _kill_one_of(self, column: str) -> str:
        from studies.models import Lane

        pids = [pid for pid in Lane.objects.exclude(token="").values_list(column, flat=True).order_by("pk") if pid]
        if not pids:
            return "nothing ran"
        pid = self.draw.choice(pids)
        os.kill(pid, signal.SIGKILL)
        return f"process {pid}"

    def empty_redis(self) -> str:
        from django.conf import settings

        signal_all(self.site.services("-server"), signal.SIGKILL)
        shutil.rmtree(settings.EMBEDDED_REDIS_FOLDER / "appendonlydir", ignore_errors=True)
        return ""

    def take_redis_away(self) -> str:
        seconds = self.draw.uniform(*OUTAGES)
        self.redis_is_away_until = time.monotonic() + seconds
        return f"{seconds:.1f} s"

    def freeze_redis(self) -> str:
        return self._freeze(self.site.services("-server"), self.draw.uniform(*OUTAGES))

    def flush_redis(self) -> str:
        import redis

        from studies.engine import bell

        with suppress(redis.RedisError), bell.connection() as connection:
            connection.flushall()
            return ""
        return "Redis was away"

    def ring_often(self) -> str:
        from studies.engine import bell
        from studies.models import Lane, Study

        lane = Lane.objects.filter(study__in=Study.objects.active()).order_by("pk").first()
        if lane is None:
            return "no lane"
        return f"study {lane.study_id}: {sum(bool(bell.ring(lane)) for _ in range(5))} rung"

    def freeze_worker(self) -> str:
        workers = self.site.services("manage.py work")
        if not workers:
            return "no worker lived"
        pid = self.draw.choice(workers)
        return self._freeze([pid, *family_of(pid)], self.draw.uniform(*FREEZES))

    def _freeze(self, pids: list[int], seconds: float) -> str:
        signal_all(pids, signal.SIGSTOP)
        self.later.append((time.monotonic() + seconds, lambda: signal_all(pids, signal.SIGCONT)))
        return f"processes {pids} for {seconds:.1f} s"


def signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

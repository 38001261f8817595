"""What is looked at while a table is read: memory of the site's processes, and how long pages take elsewhere."""

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.soak.whole_site import WholeSite, command_of, family_of

PAUSE = 0.1  # seconds between looks, and between pages


def proportional_mb(pid: int) -> float:
    """Memory of a process, what it shares divided among those that share it (Linux's PSS)."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


class Memory(threading.Thread):
    """The most that each part of the site takes, beside what it took while idle."""

    def __init__(self, site: WholeSite) -> None:
        super().__init__(daemon=True)
        self.site, self.ended = site, threading.Event()
        self.idle = self.look()
        self.peak = dict(self.idle)

    def look(self) -> dict[str, float]:
        web = [pid for master in self.site.services("gunicorn") for pid in [master, *family_of(master)]]
        work = [pid for parent in self.site.services("manage.py work") for pid in [parent, *family_of(parent)]]
        child = {pid for pid in [*web, *work] if "studies.tabular.child" in command_of(pid)}
        found = {
            "web": sum(proportional_mb(pid) for pid in web if pid not in child),
            "worker": sum(proportional_mb(pid) for pid in work if pid not in child),
            "child": sum(proportional_mb(pid) for pid in child),
        }
        return found | {"together": sum(found.values())}

    def run(self) -> None:
        while not self.ended.wait(PAUSE):
            for part, now in self.look().items():
                self.peak[part] = max(self.peak[part], now)

    def end(self) -> None:
        self.ended.set()
        self.join()


class Pages:
    """Pages fetched one after the other by another process, on other processors than the site's."""

    def __init__(self, site: WholeSite, paths: Sequence[str], cookie: str, processors: set[int]) -> None:
        self.heard, told = multiprocessing.get_context("fork").Pipe(duplex=False)
        self.ended = multiprocessing.get_context("fork").Event()
        arguments = (site, paths, cookie, processors, told, self.ended)
        self.process = multiprocessing.get_context("fork").Process(target=_fetch, args=arguments, daemon=True)
        self.process.start()

    def end(self) -> list[tuple[str, int, float]]:
        """Path, status and seconds of each."""
        self.ended.set()
        found: list[tuple[str, int, float]] = self.heard.recv()
        self.process.join()
        return found


def _fetch(site: WholeSite, paths: Sequence[str], cookie: str, processors: set[int], told: Any, ended: Any) -> None:
    os.sched_setaffinity(0, processors)
    found = []
    while not ended.is_set():
        for path in paths:
            found.append((path, *site.get(path, cookie)))
            time.sleep(PAUSE)
    told.send(found)

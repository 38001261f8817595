"""Where a slice's processor time goes: wraps functions of the engine inside workers that run under benchmarks.settings.

BENCH_METER names the folder for what was found, BENCH_METER_PARTS the functions as JSON: part -> dotted names, as they
are looked up by their callers. A part's time is its own, without that of parts inside it. BENCH_PROFILE
names a folder for the slices' cProfiles, which make all of it slower.
"""

import cProfile
import functools
import importlib
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.backends.signals import connection_created

JOB = "studies.engine.lane.run_lane"


class Meter(AppConfig):
    name = "benchmarks.room.meter"
    label = "bench_meter"
    default = True
    path = str(Path(__file__).parent)

    def ready(self) -> None:
        self.folder = Path(os.environ["BENCH_METER"])
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.queries: Counter[str] = Counter()
        self.inside: list[str] = ["rest"]
        self.since = 0.0
        for part, names in json.loads(os.environ["BENCH_METER_PARTS"]).items():
            for name in names:
                replace(name, functools.partial(self.timed, part))
        replace(JOB, self.job)
        connection_created.connect(self.count_queries)

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def measured(*args: Any, **kwargs: Any) -> Any:
            self.switch(part)
            try:
                return call(*args, **kwargs)
            finally:
                self.calls[part] += 1
                self.switch(None)

        return measured

    def switch(self, part: str | None) -> None:
        """Go into a part, or out of the innermost with None."""
        now = time.process_time()
        self.seconds[self.inside[-1]] += now - self.since
        self.since = now
        if part is None:
            self.inside.pop()
        else:
            self.inside.append(part)

    def job(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The whole slice; what was found is written at its end, when the child has been waited for."""

        @functools.wraps(call)
        def measured(*args: Any, **kwargs: Any) -> Any:
            self.since = time.process_time()
            profile = cProfile.Profile(time.process_time) if "BENCH_PROFILE" in os.environ else None
            try:
                return profile.runcall(call, *args, **kwargs) if profile else call(*args, **kwargs)
            finally:
                self.seconds[self.inside[-1]] += time.process_time() - self.since
                self.write()
                if profile:
                    profile.dump_stats(Path(os.environ["BENCH_PROFILE"]) / f"{os.getpid()}.pstats")

        return measured

    def count_queries(self, **kwargs: Any) -> None:
        def counted(execute: Any, *args: Any) -> Any:
            self.queries[self.inside[-1]] += 1
            return execute(*args)

        if not any(getattr(wrapper, "is_meter", False) for wrapper in connection.execute_wrappers):
            counted.is_meter = True  # type: ignore[attr-defined]
            connection.execute_wrappers.append(counted)

    def write(self) -> None:
        child = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = {
            "seconds": self.seconds,
            "calls": self.calls,
            "queries": self.queries,
            "horse": time.process_time(),
            "child": child.ru_utime + child.ru_stime,
        }
        (self.folder / f"{os.getpid()}.json").write_text(json.dumps(found), encoding="utf-8")


def replace(name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a wrapped function in the place of `module.attribute` or `module.Class.attribute`."""
    owner_name, attribute = name.rsplit(".", 1)
    try:
        owner: Any = importlib.import_module(owner_name)
    except ModuleNotFoundError:
        module, class_name = owner_name.rsplit(".", 1)
        owner = getattr(importlib.import_module(module), class_name)
    setattr(owner, attribute, wrap(getattr(owner, attribute)))


def read(folder: Path) -> list[dict[str, Any]]:
    """What the slices left, one record each."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]

"""The RQ job that times a few fits: within seconds, in a child process like every fit, and never twice at once."""

import logging
import time
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from studies.engine.child import Child, Work
from studies.engine.lane import StopRequest
from studies.engine.patience import patiently
from studies.engine.tables import table_from_file, table_source
from studies.evaluation import Table
from studies.evaluation.timing import exponent, rows_within, spread, timing_plan
from studies.models import ProbeState, ProbeTiming

logger = logging.getLogger(__name__)
FIRST_ROWS = 1000  # training rows of the first fit of a large table
FITS_WANTED = 6  # how many configurations the seconds should be enough for
POLL = 0.05


class Stopped(Exception):
    """The worker is being stopped."""


@dataclass
class Found:
    """What was timed: seconds by configuration, on how many training rows, and what the model refused."""

    seconds: list[float] = field(default_factory=list)
    rows: int = 0
    b: float = 1.0
    errors: list[str] = field(default_factory=list)
    unfinished: bool = False


def run_probe(pk: int) -> None:
    """Time the fits of one probe. May be delivered never, once or five times: the claim decides."""
    claimed = ProbeTiming.objects.filter(pk=pk, state=ProbeState.WAITING).update(
        state=ProbeState.RUNNING, started_at=timezone.now(), attempts=F("attempts") + 1
    )
    if not claimed:
        return
    rows = ProbeTiming.objects.select_related("version").prefetch_related("version__columns")
    probe = rows.filter(pk=pk).first()
    if probe is None:  # its dataset was deleted in this moment
        return
    try:
        values = _values(probe, Timer(probe).run())
    except Stopped:
        values = {"state": ProbeState.WAITING, "attempts": probe.attempts - 1, "rung_at": None}
    except (OSError, ValueError) as error:  # the dataset was corrected or deleted meanwhile
        values = {"state": ProbeState.FAILED, "error": str(error)[:500]}
    ours = ProbeTiming.objects.filter(pk=pk, state=ProbeState.RUNNING, attempts=probe.attempts)
    patiently(ours.update, **values)


class Timer:
    """One probe's fits, smallest first, until the seconds are used up."""

    def __init__(self, probe: ProbeTiming) -> None:
        self.probe = probe
        self.deadline = time.monotonic() + settings.PROBE_SECONDS
        self.load = partial(table_from_file, *table_source(probe.version, probe.target, probe.task))
        self.table: Table = self.load()  # the children are forked with it in memory
        self.child: Child | None = None
        self.sizes = (0, 0)
        self.found = Found()

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()

    def run(self) -> Found:
        try:
            if self._default():
                for config in self.probe.configs[1:]:
                    if self.left < max(self.found.seconds, default=0.0):
                        break
                    self._time(config)
        finally:
            self._end_child()
        return self.found

    def _default(self) -> bool:
        """The defaults on few rows, then on as many as the seconds allow; False when that is all there is time for."""
        defaults, most = self.probe.configs[0], self.probe.train_rows
        first = min(FIRST_ROWS, most)
        self._use_rows(first)
        times = self._fit(defaults)
        if first < most and not self.found.unfinished:
            times = self._default_on_more(defaults, first, times)
        if times:
            self.found.seconds.append(times[0])
        return not self.found.unfinished

    def _default_on_more(self, defaults: dict[str, object], first: int, times: list[float]) -> list[float]:
        """The defaults on more rows than the first, and how seconds grow with rows."""
        self.found.errors.clear()  # few rows may lack a class; all rows have the last word
        most = rows = self.probe.train_rows
        if times:
            self.found.b = exponent(self.sizes[::-1], (times[1], times[0])) if len(times) > 1 else 1.0
            rows = rows_within(self.left / FITS_WANTED, first, times[0], self.found.b, most)
        if times and rows < 1.5 * first:
            return times
        self._use_rows(rows)
        again = self._fit(defaults)
        if times and again:
            self.found.b = exponent((first, rows), (times[0], again[0]))
        elif times:
            self.found.rows = first
        return again or times

    def _time(self, config: dict[str, object]) -> None:
        times = self._fit(config)
        if times:
            self.found.seconds.append(times[0])

    def _use_rows(self, train: int) -> None:
        self._end_child()
        valid = max(1, round(self.probe.valid_rows * train / self.probe.train_rows))
        self.sizes, self.found.rows = (train, valid), train
        plan = timing_plan(self.table.n_rows, train, valid)
        connections.close_all()  # a connection must not cross a fork
        self.child = Child(Work(self.load, plan.to_bytes(), self.probe.estimator, self.probe.metric, None))

    def _end_child(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child = None

    def _fit(self, config: dict[str, object]) -> list[float]:
        """Seconds of the fit on the training rows and of the one the other way round; fewer where they failed."""
        if self.child is None:
            return []
        began, first_fold = time.monotonic(), 0.0
        try:
            self.child.send(config, 0)
            while self.left > 0:
                if StopRequest.at is not None:
                    raise Stopped
                if not self.child.poll(POLL):
                    continue
                message = self.child.receive()
                if "fold" in message:
                    first_fold = first_fold or time.monotonic() - began
                    continue
                times = [a + b for a, b in zip(message["fit_times"], message["score_times"], strict=False)]
                if not times:
                    self.found.errors.append(message["error"])
                return times
        except (EOFError, BrokenPipeError):
            how = self.child.kill()
            self.child = None
            self.found.errors.append(f"The fitting process ended: {how}")
            return []
        self.found.unfinished = True
        return [first_fold] if first_fold else []


def _values(probe: ProbeTiming, found: Found) -> dict[str, object]:
    """What is stored of it."""
    failures = len(found.errors)
    told = {"failures": failures, "timed": len(found.seconds), "timed_rows": found.rows}
    if not found.seconds:
        if found.errors:
            error = found.errors[0]
        else:
            error = f"One fit did not end within {settings.PROBE_SECONDS:g} s on {found.rows:,} rows."
        return told | {"state": ProbeState.FAILED, "error": error[:500]}
    seconds = spread(found.seconds, probe.train_rows / found.rows, found.b)
    error = found.errors[0][:500] if found.errors else ""
    values = {"low": seconds.low, "typical": seconds.typical, "high": seconds.high, "error": error}
    return told | values | {"state": ProbeState.DONE}

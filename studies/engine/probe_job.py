"""The RQ job that times a few fits: within seconds, in a child process like every fit, and never twice at once."""

import logging
import os
import time
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from studies.engine import memory
from studies.engine.child import Child, Work
from studies.engine.patience import patiently
from studies.engine.tables import table_from_file, table_source
from studies.engine.watch import StopRequest
from studies.evaluation import Table
from studies.evaluation.timing import Fit, growth, rows_within, spread, timing_plan
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
    longer: float = 1.0  # how many times as long a fit takes on all rows
    errors: list[str] = field(default_factory=list)
    unfinished: bool = False


def run_probe(pk: int) -> None:
    """Time the fits of one probe. May be delivered never, once or five times: the claim decides."""
    claimed = ProbeTiming.objects.filter(pk=pk, state=ProbeState.WAITING).update(
        state=ProbeState.RUNNING,
        started_at=timezone.now(),
        attempts=F("attempts") + 1,
        worker=os.environ.get("RQ_WORKER_ID", ""),
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
        fits = self._fit(defaults)
        if first < most and not self.found.unfinished:
            fits = self._default_on_more(defaults, fits)
        if fits:
            self.found.seconds.append(fits[0].seconds)
            self.found.rows = fits[0].rows
            few = fits[1] if len(fits) > 1 else fits[0]
            self.found.longer = growth(fits[0], few, most)
        return not self.found.unfinished

    def _default_on_more(self, defaults: dict[str, object], fits: list[Fit]) -> list[Fit]:
        """The defaults on as many rows as there is time for; the fits on few rows where that did not end."""
        self.found.errors.clear()  # few rows may lack a class; all rows have the last word
        most = self.probe.train_rows
        if not fits:
            return self._default_on(most, defaults, fits)
        while fits and fits[0].rows < most and not self.found.unfinished:
            rows = rows_within(self.left / FITS_WANTED, fits[0], fits[-1], most)
            if rows < 1.5 * fits[0].rows:
                return fits
            fits = self._default_on(rows, defaults, fits)  # and look again: growth changes with the rows
        return fits

    def _default_on(self, rows: int, defaults: dict[str, object], fits: list[Fit]) -> list[Fit]:
        self._use_rows(rows)
        again = self._fit(defaults)
        return fits if self.found.unfinished and not again else again

    def _time(self, config: dict[str, object]) -> None:
        fits = self._fit(config)
        if fits:
            self.found.seconds.append(fits[0].seconds)

    def _use_rows(self, train: int) -> None:
        self._end_child()
        valid = max(1, round(self.probe.valid_rows * train / self.probe.train_rows))
        self.sizes, self.found.rows = (train, valid), train
        plan = timing_plan(self.table.n_rows, train, valid)
        connections.close_all()  # a connection must not cross a fork
        limit_mb = memory.limit_mb(None)
        self.child = Child(Work(self.load, plan.to_bytes(), self.probe.estimator, self.probe.metric, limit_mb))

    def _end_child(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child = None

    def _fit(self, config: dict[str, object]) -> list[Fit]:
        """The fit on the training rows and the one the other way round; fewer where they failed."""
        if self.child is None:
            return []
        began, first_fold = time.monotonic(), 0.0
        try:
            self.child.send([{"number": 0, "config": config, "seed": 0}])
            while self.left > 0:
                if StopRequest.at is not None:
                    raise Stopped
                if not self.child.poll(POLL):
                    continue
                message = self.child.receive()
                if "fold" in message:
                    first_fold = first_fold or time.monotonic() - began
                    continue
                sizes = (self.sizes, self.sizes[::-1])
                times = zip(sizes, message["fit_times"], message["score_times"], strict=False)
                fits = [Fit(*size, fit, score) for size, fit, score in times]
                if not fits:
                    self.found.errors.append(message["error"])
                return fits
        except (EOFError, BrokenPipeError):
            how = self.child.kill()
            self.child = None
            self.found.errors.append(f"The fitting process ended: {how}")
            return []
        self.found.unfinished = True
        return [Fit(*self.sizes, first_fold, 0.0)] if first_fold else []


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
    seconds = spread(found.seconds, probe.train_rows / found.rows, found.longer)
    error = found.errors[0][:500] if found.errors else ""
    values = {"low": seconds.low, "typical": seconds.typical, "high": seconds.high, "error": error}
    return told | values | {"state": ProbeState.DONE}

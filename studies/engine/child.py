"""The child that runs the fits: forked by a slice, no database, no Redis, no secrets; speaks through a pipe.

Messages are one line of JSON, with bytes after it where there are predictions. Nothing is pickled. A batch is written
only while the child has nothing left to do: then it reads, so neither side can wait for the other, however full the
pipe.
"""

import json
import math
import os
import select
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from joblib import parallel_config

from studies.engine import memory, processes
from studies.engine.offspring import name_of_end
from studies.evaluation import KEPT_MB, Evaluator, Plan, Table, encode_predictions

TELLING_PAYS = 0.005  # seconds of a fold


@dataclass(frozen=True)
class Work:
    """What every trial of the study has in common."""

    load: Callable[[], Table]
    plan: bytes
    estimator: str
    metric: str
    memory_mb: int | None


class Child:
    """The parent's side of one child process."""

    def __init__(self, work: Work) -> None:
        """Fork. The caller has closed its database connections."""
        self.meter = memory.Meter()
        self.pipe, theirs = Pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work, theirs, parent, self.meter)
        theirs.close()
        self.handle = _handle(self.pid)
        self.poller = select.poll()
        for descriptor in (self.pipe.fileno(), self.handle):
            if descriptor is not None:
                self.poller.register(descriptor, select.POLLIN)
        self.status: int | None = None  # once it is gone
        self.peak_mb = 0.0  # the most that it ever had in RAM, once it is gone
        self.is_idle = True

    def send(self, tasks: Sequence[dict[str, Any]], seconds: float | None = None) -> None:
        """Tasks to evaluate one after the other: {"number", "config", "seed"}; none is begun after `seconds`."""
        if not self.is_idle:
            raise RuntimeError("The child is not done with what it was sent before.")
        self.is_idle = False
        self.pipe.send_bytes(json.dumps({"tasks": tasks, "seconds": seconds}).encode())

    def poll(self, seconds: float) -> bool:
        """Whether there is a message within so many seconds; EOFError when the child is gone without one.

        What the child has started may hold its end of the pipe open, so its own end is waited for as well.
        """
        ready = {descriptor for descriptor, _ in self.poller.poll(seconds * 1000)}
        if self.pipe.fileno() in ready:
            return True
        if ready and not self.pipe.poll(0):  # not even written in its last moment
            raise EOFError
        return bool(ready)

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended and left no message."""
        try:
            self.poll(0)
        except EOFError:
            return True
        return self.pipe.poll(0) and self.is_idle  # an end of file: it owes us nothing

    def receive(self) -> dict[str, Any]:
        """The next message: scores of folds, or a trial's result with its predictions as bytes.

        Raises EOFError when the child is gone. `is_idle` is true again after the last one.
        """
        try:
            line, _, data = self.pipe.recv_bytes().partition(b"\n")
        except OSError as error:  # also when it died while it wrote
            raise EOFError from error
        message = json.loads(line)
        self.is_idle = message.pop("last", False)
        if "state" in message:
            message["predictions"] = data
        return message

    def kill(self) -> str:
        """End the child and all that it has started; says how it had ended if it was dead already."""
        processes.end_with_descendants(self.pid)
        self.pipe.close()
        if self.handle is not None:
            os.close(self.handle)
        try:
            _, self.status, usage = os.wait4(self.pid, 0)
        except ChildProcessError:
            return "ended"
        self.peak_mb = usage.ru_maxrss / 1024  # Linux counts kilobytes
        return name_of_end(self.status)

    def shortage(self, limit_mb: float | None) -> str:
        """Why a child that had ended before it was killed did so for lack of memory; "" when it did not."""
        return self.meter.shortage(self.status, self.peak_mb, limit_mb) if self.status is not None else ""


def _handle(pid: int) -> int | None:
    """A descriptor that can be read once the process has ended; None where the system has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _run(work: Work, pipe: Connection, parent: int, meter: memory.Meter) -> None:
    """The child's whole life; never returns."""
    try:
        os.setpgid(0, 0)
        processes.begin_fits(parent, pipe.fileno())
        parallel_config(backend="sequential")  # no library starts processes or threads behind our back
        _serve(work, pipe, meter)
    except (EOFError, BrokenPipeError):
        os._exit(0)  # the slice closed its end, or is gone
    except MemoryError:
        os._exit(memory.NO_MEMORY)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _serve(work: Work, pipe: Connection, meter: memory.Meter) -> None:
    keep_mb = KEPT_MB if work.memory_mb is None else min(KEPT_MB, work.memory_mb / 4)  # what is kept counts as used
    evaluator = Evaluator(work.load(), Plan.from_bytes(work.plan), work.estimator, work.metric, keep_mb)
    meter.begin()
    if work.memory_mb is not None:
        memory.limit_own(work.memory_mb)

    while True:
        request = json.loads(pipe.recv_bytes())
        allowed, tasks = request["seconds"], request["tasks"]
        received = time.perf_counter()
        for index, task in enumerate(tasks):
            if index and allowed is not None and time.perf_counter() - received > allowed:
                _send(pipe, {"last": True})
                break
            message, data = _fit(evaluator, task, pipe)
            _send(pipe, message | {"last": index == len(tasks) - 1}, data)


def _send(pipe: Connection, message: dict[str, Any], data: bytes = b"") -> None:
    pipe.send_bytes(b"%b\n%b" % (json.dumps(message).encode(), data))


def _fit(evaluator: Evaluator, task: dict[str, Any], pipe: Connection) -> tuple[dict[str, Any], bytes]:
    """A task's result; folds are told while it runs, unless they are so quick that telling would cost more."""
    memory.forget_peak()
    began_at, began = time.time(), time.perf_counter()
    untold: list[float | None] = []
    last_told = began

    def on_fold(index: int, score: float) -> None:
        nonlocal last_told
        untold.append(finite(score))
        now = time.perf_counter()
        if now - last_told > TELLING_PAYS:
            last_told = now
            _send(pipe, {"fold": index, "scores": untold})
            untold.clear()

    result = evaluator.evaluate(task["config"], task["seed"], on_fold)
    data = encode_predictions(result.predictions) if result.predictions is not None else b""
    seconds = time.perf_counter() - began
    return as_message(result) | {"number": task["number"], "began_at": began_at, "seconds": seconds}, data


def as_message(result: Any) -> dict[str, Any]:
    """An evaluation as plain JSON: what is not finite is null."""
    return {
        "state": result.state,
        "reason": result.reason or "",
        "error": result.error or "",
        "traceback": result.traceback or "",
        "warnings": list(result.warnings),
        "value": finite(result.value),
        "stderr": finite(result.stderr),
        "fold_scores": [finite(score) for score in result.fold_scores],
        "fit_times": [round(seconds, 6) for seconds in result.fit_seconds],
        "score_times": [round(seconds, 6) for seconds in result.score_seconds],
    }


def trial_seed(study_seed: int, number: int) -> int:
    """The trial's own seed: from study seed and trial number, never from global state."""
    return int(np.random.SeedSequence([study_seed, number]).generate_state(1)[0])


def finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None

"""The child that runs the fits: forked by a slice, no database, no Redis, no secrets; speaks through a pipe.

Messages are JSON, followed by a frame of bytes where there are predictions. Nothing is pickled.
"""

import json
import math
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from studies.engine import processes
from studies.evaluation import KEPT_MB, Evaluator, Plan, Table, encode_predictions


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
        self.pipe, theirs = Pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work, theirs, parent)
        theirs.close()

    def send(self, config: dict[str, Any], seed: int) -> None:
        self.pipe.send_bytes(json.dumps({"config": config, "seed": seed}).encode())

    def poll(self, seconds: float) -> bool:
        return self.pipe.poll(seconds)

    def receive(self) -> dict[str, Any]:
        """The next message; raises EOFError when the child is gone."""
        try:
            message = json.loads(self.pipe.recv_bytes())
            if message.get("predictions"):
                message["predictions"] = self.pipe.recv_bytes()
        except ConnectionError as error:
            raise EOFError from error
        return message

    def kill(self) -> str:
        """End the child and all of its process group; says how it had ended if it was dead already."""
        for kill in (os.killpg, os.kill):
            try:
                kill(self.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        self.pipe.close()
        try:
            _, status = os.waitpid(self.pid, 0)
        except ChildProcessError:
            return "ended"
        if os.WIFSIGNALED(status):
            return f"signal {os.WTERMSIG(status)} ({signal.Signals(os.WTERMSIG(status)).name})"
        return f"exit code {os.WEXITSTATUS(status)}"


def _run(work: Work, pipe: Connection, parent: int) -> None:
    """The child's whole life; never returns."""
    try:
        os.setpgid(0, 0)
        processes.die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        processes.keep_only([pipe.fileno()])
        processes.forget_secrets()
        processes.offer_to_oom_killer()
        _serve(work, pipe)
    except EOFError:
        os._exit(0)  # the slice closed its end
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _serve(work: Work, pipe: Connection) -> None:
    keep_mb = KEPT_MB if work.memory_mb is None else min(KEPT_MB, work.memory_mb / 4)  # what is kept counts as used
    evaluator = Evaluator(work.load(), Plan.from_bytes(work.plan), work.estimator, work.metric, keep_mb)
    if work.memory_mb is not None:
        processes.limit_memory(work.memory_mb)

    def on_fold(index: int, score: float) -> None:
        pipe.send_bytes(json.dumps({"fold": index, "score": finite(score)}).encode())

    while True:
        request = json.loads(pipe.recv_bytes())
        result = evaluator.evaluate(request["config"], request["seed"], on_fold)
        data = encode_predictions(result.predictions) if result.predictions is not None else b""
        pipe.send_bytes(json.dumps(as_message(result) | {"predictions": bool(data)}).encode())
        if data:
            pipe.send_bytes(data)


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

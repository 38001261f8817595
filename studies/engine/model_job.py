"""The RQ job that fits a trial's configuration on all rows and stores it with skops.

The fit runs in a child process, as every fit does: without database, Redis or secrets, killed with its parent and when
it takes too long. The file is written under another name and renamed when it is whole and loads.
"""

import hashlib
import logging
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from studies.engine import memory, processes
from studies.engine.child import trial_seed
from studies.engine.model_files import can_be_made, leave_to_another
from studies.engine.patience import patiently
from studies.engine.store.models import part_of, put_model
from studies.engine.store.versions import StorageAway
from studies.engine.tables import table_from_file, table_source
from studies.engine.watch import StopRequest
from studies.evaluation import Plan
from studies.evaluation.refit import fit_on_all
from studies.models import ModelFile, ModelFileState

logger = logging.getLogger(__name__)
POLL = 0.1
OURS = ("studies.", "tuningsite.")


def run_model(pk: int) -> None:
    """Make one model. May be delivered never, once or five times: the claim decides."""
    if not can_be_made():
        leave_to_another(pk)
        return
    claimed = ModelFile.objects.filter(pk=pk, state=ModelFileState.WAITING).update(
        state=ModelFileState.RUNNING,
        started_at=timezone.now(),
        attempts=F("attempts") + 1,
        beat=F("beat") + 1,
        worker=os.environ.get("RQ_WORKER_ID", ""),
    )
    if not claimed:
        return
    wanted = ModelFile.objects.select_related("trial__study__plan", "trial__study__dataset_version").get(pk=pk)
    ours = ModelFile.objects.filter(pk=pk, state=ModelFileState.RUNNING, attempts=wanted.attempts)
    part = part_of(wanted)
    try:
        values = _made(wanted, part, ours)
    except (StorageAway, FileNotFoundError) as error:
        logger.warning("The model of %s waits: %s", wanted.trial_id, error)
        values = _waits(wanted)
    finally:
        part.unlink(missing_ok=True)
    patiently(ours.update, **values)


def _made(wanted: ModelFile, part: Path, ours: Any) -> dict[str, Any]:
    """What is to be stored of it."""
    error = _in_child(_work(wanted, part), memory.limit_mb(wanted.trial.study.trial_memory_mb), lambda: _beat(ours))
    if error is None:
        return _waits(wanted) | {"rung_at": None}
    now = timezone.now()
    if error:
        return {"state": ModelFileState.FAILED, "error": error[:500], "finished_at": now}
    size, digest = part.stat().st_size, hashlib.sha256(part.read_bytes()).hexdigest()
    put_model(part, wanted)
    return {"state": ModelFileState.COMPLETE, "size": size, "sha256": digest, "finished_at": now, "error": ""}


def _waits(wanted: ModelFile) -> dict[str, Any]:
    """Nothing was wrong with it; it is rung for again later."""
    return {"state": ModelFileState.WAITING, "attempts": wanted.attempts - 1}


def _beat(ours: Any) -> None:
    patiently(ours.update, beat=F("beat") + 1)


def _work(wanted: ModelFile, part: Path) -> Callable[[], None]:
    """The fit, with all that it needs read while the database is open."""
    trial, study = wanted.trial, wanted.trial.study
    source = table_source(study.dataset_version, study.target, study.task)
    plan, seed = bytes(study.plan.fold_of_row), trial_seed(study.seed, trial.number)

    def work() -> None:
        table = table_from_file(*source)
        store(fit_on_all(table, Plan.from_bytes(plan), study.estimator, trial.config, seed), part, table.X)

    return work


def store(model: Any, path: Path, X: Any) -> None:
    """Write the model, and make sure that what loads is the same and needs nothing of ours; ValueError if not."""
    import skops.io

    skops.io.dump(model, path)
    types = skops.io.get_untrusted_types(file=path)
    if ours := [name for name in types if name.startswith(OURS)]:
        raise ValueError(f"The stored model would need {', '.join(ours)}.")
    rows = X[:1000]
    if not np.array_equal(skops.io.load(path, trusted=types).predict(rows), model.predict(rows)):
        raise ValueError("The stored model predicts otherwise than the fitted one.")


def _in_child(work: Callable[[], None], memory_mb: int | None, beat: Callable[[], None]) -> str | None:
    """Run the work in a child. "" when it went well, else what went wrong; None when the worker is being stopped."""
    connections.close_all()  # a connection must not cross a fork
    read_end, write_end = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _child(work, write_end, parent, memory_mb)
    os.close(write_end)
    deadline, next_beat = time.monotonic() + settings.MODEL_SECONDS, 0.0
    try:
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return _told(read_end, status)
            now = time.monotonic()
            if StopRequest.at is not None or now > deadline:
                processes.end_with_descendants(pid)
                os.waitpid(pid, 0)
                over = f"It took longer than the limit of {settings.MODEL_SECONDS:g} s."
                return None if StopRequest.at is not None else over
            if now > next_beat:
                beat()
                next_beat = now + settings.HEARTBEAT_SECONDS
            time.sleep(POLL)
    finally:
        os.close(read_end)


def _told(read_end: int, status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"The fitting process ended: {signal.Signals(os.WTERMSIG(status)).name}. Memory may be too small."
    with os.fdopen(os.dup(read_end), encoding="utf-8", errors="replace") as pipe:
        said = pipe.read(2000)
    code = os.WEXITSTATUS(status)
    return (said or f"The fitting process ended with exit code {code}.") if code else ""


def _child(work: Callable[[], None], write_end: int, parent: int, memory_mb: int | None) -> None:
    """The child's whole life; never returns."""
    code = 1
    try:
        processes.die_with_parent(parent)
        for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        processes.keep_only([write_end])
        processes.forget_secrets()
        processes.offer_to_oom_killer()
        if memory_mb is not None:
            memory.limit_own(memory_mb)
        work()
        code = 0
    except BaseException as error:
        os.write(write_end, f"{type(error).__name__}: {error}"[:400].encode())
        traceback.print_exc()
    finally:
        os._exit(code)

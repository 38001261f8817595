"""Reads an upload in a child process: bounded in time and memory, without our secrets, gone when its parent is.

Run as `python -m studies.tabular.child`: an order as JSON on standard input, the answer as JSON on standard output.
"""

import contextlib
import ctypes
import glob
import json
import logging
import math
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studies.tabular.describe import describe
from studies.tabular.errors import TableError
from studies.tabular.reading import read_table
from studies.tabular.storage import save_table

OPTIONS = ("separator", "decimal", "encoding", "kinds", "roles", "missing_words")
# What a Python needs to start. Everything else stays here: settings, keys, addresses.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
ROOT = Path(__file__).resolve().parents[2]
LIBRARIES_MB = 512  # addresses that numpy's libraries take without using the memory
PR_SET_PDEATHSIG = 1

logger = logging.getLogger(__name__)


def read_in_child(
    path: str | Path,
    out_path: str | Path,
    options: Mapping[str, Any] | None = None,
    seconds: float = 60,
    memory_mb: int = 2048,
) -> dict[str, Any]:
    """Reads the upload at `path`, writes the typed table to `out_path` and returns what `describe` tells, with "ok".

    `options` are keywords of `read_table`. A refusal returns {"ok": False, "error": {"message", "line", "column"}} and
    leaves nothing at `out_path` that was not there before.
    """
    options = dict(options or {})
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise ValueError(f"Unknown options {', '.join(unknown)}; read_table takes {', '.join(OPTIONS)}.")
    out_path = Path(out_path).resolve()
    order = {
        "path": str(Path(path).resolve()),
        "out_path": str(out_path),
        "options": options,
        "parent": os.getpid(),
        "seconds": seconds,
        "memory_mb": memory_mb,
    }
    answer = _ask_child(order, seconds, memory_mb)
    if not answer["ok"]:
        for leftover in out_path.parent.glob(f".{glob.escape(out_path.name)}.*.part"):
            leftover.unlink(missing_ok=True)
    return answer


def _ask_child(order: dict[str, Any], seconds: float, memory_mb: int) -> dict[str, Any]:
    child = subprocess.Popen(
        [sys.executable, "-m", "studies.tabular.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD,
        start_new_session=True,
    )
    try:
        output, errors = child.communicate(json.dumps(order).encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        return _out_of_time(seconds)
    finally:
        # Also on an exception of ours: no child outlives its question. One that has ended has given its number back.
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    if child.returncode == 0:
        answer: dict[str, Any] = json.loads(output)
        return answer
    if child.returncode == -signal.SIGXCPU:
        return _out_of_time(seconds)
    logger.error("reading a table ended with %s: %s", child.returncode, errors.decode(errors="replace")[-4000:])
    if child.returncode == -signal.SIGKILL:
        return _out_of_memory(memory_mb)
    return _refusal("The table could not be read, and the fault is ours: it has been written to the log.")


def _refusal(message: str, line: int | None = None, column: str | None = None) -> dict[str, Any]:
    return {"ok": False, "error": {"message": message, "line": line, "column": column}}


def _out_of_time(seconds: float) -> dict[str, Any]:
    return _refusal(
        f"Reading the table took longer than {seconds:g} seconds, which is the limit. Upload a sample of it."
    )


def _out_of_memory(memory_mb: int) -> dict[str, Any]:
    return _refusal(
        f"Reading the table took more than {memory_mb:,} MB of memory, which is the limit. Upload a sample of it."
    )


def main() -> None:
    """The child's side."""
    order = json.load(sys.stdin)
    _die_with(order["parent"])
    _limit(order["seconds"], order["memory_mb"])
    json.dump(_answer(order), sys.stdout, allow_nan=False)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    try:
        reading = read_table(order["path"], **order["options"])
        description = describe(reading)
        save_table(reading.columns, order["out_path"])
    except TableError as error:
        return _refusal(error.message, error.line, error.column)
    except MemoryError:
        return _out_of_memory(order["memory_mb"])
    return {"ok": True, **description}


def _die_with(parent: int) -> None:
    """Asks the kernel for a SIGKILL at the parent's end (Linux; elsewhere the limit on CPU time must do)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # It may have gone before we asked.
        if os.getppid() != parent:
            sys.exit(1)


def _limit(seconds: float, memory_mb: int) -> None:
    limits = {
        resource.RLIMIT_CPU: math.ceil(seconds) + 1,
        resource.RLIMIT_DATA: memory_mb << 20,
        resource.RLIMIT_AS: (memory_mb + LIBRARIES_MB) << 20,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        # macOS refuses some of them; the wall clock is the parent's in any case.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


if __name__ == "__main__":
    main()

"""Reads an upload in a child process: bounded in time and memory, without our secrets, gone when its parent is.

Run as `python -m studies.tabular.child`: an order as JSON on standard input; on standard output a line of JSON for each
step of its progress ({"share": 0.25}), the answer as the last line.
"""

import contextlib
import ctypes
import glob
import json
import logging
import math
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from studies.tabular.carrying import Earlier, carry_held_out
from studies.tabular.columns import Column
from studies.tabular.describe import describe
from studies.tabular.errors import TableError
from studies.tabular.held_out import NONE, HeldOut, draw_held_out
from studies.tabular.reading import Reading, read_table
from studies.tabular.shelf import Shelf
from studies.tabular.storage import StoredTable, load_rows, save_table

OPTIONS = ("separator", "decimal", "encoding", "header", "kinds", "roles", "missing_words", "read_as")
# What a Python needs to start. Everything else stays here: settings, keys, addresses.
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
ROOT = Path(__file__).resolve().parents[2]
LIBRARIES_MB = 512  # addresses that numpy's libraries take without using the memory
PR_SET_PDEATHSIG = 1
SILENCE = 1.0  # seconds after which `on_progress` hears the same share once more: also a sign of life
READ, DESCRIBED = 0.8, 0.95  # shares of the whole time, as a million rows take it

Progress = Callable[[float], None]

logger = logging.getLogger(__name__)


def read_in_child(
    path: str | Path,
    out_path: str | Path,
    options: Mapping[str, Any] | None = None,
    seconds: float = 60,
    memory_mb: int = 2048,
    held_path: str | Path | None = None,
    wish: str | float = NONE,
    earlier: Sequence[tuple[str | Path, str | Path, bool]] = (),
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Reads the upload at `path`, writes the typed table to `out_path` and returns what `describe` tells, with "ok".

    The rows of the held-out set go to `held_path` and nowhere else: drawn anew as `wish` says ("auto", "none" or a
    share), or those that `earlier` versions hold (the newest first; paths of table and set, and whether they were read
    from these very bytes). `options` are keywords of `read_table`. `on_progress` is called, in this thread, with the
    share that is done, at least once a second: rising, 1 at the end; what it raises ends the child and is raised here.
    A refusal returns {"ok": False, "error": {"message", "line", "column"}} and leaves nothing at `out_path` that was
    not there before.
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
        "held_path": None if held_path is None else str(Path(held_path).resolve()),
        "wish": wish,
        "earlier": [[str(Path(table).resolve()), str(Path(held).resolve()), same] for table, held, same in earlier],
        "parent": os.getpid(),
        "seconds": seconds,
        "memory_mb": memory_mb,
    }
    done = False
    try:
        answer = _ask_child(order, seconds, memory_mb, on_progress)
        done = answer["ok"]
    finally:
        if not done:
            for pattern in (f".{glob.escape(out_path.name)}.*.part", ".unpacked-*"):
                for leftover in out_path.parent.glob(pattern):
                    leftover.unlink(missing_ok=True)
    return answer


def _ask_child(order: dict[str, Any], seconds: float, memory_mb: int, on_progress: Progress | None) -> dict[str, Any]:
    # Files, so that neither side ever waits for the other but where it listens.
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as errors:
        asked.write(json.dumps(order).encode())
        asked.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "studies.tabular.child"],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env={name: os.environ[name] for name in KEPT if name in os.environ} | ONE_THREAD,
            start_new_session=True,
        )
        try:
            answer = _listen(child, time.monotonic() + seconds, on_progress)
        except TimeoutError:
            return _out_of_time(seconds)
        finally:
            # Also on an exception of ours: no child outlives its question. One that has ended gave its number back.
            if child.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
        if child.returncode == 0 and "ok" in answer:
            return answer
        if child.returncode == -signal.SIGXCPU:
            return _out_of_time(seconds)
        errors.seek(0)
        log = errors.read()[-4000:].decode(errors="replace")
    logger.error("reading a table ended with %s: %s", child.returncode, log)
    if child.returncode == -signal.SIGKILL:
        return _killed()
    return _refusal("The table could not be read, and the fault is ours: it has been written to the log.")


def _listen(child: subprocess.Popen[bytes], deadline: float, on_progress: Progress | None) -> dict[str, Any]:
    """Passes the child's progress on until it has ended; its last line. TimeoutError at the deadline."""
    said: dict[str, Any] = {}
    share = 0.0
    for line in _lines(child.stdout, deadline) if child.stdout else ():
        said = json.loads(line) if line else said
        share = said.get("share", share)
        if on_progress is not None and (not line or "share" in said):
            on_progress(share)
    try:
        child.wait(max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    return said


def _lines(pipe: IO[bytes], deadline: float) -> Iterator[bytes]:
    """The whole lines that the child writes, until it closes its end; an empty one for each second of silence."""
    poll, begun = select.poll(), b""
    poll.register(pipe, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not poll.poll(1000 * min(left, SILENCE)):
            yield b""
            continue
        read = os.read(pipe.fileno(), 1 << 20)
        if not read:
            return
        *lines, begun = (begun + read).split(b"\n")
        yield from lines


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


def _killed() -> dict[str, Any]:
    """By whom is not known; our own limits speak otherwise."""
    return _refusal(
        "Reading the table was ended by signal 9, as the system does when its memory runs out. Try again; if that ends "
        "so too, upload a sample of the table."
    )


def main() -> None:
    """The child's side."""
    order = json.load(sys.stdin)
    _die_with(order["parent"])
    _limit(order["seconds"], order["memory_mb"])
    _say(_answer(order))


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what, allow_nan=False), flush=True)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    def progress(share: float) -> None:
        _say({"share": round(share, 4)})

    try:
        reading = read_table(
            order["path"],
            **order["options"],
            hold_out=lambda columns: _held_out(columns, order),
            on_progress=lambda share: progress(READ * share),
            folder=Path(order["out_path"]).parent,
        )
        description = describe(reading)
        progress(DESCRIBED)
        _save(reading, order["out_path"], order["held_path"])
        progress(1.0)
    except TableError as error:
        return _refusal(error.message, error.line, error.column)
    except MemoryError:
        return _out_of_memory(order["memory_mb"])
    return {"ok": True, **description}


def _held_out(columns: Sequence[Column], order: Mapping[str, Any]) -> HeldOut:
    if order["earlier"]:
        return carry_held_out(columns, _stored(order["earlier"], Path(order["out_path"]).parent))
    return draw_held_out(columns, order["wish"])


def _stored(versions: Sequence[tuple[str, str, bool]], folder: Path) -> Iterator[Earlier]:
    """Earlier versions, one at a time, whose columns are set down in `folder` meanwhile."""
    for table, held, same_bytes in versions:
        rows, held_rows = load_rows(table), load_rows(held)
        if rows is not None and held_rows is not None:
            shelf = Shelf(folder)
            yield Earlier(_set_down(table, shelf), _set_down(held, shelf), rows, held_rows, same_bytes)


def _set_down(path: str, shelf: Shelf) -> list[Column]:
    with StoredTable(path) as table:
        return [shelf.put(table.column(name)) for name in table.names]


def _save(reading: Reading, path: str, held_path: str | None) -> None:
    """The table, and beside it the held-out set: a file that an earlier reading has left there goes."""
    held = reading.held_out.rows
    if held_path is not None:
        Path(held_path).unlink(missing_ok=True)
    if not reading.held:
        save_table(reading.columns, path)
        return
    if held_path is None:
        raise ValueError("A held-out set needs a path of its own.")
    save_table(reading.held, held_path, np.flatnonzero(held))
    save_table(reading.columns, path, np.flatnonzero(~held))


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

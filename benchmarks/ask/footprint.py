"""What comes with an optimiser: processor seconds of its import, modules that came along, megabytes installed."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.optimisers.client import ONE_THREAD
from benchmarks.room.report import ROOT

HEAVY = ("django", "sklearn", "scipy.stats", "torch")
PROGRAM = """
import json, sys, time
began = time.process_time()
import {module}
spent = time.process_time() - began
print(json.dumps([spent, [name for name in {heavy!r} if name in sys.modules]]))
"""
MEGABYTE = 2**20
OF_EVERY_ENVIRONMENT = ("pip", "setuptools", "_distutils_hack", "pkg_resources")


def imported(python: Path, module: str, times: int) -> tuple[list[float], list[str]]:
    """Processor seconds of `import module` in fresh processes, the first of which is not counted; what came along."""
    program = PROGRAM.format(module=module, heavy=HEAVY)
    env = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    answers = [
        json.loads(
            subprocess.run(
                [str(python), "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(times + 1)
    ]
    return [spent for spent, _ in answers[1:]], answers[0][1]


def megabytes(python: Path, packages: Sequence[str] = ()) -> float:
    """Size of an environment's packages: of those named, with their libraries, or of all but its installer."""
    folder = Path(_ask(python, "import sysconfig; print(sysconfig.get_path('purelib'))"))
    wanted = [
        entry
        for entry in folder.iterdir()
        if (_belongs(entry.name, packages) if packages else not entry.name.startswith(OF_EVERY_ENVIRONMENT))
    ]
    return sum(_size(entry) for entry in wanted) / MEGABYTE


def _belongs(name: str, packages: Sequence[str]) -> bool:
    return any(name in (package, f"{package}.libs") or name.startswith(f"{package}-") for package in packages)


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; compiled Python is made anew anywhere and not counted."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")


def _ask(python: Path, program: str) -> str:
    return subprocess.run([str(python), "-c", program], capture_output=True, text=True, check=True).stdout.strip()

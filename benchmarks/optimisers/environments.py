"""The peers' environments: one each beside the benchmarks, made when first wanted, and again when its pins change.

`peers/NAME.txt` has the pins, `.venv-NAME` the environment. Nothing of it reaches the product's own.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.optimisers import HOMES, PRODUCT
from benchmarks.room.report import ROOT

PINS = ROOT / "benchmarks" / "peers"
STAMP = ".installed"


class NotInstalledError(RuntimeError):
    """A peer's environment that could not be made; says why."""


def pythons(optimisers: Iterable[str]) -> tuple[dict[str, Path], dict[str, str]]:
    """The Python of each environment that the optimisers need, and why some could not be had."""
    found, missing = {PRODUCT: Path(sys.executable)}, {}
    for name in dict.fromkeys(HOMES[optimiser][0] for optimiser in optimisers):
        if name == PRODUCT:
            continue
        try:
            found[name] = environment(name)
        except NotInstalledError as error:
            missing[name] = str(error)
            print(f"Going on without {name}: {error}", file=sys.stderr, flush=True)
    return found, missing


def environment(name: str, *options: str) -> Path:
    """The Python of a peer's environment, made if need be; NotInstalledError with the installer's last words.

    `options` are the installer's, such as --no-deps.
    """
    folder, pins = folder_of(name), PINS / f"{name}.txt"
    stamp = hashlib.sha256(pins.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if (folder / STAMP).exists() and (folder / STAMP).read_text() == stamp and python.exists():
        return python
    wanted = ", ".join(line for line in pins.read_text(encoding="utf-8").splitlines() if "==" in line)
    print(f"Installing {wanted} into {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(folder)])
    run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options, "-r", str(pins)])
    (folder / STAMP).write_text(stamp)
    return python


def folder_of(name: str) -> Path:
    return ROOT / "benchmarks" / f".venv-{name}"


def run(command: list[str]) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        last = (ran.stderr or ran.stdout).strip().splitlines()[-3:]
        raise NotInstalledError(" / ".join(last) or f"{command[0]} ended with {ran.returncode}")

"""The benchmark's end of an optimiser's process."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from benchmarks.optimisers import HOMES
from benchmarks.room.report import ROOT

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}


class OptimiserError(RuntimeError):
    """What an optimiser raised, or that its process ended; says where more is written."""


class Client:
    """A process with the optimisers of one environment; `start` begins anew with one of them."""

    def __init__(self, python: str) -> None:
        self.said = tempfile.TemporaryFile("w+", prefix="benchmark-optimiser-")  # noqa: SIM115 (closed with the process)
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.optimisers.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            text=True,
            cwd=ROOT,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)},
        )

    def start(self, optimiser: str, space: Sequence[dict[str, Any]], seed: int, trials: int) -> dict[str, Any]:
        return self("start", optimiser=optimiser, space=list(space), seed=seed, trials=trials)

    def __call__(self, do: str, **arguments: Any) -> dict[str, Any]:
        """One request; OptimiserError for what comes back as an error."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        answer: dict[str, Any] = json.loads(line) if line else {"error": f"the process ended at {do!r}"}
        if "error" in answer:
            raise OptimiserError(f"{answer['error']}\n{self.last_words()}")
        return answer

    def last_words(self, characters: int = 2000) -> str:
        self.said.seek(0)
        return self.said.read()[-characters:]

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Clients:
    """One process per environment, begun when it is first wanted."""

    def __init__(self, pythons: dict[str, Path]) -> None:
        self.pythons = pythons
        self.running: dict[str, Client] = {}

    def of(self, optimiser: str) -> Client:
        home = HOMES[optimiser][0]
        if home not in self.running:
            self.running[home] = Client(str(self.pythons[home]))
        return self.running[home]

    def close(self) -> None:
        for client in self.running.values():
            client.close()
        self.running.clear()

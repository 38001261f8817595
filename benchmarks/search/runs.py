"""Runs: an optimiser on a task with a seed, its trials evaluated here and its proposals made in its own process."""

import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.optimisers.client import Clients, OptimiserError
from benchmarks.search.tasks import TASKS, Config, Task, Told

RECOMMENDED_AT = (25, 50, 100)
HISTORY_OF_ITS_OWN = 1  # a stream of random numbers beside others of the same seed


@dataclass
class Run:
    """What became of one run: per trial in the order told, the value told and the true one.

    cpu: seconds of the optimiser's process for all asks and tells. doubles: configurations proposed while the same
    one was out. recommended: true values by trials told, where the optimiser has a belief of its own. error: why it
    did not come to its end.
    """

    optimiser: str
    task: str
    seed: int
    parallel: int
    told: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)
    cpu: float = 0.0
    doubles: int = 0
    recommended: dict[int, float] = field(default_factory=dict)
    error: str = ""

    def add(self, told: Told) -> None:
        self.told.append(told.value)
        self.true.append(told.true)

    def as_json(self) -> dict[str, Any]:
        rounded = {name: [float(f"{value:.7g}") for value in getattr(self, name)] for name in ("told", "true")}
        return asdict(self) | rounded


@dataclass(frozen=True)
class Lap:
    """What the optimisers of one pair do: (optimiser, trials outstanding) each. folds: tell ours each fold's score."""

    task: str
    seed: int
    optimisers: Sequence[tuple[str, int]]
    trials: int
    folds: bool = True


def run(clients: Clients, task: Task, optimiser: str, lap: Lap, parallel: int) -> Run:
    """One run; trials end in the order in which they began. An optimiser's error ends it and is kept."""
    record = Run(optimiser, task.name, lap.seed, parallel)
    try:
        _trials(clients, task, record, lap)
    except OptimiserError as error:
        record.error = str(error)
        clients.close()
    return record


def _trials(clients: Clients, task: Task, record: Run, lap: Lap) -> None:
    client = clients.of(record.optimiser)
    client.start(record.optimiser, task.space.to_json()["parameters"], lap.seed, lap.trials)
    rng = np.random.default_rng([lap.seed, zlib.crc32(task.name.encode()), HISTORY_OF_ITS_OWN])
    out: deque[tuple[int, Any, Told]] = deque()
    asked, finished = 0, False
    while len(record.told) < lap.trials:
        while not finished and asked < lap.trials and len(out) < record.parallel:
            answer = client("ask")
            record.cpu += answer["cpu"]
            if answer["config"] is None:
                finished = True
                break
            config = legal(task, answer["config"])
            asked += 1
            record.doubles += any(config == other for _, other, _ in out)
            out.append((answer["token"], config, task.tell(config, rng)))
        if not out:
            break
        token, _, told = out.popleft()
        folds = {"fold_scores": told.fold_scores, "stderr": told.stderr} if lap.folds else {}
        record.cpu += client("tell", token=token, value=told.value, **folds)["cpu"]
        record.add(told)
        if task.noisy and len(record.told) in RECOMMENDED_AT:
            found = client("recommend")["config"]
            if found is not None:
                record.recommended[len(record.told)] = task.true(legal(task, found))


def legal(task: Task, config: Any) -> Config:
    """The configuration as the space has it: a peer's log scale may miss the end of a range by a rounding."""
    found = task.space.nearest(config)
    if found is None:
        raise OptimiserError(f"{config} has no place in the space of {task.name}.")
    return found


def in_process(laps: Iterable[Lap], pythons: dict[str, Path]) -> Iterator[Run]:
    """All laps one after the other, here."""
    clients = Clients(pythons)
    try:
        for lap in laps:
            for optimiser, parallel in lap.optimisers:
                yield run(clients, TASKS[lap.task], optimiser, lap, parallel)
    finally:
        clients.close()


def spread(laps: Sequence[Lap], pythons: dict[str, Path], processes: int) -> Iterator[Run]:
    """All laps, several at once; each process keeps its optimisers' processes and what it has evaluated."""
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(pythons,)
    ) as pool:
        for done in as_completed([pool.submit(_lap, lap) for lap in laps]):
            yield from done.result()


def drawn(names: Sequence[str], count: int, processes: int) -> dict[str, list[float]]:
    """True values of `count` random configurations of each task."""
    if processes <= 1:
        return {name: _drawn(name, count) for name in names}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return dict(zip(names, pool.map(partial(_drawn, count=count), names), strict=True))


_clients: Clients | None = None


def _begin(pythons: dict[str, Path]) -> None:
    global _clients
    _clients = Clients(pythons)


def _lap(lap: Lap) -> list[Run]:
    assert _clients is not None
    return [run(_clients, TASKS[lap.task], optimiser, lap, parallel) for optimiser, parallel in lap.optimisers]


def _drawn(name: str, count: int) -> list[float]:
    return TASKS[name].drawn(count)

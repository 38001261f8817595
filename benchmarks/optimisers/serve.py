"""One environment's optimisers in a process: requests on stdin, answers on stdout, a JSON object per line.

    {"do": "start", "optimiser": "optuna_tpe", "space": [...], "seed": 0, "trials": 100}
    {"do": "add", "pairs": [[config, value], ...]}     trials that ended earlier
    {"do": "ask"}                                      -> {"token": 3, "config": {...} or null, "cpu": 0.004}
    {"do": "tell", "token": 3, "value": 0.1, ...}      -> {"cpu": 0.001}; smaller is better
    {"do": "recommend"}                                -> {"config": {...} or null}

"cpu": processor seconds of the call alone. An error comes back as {"error": "..."} and its traceback on stderr.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from benchmarks.optimisers import HOMES

Answer = dict[str, Any]


class Server:
    """What was started last, and the trials that are out."""

    def __init__(self) -> None:
        self.optimiser: Any = None
        self.out: dict[int, Any] = {}
        self.asked = 0

    def start(self, optimiser: str, space: list[Answer], seed: int, trials: int) -> Answer:
        _, module, kind = HOMES[optimiser]
        began = time.process_time()
        found = getattr(importlib.import_module(f"benchmarks.optimisers.{module}"), kind)
        imported = time.process_time()
        self.optimiser, self.out, self.asked = found(space, seed, trials), {}, 0
        return {"import_cpu": imported - began}

    def add(self, pairs: list[list[Any]]) -> Answer:
        for config, value in pairs:
            self.optimiser.add(config, value)
        return {}

    def ask(self) -> Answer:
        began = time.process_time()
        found = self.optimiser.ask()
        cpu = time.process_time() - began
        if found is None:
            return {"token": None, "config": None, "cpu": cpu}
        self.asked += 1
        self.out[self.asked], config = found
        return {"token": self.asked, "config": config, "cpu": cpu}

    def tell(
        self, token: int, value: float, fold_scores: list[float] | None = None, stderr: float | None = None
    ) -> Answer:
        trial = self.out.pop(token)
        began = time.process_time()
        self.optimiser.tell(trial, value, fold_scores, stderr)
        return {"cpu": time.process_time() - began}

    def recommend(self) -> Answer:
        return {"config": self.optimiser.recommend()}


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # libraries that print must not come between the answers
    server = Server()
    actions: dict[str, Callable[..., Answer]] = {
        action.__name__: action for action in (server.start, server.add, server.ask, server.tell, server.recommend)
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = actions[request.pop("do")](**request)
        except Exception as error:  # the benchmark decides what becomes of it
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()

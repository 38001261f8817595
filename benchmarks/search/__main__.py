"""Our methods beside Optuna's TPE, GP and CMA-ES, SMAC and random on real scikit-learn tasks, pair by pair.

A pair is a task and a seed; all start on the same ones. Every optimiser runs in a process of its own, the peers each in
an environment of their own, made when first wanted. Evaluations are real and made once for all. Exit code 0 also when
a bar is missed (it measures, it does not test), unless --strict; a peer that cannot be installed is said and left out.
"""

import argparse
import os
import sys
import time
from collections.abc import Collection, Sequence

from benchmarks.optimisers import HOMES
from benchmarks.optimisers.environments import pythons
from benchmarks.room.options import parser
from benchmarks.room.report import RESULTS, ROOT, Report
from benchmarks.search.figures import OURS, Found, tell
from benchmarks.search.picture import Curve, draw
from benchmarks.search.runs import Lap, Run, drawn, spread
from benchmarks.search.statistics import interval
from benchmarks.search.tasks import DRAWN, TASKS

PEERS = tuple(name for name in HOMES if name not in (*OURS, "grid"))
PACKAGES = ("numpy", "scipy", "scikit-learn")
QUICK = {"seeds": 1, "trials": 25, "tasks": "elastic_net_diabetes,tree_cancer,tree_diabetes_noisy", "drawn": 64}


def main() -> int:
    options = arguments()
    ours = list(OURS) if options.ours == "all" else names(options.ours, OURS)
    peers = names(options.peers, PEERS)
    found, missing = pythons([*ours, *peers])
    there = [optimiser for optimiser in [*ours, *peers] if HOMES[optimiser][0] in found]
    tasks = names(options.tasks, TASKS)
    facts = {name: getattr(options, name) for name in ("seeds", "trials", "parallel", "quick", "folds")}
    report = Report("search", facts | {"tasks": tasks, "optimisers": there, "missing": missing}, PACKAGES)
    began = time.time()
    random = drawn(tasks, options.drawn, options.processes)
    print(
        f"{options.drawn} random configurations of each task: {time.time() - began:.0f} s", file=sys.stderr, flush=True
    )
    result = Found.of(watched(laps(options, tasks, there), found, options.processes), random)
    tell(report, result)
    report.raw = {"best and median": result.scale, "runs": [run.as_json() for run in result.runs]}
    picture(result)
    met = report.close()
    return 1 if options.strict and (not met or missing) else 0


def arguments() -> argparse.Namespace:
    options = parser("search", __doc__, database=False)
    options.add_argument("--seeds", type=int, help="seeds of each task (3)")
    options.add_argument("--trials", type=int, help="trials of each run (100)")
    options.add_argument("--tasks", help=f"some of {', '.join(TASKS)}")
    options.add_argument("--peers", default=",".join(PEERS), help=f"some of {', '.join(PEERS)}, or none")
    options.add_argument("--ours", default="all", help=f"some of {', '.join(OURS)}, or none")
    options.add_argument(
        "--parallel", type=int, default=1, help="trials outstanding; ours then run one at a time as well"
    )
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="runs at once (cores)")
    options.add_argument("--drawn", type=int, help=f"random configurations behind median and best known ({DRAWN})")
    options.add_argument(
        "--no-folds",
        dest="folds",
        action="store_false",
        help="tell ours the value alone, as peers are; else each fold's",
    )
    chosen = options.parse_args()
    usual = {"seeds": 3, "trials": 100, "tasks": ",".join(TASKS), "drawn": DRAWN}
    for name, value in (QUICK if chosen.quick else usual).items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    return chosen


def names(given: str, known: Collection[str]) -> list[str]:
    """Words between commas; says which are known and leaves where one is not."""
    words = [] if given in ("", "none") else given.split(",")
    for word in words:
        if word not in known:
            sys.exit(f"{word!r} is not known here; there are {', '.join(known)}.")
    return words


def laps(options: argparse.Namespace, tasks: Sequence[str], optimisers: Sequence[str]) -> list[Lap]:
    """Seeds in the outer loop: a run that is broken off has whole ones."""
    both = [(optimiser, options.parallel) for optimiser in optimisers]
    if options.parallel > 1:
        both += [(optimiser, 1) for optimiser in optimisers if optimiser in OURS]
    return [Lap(task, seed, both, options.trials, options.folds) for seed in range(options.seeds) for task in tasks]


def watched(planned: Sequence[Lap], pythons: dict, processes: int) -> list[Run]:
    """All runs, in a fixed order; says how far they are."""
    began, done = time.time(), []
    whole = sum(len(lap.optimisers) for lap in planned)
    for run in spread(planned, pythons, processes):
        done.append(run)
        if len(done) % 10 == 0 or len(done) == whole:
            print(f"{len(done)} of {whole} runs, {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    order = {optimiser: place for place, optimiser in enumerate(HOMES)}
    return sorted(done, key=lambda run: (order[run.optimiser], -run.parallel, run.task, run.seed))


def picture(found: Found) -> None:
    """Clean tasks, where there are any; else the noisy ones."""
    noisy = not any(found.at(optimiser, 1, False) for optimiser in found.curves)
    curves = []
    for optimiser in found.curves:
        longest = max(len(curve) for curve in found.curves[optimiser].values())
        points = [interval(found.at(optimiser, n, noisy), resamples=500) for n in range(1, longest + 1)]
        curves.append(Curve(optimiser, points, strong=optimiser == "bayesian"))
    if curves:
        path = RESULTS / "search.svg"
        RESULTS.mkdir(exist_ok=True)
        title = f"Mean regret on {'noisy' if noisy else 'clean'} tasks (0 best known, 1 median of random)"
        path.write_text(draw(title, curves), encoding="utf-8")
        print(f"\nDrawn: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())

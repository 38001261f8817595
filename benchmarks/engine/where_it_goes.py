"""The same processor time by part: asking, telling, fits, what goes between the processes, forks and rq."""

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.engine.own_cost import MODES
from benchmarks.null_estimator import DEFAULTS, SPACE, NullEntry
from benchmarks.room import meter
from benchmarks.room.report import Report
from benchmarks.room.site import Site

SLICE = "studies.engine.slice"
PARTS = {
    "ask": [f"{SLICE}.Asker.ask"],
    "tell": [f"{SLICE}.tell"],
    "pipe": [f"{SLICE}.Child.{name}" for name in ("send", "poll", "receive")],
    "looks": [f"{SLICE}.TrialWatch.{name}" for name in ("begin", "look")],
}


def measure(site: Site, report: Report, quick: bool) -> None:
    trials = 300 if quick else 2000
    version = site.sample("breast_cancer")
    for mode, environment in MODES.items():
        with tempfile.TemporaryDirectory() as folder:
            found = metered(site, version, trials, Path(folder), environment)
        report.table(
            f"Own cost by part, {mode}: {trials} trials, one run; the meter itself costs some 0.02 ms per trial",
            [{"part": part, **row} for part, row in found.items()],
        )
        report.raw[f"where it goes, {mode}"] = found
    print("fits: the child; rest: the horse outside the parts; around: fork of the horse, rq and the parent's ticks.")


def metered(
    site: Site, version: Any, trials: int, folder: Path, environment: dict[str, str]
) -> dict[str, dict[str, float]]:
    """By part: processor ms, calls and queries per trial."""
    site.start_workers(1, BENCH_METER=str(folder), BENCH_METER_PARTS=json.dumps(PARTS), **environment)
    study = site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=trials)
    spent = site.run(study)
    site.stop_workers()
    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    queries: Counter[str] = Counter()
    child = horse = 0.0
    for slice_found in meter.read(folder):
        seconds.update(slice_found["seconds"])
        calls.update(slice_found["calls"])
        queries.update(slice_found["queries"])
        child += slice_found["child"]
        horse += slice_found["horse"]
    seconds["fits"] = child
    seconds["around"] = spent["cpu"] - horse - child + (horse - sum(seconds[part] for part in [*PARTS, "rest"]))
    seconds["all"] = spent["cpu"]
    return {
        part: {
            "CPU ms per trial": 1000 * seconds[part] / trials,
            "calls": calls[part] / trials,
            "queries": queries[part] / trials,
        }
        for part in [*PARTS, "rest", "fits", "around", "all"]
    }

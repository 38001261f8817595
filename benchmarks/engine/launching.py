"""Launch to first running trial, with workers that are idle; and launch() itself, which a person waits for."""

import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

from benchmarks.null_estimator import DEFAULTS, SPACE, NullEntry
from benchmarks.room.report import Report, quantile, spread
from benchmarks.room.site import Site, wait_until
from studies.engine.actions import launch

BAR = 100.0  # ms to the first running trial, median
WORKERS = 2


def measure(site: Site, report: Report, quick: bool) -> None:
    launches = 5 if quick else 30
    version = site.sample("breast_cancer")
    site.start_workers(WORKERS)
    one_launch(site, version)  # the first one fills caches
    found = [one_launch(site, version) for _ in range(launches)]
    rows = []
    for what in found[0]:
        values = [1000 * one[what] for one in found]
        least = spread(values)
        rows.append(
            {"ms from launch() to": what, "min": least["min"], "median": least["median"], "p95": quantile(values, 0.95)}
        )
    report.table(f"Launch: {launches} studies one after the other, {WORKERS} idle workers", rows)
    report.raw["launch"] = found
    running = spread([1000 * one["trial running"] for one in found])["median"]
    report.verdict("launch to first running trial, median", f"<= {BAR:g} ms", f"{running:.0f} ms", running <= BAR)


def one_launch(site: Site, version: Any) -> dict[str, float]:
    """Seconds from the call of launch(), by what has happened then."""
    study = site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=1)
    wait_until(site.all_listen)
    began = time.time()
    launch(study, site.user)
    returned = time.time()
    seen = first_seen(study.pk, ("running", "complete"))
    trial = study.trials.get()
    return {
        "its return": returned - began,
        "trial running": seen["running"] - began,
        "first fit begun": trial.started_at.timestamp() - began,
        "trial told": seen["complete"] - began,
    }


def first_seen(study_id: int, states: Sequence[str]) -> dict[str, float]:
    """When a study's only trial was first seen in each state, or beyond it; looked at every 2 ms."""
    seen: dict[str, float] = {}
    with connection.cursor() as cursor:
        while len(seen) < len(states):
            cursor.execute("SELECT state FROM studies_trial WHERE study_id = %s", [study_id])
            state = cursor.fetchone()[0]
            if state in states:
                for reached in states[: states.index(state) + 1]:
                    seen.setdefault(reached, time.time())
            time.sleep(0.002)
    return seen

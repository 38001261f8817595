"""What a worker costs that has nothing to do, and what it costs to hand a worker from one study to another."""

import time
from typing import Any

from benchmarks.null_estimator import DEFAULTS, SPACE, NullEntry
from benchmarks.room.report import Report
from benchmarks.room.site import Site, wait_until
from studies.engine.actions import launch
from studies.models import Attempt, StudyState


def measure(site: Site, report: Report, quick: bool) -> None:
    version = site.sample("breast_cancer")
    seconds = 6.0 if quick else 30.0
    site.start_workers(1)
    before, began = site.worker_cpu(), time.monotonic()
    time.sleep(seconds)  # idling is what is measured
    idle = (site.worker_cpu() - before) / (time.monotonic() - began)
    site.stop_workers()
    turns = 20 if quick else 60
    change, slices = slice_change(site, version, turns)
    rows = [
        {"what": f"idle worker, {seconds:g} s", "figure": 100 * idle, "unit": "% of a core"},
        {"what": f"slice of a trial, two studies in turn, {slices} slices", "figure": change, "unit": "CPU ms"},
    ]
    report.table("Doing nothing, and changing", rows)
    report.raw["idle"] = {"share": idle, "slice change ms": change}


def slice_change(site: Site, version: Any, turns: int) -> tuple[float, int]:
    """Processor ms per slice, and how many there were; each runs one trial, as it must, and gives way."""
    site.start_workers(1, SLICE_SECONDS="0")
    studies = [
        site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=turns, seed=seed) for seed in (0, 1)
    ]
    before = site.worker_cpu()
    for study in studies:
        launch(study, site.user)

    def ended() -> bool:
        for study in studies:
            study.refresh_from_db(fields=["state"])
        return all(study.state == StudyState.COMPLETE for study in studies)

    wait_until(ended, pause=0.05)
    wait_until(site.all_listen)
    slices = Attempt.objects.filter(trial__study__in=studies).values("token").distinct().count()
    return 1000 * (site.worker_cpu() - before) / slices, slices

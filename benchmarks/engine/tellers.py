"""Eight processes that take trials of one study and tell their results, as fast as the database lets them.

They go through the engine's own doors, each with a lane of its own, one trial at a time and with nothing fitted in
between. The worst case: workers with real fits leave the database in peace most of the time.
"""

import json
import multiprocessing
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from benchmarks.null_estimator import DEFAULTS, SPACE, NullEntry
from benchmarks.room.report import Report, quantile
from benchmarks.room.site import Site
from studies.engine.actions import launch
from studies.engine.advance import advance
from studies.engine.ask import Asker
from studies.engine.child import as_message
from studies.engine.lane import claim, release
from studies.engine.tables import evaluation_table
from studies.engine.tell import tell
from studies.evaluation import Plan, encode_predictions, evaluate
from studies.models import Study

TELLERS = 8
BAR = 50.0  # ms, 95 % of the tells


def measure(site: Site, report: Report, quick: bool) -> None:
    trials = 20 if quick else 150
    found, errors = tell_all(site, trials)
    rows = []
    for what in ("ask", "tell"):
        values = [1000 * one[what] for one in found]
        rows.append({"ms": what, "median": quantile(values, 0.5), "p95": quantile(values, 0.95), "max": max(values)})
    database = report.facts["database"]
    report.table(f"{TELLERS} processes, one study, {len(found)} trials on {database}: {len(errors)} errors", rows)
    report.raw["tellers"] = {"seconds": found, "errors": errors}
    report.verdict(f"{TELLERS} tellers on {database}", "0 errors", f"{len(errors)} errors", not errors)
    if database == "sqlite":
        p95 = rows[1]["p95"]
        report.verdict(f"{TELLERS} tellers on {database}, p95", f"<= {BAR:g} ms", f"{p95:.0f} ms", p95 <= BAR)


def tell_all(site: Site, trials: int) -> tuple[list[dict[str, float]], list[str]]:
    """Seconds of every ask and tell, and the errors."""
    version = site.sample("breast_cancer")
    study = site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, max_trials=TELLERS * trials, parallel=TELLERS)
    launch(study, site.user)
    result = evaluate(
        evaluation_table(version, study.target, study.task),
        Plan.from_bytes(bytes(study.plan.fold_of_row)),
        NullEntry.key,
        DEFAULTS,
    )
    message = as_message(result) | {"predictions": encode_predictions(result.predictions), "seconds": 0.0}
    connections.close_all()  # none must cross the fork
    with tempfile.TemporaryDirectory() as folder:
        fork = multiprocessing.get_context("fork")
        paths = [Path(folder) / f"{number}.json" for number in range(TELLERS)]
        processes = [
            fork.Process(target=teller, args=(study.pk, number, message, path)) for number, path in enumerate(paths)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        told = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    advance(study.pk)
    study.refresh_from_db()
    errors = [error for one in told for error in one["errors"]]
    if not errors:
        assert study.state == "complete", study.state
        assert study.trial_counts()["complete"] == TELLERS * trials, study.trial_counts()
    return [seconds for one in told for seconds in one["seconds"]], errors


def teller(study_id: int, number: int, message: dict[str, Any], path: Path) -> None:
    """One process: a lane, and all the trials that it gets."""
    seconds: list[dict[str, float]] = []
    errors: list[str] = []
    try:
        lane = claim(study_id, number)
        assert lane is not None
        settings.BATCH_SECONDS = 0.0
        asker = Asker(Study.objects.get(pk=study_id), lane)
        began = time.perf_counter()
        while trials := asker.ask():
            asked = time.perf_counter()
            tell(lane, [(trial, message | {"began_at": time.time()}) for trial in trials])
            told = time.perf_counter()
            seconds.append({"ask": asked - began, "tell": told - asked})
            began = time.perf_counter()
        release(lane)
    except Exception:
        errors.append(traceback.format_exc())
    path.write_text(json.dumps({"seconds": seconds, "errors": errors}), encoding="utf-8")
    connections.close_all()

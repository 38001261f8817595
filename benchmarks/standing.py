"""What costs while nothing changes: a worker's tick and the polls of open pages, with many studies in the database.

In one process, by the real tick and the real views: processor time and queries of each, with finished studies in the
database, then with studies that wait for a worker too.
"""

import re
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from benchmarks.room.on_a_site import on_a_site
from benchmarks.room.report import Report, spread
from benchmarks.room.site import Site

TRIALS = 60  # of each finished study
REPEATS = 30
POLL_BAR, TICK_BAR = 20.0, 100.0  # CPU ms: a hundredth of a core for a viewer, a twentieth for a worker


def main() -> int:
    return on_a_site("standing", __doc__, measure)


def measure(site: Site, report: Report, quick: bool) -> None:
    steps = ((0, 0), (100, 0), (100, 10)) if quick else ((0, 0), (1000, 0), (1000, 10), (1000, 100))
    version = site.sample("breast_cancer")
    rows: list[dict[str, Any]] = []
    finished = waiting = 0
    for want_finished, want_waiting in steps:
        add_finished(site, version, want_finished - finished)
        add_waiting(site, version, want_waiting - waiting)
        finished, waiting = want_finished, want_waiting
        state = {"finished studies": finished, "waiting": waiting}
        rows.append({"what": "tick"} | state | cost(tick(site)))
        rows += [{"what": what} | state | cost(call) for what, call in polls(site).items()]
    report.table(f"CPU and queries of one tick and one poll with nothing new, {REPEATS} times", rows)
    for what, bar in (("tick", TICK_BAR), ("poll", POLL_BAR)):
        worst = max((row for row in rows if what in row["what"]), key=lambda row: row["CPU ms, median"])
        figure = f"{worst['CPU ms, median']:.1f} ms ({worst['what']})"
        report.verdict(f"dearest {what}, median", f"<= {bar:g} CPU ms", figure, worst["CPU ms, median"] <= bar)


def add_finished(site: Site, version: Any, count: int) -> None:
    """Studies that have run: written as they would stand in the database."""
    from django.utils import timezone

    from benchmarks.null_estimator import SPACE, NullEntry
    from studies.models import Attempt, Study, Trial

    moment = timezone.now()
    for _ in range(count):
        study = site.study(version, NullEntry.key, SPACE, state="complete", next_number=TRIALS, max_trials=TRIALS)
        Study.objects.filter(pk=study.pk).update(launched_at=moment, finished_at=moment)
        trials = Trial.objects.bulk_create(
            Trial(study=study, number=number, source="method", proposal_index=number, config={"x": number / TRIALS},
                  state="complete", value=0.5, fold_scores=[0.5] * 5, started_at=moment, finished_at=moment)
            for number in range(TRIALS)
        )  # fmt: skip
        Attempt.objects.bulk_create(
            Attempt(trial=trial, number=1, token="", lane=0, worker="w", started_at=moment, outcome="complete")
            for trial in trials
        )


def add_waiting(site: Site, version: Any, count: int) -> None:
    from benchmarks.null_estimator import DEFAULTS, SPACE, NullEntry
    from studies.engine.actions import launch

    for _ in range(count):
        launch(site.study(version, NullEntry.key, SPACE, defaults=DEFAULTS, parallel=2), site.user)


def tick(site: Site) -> Callable[[], object]:
    """A worker parent's, reconnecting to the database as it does."""
    import django_rq

    from studies.engine import bell
    from studies.engine.worker import TuningWorker

    queue = django_rq.get_queue(bell.QUEUE, connection=bell.connection())
    return TuningWorker([queue], name="bench-standing", connection=queue.connection).tick


def polls(site: Site) -> dict[str, Callable[[], object]]:
    """The polls that open pages send, each with the cursor of the page just drawn."""
    from django.test import Client

    from studies.models import Study

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(site.user, backend="django.contrib.auth.backends.ModelBackend")
    pages = {"list of studies": "/", "workers": "/workers/"}
    if (waiting := Study.objects.active().first()) is not None:
        pages["study"] = f"/studies/{waiting.pk}/"

    found_polls = {f"poll of {name}": Poll(browser, page) for name, page in pages.items()}
    return {name: poll for name, poll in found_polls.items() if poll.address}


class Poll:
    """Asks as an open page does: for what is new since its cursor, and under the new cursor after that."""

    def __init__(self, browser: Any, page: str) -> None:
        self.browser = browser
        self.address = self.next_address(browser.get(page))

    def next_address(self, answer: Any) -> str:
        found = re.search(r'<div data-poll[^>]*hx-get="([^"]+)"', answer.content.decode())
        return found[1].replace("&amp;", "&") if found else ""

    def __call__(self) -> Any:
        answer = self.browser.get(self.address)
        if answer.status_code == 200:
            self.address = self.next_address(answer) or self.address
        return answer


def cost(call: Callable[[], object]) -> dict[str, Any]:
    """Processor ms of this process, and queries, of the usual answer; the first two calls are not counted."""
    spent: dict[Any, list[float]] = {}
    counts: dict[Any, int] = {}
    for number in range(REPEATS + 2):
        with counted_queries() as queries:
            began = time.process_time()
            answer = getattr(call(), "status_code", "done")
            took = 1000 * (time.process_time() - began)
        if number > 1:
            spent.setdefault(answer, []).append(took)
            counts[answer] = max(counts.get(answer, 0), queries[0])
    usual = max(spent, key=lambda answer: len(spent[answer]))
    least = spread(spent[usual])
    row = {"CPU ms, min": least["min"], "CPU ms, median": least["median"], "queries": counts[usual], "answer": usual}
    return row | {"times": len(spent[usual])}


@contextmanager
def counted_queries():
    """How many statements are sent, also by connections that are made within."""
    from django.db.backends.utils import CursorWrapper

    count = [0]
    execute = CursorWrapper.execute

    def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        return execute(self, *args, **kwargs)

    CursorWrapper.execute = counting
    try:
        yield count
    finally:
        CursorWrapper.execute = execute


if __name__ == "__main__":
    sys.exit(main())

"""Random faults for as long as one likes at a whole site with four studies, then the oracle; growth and leftovers too.

Which fault comes when follows from --seed; what it meets does not, and is in the log of the results.
"""

import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from redis import RedisError

from benchmarks.room.options import ensure_postgresql, parser
from benchmarks.room.report import Report
from benchmarks.room.site import wait_until
from benchmarks.soak.injections import Injections
from benchmarks.soak.slots import Slots
from benchmarks.soak.whole_site import WholeSite, sign_in

WORKERS = 3
PAUSE = 4.0  # mean seconds between faults
WARM = 30.0  # seconds until memory is measured for the first time
LONGEST = 180.0  # seconds for what must end after the last fault


def main() -> int:
    options = parser("soak", __doc__)
    options.add_argument("--minutes", type=float, default=20.0)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    minutes = min(chosen.minutes, 1.0) if chosen.quick else chosen.minutes
    database = ""
    if chosen.postgresql:
        import os

        ensure_postgresql("benchmarks.soak")
        database = os.environ["TUNINGSITE_TEST_DATABASE_URL"]
    name = "soak-postgresql" if chosen.postgresql else "soak"
    facts = {"workers": WORKERS, "minutes": minutes, "seed": chosen.seed, "database": name}
    report = Report(name, facts)
    data = Path(tempfile.mkdtemp(prefix="tuningsite-soak-"))
    site = WholeSite(data, WORKERS, database)
    try:
        Soak(site, report, chosen.seed).run(minutes * 60)
    finally:
        site.stop()
        left = [str(path.relative_to(data)) for path in site.temporary.rglob("*")]
        strays = site.strays()
        report.verdict(
            "after the stop", "no process, no temporary file", f"{len(strays)}, {left}", not strays and not left
        )
        met = report.close()
        shutil.rmtree(data, ignore_errors=True)
    return 1 if chosen.strict and not met else 0


class Reader(threading.Thread):
    """Looks at pages all the time, as people do; a page that hangs holds up nothing but the reader."""

    def __init__(self, site: WholeSite, cookie: str) -> None:
        super().__init__(daemon=True)
        self.site, self.cookie = site, cookie
        self.paths: list[str] = []
        self.answers: Counter[int] = Counter()
        self.slowest = 0.0
        self.slow: list[dict[str, Any]] = []
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.wait(0.7):
            for path in self.paths:
                at = round(time.time(), 2)
                status, seconds = self.site.get(path, self.cookie)
                self.answers[status] += 1
                self.slowest = max(self.slowest, seconds)
                if status != 200 or seconds > 2:
                    self.slow.append({"at": at, "path": path, "status": status, "seconds": round(seconds, 2)})

    def end(self) -> None:
        self.ending.set()
        self.join(60)


class Soak:
    def __init__(self, site: WholeSite, report: Report, seed: int) -> None:
        from studies.models import Membership, Role, Team, User

        self.site, self.report = site, report
        team = Team.objects.create(name="Soak")
        self.user = User.objects.create_user("soak@example.org", None)
        Membership.objects.create(team=team, user=self.user, role=Role.OWNER)
        self.slots = Slots(team, self.user)
        self.faults = Injections(site, seed)
        self.reader = Reader(site, sign_in(self.user))
        self.warm: dict[str, float] = {}

    def run(self, seconds: float) -> None:
        self.reader.start()
        began = time.monotonic()
        next_fault = next_look = began
        while (now := time.monotonic()) - began < seconds:
            self.faults.mind()
            if now >= next_fault:
                self.faults.one()
                next_fault = now + self.faults.draw.expovariate(1 / PAUSE)
            if now >= next_look:
                next_look = now + 2.0
                self.slots.refill()
                self.reader.paths = [f"/studies/{next(iter(self.slots.studies.values())).pk}/", "/workers/", "/"]
            if not self.warm and now - began > min(WARM, seconds / 3):
                self.warm = self.site.memory_mb()
            time.sleep(0.1)
        self.faults.end()
        self.reader.end()
        self.judge()

    # -- afterwards -------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        from studies.models import TERMINAL, Attempt, Study
        from tests.faults.oracle import problems_of

        with suppress(TimeoutError):
            wait_until(self.slots.wind_up, LONGEST, pause=0.2)
            wait_until(lambda: not Study.objects.exclude(state__in=TERMINAL).exists(), LONGEST, pause=0.2)
        problems = {study.pk: problems_of(study, self.site.log, overlaps=True) for study in self.slots.all}
        found = [f"study {pk}: {line}" for pk, lines in problems.items() for line in lines]
        trials = sum(study.trials.count() for study in self.slots.all)
        complete = sum(study.trials.filter(state="complete").count() for study in self.slots.all)
        outcomes = Counter(Attempt.objects.values_list("outcome", flat=True))
        self.report.table("Faults", [{"fault": kind, "times": count} for kind, count in self.faults.counts().items()])
        self.report.table(
            "Afterwards",
            [{"studies": len(problems), "trials": trials, "complete": complete, **dict(sorted(outcomes.items()))}],
        )
        for line in found[:20]:
            print(" ", line)
        self.report.raw |= {"faults": self.faults.log, "problems": found}
        say = self.report.verdict
        say("oracle", "no broken promise", str(len(found)), not found)
        died = trials - complete
        say("trials", "all complete, but for those that died 3 times", f"{complete} of {trials}", died <= trials * 0.01)
        reader = self.reader
        good = set(reader.answers) == {200} and reader.slowest <= 5
        say("pages", "200, <= 5 s", f"{dict(reader.answers)}, slowest {reader.slowest:.2f} s", good)
        self.report.raw["slow pages"] = reader.slow
        self.judge_growth()
        with suppress(TimeoutError):
            wait_until(lambda: not self.site.strays(), 20)
        say("processes", "0 orphans", str(self.site.strays()), not self.site.strays())
        self.judge_redis()

    def judge_growth(self) -> None:
        end = self.site.memory_mb()
        for part, before in self.warm.items():
            growth = end[part] / before - 1 if before else 0.0
            self.report.verdict(
                f"memory of the {part}",
                "grows < 10 %",
                f"{before:.0f} -> {end[part]:.0f} MB ({growth:+.0%})",
                growth < 0.1,
            )

    def judge_redis(self) -> None:
        """What ends by itself is given its minute."""
        from studies.engine import bell

        def keys() -> dict[str, int]:
            with bell.connection() as redis:
                names = [name.decode() for name in redis.scan_iter("*")]
                known = redis.scard("rq:workers")
            return dict(Counter(":".join(name.split(":")[:2]) for name in names)) | {"workers known to rq": known}

        def jobs_left() -> Any:
            with suppress(RedisError):
                return keys().get("rq:job", 0)
            return True  # its supervisor is about to start it again

        with suppress(TimeoutError):
            wait_until(lambda: not jobs_left(), 90, pause=0.5)
        found = keys()
        self.report.verdict("Redis keys", "no job left", str(found), not found.get("rq:job", 0))


if __name__ == "__main__":
    sys.exit(main())

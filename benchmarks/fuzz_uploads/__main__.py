"""Thousands of damaged tables through the HTTP API of a running site: no 5xx, no hang, no shape changed in silence.

Good files, one of each dialect (tests/bad_input/dialects.py), are damaged at random (damage.py); input N of a seed is
always the same. Each is uploaded and, when it was read, held against the csv module (oracle.py) and deleted.
Inputs on which a check fails are kept beside the results.
"""

import http.client
import json
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.room.options import parser
from benchmarks.room.report import RESULTS, Report, quantile
from tests.bad_input.dialects import Good, good_files
from tests.site import Site, running_site

from .damage import damaged
from .oracle import complaint

HANG = 10.0  # seconds; what takes longer is sent once more, alone, since the machine may have been busy
PATIENCE = 60.0
KEPT = RESULTS / "fuzz_uploads"
BOUNDARY = "fuzz-boundary-6f1c"


def main() -> int:
    options = parser("fuzz-uploads", __doc__, database=False)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--first", type=int, default=0, help="number of the first input: to send a kept one again")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--connections", type=int, default=2)
    chosen = options.parse_args()
    total = min(chosen.count, 100) if chosen.quick else chosen.count
    facts = {"count": total, "first": chosen.first, "seed": chosen.seed, "connections": chosen.connections}
    report = Report("fuzz_uploads", facts)
    data = Path(tempfile.mkdtemp(prefix="tuningsite-fuzz-"))
    try:
        with running_site(data, 1, furnished=False, LOG_LEVEL="ERROR") as site:
            fuzz = Fuzz(site, data, chosen.seed)
            fuzz.run(range(chosen.first, chosen.first + total), chosen.connections)
            fuzz.tell(report)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return 1 if not report.close() and chosen.strict else 0


@dataclass(frozen=True)
class Outcome:
    """One input: what became of it (read, refused, or the check that failed) and how long the answer took."""

    number: int
    good: str
    changes: list[str]
    seconds: float
    status: int
    what: str
    said: str


class Fuzz:
    """Sends inputs over a few connections; whoever is free takes the next number."""

    def __init__(self, site: Site, data: Path, seed: int) -> None:
        self.site, self.seed = site, seed
        password = data / "password"
        password.write_text("correct horse battery")
        site.manage("owner", "fuzz@example.org", str(password))
        self.token = site.manage("token").splitlines()[-1]
        os.environ |= {"TUNINGSITE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "tuningsite.settings"}
        import django

        django.setup()
        self.goods = good_files()
        self.outcomes: list[Outcome] = []
        shutil.rmtree(KEPT, ignore_errors=True)

    def run(self, numbers: range, connections: int) -> None:
        left, lock = iter(numbers), threading.Lock()

        def work() -> None:
            line = Line(self.site, self.token)
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                outcome = self.one(line, number)
                with lock:
                    self.outcomes.append(outcome)
                    if len(self.outcomes) % 500 == 0:
                        print(f"{len(self.outcomes):,} sent, {self.failed} failed", flush=True)

        threads = [threading.Thread(target=work) for _ in range(connections)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:  # what was found so far is told
            left = iter(())
            for thread in threads:
                thread.join()

    @property
    def failed(self) -> int:
        return sum(outcome.what not in ("read", "refused") for outcome in self.outcomes)

    def one(self, line: "Line", number: int) -> Outcome:
        good = self.goods[number % len(self.goods)]
        content, changes = damaged(good, self.seed, number)
        status, answer, seconds = line.upload(good, content, number)
        if seconds > HANG:
            status, answer, seconds = line.upload(good, content, number)
        what, said = judged(content, status, answer, seconds)
        if status == 201:
            remove(answer["id"])
        outcome = Outcome(number, good.name, changes, round(seconds, 4), status, what, said)
        if what not in ("read", "refused"):
            KEPT.mkdir(parents=True, exist_ok=True)
            (KEPT / f"{number}.upload").write_bytes(content)
            (KEPT / f"{number}.json").write_text(json.dumps(asdict(outcome) | {"answer": answer}, indent=1))
        return outcome

    def tell(self, report: Report) -> None:
        outcomes = sorted(self.outcomes, key=lambda outcome: outcome.number)
        report.table("By good file", by(outcomes, lambda outcome: [outcome.good]))
        report.table("By change (an input may have several)", by(outcomes, lambda outcome: outcome.changes))
        seconds = [outcome.seconds for outcome in outcomes]
        report.table(
            "Seconds until the answer",
            [{"median": statistics.median(seconds), "95 %": quantile(seconds, 0.95), "longest": max(seconds)}],
        )
        failures = Counter(outcome.what for outcome in outcomes if outcome.what not in ("read", "refused"))
        for what in ("server error", "hang", "silent change of shape", "refusal without a word"):
            report.verdict(what, "0", str(failures[what]), not failures[what])
        report.raw = {
            "failures": [asdict(outcome) for outcome in outcomes if outcome.what not in ("read", "refused")],
            "sentences": Counter(outcome.said[:60] for outcome in outcomes if outcome.what == "refused").most_common(
                40
            ),
        }


def by(outcomes: list[Outcome], names: Any) -> list[dict[str, Any]]:
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        for name in names(outcome):
            counts.setdefault(name, Counter())[outcome.what] += 1
    return [
        {
            "what": name,
            "sent": found.total(),
            "read": found["read"],
            "refused": found["refused"],
            "failed": found.total() - found["read"] - found["refused"],
        }
        for name, found in counts.items()
    ]


def judged(content: bytes, status: int, answer: Any, seconds: float) -> tuple[str, str]:
    if status == 0 or status >= 500:
        return "server error", str(answer)[:300]
    if seconds > HANG:
        return "hang", f"{seconds:.1f} s"
    if status == 201:
        wrong = complaint(content, answer["version"])
        return ("silent change of shape", wrong) if wrong else ("read", "")
    detail = answer.get("detail", "") if isinstance(answer, dict) else ""
    if not (400 <= status < 500 and 10 < len(detail) < 1000 and answer["errors"]):
        return "refusal without a word", str(answer)[:300]
    return "refused", detail


def remove(dataset: int) -> None:
    """As the page does it, so that a team's quota and the disk never fill."""
    from studies.engine.removal import delete_dataset
    from studies.models import Dataset

    delete_dataset(Dataset.objects.get(pk=dataset))


class Line:
    """One connection that is kept open."""

    serial = count()

    def __init__(self, site: Site, token: str) -> None:
        self.address = urlsplit(site.url).netloc
        self.headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        self.connection = self.connect()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address, timeout=PATIENCE)

    def upload(self, good: Good, content: bytes, number: int) -> tuple[int, Any, float]:
        """Status (0: no answer), the answer and seconds."""
        fields = {"name": f"Input {number} {next(self.serial)}", "held_out": "none", **good.fields}
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\n\r\n'.encode()
        body = b"".join([*parts, head, content, f"\r\n--{BOUNDARY}--\r\n".encode()])
        began = time.monotonic()
        try:
            self.connection.request("POST", "/api/v1/datasets", body, self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = self.connect()
            return 0, repr(error), time.monotonic() - began
        seconds = time.monotonic() - began
        try:
            return answer.status, json.loads(text), seconds
        except ValueError:
            return answer.status, text.decode(errors="replace"), seconds


if __name__ == "__main__":
    raise SystemExit(main())

"""A million rows of 20 columns sent to a site with one worker: seconds until ready, memory, and pages meanwhile.

The site runs on one processor as far as it can be pinned (--unpinned: on all); who uploads and who reads pages, on the
others. Memory is proportional (PSS), beside what was taken while the site was idle.
"""

import http.client
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.room import cpu
from benchmarks.room.options import parser
from benchmarks.room.report import Report, quantile
from benchmarks.soak.whole_site import WholeSite, sign_in
from benchmarks.uploads.table import write_table
from benchmarks.uploads.watching import Memory, Pages

BAR_SECONDS, BAR_MB, BAR_PAGE = 60.0, 300.0, 1.0
BOUNDARY = "one-table-and-its-name"
PIECE = 2**20


def main() -> int:
    options = parser("uploads", __doc__, database=False)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--unpinned", action="store_true", help="the site may use every processor")
    chosen = options.parse_args()
    rows = 150_000 if chosen.quick else chosen.rows
    all_of_them = os.sched_getaffinity(0)
    ours = {min(all_of_them)} if not chosen.unpinned else all_of_them
    rest = (all_of_them - ours) or all_of_them
    facts = {"rows": rows, "columns": 20, "seed": chosen.seed, "processors of the site": len(ours)}
    report = Report("uploads", facts)
    with tempfile.TemporaryDirectory(prefix="tuningsite-bench-") as folder:
        table = Path(folder) / "table.csv"
        size = write_table(table, rows, chosen.seed)
        os.environ["UPLOAD_LIMIT_MB"] = str(max(200, size // 10**6 + 1))
        os.sched_setaffinity(0, ours)  # what is started now stays there
        site = WholeSite(Path(folder) / "data", workers=1)
        os.sched_setaffinity(0, rest)
        try:
            measure(site, table, size, report, rest)
        finally:
            site.stop()
    met = report.close()
    return 1 if chosen.strict and not met else 0


def measure(site: WholeSite, table: Path, size: int, report: Report, rest: set[int]) -> None:
    from studies.engine.intake import store_sample
    from studies.models import ApiToken, Membership, Role, Team, User

    team = Team.objects.create(name="Benchmark")
    user = User.objects.create_user("bench@example.org", None)
    token = ApiToken.make(Membership.objects.create(team=team, user=user, role=Role.OWNER), "bench")
    sample, cookie = store_sample(team, user, "iris"), sign_in(user)
    paths = ["/", "/datasets/", f"/datasets/{sample.dataset_id}/", "/studies/new/", "/workers/"]
    for path in paths * 3:  # each thread of the web server has seen them
        site.get(path, cookie)
    time.sleep(2)
    memory, pages = Memory(site), Pages(site, paths, cookie, rest)
    memory.start()
    before, began = cpu.tree_seconds(site.process.pid), time.monotonic()
    status, told = send(site, token, table, size)
    answered = time.monotonic() - began
    ended, shares = wait(site, token, told["id"])
    seconds = time.monotonic() - began
    worked = cpu.tree_seconds(site.process.pid) - before
    memory.end()
    fetched = pages.end()
    report.facts["processor seconds of the site"] = round(worked, 1)
    tell(report, size, (status, answered, seconds, shares), memory, fetched)
    report.raw |= {"ended": ended["reading"], "rows": ended["version"]["rows"], "pages": fetched, "shares": shares}
    whole = ended["reading"] is None and ended["version"]["rows"] > 0
    report.verdict("the version", "ready", str(ended["reading"] or "ready"), whole)


def send(site: WholeSite, token: str, table: Path, size: int) -> tuple[int, dict[str, Any]]:
    """POST the file in pieces; status and answer."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="name"\r\n\r\nLarge\r\n--{BOUNDARY}\r\n'
        'Content-Disposition: form-data; name="file"; filename="large.csv"\r\nContent-Type: text/csv\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=300)
    connection.putrequest("POST", "/api/v1/datasets")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.endheaders()
    connection.send(head)
    with table.open("rb") as file:
        while piece := file.read(PIECE):
            connection.send(piece)
    connection.send(tail)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def wait(site: WholeSite, token: str, dataset: int) -> tuple[dict[str, Any], list[float]]:
    """Ask until it is read or refused; the last answer, and the shares that were shown."""
    shares: list[float] = []
    while True:
        connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=60)
        connection.request("GET", f"/api/v1/datasets/{dataset}", headers={"Authorization": f"Bearer {token}"})
        found: dict[str, Any] = json.loads(connection.getresponse().read())
        connection.close()
        if found["reading"] is None or found["reading"]["state"] == "refused":
            return found, shares
        shares.append(found["reading"]["share"])
        time.sleep(0.25)


def tell(report: Report, size: int, times: tuple[int, float, float, list[float]], memory: Memory, fetched: Any) -> None:
    status, answered, seconds, shares = times
    rows = [
        {"what": "file, MB", "figure": size / 1e6},
        {"what": f"answered ({status}), s after the first byte", "figure": answered},
        {"what": "ready, s after the first byte", "figure": seconds},
        {"what": "processor s of the site, pages included", "figure": report.facts["processor seconds of the site"]},
        {"what": "different shares shown meanwhile", "figure": len(set(shares))},
    ]
    report.table("One upload", rows)
    taken = [
        {"part": part, "idle MB": memory.idle[part], "most MB": most, "more MB": most - memory.idle[part]}
        for part, most in memory.peak.items()
    ]
    report.table("Memory (PSS)", taken, "together: the most at one moment.")
    waits = [wait for _, _, wait in fetched]
    p95 = quantile(waits, 0.95)
    failed = sum(status != 200 for _, status, _ in fetched)
    report.table(
        "Pages meanwhile",
        [{"pages": len(waits), "p50 s": quantile(waits, 0.5), "p95 s": p95, "worst s": max(waits), "not 200": failed}],
    )
    extra = memory.peak["together"] - memory.idle["together"]
    report.verdict("ready", f"<= {BAR_SECONDS:g} s", f"{seconds:.1f} s", seconds <= BAR_SECONDS)
    report.verdict("memory of the site", f"<= {BAR_MB:g} MB more", f"{extra:.0f} MB", extra <= BAR_MB)
    report.verdict(
        "pages", f"p95 <= {BAR_PAGE:g} s, all 200", f"{p95:.2f} s, {failed} others", p95 <= BAR_PAGE and not failed
    )


if __name__ == "__main__":
    sys.exit(main())

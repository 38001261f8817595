"""Server time of a dataset's page by how many columns the table has, for an editor and for a viewer.

In one process, by the real view, middleware included: processor time, queries and size of the answer. The tables are
made here and read like an upload: columns of every kind, cells missing, 200 rows, a preview of 50.
"""

import io
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.room.on_a_site import on_a_site
from benchmarks.room.report import Report, spread
from benchmarks.room.site import Site
from benchmarks.standing import counted_queries

COLUMNS = (12, 100, 500, 2000)
BAR_COLUMNS, BAR = 500, 300.0  # ms of server time
ROWS = 200
CELLS: tuple[Callable[[random.Random, int], str], ...] = (
    lambda draw, _: f"{draw.gauss(0, 10):.3f}" if draw.random() > 0.05 else "NA",
    lambda draw, _: str(draw.randrange(1000)),
    lambda draw, _: draw.choice(("north", "east", "south", "west", "")),
    lambda draw, _: draw.choice(("yes", "no")),
    lambda draw, _: f"2025-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}",
    lambda _, row: f"P-{row:05d}",
    lambda draw, row: f"Note {row}: seen on the ward, level {draw.random():.6f}, to be called back about the result",
)


def main() -> int:
    return on_a_site("dataset_page", __doc__, measure)


def measure(site: Site, report: Report, quick: bool) -> None:
    from django.test import Client

    from studies.models import Membership, Role, User

    viewer = User.objects.create_user("viewer@example.org", None)
    Membership.objects.create(team=site.team, user=viewer, role=Role.VIEWER)
    rows = []
    for columns in COLUMNS[1:3] if quick else COLUMNS:
        version = table(site, columns)
        path = f"/datasets/{version.dataset_id}/"
        for who, user in (("editor", site.user), ("viewer", viewer)):
            browser = Client(SERVER_NAME="localhost")
            browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            row = cost(partial(browser.get, path), 5 if quick else 20)
            rows.append({"columns": columns, "who": who} | row)
    report.table(f"The page of a table of {ROWS} rows", rows)
    worst = max(row["CPU ms, median"] for row in rows if row["columns"] == BAR_COLUMNS)
    told = f"{worst:.0f} CPU ms"
    report.verdict(f"page of {BAR_COLUMNS} columns, median", f"<= {BAR:g} ms of server time", told, worst <= BAR)
    queries = {row["queries"] for row in rows if row["who"] == "editor"}
    report.verdict(
        "queries, whatever the columns", "one number", ", ".join(map(str, sorted(queries))), len(queries) == 1
    )


def table(site: Site, columns: int) -> Any:
    """A stored version with that many columns, of all kinds in turn, the target last."""
    from django.core.files import File

    from studies.engine.intake import store_upload

    draw = random.Random(columns)  # noqa: S311 - a table, not a secret
    names = [*(f"measurement_{index:04d}" for index in range(columns - 1)), "outcome"]
    lines = [",".join(names)]
    for row in range(ROWS):
        cells = (CELLS[index % len(CELLS)](draw, row) for index in range(columns - 1))
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in [*cells, draw.choice(("a", "b"))]))
    file = File(io.BytesIO("\n".join(lines).encode()), name="wide.csv")
    return store_upload(site.team, site.user, file, f"{columns} columns", "outcome")


def cost(call: Callable[[], Any], times: int) -> dict[str, Any]:
    """Processor and wall ms of this process, queries and size; the first two calls are not counted."""
    spent, wall, count, size = [], [], 0, 0
    for number in range(times + 2):
        with counted_queries() as queries:
            began, clock = time.process_time(), time.perf_counter()
            answer = call()
            took, passed = 1000 * (time.process_time() - began), 1000 * (time.perf_counter() - clock)
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")
        if number > 1:
            spent.append(took)
            wall.append(passed)
            count, size = queries[0], len(answer.content)
    found = spread(spent)
    least = {"CPU ms, min": found["min"], "CPU ms, median": found["median"], "wall ms, median": spread(wall)["median"]}
    return least | {"queries": count, "kB": round(size / 1000), "times": times}


if __name__ == "__main__":
    sys.exit(main())

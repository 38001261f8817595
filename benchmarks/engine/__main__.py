"""What the engine adds: processor time per trial, launch to first trial, whole searches beside GridSearchCV.

Real workers, real Redis, the product's settings, a database and data folder of its own. Exit code 0 also when a bar is
missed (it measures, it does not test), unless --strict.
"""

import sys
from collections.abc import Callable

from benchmarks.room.options import ensure_postgresql, parser
from benchmarks.room.report import Report
from benchmarks.room.site import Site, bench_site

Part = Callable[[Site, Report, bool], None]


def parts() -> dict[str, Part]:
    """What is measured, by the word for --only; imported late, as each needs Django."""
    from benchmarks.engine import idle, launching, own_cost, searches, tellers, where_it_goes

    measures = (own_cost, where_it_goes, launching, searches, tellers, idle)
    return {word: module.measure for word, module in zip(WORDS, measures, strict=True)}


WORDS = ("own", "where", "launch", "searches", "tellers", "idle")


def main() -> int:
    options = parser("engine", __doc__)
    options.add_argument("--only", action="append", choices=WORDS, help="this part alone; may be given several times")
    chosen = options.parse_args()
    if chosen.postgresql:
        ensure_postgresql("benchmarks.engine")
    database = "postgresql" if chosen.postgresql else "sqlite"
    name = "engine" if not chosen.postgresql else "engine-postgresql"
    report = Report(name, {"database": database, "quick": chosen.quick, "parts": chosen.only or list(WORDS)})
    with bench_site(chosen.postgresql) as site:
        for word, measure in parts().items():
            if not chosen.only or word in chosen.only:
                measure(site, report, chosen.quick)
                site.stop_workers()
    met = report.close()
    return 1 if chosen.strict and not met else 0


if __name__ == "__main__":
    sys.exit(main())

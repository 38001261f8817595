"""A benchmark that is one function of a site, on SQLite or PostgreSQL."""

from collections.abc import Callable

from .options import ensure_postgresql, parser
from .report import Report
from .site import Site, bench_site


def on_a_site(name: str, doc: str | None, measure: Callable[[Site, Report, bool], None]) -> int:
    """Runs the module benchmarks.`name`, whose `measure` fills the report (True: --quick); the exit code."""
    options = parser(name, doc).parse_args()
    if options.postgresql:
        ensure_postgresql(f"benchmarks.{name}")
    facts = {"quick": options.quick, "database": "postgresql" if options.postgresql else "sqlite"}
    report = Report(f"{name}-postgresql" if options.postgresql else name, facts)
    with bench_site(options.postgresql) as site:
        measure(site, report, options.quick)
    met = report.close()
    return 1 if options.strict and not met else 0

"""Options that benchmarks have in common."""

import argparse
import os
import sys

from .report import ROOT


def parser(name: str, doc: str | None, database: bool = True) -> argparse.ArgumentParser:
    """With --quick, --strict and, for what has a database, --postgresql."""
    made = argparse.ArgumentParser(
        prog=f"script/bench {name}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--quick", action="store_true", help="few repeats: to see that it runs, not to quote")
    made.add_argument("--strict", action="store_true", help="exit code 1 when a bar is missed")
    if database:
        made.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    return made


def ensure_postgresql(module: str) -> None:
    """Run this benchmark again under script/with-postgresql, unless that has happened."""
    if "TUNINGSITE_TEST_DATABASE_URL" not in os.environ:
        command = [str(ROOT / "script" / "with-postgresql"), sys.executable, "-m", module, *sys.argv[1:]]
        os.execv(command[0], command)  # noqa: S606 (our own script)

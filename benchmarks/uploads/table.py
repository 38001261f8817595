"""A mixed table of any length as a CSV file: 20 columns, about 105 bytes a row, cells missing, a target to predict."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 100_000  # rows made at once
NAMES = (
    *("person_id", "age", "income", "balance", "rate", "distance", "weight", "ratio", "visits", "clicks", "year"),
    *("city", "branch", "colour", "plan", "member", "newsletter", "joined", "last_seen", "left"),
)
Words = NDArray[np.str_]


def write_table(path: Path, rows: int, seed: int) -> int:
    """Writes the file; its bytes."""
    rng = np.random.default_rng(seed)
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(NAMES) + "\n")
        for first in range(0, rows, BLOCK):
            columns = _block(rng, first, min(BLOCK, rows - first))
            file.writelines(",".join(cells) + "\n" for cells in zip(*(c.tolist() for c in columns), strict=True))
    return path.stat().st_size


def _block(rng: np.random.Generator, first: int, rows: int) -> list[Words]:
    age, income = rng.integers(18, 95, rows), rng.normal(50_000, 15_000, rows)
    numbers = [income, rng.normal(0, 900, rows), rng.uniform(0, 9, rows), rng.gamma(2, 10, rows)]
    numbers += [rng.normal(70, 12, rows), rng.uniform(0, 1, rows)]
    whole = [rng.integers(0, top, rows) for top in (300, 100_000)] + [rng.integers(1950, 2026, rows)]
    cities = [f"City{i:03d}" for i in range(200)]
    words = [
        rng.choice(list(of), rows) for of in (cities, ("north", "east", "south", "west"), ("red", "green", "blue"))
    ]
    words.append(rng.choice(["basic", "plus", "pro"], rows))
    boolean = [rng.choice(["yes", "no"], rows), rng.choice(["0", "1"], rows)]
    days = np.datetime64("2018-01-01")
    dates = [(days + rng.integers(0, 2800, rows)).astype(str) for _ in range(2)]
    left = np.where((age - 50) / 20 + (income - 50_000) / 20_000 + rng.normal(0, 1, rows) > 0, "yes", "no")
    ids = np.char.add("P", np.arange(first, first + rows).astype(str))
    decimals = [_missing(rng, np.char.mod("%.2f", values)) for values in numbers]
    return [ids, age.astype(str), *decimals, *(w.astype(str) for w in whole), *words, *boolean, *dates, left]


def _missing(rng: np.random.Generator, cells: Words) -> Words:
    """About one cell in twenty says nothing."""
    return np.where(rng.random(len(cells)) < 0.05, "", cells)

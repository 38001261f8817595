"""Which cells do not fit a kind? The same rules as the conversion, cell by cell, for who is still choosing."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from studies.tabular.cells import clean_cells
from studies.tabular.columns import KINDS, NUMERIC
from studies.tabular.dates import not_dates, parse_dates
from studies.tabular.numbers import Mark, parse_number


def misfits(cells: Sequence[str], kind: str, missing: Collection[int] = ()) -> list[int]:
    """Places in `cells` (n,) that cannot be read as `kind`; `missing` are those read as missing beside the usual words.

    Numbers are read with the decimal mark that suits most of them. Raises ValueError for a kind that does not exist.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind; the kinds are {', '.join(KINDS)}.")
    cleaned = clean_cells("", map(str.encode, cells), range(len(cells)))
    said = list(cleaned.values)
    known = [(place, code) for place, code in enumerate(cleaned.codes.tolist()) if code < len(said)]
    values = {place: said[code] for place, code in known if place not in missing}
    bad = _bad(Counter(values.values()), kind)
    return [place for place, value in values.items() if value in bad]


def _bad(counts: Counter[str], kind: str) -> set[str]:
    if kind in NUMERIC:
        return min((_not_numbers(counts, mark, kind == "integer") for mark in (".", ",")), key=len)
    if kind == "boolean":
        return {value for value, _ in counts.most_common()[2:]}
    if kind == "date" and parse_dates(counts) is None:
        return set(not_dates(counts)) or set(counts)  # each is a date, in orders that do not agree
    return set()


def _not_numbers(values: Iterable[str], mark: Mark, whole: bool) -> set[str]:
    numbers = {value: parse_number(value, mark) for value in values}
    return {value for value, number in numbers.items() if number is None or (whole and not number.is_integer())}

"""What two versions of a table say of each other, by cells and not by places."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from weakref import WeakSet

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.tabular import Column, StoredTable, read_table, save_table
from studies.tabular.column_changes import column_change
from studies.tabular.difference import difference
from studies.tabular.row_changes import row_changes
from studies.tabular.tables import AtHand

ReadText = Callable[[str], list[Column]]


@pytest.fixture
def read(tmp_path: Path) -> ReadText:
    def reading(text: str) -> list[Column]:
        path = tmp_path / "table.csv"
        path.write_text(text)
        return list(read_table(path).columns)

    return reading


def numbers(values: object, name: str = "x") -> Column:
    return Column(name, "number", "feature", np.array(values, np.float64))


def words(values: list[str | None], name: str = "city", kind: str = "category") -> Column:
    levels = tuple(sorted({value for value in values if value is not None}))
    codes = [-1 if value is None else levels.index(value) for value in values]
    return Column(name, kind, "feature", np.array(codes, np.int32), levels)


def test_rows_columns_and_what_moved_are_told(read: ReadText) -> None:
    rng = np.random.default_rng(0)
    rows = [(f"P{i}", rng.integers(20, 70), round(rng.normal(6, 1), 2), "Bern" if i % 3 else "Graz") for i in range(90)]
    before = read("id,age,hba1c,city\n" + "\n".join(f"{a},{b},{c},{d}" for a, b, c, d in rows))
    # Shuffled, semicolons and decimal commas; ten rows went and twenty came; another unit in five rows; one new name.
    kept = [(a, b, c * 10 if i < 5 else c, d) for i, (a, b, c, d) in enumerate(rows[:80])]
    came = [(f"Q{i}", 80, 9.5, "Lyon") for i in range(20)]
    lines = [f"{a};{b};{str(round(c, 2)).replace('.', ',')};{d};1" for a, b, c, d in [*came, *kept[::-1]]]
    after = read("id;age;hba1c;town;new\n" + "\n".join(lines))
    found = difference(before, after)
    assert found["rows"] == {
        "before": 90,
        "after": 100,
        "kept": 75,
        "edited": [{"column": "hba1c", "rows": 5}],
        "added": 20,
        "removed": 10,
    }
    assert found["renamed"] == [["city", "town"]]
    by_name = {change["column"]: change for change in found["columns"]}
    assert set(by_name) == {"id", "age", "hba1c"}
    assert by_name["age"]["distance"] == pytest.approx(0.2, abs=0.05)  # a fifth of the rows is older than any before
    assert by_name["age"]["word"] == "chance"  # of so few rows
    assert by_name["id"]["of"] == ""
    assert [change["moved"] for change in found["columns"]] == sorted(
        (change["moved"] for change in found["columns"]), reverse=True
    )


def test_the_same_table_has_no_difference(read: ReadText) -> None:
    table = read("a,b,when\n" + "\n".join(f"{i % 7},{'xyz'[i % 3]},2024-01-{1 + i % 28:02}" for i in range(50)))
    found = difference(table, table)
    assert found["rows"] | {"edited": []} == found["rows"]
    assert (found["rows"]["kept"], found["rows"]["added"], found["rows"]["removed"]) == (50, 0, 0)
    assert {change["word"] for change in found["columns"]} == {"same"}


def test_a_unit_that_was_changed_everywhere_is_told_as_one_column() -> None:
    rng = np.random.default_rng(1)
    age, value = rng.normal(50, 9, 200), rng.normal(50, 9, 200)
    before, after = ([numbers(age, "age"), numbers(values)] for values in (value, value / 10))
    found = row_changes(AtHand(before), AtHand(after))
    assert (found.kept, found.edited, found.added, found.removed) == (0, {"x": 200}, 0, 0)


def test_chance_makes_no_partners() -> None:
    """Rows that are alike but for one column are not taken for edited ones."""
    rng = np.random.default_rng(2)
    tables = [AtHand([words(list(rng.choice(["a", "b"], 300))), numbers(rng.normal(0, 1, 300))]) for _ in range(2)]
    found = row_changes(*tables)
    assert (found.kept, found.edited) == (0, {})


ROWS = st.lists(st.tuples(*[st.integers(0, 3)] * 3), max_size=12)
Row = tuple[int, ...]


def by_definition(before: list[Row], after: list[Row]) -> tuple[int, dict[str, int]]:
    """Rows kept, and rows edited in one column alone: as words say it, row by row."""
    kept = Counter(before) & Counter(after)
    left = [list((Counter(rows) - kept).elements()) for rows in (before, after)]
    edited = {}
    for place, name in enumerate("abc"):
        rests = [Counter(row[:place] + row[place + 1 :] for row in rows) for rows in left]
        partners = {rest for rest, times in rests[0].items() if times == 1 == rests[1][rest]}
        left = [[row for row in rows if row[:place] + row[place + 1 :] not in partners] for rows in left]
        if partners:
            edited[name] = len(partners)
    return kept.total(), edited


@given(ROWS, ROWS)
def test_rows_are_told_as_they_are_defined(before: list[Row], after: list[Row]) -> None:
    tables = [
        AtHand([numbers([row[place] for row in rows], name) for place, name in enumerate("abc")])
        for rows in (before, after)
    ]
    found = row_changes(*tables)
    assert (found.kept, found.edited) == by_definition(before, after)
    assert min(found.added, found.removed) >= 0


def test_stored_tables_are_compared_column_by_column_as_those_at_hand(read: ReadText, tmp_path: Path) -> None:
    rows = [f"{i},{i % 9},{'Bern' if i % 3 else 'Graz'},2024-01-{1 + i % 28:02},n{i}" for i in range(60)]
    before = read("id,age,city,day,note\n" + "\n".join(rows))
    after = read("id,age,town,day,note\n" + "\n".join([*rows[5:50], *(row.replace(",7,", ",8,") for row in rows[50:])]))
    held: list[int] = []  # how many columns are alive whenever one is read

    class Watched(StoredTable):
        def column(self, name: str) -> Column:
            found = super().column(name)
            alive.add(found)
            held.append(len(alive))
            return found

    alive: WeakSet[Column] = WeakSet()
    shares: list[float] = []
    for columns, name in ((before, "before"), (after, "after")):
        save_table(columns, tmp_path / name)
    with Watched(tmp_path / "before") as one, Watched(tmp_path / "after") as two:
        told = difference(one, two, shares.append)
    assert told == difference(before, after)
    assert told["renamed"] == [["city", "town"]]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert max(held) <= 3  # one of either, and the next while it is made


def test_two_samples_of_one_population_are_within_chance() -> None:
    rng = np.random.default_rng(3)
    moved = 0
    for _ in range(300):
        numeric = column_change(numbers(rng.normal(0, 1, 200)), numbers(rng.normal(0, 1, 300)))
        nominal = column_change(
            words(list(rng.choice(["a", "b", "c"], 200))), words(list(rng.choice(["a", "b", "c"], 300)))
        )
        moved += (numeric["word"] != "chance") + (nominal["word"] != "chance")
    assert moved <= 3  # of 600, at 1 in 1,000: more has a chance of 0.3 %


@pytest.mark.parametrize(
    ("shift", "word"), [(0.0, "same"), (0.15, "little"), (0.4, "somewhat"), (2.0, "much")], ids=str
)
def test_a_shift_of_numbers_is_told_by_its_size(shift: float, word: str) -> None:
    values = np.random.default_rng(4).normal(0, 1, 3000)
    change = column_change(numbers(values), numbers(values + shift))
    assert (change["word"], change["of"]) == (word, "KS")
    assert len(change["bins"][0]) == len(change["bins"][1]) == 12
    assert [round(sum(side), 2) for side in change["bins"]] == [1.0, 1.0]
    # The distance between two normal distributions so far apart, within what 3,000 rows tell.
    assert change["distance"] == pytest.approx({0.0: 0.0, 0.15: 0.060, 0.4: 0.159, 2.0: 0.683}[shift], abs=0.02)


def test_levels_that_came_and_went_are_named() -> None:
    change = column_change(words(["Bern"] * 50 + ["Graz"] * 50 + [None]), words(["Bern"] * 80 + ["Lyon"] * 20))
    assert (change["gained"], change["lost"]) == ({"count": 1, "first": ["Lyon"]}, {"count": 1, "first": ["Graz"]})
    assert (change["of"], change["distance"], change["word"]) == ("TV", 0.5, "much")
    assert change["missing"] == [pytest.approx(1 / 101), 0.0]


def test_cells_that_went_missing_count_too() -> None:
    change = column_change(numbers([1.0, 2.0] * 100), numbers([1.0, np.nan] * 100))
    assert change["missing"] == [0.0, 0.5]
    assert change["moved"] == 0.5


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([np.nan] * 5, [1.0] * 5),
        ([], [1.0]),
        ([-1.7e308, 1.7e308], [1.7e308] * 30),
        (list(range(40)), [7.0] * 40),
    ],
    ids=["all missing", "no rows", "huge", "constant"],
)
def test_odd_columns_have_an_answer(first: list[float], second: list[float]) -> None:
    change = column_change(numbers(first), numbers(second))
    assert np.isfinite(change["moved"])
    assert all(np.isfinite(share) for side in change["bins"] for share in side)


def test_another_kind_is_compared_by_what_the_cells_say() -> None:
    change = column_change(numbers([1.0, 2.0] * 50), words(["1", "2.0"] * 50, "x"))
    assert (change["kind"], change["distance"], change["word"]) == (["number", "category"], 0.0, "same")
    assert column_change(words(["a"], kind="text"), words(["b"], kind="text"))["of"] == ""

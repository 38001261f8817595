"""The held-out set is drawn once: by class, group or time; copies stay together; a later version has the same rows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular import Column, TableError, read_table
from studies.tabular.carrying import Earlier, carry_held_out
from studies.tabular.describe import describe
from studies.tabular.held_out import (
    AUTO,
    NONE,
    HeldOut,
    draw_held_out,
    points_told,
    wanted_rows,
    what_it_tells,
)

Mask = np.ndarray


def number(name: str, values: object, role: str = "feature", kind: str = "number") -> Column:
    return Column(name, kind, role, np.array(values, np.float64))


def words(name: str, codes: object, levels: str, role: str = "feature") -> Column:
    return Column(name, "category", role, np.array(codes, np.int32), tuple(levels))


def table(n: int, seed: int = 0, **roles: str) -> list[Column]:
    rng = np.random.default_rng(seed)
    return [
        number("x", rng.normal(size=n).round(3)),
        words("city", rng.integers(0, 3, n), "abc", roles.get("city", "feature")),
        number("day", np.arange(n) // 4, roles.get("day", "ignored"), "integer"),
        words("y", np.arange(n) % 10 < 3, "ny", "target"),
    ]


def only(columns: list[Column], rows: object) -> list[Column]:
    return [Column(c.name, c.kind, c.role, c.values[rows], c.levels) for c in columns]


def earlier(columns: list[Column], held: Mask) -> Earlier:
    return Earlier(only(columns, ~held), only(columns, held), np.flatnonzero(~held), np.flatnonzero(held))


@pytest.mark.parametrize(
    ("known", "wish", "by_time", "rows"),
    [
        (2_999, AUTO, False, 0), (3_000, AUTO, False, 600), (40_000, AUTO, False, 5_000), (499, AUTO, True, 0),
        (500, AUTO, True, 100), (1_000_000, NONE, False, 0), (200, 0.5, False, 100),
    ],
)  # fmt: skip
def test_how_many_rows_by_size(known: int, wish: float | str, by_time: bool, rows: int) -> None:
    assert wanted_rows(known, wish, by_time) == rows


def test_what_a_set_can_tell() -> None:
    assert what_it_tells(600, "classification") == "a score to about ±3.2 points"
    assert what_it_tells(800, "classification") == "a score to about ±2.8 points"
    assert what_it_tells(800, "regression") == "an error (RMSE) to about ±4.9 %"
    shares = np.random.default_rng(1).binomial(600, 0.8, 20_000) / 600
    assert np.mean(np.abs(shares - 0.8) * 100 <= points_told(600)) == pytest.approx(0.95, abs=0.01)
    with pytest.raises(TableError, match="too few to hold some out"):
        wanted_rows(49, 0.2)


def test_classes_keep_their_shares_and_copies_one_side() -> None:
    columns = table(1_000)
    twins = only(columns, np.concatenate([np.arange(1_000), np.arange(0, 1_000, 5)]))
    drawn = draw_held_out(twins, 0.2)
    assert drawn.how == "stratified"
    assert drawn.why == "20 % of the 1,200 rows with a target, each class by its share."
    assert abs(drawn.rows.sum() - 240) <= 2
    assert abs(drawn.rows[twins[3].values == 1].sum() - 0.2 * (twins[3].values == 1).sum()) <= 1
    np.testing.assert_array_equal(drawn.rows[1_000:], drawn.rows[:1_000:5])
    np.testing.assert_array_equal(drawn.rows, draw_held_out(twins, 0.2).rows)
    assert not draw_held_out(columns, AUTO).rows.any()


def test_groups_and_moments_stay_whole() -> None:
    groups = table(600, city="group")
    groups[1] = number("who", np.arange(600) % 40, "group", "integer")
    drawn = draw_held_out(groups, 0.2)
    assert drawn.how == "group"
    assert drawn.rows.sum() == 120
    assert all(len(set(drawn.rows[groups[1].values == who])) == 1 for who in range(40))
    late = draw_held_out(table(600, day="time"), AUTO)
    assert late.how == "time"
    assert np.flatnonzero(late.rows).tolist() == list(range(480, 600))
    assert "the latest ones by day" in late.why
    one = table(600, city="group")
    with pytest.raises(TableError, match="can be drawn in whole groups of city"):
        draw_held_out([one[0], words("city", np.zeros(600), "a", "group"), *one[2:]], 0.2)


@given(seed=st.integers(0, 9), more=st.integers(0, 60), less=st.integers(0, 60), drop=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_later_version_has_the_same_rows(seed: int, more: int, less: int, drop: bool) -> None:
    """Rows and columns in another order, some gone, some new, one column gone: what is left of the set is the set."""
    columns, rng = table(200, seed), np.random.default_rng(seed)
    held = draw_held_out(columns, 0.25).rows
    left = rng.permutation(200)[less:]
    new = table(200 + more, seed + 100)
    later = [
        Column(c.name, c.kind, c.role, np.concatenate([c.values[left], n.values[200:]]), c.levels)
        for c, n in zip(columns, new, strict=True)
    ][::-1]
    later = later[:-2] + later[-1:] if drop else later
    carried = carry_held_out(later, [earlier(columns, held)])
    np.testing.assert_array_equal(carried.rows[: len(left)], held[left])
    assert carried.gone == held.sum() - held[left].sum()
    assert not carried.rows[len(left) :].any()


def test_copies_join_the_set_and_what_was_gone_comes_back_to_it() -> None:
    columns = [Column("id", "id", "ignored", np.arange(100, dtype=np.int32), tuple(f"{i:03}" for i in range(200)))]
    columns += table(100)
    held = draw_held_out(columns, 0.2).rows
    first = earlier(columns, held)
    row = int(np.flatnonzero(held)[0])
    copied = only(columns, [*range(100), row])
    copied[0].values.flags.writeable = True
    copied[0].values[100] = 150  # another id, else the same
    assert carry_held_out(copied, [first]).rows[100]
    corrected = only(columns, slice(None))
    corrected[1] = number("x", np.where(np.arange(100) == row, 9.0, columns[1].values))  # another cell, the same id
    np.testing.assert_array_equal(carry_held_out(corrected, [first]).rows, held)
    numbered = only(columns, [*range(60), 5, *range(60, 100)])  # a row put in, and all below it numbered anew
    numbered[0] = Column("id", "id", "ignored", np.arange(101, dtype=np.int32), columns[0].levels)
    np.testing.assert_array_equal(carry_held_out(numbered, [first]).rows, held[[*range(60), 5, *range(60, 100)]])
    without = only(columns, np.arange(100) != row)
    second = carry_held_out(without, [first])
    assert second.gone == 1
    back = carry_held_out(columns, [earlier(without, second.rows), first])
    np.testing.assert_array_equal(back.rows, held)


def test_new_rows_of_a_held_group_are_held() -> None:
    columns = table(240)
    columns[2] = number("who", np.arange(240) % 40, "group", "integer")
    held = draw_held_out(columns, 0.2).rows
    new = table(320, seed=3)
    new[2] = number("who", np.arange(320) % 41, "group", "integer")  # 40: a group that nobody has seen yet
    later = [
        Column(c.name, c.kind, c.role, np.concatenate([c.values, n.values[240:]]), c.levels)
        for c, n in zip(columns, new, strict=True)
    ]
    carried = carry_held_out(later, [earlier(columns, held)]).rows
    assert set(later[2].values[carried]) == set(columns[2].values[held])
    assert not set(later[2].values[~carried]) & set(columns[2].values[held])


def test_a_set_that_could_not_tell_a_score_is_not_drawn() -> None:
    with pytest.raises(TableError, match="5 % of 60 rows are too few"):
        draw_held_out(table(60), 0.05)
    columns = table(3_000)
    columns[2] = number("who", np.arange(3_000) % 10, "group", "integer")
    assert not draw_held_out(columns, AUTO).rows.any()
    with pytest.raises(TableError, match="it would have 2 groups, and it takes 5"):
        draw_held_out(columns, 0.2)


def test_what_cannot_be_told_is_refused() -> None:
    columns = table(200)
    first = earlier(columns, draw_held_out(columns, 0.2).rows)
    for later, why in (
        (columns[1:2], "in the 1 column that are left, 100 % of its rows look like rows outside of it"),
        ([number("other", np.arange(200))], "this file has none of its columns"),
        (table(200, seed=5), "only 0 rows of this file are known from before"),
    ):
        with pytest.raises(TableError, match=f"held-out set of 40 rows, and {why}"):
            carry_held_out(later, [first])


def test_all_that_is_told_of_a_table_is_told_of_the_rows_outside(write: Callable[..., Path]) -> None:
    """Kinds suit the whole file; counts, levels, warnings and the preview are made as if the set had never been."""
    lines = [f"{i % 17 / 3:.3f},{'abc'[i % 3]},{'yes' if i % 4 else 'no'}" for i in range(60)]
    secret = [f"{'?' if i % 2 else 900 + i},zz{i % 5},no" for i in range(20)]
    whole = write("x,word,y\n" + "\n".join(secret + lines) + "\n", "whole.csv")
    outside = write("x,word,y\n" + "\n".join(lines) + "\n", "outside.csv")
    mask = np.arange(80) < 20
    reading = read_table(whole, hold_out=lambda columns: HeldOut(mask, "random", "why"))
    told, plain = describe(reading), describe(read_table(outside))
    assert told.pop("held_out") == {"rows": 20, "how": "random", "why": "why", "gone": 0}
    plain.pop("held_out")
    assert told == plain
    assert [len(column.values) for column in reading.held] == [20, 20, 20]
    assert reading.held[1].levels == ("zz0", "zz1", "zz2", "zz3", "zz4")
    assert reading.columns[1].levels == ("a", "b", "c")

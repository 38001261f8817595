import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation import LEFT_OUT, Plan, Table, make_plan


def table_of(counts: list[int]) -> Table:
    y = np.repeat([f"class {c}" for c in range(len(counts))], counts)
    return Table.from_arrays(np.arange(len(y), dtype=float)[:, None], y, "classification")


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(4, 30), min_size=2, max_size=4),
    folds=st.integers(2, 4),
    repeats=st.integers(1, 3),
    seed=st.integers(0, 10**12),
)
def test_stratified_folds_share_every_class_evenly(counts, folds, repeats, seed):
    table = table_of(counts)
    plan = make_plan(table, "stratified", folds, repeats, seed)
    assert plan.fold_of_row.shape == (repeats, sum(counts))
    for index in range(plan.n_fits):
        train, valid = plan.split(index)
        assert sorted([*train, *valid]) == list(range(table.n_rows))
        share = np.bincount(table.y[valid], minlength=len(counts))
        assert (np.abs(share - np.array(counts) / folds) < 1).all()


def test_kfold_covers_all_rows_once_and_repeats_differ(prices):
    plan = make_plan(prices, "kfold", 7, 3, seed=5)
    for repeat in range(3):
        sizes = [len(plan.split(repeat * 7 + fold)[1]) for fold in range(7)]
        assert sum(sizes) == prices.n_rows
        assert max(sizes) - min(sizes) <= 1
    assert len({line.tobytes() for line in plan.fold_of_row}) == 3
    assert not (np.diff(plan.fold_of_row[0].astype(int)) >= 0).all()  # shuffled


def test_same_seed_same_plan_whatever_the_global_state(animals):
    np.random.seed(1)
    first = make_plan(animals, "stratified", 5, 2, seed=3)
    np.random.seed(2)
    again = make_plan(animals, "stratified", 5, 2, seed=3)
    other = make_plan(animals, "stratified", 5, 2, seed=4)
    assert first.sha256 == again.sha256
    assert first.sha256 != other.sha256
    # A repeat has a seed of its own: the first is the same however many follow.
    np.testing.assert_array_equal(make_plan(animals, "stratified", 5, 1, seed=3).fold_of_row[0], first.fold_of_row[0])


def test_bytes_round_trip(animals):
    plan = make_plan(animals, "stratified", 4, 3, seed=9)
    back = Plan.from_bytes(plan.to_bytes())
    assert (back.kind, back.folds, back.repeats, back.seed) == ("stratified", 4, 3, 9)
    np.testing.assert_array_equal(back.fold_of_row, plan.fold_of_row)
    assert back.sha256 == plan.sha256


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:-6], lambda b: b.replace(b'"rows": 90', b'"rows": 91')])
def test_damaged_bytes_are_refused(animals, damage):
    data = make_plan(animals, "stratified", 4).to_bytes()
    with pytest.raises(ValueError, match="are not a stored plan"):
        Plan.from_bytes(damage(data))


def test_too_rare_class_names_class_count_and_largest_number_of_folds():
    message = (
        "Class 'class 1' has only 3 rows, too few for 5 stratified folds. The largest possible number of folds is 3"
    )
    with pytest.raises(ValueError, match=message):
        make_plan(table_of([20, 3]), "stratified", 5)
    assert make_plan(table_of([20, 3]), "stratified", 3).folds == 3


def test_single_row_class_cannot_be_stratified_but_kfold_can():
    table = table_of([20, 1])
    with pytest.raises(ValueError, match=r"'class 1' has only 1 row, .* use 'kfold'"):
        make_plan(table, "stratified", 2)
    assert make_plan(table, "kfold", 2).folds == 2


def test_a_class_without_any_row_does_not_matter():
    table = dataclasses.replace(table_of([10, 10]), classes=("class 0", "class 1", "never"))
    assert make_plan(table, "stratified", 5).folds == 5


@pytest.mark.parametrize(
    ("kind", "folds", "repeats", "seed", "message"),
    [
        ("stratified", 5, 1, 0, "for regression use the kind 'kfold'"),
        ("kfolds", 5, 1, 0, "'kfolds' is not a kind of plan. Did you mean 'kfold'?"),
        ("kfold", 1, 1, 0, "folds is from 2 to 20, not 1"),
        ("kfold", 21, 1, 0, "folds is from 2 to 20, not 21"),
        ("kfold", 2.5, 1, 0, "folds is a whole number, not 2.5"),
        ("kfold", 5, 0, 0, "repeats is from 1 to 10, not 0"),
        ("kfold", 5, 11, 0, "repeats is from 1 to 10, not 11"),
        ("kfold", 5, 1, -1, "seed is 0 or more, not -1"),
    ],
)
def test_wrong_plans_are_refused_in_sentences(prices, kind, folds, repeats, seed, message):
    with pytest.raises(ValueError, match=message):
        make_plan(prices, kind, folds, repeats, seed)


def test_more_folds_than_rows():
    table = Table.from_arrays([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0], "regression")
    with pytest.raises(ValueError, match="3 rows cannot make 5 folds; at most 3"):
        make_plan(table, "kfold", 5)


def test_left_out_rows_are_in_no_fold():
    rows = np.array([[0, 1, LEFT_OUT, 0, 1, LEFT_OUT]], dtype=np.uint8)
    plan = Plan("kfold", 2, 1, 0, rows)
    for index in range(2):
        train, valid = plan.split(index)
        assert not {2, 5} & {*train, *valid}


@pytest.mark.parametrize("rows", [[[0, 0, 0]], [[0, 1, 2]], [[0, 1, 1], [1, 0, 0]]])
def test_fold_numbers_must_fit_the_plan(rows):
    with pytest.raises(ValueError, match=r"Repeat 0 does not use|one line for each of the 1 repeats"):
        Plan("kfold", 2, 1, 0, np.array(rows, dtype=np.uint8))

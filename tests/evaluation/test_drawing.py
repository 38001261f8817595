"""What every plan keeps to, over tables of many shapes."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.evaluation import (
    LEFT_OUT,
    TRAINS_ONLY,
    Plan,
    Table,
    copies_kept,
    decode_predictions,
    encode_predictions,
    evaluate,
    fold_facts,
    largest_folds,
    make_plan,
    plan_problem,
    used_rows,
)

KINDS = ("stratified", "kfold", "group", "time")


@st.composite
def tables(draw):
    """Classes or numbers, with copies of rows, groups of uneven sizes, and times that are equal or missing."""
    n = draw(st.integers(12, 90))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    X = rng.normal(size=(n, 2))
    X[rng.random(X.shape) < 0.1] = np.nan
    copies = draw(st.integers(0, n // 3))
    X[rng.permutation(n)[:copies]] = X[rng.integers(0, n, copies)]
    classes = draw(st.integers(2, 4))
    task = draw(st.sampled_from(["classification", "regression"]))
    y = np.arange(n) % classes if task == "classification" else rng.normal(size=n)
    order = rng.integers(0, draw(st.integers(3, 40)), n).astype(float)
    order[rng.random(n) < draw(st.sampled_from([0.0, 0.2]))] = np.nan
    groups = rng.geometric(draw(st.floats(0.05, 0.5)), n)
    table = Table.from_arrays(X, y, task)
    return dataclasses.replace(table, groups=groups, order=order)


@settings(max_examples=150, deadline=None)
@given(
    table=tables(),
    kind=st.sampled_from(KINDS),
    folds=st.integers(2, 5),
    repeats=st.integers(1, 2),
    rows=st.none() | st.integers(8, 60),
    seed=st.integers(0, 10**9),
)
def test_every_plan_keeps_its_promises(table, kind, folds, repeats, rows, seed):
    repeats = 1 if kind == "time" else repeats
    try:
        plan = make_plan(table, kind, folds, repeats, seed, rows)
    except ValueError:
        return  # too few classes, groups or times for so many folds
    again = make_plan(table, kind, folds, repeats, seed, rows)
    assert again.sha256 == plan.sha256
    back = Plan.from_bytes(plan.to_bytes())
    assert (back.kind, back.sha256) == (kind, plan.sha256)
    np.testing.assert_array_equal(plan.used, used_rows(table, kind, rows, seed))
    if rows is not None:
        assert plan.used.sum() <= rows
    for line in plan.fold_of_row:
        np.testing.assert_array_equal(line == LEFT_OUT, ~plan.used)
    checks = {"group": groups_stay_whole, "time": never_learns_from_the_future}
    checks.get(kind, every_row_is_validated_once)(table, plan)


def every_row_is_validated_once(table, plan):
    for repeat in range(plan.repeats):
        valid = [plan.split(repeat * plan.folds + fold)[1] for fold in range(plan.folds)]
        assert sorted(np.concatenate(valid)) == np.flatnonzero(plan.used).tolist()
    if copies_kept(table, plan):
        for index in range(plan.n_fits):
            train, valid = plan.split(index)
            assert not {*table.distinct_rows[train]} & {*table.distinct_rows[valid]}


def groups_stay_whole(table, plan):
    every_row_is_validated_once(table, plan)
    for index in range(plan.n_fits):
        train, valid = plan.split(index)
        assert not {*table.groups[train]} & {*table.groups[valid]}
    kept, left = {*table.groups[plan.used]}, {*table.groups[~plan.used]}
    assert not kept & left


def never_learns_from_the_future(table, plan):
    seen = set(np.flatnonzero(plan.fold_of_row[0] == TRAINS_ONLY))
    assert seen
    for index in range(plan.folds):
        train, valid = plan.split(index)
        assert set(train) == seen
        assert table.order[train].max() < table.order[valid].min()
        seen |= set(valid)
    assert seen == set(np.flatnonzero(plan.used))
    assert not np.isnan(table.order[plan.used]).any()


def of_classes(y, **more) -> Table:
    rng = np.random.default_rng(0)
    return dataclasses.replace(Table.from_arrays(rng.normal(size=(len(y), 2)), y, "classification"), **more)


def test_groups_are_spread_by_class_and_size():
    rng = np.random.default_rng(1)
    groups = rng.integers(0, 150, 3000)
    y = np.where(rng.random(3000) < 0.1, "rare", "common")
    table = of_classes(y, groups=groups)
    facts = fold_facts(table, make_plan(table, "group", 5))
    valid = np.array([fold.classes for fold in facts])
    assert (np.abs(valid / valid.mean(axis=0) - 1.0) < 0.03).all()
    assert sum(fold.groups for fold in facts) == 150


def test_repeats_and_seeds_deal_groups_anew():
    table = of_classes(np.arange(60) % 2, groups=np.arange(60) // 3)
    plan = make_plan(table, "group", 4, 3, seed=1)
    assert len({line.tobytes() for line in plan.fold_of_row}) == 3
    assert make_plan(table, "group", 4, 3, seed=2).sha256 != plan.sha256


def test_blocks_of_time_are_about_equal_even_where_days_are_not():
    days = np.repeat(np.arange(8.0), [1, 30, 2, 20, 20, 20, 3, 24])
    table = of_classes(np.arange(len(days)) % 2, order=days)
    plan = make_plan(table, "time", 3)
    assert np.bincount(np.where(plan.fold_of_row[0] == TRAINS_ONLY, 0, plan.fold_of_row[0] + 1)).tolist() == [
        31,
        22,
        40,
        27,
    ]
    facts = fold_facts(table, plan)
    assert [(fold.train, fold.first, fold.last) for fold in facts] == [(0, 0, 1), (31, 2, 3), (53, 4, 5), (93, 6, 7)]


def test_copies_are_kept_together_and_said():
    table = of_classes(np.arange(100) % 2)
    X = table.X.copy()
    X[50:60] = X[:10]
    X[60] = X[0]
    twice = dataclasses.replace(table, X=X)
    for kind in ("stratified", "kfold"):
        plan = make_plan(twice, kind, 5, 2)
        assert copies_kept(twice, plan) == 21
        sizes = np.bincount(plan.fold_of_row[0])
        assert sizes.max() - sizes.min() <= 1
    assert copies_kept(table, make_plan(table, "kfold", 5)) == 0


def test_where_most_rows_are_alike_they_are_dealt_one_by_one():
    few = dataclasses.replace(of_classes(np.arange(100) % 2), X=np.arange(200.0).reshape(100, 2) // 50)
    plan = make_plan(few, "stratified", 5)
    assert copies_kept(few, plan) == 0
    assert np.bincount(plan.fold_of_row[0]).tolist() == [20] * 5


def test_copies_give_way_where_a_class_would_be_missing():
    table = of_classes(np.array(["rare"] * 3 + ["common"] * 60))
    X = table.X.copy()
    X[1], X[2] = X[0], X[0]
    table = dataclasses.replace(table, X=X)
    plan = make_plan(table, "stratified", 3)
    assert copies_kept(table, plan) == 0
    assert all(fold.classes[1] == 1 for fold in fold_facts(table, plan))


def test_a_sample_keeps_shares_and_rare_classes():
    y = np.repeat(["a", "b", "c"], [9000, 990, 10])
    table = of_classes(y)
    kept = used_rows(table, "stratified", 1000)
    assert kept.sum() == 1000
    assert np.bincount(table.y[kept]).tolist() == [891, 99, 10]
    np.testing.assert_array_equal(kept, used_rows(table, "kfold", 1000))
    assert (kept != used_rows(table, "stratified", 1000, seed=1)).any()


def test_a_sample_of_time_is_the_latest():
    table = of_classes(np.arange(50) % 2, order=np.append(np.arange(49.0)[::-1], np.nan))
    assert np.flatnonzero(used_rows(table, "time", 10)).tolist() == list(range(10))


def test_no_group_fits():
    table = of_classes(np.arange(50) % 2, groups=np.arange(50) // 25)
    with pytest.raises(ValueError, match="No whole group fits into 20 rows; the smallest has 25"):
        make_plan(table, "group", 2, rows=20)


@pytest.mark.parametrize(
    ("kind", "more", "message"),
    [
        ("group", {}, "need a column that says which group"),
        ("time", {}, "need a column that says when"),
        ("group", {"groups": np.zeros(30)}, "1 group cannot make 3 folds; at most 1"),
        ("time", {"order": np.arange(30.0) // 10}, "3 different times cannot make 3 folds.*at most 2"),
    ],
)
def test_what_cannot_be_drawn_is_said(kind, more, message):
    more = {name: value.astype(np.int64) if name == "groups" else value for name, value in more.items()}
    table = of_classes(np.arange(30) % 2, **more)
    with pytest.raises(ValueError, match=message):
        make_plan(table, kind, 3)


def test_blocks_of_time_have_no_repeats():
    with pytest.raises(ValueError, match="1 repeat"):
        make_plan(of_classes(np.arange(30) % 2, order=np.arange(30.0)), "time", 3, 2)


def test_how_many_folds_are_possible():
    table = of_classes(np.repeat(["a", "b"], [27, 3]), order=np.arange(30.0) // 6, groups=np.arange(30) // 8)
    assert largest_folds(table, "stratified") == (3, "class 'b' has 3 rows")
    assert largest_folds(table, "group") == (4, "there are 4 groups")
    assert largest_folds(table, "time") == (4, "there are 5 different times, and the first block only trains")
    assert largest_folds(table, "kfold") == (20, "there are 30 rows")


def test_plans_on_which_every_trial_fails():
    late = of_classes(np.repeat(["no", "yes"], [40, 20]), order=np.arange(60.0))
    plan = make_plan(late, "time", 2)
    assert plan_problem(late, plan) == (
        "Fold 1 of 2 learns from rows of class 'no' alone. Fewer folds or another split help."
    )
    result = evaluate(late, plan, "logistic_regression", {})
    assert result.reason == "invalid"
    assert result.error == (
        "Fold 1 of 2: The rows to learn from are all of class 'no'. Fewer folds or another split help."
    )
    steady = of_classes(np.append(np.arange(40) % 2, np.zeros(20, int)), order=np.arange(60.0))
    plan = make_plan(steady, "time", 2)
    assert plan_problem(steady, plan, "accuracy") is None
    assert "Fold 2 of 2 validates no row of class '1', and ROC AUC" in plan_problem(steady, plan, "roc_auc")
    assert evaluate(steady, plan, "logistic_regression", {}, metric="accuracy").state == "complete"


@pytest.mark.parametrize("metric", ["accuracy", "roc_auc", "log_loss"])
def test_rows_that_are_never_validated_have_no_prediction(make_table, metric):
    table = dataclasses.replace(make_table(120, "classification"), order=np.arange(120.0))
    plan = make_plan(table, "time", 3, rows=100)
    result = evaluate(table, plan, "logistic_regression", {}, metric=metric)
    assert len(result.fold_scores) == 3
    back = decode_predictions(encode_predictions(result.predictions))
    np.testing.assert_array_equal(back.covered, plan.fold_of_row < TRAINS_ONLY)
    assert back.covered.sum() == 75


def test_numbers_that_are_never_predicted(make_table):
    table = dataclasses.replace(make_table(60, "regression"), groups=np.arange(60) // 5)
    plan = make_plan(table, "group", 3, rows=40)
    result = evaluate(table, plan, "ridge", {}, metric="r2")
    np.testing.assert_array_equal(result.predictions.covered[0], plan.used)


def test_an_estimator_is_judged_by_the_rows_used(make_table):
    table = make_table(12_000, "classification")
    assert evaluate(table, make_plan(table, "stratified", 2), "svm_rbf", {}).reason == "invalid"
    small = make_plan(table, "stratified", 2, rows=200)
    assert evaluate(table, small, "svm_rbf", {}).state == "complete"


def test_plans_of_an_earlier_release_are_read_as_they_were():
    stored = b'{"folds": 2, "kind": "kfold", "repeats": 1, "rows": 4, "seed": 0}\nx\x9cc`dd\x00\x00\x00\t\x00\x03'
    plan = Plan.from_bytes(stored)
    assert plan.fold_of_row.tolist() == [[0, 1, 1, 0]]

import numpy as np
import pytest

from studies.evaluation import Table


def test_from_arrays_codes_text_columns_and_classes():
    X = np.array([[1.5, "red"], [2.5, "blue"], [None, None]], dtype=object)
    table = Table.from_arrays(X, ["no", "yes", "no"], "classification", ["size", "colour"], ["colour"])
    assert table.levels == ((), ("blue", "red"))
    assert table.classes == ("no", "yes")
    assert table.y.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(table.X, [[1.5, 1.0], [2.5, 0.0], [np.nan, np.nan]])
    assert table.missing == (True, True)
    assert (table.number_columns, table.category_columns) == ([0], [1])


def test_arrays_are_read_only_but_the_callers_own_are_not():
    X, y = np.zeros((3, 1)), np.array([1.0, 2.0, 3.0])
    table = Table.from_arrays(X, y, "regression")
    with pytest.raises(ValueError, match="read-only"):
        table.X[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        table.y[0] = 1.0
    X[0, 0], y[0] = 5.0, 5.0


@pytest.mark.parametrize(
    ("X", "y", "task", "message"),
    [
        ([[1.0], [2.0]], [0, 1], "ranking", "'classification' or 'regression', not 'ranking'"),
        ([[1.0], [2.0]], [0.0], "regression", "X has 2 rows but y has 1"),
        ([[1.0]], [0.0], "regression", "at least 2 rows; this one has 1"),
        ([1.0, 2.0], [0.0, 1.0], "regression", "2 dimensions; this one has 1"),
        (np.zeros((2, 0)), [0.0, 1.0], "regression", "at least 1 feature"),
        ([[1.0], [np.inf]], [0.0, 1.0], "regression", "Column 'x0' holds an infinite value"),
        ([[1.0], [2.0]], [0.0, np.nan], "regression", "'target' holds nan"),
        ([[1.0], [2.0]], ["a", None], "classification", "'target' is missing in 1 rows"),
        ([[1.0], [2.0]], ["a", "a"], "classification", "has 1 classes; it needs at least 2"),
        ([["a"], ["b"]], [0.0, 1.0], "regression", "Column 'x0' holds something that is no number"),
    ],
)
def test_errors_quote_what_is_wrong(X, y, task, message):
    if isinstance(y, list) and None in y:
        y = np.array(y, dtype=object)
    with pytest.raises(ValueError, match=message):
        Table.from_arrays(X, y, task)


def test_unknown_categorical_columns_are_named():
    with pytest.raises(ValueError, match="no column 'hue' to be categorical; the columns are size"):
        Table.from_arrays([[1.0], [2.0]], [0.0, 1.0], "regression", ["size"], ["hue"])
    with pytest.raises(ValueError, match="no column 3"):
        Table.from_arrays([[1.0], [2.0]], [0.0, 1.0], "regression", ["size"], [3])


@pytest.mark.parametrize("code", [2.0, -1.0, 0.5])
def test_level_codes_must_be_levels(code):
    with pytest.raises(ValueError, match="codes 0 to 1"):
        Table(np.array([[0.0], [code]]), np.array([0.0, 1.0]), "regression", ("c",), (True,), (("a", "b"),))


@pytest.mark.parametrize("y", [[0, 2], [-1, 1]])
def test_class_codes_must_be_classes(y):
    with pytest.raises(ValueError, match="from 0 to 1"):
        Table(np.zeros((2, 1)), np.array(y), "classification", ("a",), (False,), ((),), ("no", "yes"))


def test_class_codes_must_be_whole():
    with pytest.raises(ValueError, match="whole codes"):
        Table(np.zeros((2, 1)), np.array([0.0, 1.0]), "classification", ("a",), (False,), ((),), ("no", "yes"))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="names has 2 entries for 1 columns"):
        Table(np.zeros((2, 1)), np.zeros(2), "regression", ("a", "b"), (False,), ((),))

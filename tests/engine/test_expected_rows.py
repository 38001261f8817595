"""Rows of two tables brought together: other places, other codes, the same predictions."""

import numpy as np

from studies.engine.expected_rows import Seen, moved, places
from studies.evaluation import Predictions
from studies.tabular import Column


def seen(rows: list[int], kinds: tuple[str, ...], extra: bool = False) -> Seen:
    """Rows by number: a number, and a target of which row 3 has none."""
    number = Column("x", "number", "feature", np.array([float(row) for row in rows]))
    codes = [-1 if row == 3 else kinds.index("ab"[row % 2]) for row in rows]
    columns = [number, Column("y", "category", "target", np.array(codes), levels=kinds)]
    if extra:
        columns.append(Column("new", "number", "feature", np.arange(len(rows)) / 7))
    return Seen(columns, np.array(codes) >= 0, kinds, "y")


def test_rows_are_found_by_what_they_say_wherever_they_stand() -> None:
    first, other = seen([0, 1, 2, 3, 4], ("a", "b")), seen([4, 3, 9, 1, 0], ("b", "a"), extra=True)
    assert places(first, other).tolist() == [3, 2, -1, 0]  # without row 3, which no model sees


def test_codes_follow_the_names_of_the_classes() -> None:
    labels = np.array([[0, 1, 255]], np.uint8)
    chances = np.array([[0, 65535, 100]], np.uint16)
    turned = moved(Predictions(labels=labels, probabilities=chances), ("b", "a"), ("a", "b"))
    assert turned.labels is not None
    assert turned.probabilities is not None
    assert turned.labels.tolist() == [[1, 0, 255]]
    assert turned.probabilities.tolist() == [[65535, 0, 65435]]
    wider = moved(Predictions(labels=labels, probabilities=chances), ("b", "a"), ("a", "b", "c"))
    assert wider.probabilities is not None
    assert wider.probabilities.tolist() == [[[0, 65535, 0], [65535, 0, 0], [100, 65435, 0]]]

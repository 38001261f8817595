"""Small examples for the help pages, worked out by the code that works for studies: no result in them is typed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from studies.evaluation import Evaluation, Metric, metrics
from studies.evaluation.responses import Response
from studies.plots.score_dots import FoldDots, fold_dots, scale_of

COMMON, RARE = 0, 1
CLASSES = np.array([COMMON] * 8 + [RARE] * 2)
NUMBERS = np.array([4.0, 9.0, 6.0, 12.0, 3.0, 8.0, 11.0, 7.0])
SIDE, GAP = 16, 4


@dataclass(frozen=True)
class Mark:
    """One row of the table in a picture: where it stands, its class, whether it is predicted right, how far off."""

    x: float
    y: float = 0.0
    rare: bool = False
    wrong: bool = False
    error: float = 0.0


@dataclass(frozen=True)
class Example:
    """Predictions, what they score by a metric, and how to draw them: labels, scores, probabilities or values."""

    says: str
    kind: str
    score: float
    marks: list[Mark]


def examples_of(metric: Metric) -> list[Example]:
    return [
        Example(says, metric.needs, metric.score(truth, response), marks)
        for says, truth, response, marks in _cases(metric.needs)
    ]


@cache
def metric_examples() -> dict[str, list[Example]]:
    return {key: examples_of(metric) for key, metric in metrics.items()}


def _cases(needs: str) -> list[tuple[str, Any, Response, list[Mark]]]:
    return {"labels": _labels, "scores": _scores, "probabilities": _probabilities, "values": _values}[needs]()


def _labels() -> list[tuple[str, Any, Response, list[Mark]]]:
    """Ten rows, two of them of the rare class."""
    said = {
        "Always the common class": [COMMON] * 10,
        "Finds one of the two rare rows, with one false alarm": [COMMON] * 7 + [RARE, RARE, COMMON],
        "Finds both, with two false alarms": [COMMON] * 6 + [RARE] * 4,
    }
    return [
        (says, CLASSES, Response(labels=np.array(predicted)), _boxes(predicted)) for says, predicted in said.items()
    ]


def _boxes(predicted: Sequence[int]) -> list[Mark]:
    return [
        Mark(i * (SIDE + GAP), rare=bool(truth == RARE), wrong=bool(truth != guess))
        for i, (truth, guess) in enumerate(zip(CLASSES, predicted, strict=True))
    ]


def _scores() -> list[tuple[str, Any, Response, list[Mark]]]:
    """The same ten rows along the score that a model gives them."""
    said = {
        "Both rare rows in front": [0.08, 0.15, 0.22, 0.3, 0.36, 0.45, 0.52, 0.6, 0.8, 0.92],
        "One rare row among the others": [0.08, 0.15, 0.22, 0.3, 0.45, 0.52, 0.6, 0.7, 0.38, 0.92],
        "Rare rows at the middle: no order": [0.08, 0.15, 0.3, 0.42, 0.58, 0.7, 0.85, 0.95, 0.36, 0.64],
    }
    return [
        (says, CLASSES, Response(scores=np.array(s)), [Mark(round(200 * x, 1), rare=i > 7) for i, x in enumerate(s)])
        for says, s in said.items()
    ]


def _probabilities() -> list[tuple[str, Any, Response, list[Mark]]]:
    """What probability each row's true class was given."""
    said = {
        "Careful: 0.8 for the true class everywhere": [0.8] * 10,
        "Sure, and always right": [0.98] * 10,
        "Sure, and wrong once": [0.98] * 9 + [0.02],
        "Even odds: knows nothing": [0.5] * 10,
    }
    return [(says, CLASSES, Response(probabilities=_both(given)), _bars(given)) for says, given in said.items()]


def _both(of_truth: Sequence[float]) -> Any:
    given = np.array(of_truth)
    rare = np.where(CLASSES == RARE, given, 1 - given)
    return np.column_stack([1 - rare, rare])


def _bars(of_truth: Sequence[float]) -> list[Mark]:
    return [
        Mark(i * (SIDE + GAP), round(40 * (1 - p), 1), rare=i > 7, wrong=p < 0.5, error=round(40 * p, 1))
        for i, p in enumerate(of_truth)
    ]


def _values() -> list[tuple[str, Any, Response, list[Mark]]]:
    """Eight rows in the target's unit; a stick from each truth to its prediction."""
    said = {
        "Every row off by 2": NUMBERS + np.array([2, -2, 2, -2, 2, -2, 2, -2]),
        "All exact but one, off by 8": NUMBERS + np.array([0, 0, 0, 0, 0, 0, -8, 0]),
        "Always the mean": np.full(len(NUMBERS), NUMBERS.mean()),
    }
    return [
        (says, NUMBERS, Response(values=predicted), _sticks(predicted.tolist())) for says, predicted in said.items()
    ]


def _sticks(predicted: Sequence[float]) -> list[Mark]:
    return [
        Mark(8 + i * 26, _height(truth), error=_height(guess), wrong=abs(guess - truth) > 0)
        for i, (truth, guess) in enumerate(zip(NUMBERS.tolist(), predicted, strict=True))
    ]


def _height(value: float) -> float:
    return round(64 - 4.5 * value, 1)


@dataclass(frozen=True)
class FoldsExample:
    """Five fold scores, their mean and its standard error, and the dots that pages draw of them."""

    scores: list[float]
    mean: float
    stderr: float
    dots: FoldDots


@cache
def folds_example() -> FoldsExample:
    scores = [0.71, 0.78, 0.74, 0.79, 0.73]
    seen = Evaluation("complete", scores)
    mean, stderr = float(seen.value or 0), float(seen.stderr or 0)
    return FoldsExample(scores, mean, stderr, fold_dots(scores, scale_of([scores]), mean=mean))


@dataclass(frozen=True)
class Flattery:
    """By how many standard errors the best of so many equally good trials looks too good, and a bar of that length."""

    trials: int
    errors: float
    top: int

    @property
    def width(self) -> int:
        return round(60 * self.errors)

    @property
    def end(self) -> int:
        """Where the number beside the bar begins."""
        return 42 + self.width


@cache
def flattery() -> list[Flattery]:
    """The mean of the largest of T draws of a standard normal, by simulation."""
    draws = np.random.default_rng(0).standard_normal((4000, 300))
    return [Flattery(t, float(draws[:, :t].max(axis=1).mean()), 22 * i) for i, t in enumerate((1, 5, 20, 60, 300))]

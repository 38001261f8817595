"""What the trials of a search themselves tell of its health: the edge, failures, folds, duplicates.

| symbol | meaning |
|---|---|
| T, F | complete trials; folds of all repeats |
| m | (F,) mean score of each fold over the trials |
| t | how far one fold lies from the mean of the others, in the deviation of the others |
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.plots.numbers import count_of, format_score

from .findings import FAIL, PASS, WARN, Card, Remedy, Touch, failed_words, failure_mark, some

SEES_FAILED = Remedy("See the failed trials", href="#no-value")
SEES_FOLDS = Remedy("See the folds", href="#folds")
REPEATS = 5
FEW_TRIALS = 5  # before a fold can be said to stand out
LEVEL = 0.05  # of being wrong about any fold
NEARLY_ALL = 0.8
MANY_AGAIN = 0.1


def edge(touches: Sequence[Touch]) -> Card:
    """touches: where the best trial lies at an end of a range."""
    if not touches:
        return Card(PASS, "The best is inside the space", "No number that could be wider is at the end of its range.")
    names = ", ".join(touch.name for touch in touches[:2]) + (" and more" if len(touches) > 2 else "")
    remedy = Remedy("Widen and search again", follow="widen=1")
    words = f"{some([touch.words for touch in touches])}. Better values may lie beyond."
    return Card(WARN, f"The best is on the edge of {names}", words, remedies=(remedy,))


def failures(failed: int, done: int, commonest: str = "") -> Card:
    """commonest: the reason of most of them, as a sentence."""
    if not failed:
        return Card(PASS, "No trial failed", f"All {done:,} ended with a score." if done > 1 else "")
    mark = failure_mark(failed, done)
    words = f"{failed_words(failed, done)} of {done:,}. {'Most often' if failed > 1 else 'Why'}: {commonest}".rstrip(
        ": "
    )
    if mark == PASS:
        return Card(mark, "Few trials failed", words, remedies=(SEES_FAILED,))
    remedies = (SEES_FAILED, Remedy("Change the space and search again", follow="same=1"))
    return Card(mark, "Most trials failed" if mark == FAIL else "Many trials failed", words, remedies=remedies)


def folds(
    scores: NDArray[np.float64], names: Sequence[str], noise: float | None, points: bool, can_repeat: bool
) -> Card | None:
    """Whether one fold stands apart from the others in nearly every trial; None while that cannot be seen.

    scores: (T, F); names: of the folds; noise: the best trial's standard error, which a fold must differ by at least;
    points: whether scores are said in points; can_repeat: whether more repeats are possible.
    A fold stands apart when t exceeds what the largest of F Student t values with F - 2 degrees of freedom does one
    time in 20 (Grubbs' test, with the deviation of the others).
    """
    trials, count = scores.shape
    if trials < FEW_TRIALS or count < 3:
        return None
    means = scores.mean(axis=0)
    apart = [_apart(means, fold) for fold in range(count)]
    fold = int(np.argmax([abs(t) for _, t in apart]))
    away, t = apart[fold]
    beyond = float(stats.t.ppf(1 - LEVEL / (2 * count), count - 2))
    others = np.delete(scores, fold, axis=1)
    outside = scores[:, fold] > others.max(axis=1) if away > 0 else scores[:, fold] < others.min(axis=1)
    if abs(t) <= beyond or abs(away) < (noise or 0.0) or outside.mean() < NEARLY_ALL:
        return Card(PASS, "The folds agree", "None stands apart from the others in nearly every trial.")
    size = f"{100 * abs(away):.1f} points" if points else format_score(abs(away), abs(away) / 10)
    where = "above" if away > 0 else "below"
    words = f"{names[fold]} scores {size} {where} the mean of the others: its rows are unlike theirs."
    repeats = (Remedy(f"Use {REPEATS} repeats", follow=f"repeats={REPEATS}"),) if can_repeat else ()
    return Card(WARN, "Folds disagree", words, remedies=(SEES_FOLDS, *repeats))


def _apart(means: NDArray[np.float64], fold: int) -> tuple[float, float]:
    """How far a fold lies from the mean of the others, and that as a t value."""
    others = np.delete(means, fold)
    away = float(means[fold] - others.mean())
    error = float(others.std(ddof=1)) * (1 + 1 / len(others)) ** 0.5
    return away, (away / error if error > 0 else np.inf * np.sign(away) if away else 0.0)


def duplicates(configs: Sequence[Mapping[str, Any]]) -> Card:
    """configs: of all trials that ran."""
    times = Counter(json.dumps(config, sort_keys=True) for config in configs)
    again = sum(n - 1 for n in times.values())
    if not again:
        return Card(PASS, "No configuration ran twice", f"{count_of(len(times), 'different configuration')}.")
    words = f"{count_of(again, 'trial')} of {len(configs):,} ran a configuration that had run before"
    if again < MANY_AGAIN * len(configs):
        return Card(PASS, "Few configurations ran twice", f"{words}.")
    remedy = Remedy("Change the space and search again", follow="same=1")
    return Card(WARN, "Configurations ran again", f"{words}: the space holds little that is new.", remedies=(remedy,))

"""Classifiers that guess, classifiers that differ, and a search that learns: what is seen, expected and true.

    .venv/bin/python docs/honest/simulate.py [--rows 200] [--studies 60] [--seed 0]

No estimator is fitted: "classifiers" are columns of right and wrong answers whose true accuracy is known.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from studies.evaluation.honesty import expected_score  # noqa: E402

Labels = NDArray[np.int64]
Study = tuple[Labels, Labels, NDArray[np.float64]]  # truth of the rows, predictions (T, n), true accuracy (T,)
TRIALS = (1, 10, 100)


def guessers(rng: np.random.Generator, rows: int, trials: int) -> Study:
    """Everything is chance: each classifier tosses a coin."""
    return rng.integers(0, 2, rows), rng.integers(0, 2, (trials, rows)), np.full(trials, 0.5)


def differing(rng: np.random.Generator, rows: int, trials: int) -> Study:
    """True accuracies spread around 75 %, with a standard deviation of 3 points."""
    y, skill = rng.integers(0, 2, rows), np.clip(rng.normal(0.75, 0.03, trials), 0.5, 1.0)
    right = rng.random((trials, rows)) < skill[:, None]
    return y, np.where(right, y, 1 - y), skill


def climbing(rng: np.random.Generator, rows: int, trials: int) -> Study:
    """Each classifier is the best so far with a tenth of its answers tossed again: it learns the luck of these rows."""
    y = rng.integers(0, 2, rows)
    best = rng.integers(0, 2, rows)
    tried = [best]
    for _ in range(trials - 1):
        tried.append(np.where(rng.random(rows) < 0.1, rng.integers(0, 2, rows), best))
        best = max(best, tried[-1], key=lambda answers: int((answers == y).sum()))
    return y, np.stack(tried), np.full(trials, 0.5)


def table(
    title: str, make: Callable[[np.random.Generator, int, int], Study], rows: int, studies: int, seed: int
) -> str:
    """Means over the studies, in per cent."""
    lines = [title, "trials  best CV  expected  truth  interval holds the truth"]
    for trials in TRIALS:
        seen = []
        for study in range(studies):
            y, predictions, skill = make(np.random.default_rng([seed, study, trials]), rows, trials)
            found = expected_score(y, predictions, "accuracy", resamples=200)
            truth = skill[found.position]
            seen.append((found.best, found.expected, truth, found.low <= truth <= found.high))
        best, expected, truth, held = 100.0 * np.mean(seen, axis=0)
        lines.append(f"{trials:6d} {best:8.1f} {expected:9.1f} {truth:6.1f} {held:12.0f} %")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--studies", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    print(f"{asked.studies} studies of {asked.rows} rows each; accuracy in per cent\n")
    for title, make in (
        ("Guessing: nothing can be learnt", guessers),
        ("Differing: some are truly better", differing),
        ("Climbing: each trial is made of the best before it, by luck alone", climbing),
    ):
        print(table(title, make, asked.rows, asked.studies, asked.seed))


if __name__ == "__main__":
    main()

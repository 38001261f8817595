"""Fold-by-trial heat map: which folds are hard, and does one trial's score hang on one fold?

F   folds
T   complete trials with a score for every fold
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from studies.plots.frame import Floats, floats, frame, plain
from studies.plots.label import label
from studies.plots.numbers import count_of, format_score
from studies.plots.payload import Key
from studies.plots.score_range import score_range
from studies.plots.table import Table

Order = Literal["value", "number"]
MOST_CELLS = 15_000  # more would make the page heavy: the best, or the latest, columns are drawn
FEW = 5  # trials before a fold can be called hard
NEARLY_ALL, MOST_TRIALS = 0.95, 0.6
ROW_HEIGHT, MOST_HEIGHT = 30, 420


@dataclass(frozen=True)
class FoldScores:
    """scores: (F, T) in drawn order of trials; values: (T,) their means."""

    numbers: NDArray[np.int64]
    values: Floats
    scores: Floats
    folds: tuple[str, ...]
    direction: str
    metric: str
    order: Order

    @property
    def title(self) -> str:
        """The fold in which nearly every trial does worst, or best."""
        folds, trials = self.scores.shape
        if not trials:
            return "No complete trial has fold scores yet"
        if folds < 2 or trials < FEW:
            return f"Fold scores of {count_of(trials, 'complete trial')}"
        worst = self._often(self.scores if self.direction != "minimize" else -self.scores, "hardest")
        best = self._often(-self.scores if self.direction != "minimize" else self.scores, "easiest")
        found = max((worst, best), key=lambda finding: finding[0])
        return found[1] if found[0] >= MOST_TRIALS else "No fold is the hardest for most trials"

    def _often(self, low_is_it: Floats, word: str) -> tuple[float, str]:
        """How often one fold is it, as a share of trials, and the sentence; ties count for no fold."""
        ranked = np.sort(low_is_it, axis=0)
        clear = ranked[0] < ranked[1]
        times = np.bincount(np.argmin(low_is_it, axis=0)[clear], minlength=len(self.folds))
        fold, trials = int(times.argmax()), self.scores.shape[1]
        share = float(times[fold]) / trials
        whom = "nearly every trial" if share >= NEARLY_ALL else f"{times[fold]:,} of {trials:,} trials"
        return share, f"{self.folds[fold]} is the {word} for {whom}"

    @property
    def subtitle(self) -> str:
        by = "from the best trial to the worst" if self.order == "value" else "by trial number"
        spread = self.spread
        differ = "" if spread is None else f" Fold means differ by up to {format_score(spread, spread / 10)}."
        trials, drawn = self.scores.shape[1], self.drawn.stop - self.drawn.start
        kept = "" if drawn == trials else f" The {'best' if self.order == 'value' else 'latest'} {drawn:,} are drawn."
        return f"Each column is a trial, {by}.{differ}{kept}"

    @property
    def spread(self) -> float | None:
        """Distance between the hardest and the easiest fold, each a mean over trials."""
        if self.scores.size == 0 or len(self.folds) < 2:
            return None
        return float(np.ptp(self.scores.mean(axis=1)))

    @cached_property
    def drawn(self) -> slice:
        """The columns that are drawn: the first by value, the last by number."""
        folds, trials = self.scores.shape
        most = max(1, MOST_CELLS // max(1, folds))
        if trials <= most:
            return slice(0, trials)
        return slice(0, most) if self.order == "value" else slice(trials - most, trials)

    @property
    def score_range(self) -> tuple[float, float]:
        return score_range(self.scores.ravel(), self.direction)

    @property
    def keys(self) -> tuple[Key, ...]:
        if not self.scores.size:
            return ()
        low, high = self.score_range
        worse, better = (high, low) if self.direction == "minimize" else (low, high)
        noise = (high - low) / 10
        return (Key("ramp", f"{format_score(worse, noise)} (worse) to {format_score(better, noise)} (better)"),)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.numbers)

    def notes(self) -> dict[str, Any]:
        return {"order": self.order, "empty": not self.scores.size}

    def table(self) -> Table:
        """One row per trial, in the order of the columns."""
        rows = [
            (int(number), float(value), *plain(self.scores[:, i]))
            for i, (number, value) in enumerate(zip(self.numbers, self.values, strict=True))
        ]
        return Table(("Trial", self.metric, *self.folds), tuple(rows))


def prepare(
    numbers: Sequence[int],
    values: Sequence[float | None],
    fold_scores: Sequence[Sequence[float | None]],
    folds: Sequence[str],
    *,
    direction: str,
    metric: str,
    order: Order = "value",
) -> FoldScores:
    """From the complete trials; those without a score for every one of the `folds` are left out."""
    whole = [
        i
        for i, scores in enumerate(fold_scores)
        if len(scores) == len(folds) and np.isfinite(floats(scores)).all() and values[i] is not None
    ]
    means = floats([values[i] for i in whole])
    chosen = np.asarray([numbers[i] for i in whole], dtype=np.int64)
    key = chosen if order == "number" else means if direction == "minimize" else -means
    places = np.argsort(key, kind="stable")
    scores = np.array([floats(fold_scores[whole[i]]) for i in places], dtype=np.float64).reshape(len(whole), len(folds))
    return FoldScores(chosen[places], means[places], scores.T, tuple(folds), direction, metric, order)


def draw(record: FoldScores) -> go.Figure:
    """The figure of that record."""
    folds = len(record.folds)
    scores, numbers = record.scores[:, record.drawn], record.numbers[record.drawn]
    trials = scores.shape[1]
    x_title = "Trials, best first" if record.order == "value" else "Trial"
    figure = frame("", x_title, (folds - 0.5, -0.5), (-0.5, max(1, trials) - 0.5))
    ticks = _ticks(numbers) if record.order == "number" else []
    figure.update_layout(
        height=min(MOST_HEIGHT, ROW_HEIGHT * max(1, folds) + 66),
        margin={"l": 44, "r": 14, "t": 12, "b": 40},
        xaxis={"tickvals": [i for i, _ in ticks], "ticktext": [text for _, text in ticks], "showline": False},
        yaxis={
            "tickvals": list(range(folds)) if folds <= 15 else [],
            "ticktext": [f"{label(fold, 18)}\u00a0" for fold in record.folds],
            "showgrid": False, "automargin": True,
        },
    )  # fmt: skip
    low, high = record.score_range
    names = [f"<b>Trial {n}</b><br>" for n in numbers]
    figure.add_heatmap(
        z=[plain(row) for row in np.clip(scores, low, high)], zmin=low, zmax=high, showscale=False, name="folds",
        reversescale=record.direction == "minimize", xgap=1 if trials <= 150 else 0, ygap=1,
        customdata=[[int(n) for n in numbers] for _ in range(folds)], hoverinfo="text",
        hovertext=[
            [f"{name}{label(fold)} {format_score(float(score), (high - low) / 30)}"
             for name, score in zip(names, row, strict=True)]
            for fold, row in zip(record.folds, scores, strict=True)
        ],
    )  # fmt: skip
    return figure


def _ticks(numbers: NDArray[np.int64]) -> list[tuple[int, str]]:
    """Some eight trial numbers along the columns."""
    stride = max(1, len(numbers) // 8)
    return [(i, f"{numbers[i]:,}") for i in range(0, len(numbers), stride)]

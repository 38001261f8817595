"""What the convergence figure shows: trials, the best so far, what it lets expect, and the sentence they make.

n           trials, in order of trial number
values      (n,) mean over folds; NaN while there is none
stderrs     (n,) standard error over folds of each value
seconds     (n,) end of the trial in seconds since launch; NaN while it is not over
best        (n,) best value of the complete trials up to and with this one
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from studies.plots.expected_curve import NO_CURVE, NO_PATTERN, ExpectedCurve, converged_title
from studies.plots.frame import Floats, floats, plain
from studies.plots.numbers import count_of, format_score
from studies.plots.payload import Key
from studies.plots.table import Table

LONG_WAIT = 10  # trials without a better score before the title says so
Axis = Literal["trial", "seconds"]


@dataclass(frozen=True)
class Convergence:
    """What the figure shows, by trial number; see the table of notation above."""

    numbers: NDArray[np.int64]
    states: tuple[str, ...]
    values: Floats
    stderrs: Floats
    seconds: Floats
    direction: str
    metric: str
    baseline: float | None
    defaults: float | None
    axis: Axis
    expected: ExpectedCurve = field(default=NO_CURVE)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Trials from left to right; by time, only those that are over."""
        if self.axis == "trial":
            return np.arange(len(self.numbers))
        return np.argsort(self.seconds, kind="stable")[: int(np.isfinite(self.seconds).sum())]

    @cached_property
    def complete(self) -> NDArray[np.bool_]:
        return np.array([state == "complete" for state in self.states], dtype=bool) & np.isfinite(self.values)

    @cached_property
    def holders(self) -> NDArray[np.int64]:
        """(n,) for each place from left to right, the trial that is best so far; -1 before there is one."""
        best, holders, complete = -1, [], self.complete
        for i in self.order:
            if complete[i] and (best < 0 or self._beats(self.values[i], self.values[best])):
                best = int(i)
            holders.append(best)
        return np.array(holders, dtype=np.int64)

    def _beats(self, value: float, other: float) -> bool:
        return bool(value < other if self.direction == "minimize" else value > other)

    @cached_property
    def leader(self) -> int | None:
        """Index of the best complete trial; the earliest of equals."""
        holders = self.holders
        return int(holders[-1]) if len(holders) and holders[-1] >= 0 else None

    @property
    def title(self) -> str:
        """The finding as a sentence."""
        leader = self.leader
        if leader is None:
            failed = self.states.count("failed")
            waiting = "Waiting for the first trial"
            return f"{count_of(failed, 'trial')} failed, none has a score yet" if failed else waiting
        if self.expected and self.expected.has_no_pattern:
            return NO_PATTERN
        if self.expected and self.expected.has_converged:
            return converged_title(self.expected.last_help, int(self.numbers[leader]))
        since = sum(
            state in ("complete", "pruned") and number > self.numbers[leader]
            for number, state in zip(self.numbers, self.states, strict=True)
        )
        if self.numbers[leader] == 0 and self.defaults is not None:
            beaten = f"No trial has beaten the defaults in {count_of(since, 'trial')}"
            return beaten if since else "The defaults have run"
        if since >= LONG_WAIT:
            return f"Best score has not moved for {since:,} trials"
        return f"Best CV moved at trial {self.numbers[leader]}"

    @property
    def subtitle(self) -> str:
        """How to read it."""
        if self.leader is None:
            return "A point for each trial and a line for the best so far, once there is a score."
        better = "lower" if self.direction == "minimize" else "higher"
        if self.expected and self.expected.has_converged:
            return "The score to expect on new data gets no better; the gap to the best CV is over-fitting."
        if self.expected:
            return f"Each point is a trial, {better} is better; the second line is what to expect on new data."
        return f"Each point is a trial, {better} is better; the band is the best one’s standard error over its folds."

    @property
    def keys(self) -> tuple[Key, ...]:
        shown = [Key("k-naive", "best CV so far")]
        if self.expected:
            shown.append(Key("k-honest", "expected on new data, 80 % band"))
        else:
            shown.append(Key("band", "± its standard error"))
        shown.append(Key("ring k-trial", "complete"))
        if "pruned" in self.states:
            shown.append(Key("tick k-pruned", "pruned"))
        if "failed" in self.states:
            shown.append(Key("cross k-failed", "failed"))
        shown += [Key("dashed k-defaults", f"{name} {self.reads(value)}") for name, value in self.references]
        if self.baseline is not None and self.leader is not None and not self._shows(self.baseline):
            side = "below" if self.baseline < self.y_range[0] else "above"
            shown.append(Key("", f"baseline {self.reads(self.baseline)} lies {side} the axis"))
        return tuple(shown)

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(int(n) for n in self.numbers[self.complete])

    def notes(self) -> dict[str, Any]:
        return {"axis": self.axis, "empty": self.leader is None}

    def table(self) -> Table:
        """One row per trial, in order of number; what to expect where it was worked out."""
        best_of = dict(zip(self.order.tolist(), self.holders.tolist(), strict=True))
        header = (
            "Trial", "State", self.metric, "Standard error", "Best so far",
            *(("Expected on new data", "80 % from", "80 % to") if self.expected else ()), "Ended after, s",
        )  # fmt: skip
        rows = []
        for i, number in enumerate(self.numbers):
            holder = best_of.get(i, -1)
            best = float(self.values[holder]) if holder >= 0 else None
            rows.append((
                int(number), self.states[i], *plain(np.array([self.values[i], self.stderrs[i]])), best,
                *(self.expected.at(int(number)) if self.expected else ()), *plain(self.seconds[i : i + 1]),
            ))  # fmt: skip
        return Table(header, tuple(rows))

    @cached_property
    def y_range(self) -> tuple[float, float]:
        """From a little past the best to most of the trials: a few bad ones must not flatten the rest."""
        values = self.values[self.complete]
        if not len(values):
            return (0.0, 1.0)
        sign = -1.0 if self.direction == "minimize" else 1.0
        good = sign * values
        top = float(good.max())
        noise = float(np.nan_to_num(self.stderrs[self.leader or 0]))
        reach = max(1.5 * (top - float(np.quantile(good, 0.2))), 3 * noise, abs(top) * 1e-3, 1e-9)
        if self.defaults is not None and np.isfinite(self.defaults):
            reach = max(reach, 1.15 * (top - sign * self.defaults))
        if self.expected:  # the whole of the last band, though it may lie below all trials
            worst = float(min(sign * self.expected.low[-1], sign * self.expected.high[-1]))
            return self._around(sign, top, max(reach, 1.1 * (top - worst)), noise)
        reach = min(reach, max(1.15 * (top - float(good.min())), 3 * noise, abs(top) * 1e-3, 1e-9))
        return self._around(sign, top, reach, noise)

    @staticmethod
    def _around(sign: float, top: float, reach: float, noise: float) -> tuple[float, float]:
        ends = sign * (top - reach), sign * (top + max(1.4 * noise, 0.06 * reach))
        return (min(ends), max(ends))

    @cached_property
    def expected_x(self) -> Floats:
        """(k,) where the points of the expected line lie: by time, when the last of their trials had ended."""
        if self.axis == "trial":
            return self.expected.numbers.astype(np.float64)
        ended = np.maximum.accumulate(np.where(self.complete, np.nan_to_num(self.seconds), 0.0))
        places = np.searchsorted(self.numbers, self.expected.numbers, side="right") - 1
        return ended[places]

    @property
    def last_help_x(self) -> Floats:
        """(1,) where the last trial that really helped lies; (0,) where there is none, or it has no time."""
        places = np.flatnonzero(self.numbers == self.expected.last_help)
        x = self.numbers[places].astype(np.float64) if self.axis == "trial" else self.seconds[places]
        return x[np.isfinite(x)]

    @cached_property
    def references(self) -> list[tuple[str, float]]:
        """Defaults and baseline, as far as they lie on the axis."""
        known = [("defaults", self.defaults), ("baseline", self.baseline)]
        return [
            (name, value)
            for name, value in known
            if value is not None and self.leader is not None and self._shows(value)
        ]

    def reads(self, value: float) -> str:
        """A score with the decimals that the best one deserves, so that they can be compared."""
        return format_score(value, None if self.leader is None else float(self.stderrs[self.leader]))

    def _shows(self, value: float) -> bool:
        low, high = self.y_range
        return low <= value <= high


def prepare(
    numbers: Sequence[int],
    states: Sequence[str],
    values: Sequence[float | None],
    stderrs: Sequence[float | None],
    seconds: Sequence[float | None],
    *,
    direction: str,
    metric: str,
    baseline: float | None = None,
    defaults: float | None = None,
    axis: Axis = "trial",
    expected: ExpectedCurve = NO_CURVE,
) -> Convergence:
    """Sort the trials by number and freeze them; all sequences have one entry per trial."""
    order = np.argsort(np.asarray(numbers, dtype=np.int64), kind="stable")
    return Convergence(
        numbers=np.asarray(numbers, dtype=np.int64)[order],
        states=tuple(states[i] for i in order),
        values=floats(values)[order],
        stderrs=floats(stderrs)[order],
        seconds=floats(seconds)[order],
        direction=direction,
        metric=metric,
        baseline=baseline,
        defaults=defaults,
        axis=axis,
        expected=expected.of_trials(numbers),
    )

"""Where the best fifth of trials lie on a parameter's axis: what a person would narrow the space to."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from studies.plots.numbers import format_parameter
from studies.plots.parameter_axis import ParameterAxis

BEST_SHARE = 0.2
ENOUGH = 15  # trials before a range of the best fifth means anything
TELLING = 0.6  # of the range of all trials: a best fifth within this is worth a title


def best_fifth(count: int) -> slice:
    """Their places among `count` trials in order of goodness, the best last; three at least."""
    return slice(count - max(3, round(BEST_SHARE * count)), None)


def share_of_range(axis: ParameterAxis) -> float | None:
    """How much of the axis the best fifth take up, of what all trials take up; None where all are alike.

    Numbers by their range; categories, which have no order, by how many of them there are.
    """
    best = axis.positions[best_fifth(len(axis.positions))]
    if axis.kind == "choice":
        used = len(set(axis.positions))
        return len(set(best)) / used if used > 1 else None
    everywhere = float(np.ptp(axis.positions))
    return float(np.ptp(best)) / everywhere if everywhere > 0 else None


def best_fifth_in_words(axis: ParameterAxis, configurations: Sequence[Mapping[str, Any]]) -> str:
    """A sentence; axis and configurations are in order of goodness, the best last.

    A number that is not active in a trial has a place of its own on the axis, which is no end of the range.
    """
    best = best_fifth(len(axis.positions))
    ranked = sorted(zip(axis.positions[best], configurations[best], strict=True), key=lambda pair: pair[0])
    active = [config for _, config in ranked if axis.kind == "choice" or config.get(axis.name) is not None]
    if not active:
        return f"The best fifth of trials do without {axis.name}"
    words = [format_parameter(configuration.get(axis.name)) for configuration in active]
    low, high = words[0], words[-1]
    if low == high:
        return f"The best fifth of trials all have {axis.name} {low}"
    between = " or ".join(dict.fromkeys(words)) if axis.kind == "choice" else f"{low} to {high}"
    return f"The best fifth of trials have {axis.name} {between}"

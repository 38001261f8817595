"""What the model of all trials tells of a search: parameters without effect, and whether it can be believed."""

from collections.abc import Collection
from urllib.parse import urlencode

from studies.plots.numbers import format_percent

from .explanation import Learned
from .findings import PASS, WARN, Card, Remedy

NO_EFFECT = 0.05  # of the differences between scores: with this much at most, a parameter need not be searched
FEW = 30  # trials with which a model that does not predict is no surprise
SEES_CHECK = Remedy("See the check", href="#check")


def surrogate(learned: Learned | None) -> Card | None:
    """None while there are too few trials for a model."""
    if learned is None:
        return None
    found, trials = learned.check, len(learned.numbers)
    rank = f"{found.correlation:.2f}".replace("-", "−")
    words = f"Rank correlation {rank} on {trials} trials that it had not seen"
    if found.verdict == "predicts":
        return Card(PASS, "The model predicts", f"{words}.")
    if found.verdict == "roughly":
        return Card(PASS, "The model predicts roughly", f"{words}.")
    why = "as is usual with so few" if trials < FEW else "the scores may be mostly noise, or nearly the same everywhere"
    more = (Remedy("Extend by 20", extends=True),) if trials < FEW else ()
    said = f"{words}: {why}. What the charts say of parameters is a guess."
    return Card(
        WARN,
        "The model does not predict yet" if trials < FEW else "The model does not predict",
        said,
        remedies=(SEES_CHECK, *more),
    )


def without_effect(learned: Learned | None, has_default: Collection[str]) -> Card | None:
    """has_default: the parameters that can be held at the library's default. None where the model is not believed."""
    if learned is None or not learned.trusted:
        return None
    found = learned.importance
    rows = list(zip(found.names, found.total.tolist(), found.low.tolist(), found.high.tolist(), strict=True))
    idle = [row for row in rows if row[3] <= NO_EFFECT]
    if not idle or len(rows) < 2:
        name, share = max(rows, key=lambda row: row[1])[:2]
        words = f"{name} explains most of the differences between scores, {format_percent(share)}."
        return Card(PASS, "No parameter is idle", words)
    said = [
        f"{name} explains {format_percent(share)} ({format_percent(low)} to {format_percent(high)})"
        for name, share, low, high in idle
    ]
    title = (
        f"{idle[0][0]} has no visible effect" if len(idle) == 1 else f"{len(idle)} parameters have no visible effect"
    )
    remedies = (
        tuple(
            Remedy(f"Hold {name} at its default", follow=urlencode({"hold": name}))
            for name, *_ in idle[:3]
            if name in has_default
        )
        if len(idle) < len(rows)
        else ()
    )
    return Card(WARN, title, f"Of the differences between scores {'; '.join(said[:3])}.", remedies=remedies)

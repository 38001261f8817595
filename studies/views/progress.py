"""How far a study has come and how long it may still take."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, Count, F, Max, Sum, When, Window
from django.db.models.functions import Coalesce

from studies.engine.moves import elapsed_seconds
from studies.models import ASKING, Method, Study, Trial, TrialState
from studies.plots.score_dots import MixBar, Sparkline, mix_bar, sparkline

ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)
SHOWN_ORDER = ("complete", "running", "pruned", "failed", "cancelled", "waiting")
SPARK_STEPS = 78


@dataclass(frozen=True)
class Incumbent:
    """A trial that was the best so far when its turn came."""

    number: int
    value: float
    stderr: float | None


@dataclass(frozen=True)
class Progress:
    """Counts of trials by state, what they cost, and the best so far of one study."""

    study: Study
    counts: dict[str, int]
    worker_seconds: float
    incumbents: list[Incumbent]

    @property
    def best(self) -> Incumbent | None:
        return self.incumbents[-1] if self.incumbents else None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Trials that ended by themselves; cancelled ones do not count."""
        return sum(self.counts[state] for state in ENDED)

    @property
    def budget(self) -> int | None:
        """How many trials it may have; None where no end is set: a manual study ends when someone finishes it."""
        return None if self.study.method == Method.MANUAL else max(self.study.max_trials, self.done)

    @property
    def to_go(self) -> int:
        return 0 if self.budget is None else self.budget - self.done

    @property
    def in_progress(self) -> int:
        return self.counts["running"] + self.counts["waiting"]

    @property
    def seconds_left(self) -> float | None:
        """Mean cost of a trial times those to go, by those that run side by side now; None while nothing is known."""
        if self.study.state not in ASKING or not self.done or not self.to_go:
            return None
        guess = self.worker_seconds / self.done * self.to_go / max(1, self.counts["running"])
        if self.study.max_seconds is not None:
            guess = min(guess, max(0.0, self.study.max_seconds - elapsed_seconds(self.study)))
        return guess

    @property
    def elapsed(self) -> float:
        return elapsed_seconds(self.study)

    @property
    def words(self) -> str:
        """Such as "46 complete, 4 running, 3 failed"; states without trials are left out."""
        parts = [f"{self.counts[state]:,} {state}" for state in SHOWN_ORDER if self.counts[state]]
        return ", ".join(parts)

    @property
    def mix(self) -> MixBar:
        """The counts as a bar; what is still to come is drawn like what waits."""
        shown = {state: self.counts[state] for state in SHOWN_ORDER}
        shown["waiting"] = max(shown["waiting"], self.to_go - self.counts["running"])
        return replace(mix_bar(shown, width=112), label=self.words or "no trials yet")

    @property
    def spark(self) -> Sparkline | None:
        """Best so far by trial number, in as many steps as can be seen."""
        if self.best is None:
            return None
        first, last = self.incumbents[0].number, max(self.total - 1, self.best.number)
        steps = min(last - first, SPARK_STEPS) or 1
        values, held = [], 0
        for step in range(steps + 1):
            number = first + (last - first) * step / steps
            while held + 1 < len(self.incumbents) and self.incumbents[held + 1].number <= number:
                held += 1
            values.append(self.incumbents[held].value)
        return sparkline(values)

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.budget) if self.budget else 0


def progress_of(studies: Iterable[Study]) -> dict[int, Progress]:
    """The progress of each study by its id, in two queries however many there are."""
    studies = list(studies)
    counts = {study.pk: dict.fromkeys(TrialState.values, 0) for study in studies}
    seconds = dict.fromkeys(counts, 0.0)
    spent = Coalesce(Sum("fit_seconds"), 0.0) + Coalesce(Sum("score_seconds"), 0.0)
    groups = Trial.objects.filter(study__in=counts).order_by().values("study_id", "state")
    for group in groups.annotate(n=Count("pk"), spent=spent):
        counts[group["study_id"]][group["state"]] = group["n"]
        seconds[group["study_id"]] += group["spent"]
    for study in studies:
        say_by_lanes(counts[study.pk], study.parallel)
    best = _incumbents(counts)
    return {study.pk: Progress(study, counts[study.pk], seconds[study.pk], best[study.pk]) for study in studies}


def say_by_lanes(counts: dict[str, int], parallel: int) -> None:
    """A lane takes several cheap trials at once and runs one after the other: the others wait for their turn."""
    later = max(0, counts["running"] - parallel)
    counts["running"] -= later
    counts["waiting"] += later


def _incumbents(study_ids: Iterable[int]) -> dict[int, list[Incumbent]]:
    """The database picks the few trials that raised the best so far, so that long studies cost no more."""
    found: dict[int, list[Incumbent]] = {pk: [] for pk in study_ids}
    gain: Any = Case(When(study__direction="maximize", then=F("value")), default=-F("value"))
    top = Window(Max("gain"), partition_by="study_id", order_by="number")
    rows = (
        Trial.objects.filter(study__in=found, state=TrialState.COMPLETE, value__isnull=False)
        .annotate(gain=gain)
        .annotate(top=top)
        .filter(gain=F("top"))
        .order_by("study_id", "number")
        .values_list("study_id", "number", "value", "stderr")
    )
    for study_id, number, value, stderr in rows:
        so_far = found[study_id]
        if not so_far or so_far[-1].value != value:
            so_far.append(Incumbent(number, value, stderr))
    return found

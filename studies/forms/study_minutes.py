"""What a search takes in minutes, as a range, and how that range comes about."""

from dataclasses import dataclass, field

from studies.engine.probe import Pending, Timing
from studies.engine.spec_examination import Examination
from studies.evaluation.timing import Seconds
from studies.models import Method
from studies.plots.numbers import count_of, format_duration, format_span

from .study_price import Line

OVERHEAD = 0.04  # seconds for asking, telling and storing a trial, measured on whole studies of short fits
MORE_REPEATS = 3
WORDS = {
    Pending.NOT_ASKED: "Timing a few fits on your data…",
    Pending.WAITING: "A few fits are timed as soon as a worker is free…",
    Pending.RUNNING: "Timing a few fits on your data…",
    Pending.NO_WORKER: "No worker is running, so no fit can be timed. You can launch; the study waits for a worker.",
    Pending.NO_QUEUE: "The queue does not answer, so no fit can be timed. You can launch; the study waits for it.",
    Pending.TOO_MANY: "You had many choices timed within the hour, so this one is not. You can launch all the same.",
}


@dataclass(frozen=True)
class Minutes:
    """The range first; then where it comes from, the sum, and what other choices would take."""

    span: str = ""
    where: str = ""
    hint: str = ""
    trouble: str = ""
    how: str = ""
    is_on_its_way: bool = False
    lines: list[Line] = field(default_factory=list)


def minutes_of(
    found: Examination, timing: Timing | None, workers: int, studies: int = 1, trials: int | None = None
) -> Minutes:
    """`workers` that are alive; `studies` that are launched together run so many `trials` in all."""
    if timing is None or found.plan is None or found.trials_to_run is None or found.parallel is None:
        return Minutes()
    hint, trouble = _hint(timing), _trouble(timing)
    seconds = timing.seconds
    if seconds is None:
        return Minutes(hint=hint, trouble=trouble, is_on_its_way=timing.is_on_its_way)
    if found.method == Method.MANUAL and trials is None:
        span, where = format_span(*_trial_seconds(found, seconds)), "a trial"
        return Minutes(span, where, hint, trouble, _how(timing), timing.is_on_its_way)
    at_once = max(1, min(found.parallel * studies, workers or 1))
    trials = trials or found.trials_to_run
    span = format_span(*_wall(found, seconds, at_once, trials))
    where = f"on {count_of(at_once, 'worker')}" if workers else "on 1 worker, once one runs"
    lines = _lines(found, seconds, at_once, trials)
    return Minutes(span, where, hint, trouble, _how(timing), timing.is_on_its_way, lines)


def _trial_seconds(found: Examination, seconds: Seconds, repeats: int | None = None) -> tuple[float, float]:
    """Low and high of one trial; none takes longer than its own limit."""
    fits = found.plan.folds * (repeats or found.plan.repeats)  # type: ignore[union-attr]
    most = found.trial_seconds or float("inf")
    return min(fits * seconds.low, most) + OVERHEAD, min(fits * seconds.high, most) + OVERHEAD


def _wall(
    found: Examination, seconds: Seconds, at_once: int, trials: int, repeats: int | None = None
) -> tuple[float, float]:
    """Low and high of the whole, never longer than its own limit."""
    low, high = _trial_seconds(found, seconds, repeats)
    most = found.max_seconds or float("inf")
    return min(trials * low / at_once, most), min(trials * high / at_once, most)


def _lines(found: Examination, seconds: Seconds, at_once: int, trials: int) -> list[Line]:
    def span(at_once: int, repeats: int | None = None) -> str:
        return format_span(*_wall(found, seconds, at_once, trials, repeats))

    low, high = _trial_seconds(found, seconds)
    lines = []
    if at_once > 1:
        lines.append(Line("Worker time", format_span(trials * low, trials * high), is_sum=True))
        lines.append(Line("On 1 worker", span(1)))
    lines.append(Line(f"On {2 * at_once} workers, {2 * at_once} in parallel", span(2 * at_once)))
    if found.plan.repeats < MORE_REPEATS:  # type: ignore[union-attr]
        lines.append(Line(f"With {MORE_REPEATS} repeats", span(at_once, MORE_REPEATS)))
    return lines


def _hint(timing: Timing) -> str:
    if timing.pending is not None and timing.seconds is None:
        return WORDS.get(timing.pending, "")
    if timing.pending is not None:
        return f"As timed with other ranges. {WORDS.get(timing.pending, '')}"
    if timing.trials:
        return f"From {count_of(timing.trials, 'finished trial')} of this model on this data."
    each = format_duration(timing.seconds.typical) if timing.seconds else ""
    return f"From {count_of(timing.probe.timed, 'timed fit')} on your data, about {each} each." if timing.probe else ""


def _trouble(timing: Timing) -> str:
    """What the model said to the timed configurations, so that nobody has to launch to hear it."""
    if not timing.error:
        return ""
    if timing.probe is not None and timing.probe.timed:
        tried = timing.probe.timed + timing.probe.failures
        return f"{timing.probe.failures} of {tried} timed configurations failed: {timing.error}"
    return timing.error


def _how(timing: Timing) -> str:
    ends = (
        "The low end is if the search settles among the cheaper half of them, the high end among the dearer half; "
        "other work on the same machine makes it longer."
    )
    if timing.trials:
        return (
            f"The mean fit of the team’s last {count_of(timing.trials, 'finished trial')} with these folds inside "
            f"these ranges, times the fits. {ends}"
        )
    probe = timing.probe
    if probe is None:
        return ""
    rows = f"{probe.timed_rows:,} training rows, as many as a fold has"
    if probe.timed_rows < probe.train_rows:
        rows = f"{probe.timed_rows:,} of a fold’s {probe.train_rows:,} training rows, and scaled up to all of them"
    points = f"the defaults and {probe.timed - 1} points spread over the ranges" if probe.timed > 1 else "the defaults"
    return f"A worker fitted and scored {points}, each on {rows}; their mean, times the fits. {ends}"

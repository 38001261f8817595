"""What must hold of a study after whatever was done to it; each broken promise is a sentence.

It reads rows, the estimator's own log of fits and the table of processes, and works out by itself what the trials of
a grid or random study should be and score. Nothing of the engine is asked.
"""

import json
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from studies.evaluation import Plan, decode_predictions, evaluate
from studies.models import TERMINAL, Method, Outcome, Source, Study, Trial, TrialState
from studies.search import Space, make_method
from tests.faults.estimator import calm, registered

REPLAYED = {Method.GRID, Method.RANDOM}
LAST_OUTCOME = {
    TrialState.COMPLETE: {Outcome.COMPLETE},
    TrialState.FAILED: {Outcome.FAILED, Outcome.KILLED, Outcome.LOST},
    TrialState.CANCELLED: {Outcome.KILLED, Outcome.LOST},
}


def problems_of(study: Study, log: Path | None = None, overlaps: bool = False) -> list[str]:
    """Every broken promise about an ended study, in words; an empty list is what one wants to see.

    `overlaps`: a process was frozen, so two attempts of a trial may have been fitting at the same time.
    """
    study = Study.objects.select_related("dataset_version", "plan").get(pk=study.pk)
    trials = list(study.trials.order_by("number").prefetch_related("attempts"))
    found = [*_of_the_study(study, trials), *_of_the_scores(study, trials)]
    for trial in trials:
        found += [f"Trial {trial.number}: {problem}" for problem in _of_the_attempts(trial)]
    if log is not None:
        found += _of_the_log(study, trials, log, overlaps)
    return found


def _of_the_study(study: Study, trials: list[Trial]) -> Iterator[str]:
    if study.state not in TERMINAL:
        yield f"The study is {study.state}, not ended"
    numbers = [trial.number for trial in trials]
    if numbers != list(range(study.next_number)):
        yield f"Trials are numbered {numbers}, and {study.next_number} were given out"
    proposals = sorted(trial.proposal_index for trial in trials if trial.proposal_index is not None)
    if proposals != list(range(study.next_proposal)):
        yield f"Proposals are {proposals}, and {study.next_proposal} were taken"
    counts = study.trial_counts()
    if sum(counts.values()) != len(trials) or counts["waiting"] or counts["running"]:
        yield f"Counts {counts} do not add up to {len(trials)} ended trials"
    if study.state == "complete" and counts["cancelled"]:
        yield f"{counts['cancelled']} trials of a complete study are cancelled"
    if held := list(study.lanes.exclude(token="").values_list("number", flat=True)):
        yield f"Lanes {held} are still held"
    complete = [trial for trial in trials if trial.state == TrialState.COMPLETE]
    sign = -1 if study.maximize else 1
    best = min(complete, key=lambda trial: (sign * trial.value, trial.number), default=None)
    if best != study.best_trial():
        yield f"The best is said to be {study.best_trial()}, and it is {best}"


def _of_the_attempts(trial: Trial) -> Iterator[str]:
    attempts = list(trial.attempts.all())
    outcomes = [attempt.outcome for attempt in attempts]
    if [attempt.number for attempt in attempts] != list(range(1, len(attempts) + 1)):
        yield f"its attempts are numbered {[attempt.number for attempt in attempts]}"
    if trial.state != TrialState.CANCELLED and not attempts:
        yield f"it is {trial.state} without an attempt"
    elif attempts and outcomes[-1] not in LAST_OUTCOME.get(trial.state, set()):
        yield f"it is {trial.state}, and its attempts ended {outcomes}"
    for attempt in attempts[:-1]:
        if attempt.outcome not in {Outcome.LOST, Outcome.KILLED} or not attempt.detail:
            yield f"attempt {attempt.number} ended {attempt.outcome} ({attempt.detail!r}), and yet there is another"
    for attempt in attempts:
        if attempt.ended_at is None or attempt.ended_at < attempt.started_at:
            yield f"attempt {attempt.number} lasted from {attempt.started_at} to {attempt.ended_at}"


def _of_the_scores(study: Study, trials: list[Trial]) -> Iterator[str]:
    plan = Plan.from_bytes(study.plan.fold_of_row)
    for trial in trials:
        if trial.state != TrialState.COMPLETE:
            if trial.value is not None:
                yield f"Trial {trial.number} is {trial.state} and has the value {trial.value}"
            continue
        if len(trial.fold_scores) != plan.n_fits or not all(math.isfinite(score) for score in trial.fold_scores):
            yield f"Trial {trial.number} has the fold scores {trial.fold_scores} for {plan.n_fits} folds"
        elif trial.value != float(np.mean(trial.fold_scores)):
            yield f"Trial {trial.number} has the value {trial.value}, which is not the mean of its folds"
        if not hasattr(trial, "predictions") or decode_predictions(trial.predictions.data) is None:
            yield f"Trial {trial.number} has no predictions"
    yield from _of_the_replay(study, trials, plan)


def _of_the_replay(study: Study, trials: list[Trial], plan: Plan) -> Iterator[str]:
    """Grid and random, proposed and scored again here, undisturbed: bit-equal."""
    from studies.engine.tables import evaluation_table

    table = evaluation_table(study.dataset_version, study.target, study.task)
    proposed: list[dict[str, object]] | None = None
    if study.method in REPLAYED:
        options = study.method_options
        method = make_method(
            study.method, Space.from_json(study.space), seed=study.seed, direction=study.direction, **options
        )
        proposed = method.ask(n=study.next_proposal, history=[], start=0)
    with registered(), calm():
        for trial in trials:
            if (
                proposed is not None
                and trial.source == Source.METHOD
                and trial.config != proposed[trial.proposal_index]
            ):
                yield f"Trial {trial.number} has {trial.config}, and {proposed[trial.proposal_index]} was its turn"
            if trial.state == TrialState.COMPLETE:
                seed = trial_seed(study.seed, trial.number)
                alone = evaluate(table, plan, study.estimator, trial.config, metric=study.metric, seed=seed)
                if trial.fold_scores != alone.fold_scores:
                    yield f"Trial {trial.number} scored {trial.fold_scores}, and undisturbed {alone.fold_scores}"


# -- what really ran ------------------------------------------------------------------------------------------------


def _of_the_log(study: Study, trials: list[Trial], log: Path, overlaps: bool) -> Iterator[str]:
    """Fits that nobody's attempt explains, and two processes at one trial at the same time."""
    fits = Plan.from_bytes(study.plan.fold_of_row).n_fits
    trial_of = {seed: trial for trial in trials for seed in fold_seeds(study.seed, trial.number, fits)}
    ended: dict[int, Counter[int]] = defaultdict(Counter)
    spans: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for line in fits_in(log):
        trial = trial_of.get(line["seed"])
        if trial is None:
            continue
        ended[trial.number][line["seed"]] += line["what"] == "ends"  # one that lacked memory may begin again
        first, _ = spans[trial.number].get(line["pid"], (line["at"], 0.0))
        spans[trial.number][line["pid"]] = (first, line["at"])
    for trial in trials:
        most = max(len(spans[trial.number]), *ended[trial.number].values(), 0)
        attempts = len(trial.attempts.all())
        if most > attempts:
            yield f"Trial {trial.number} was begun or fitted {most} times, and {attempts} attempts are on record"
        ordered = sorted(spans[trial.number].values())
        if not overlaps and any(earlier[1] > later[0] for earlier, later in pairwise(ordered)):
            yield f"Trial {trial.number} was fitted by two processes at the same time"


def fits_in(log: Path) -> Sequence[dict[str, object]]:
    """The lines of the estimator's log; a process that was killed may have left half a line."""
    return _lines(log, log.stat().st_size) if log.exists() else ()


@lru_cache(maxsize=1)
def _lines(log: Path, size: int) -> Sequence[dict[str, object]]:
    """Read once for all studies of a soak: nobody does anything to the log but write on at its end."""
    found = []
    for line in log.read_text(encoding="ascii").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def trial_seed(study_seed: int, number: int) -> int:
    return int(np.random.SeedSequence([study_seed, number]).generate_state(1)[0])


def fold_seeds(study_seed: int, number: int, fits: int) -> list[int]:
    seed = trial_seed(study_seed, number)
    return [int(np.random.SeedSequence([seed, index]).generate_state(1)[0]) for index in range(fits)]


# -- what is left behind --------------------------------------------------------------------------------------------


def processes_in(folder: Path) -> dict[int, str]:
    """Living processes whose working directory is the folder, inherited by all that a run starts: pid -> command line.

    A session of its own, an exec or the death of the parent change nothing about that (Linux).
    """
    found: dict[int, str] = {}
    for pid in _pids():
        try:
            if os.readlink(f"/proc/{pid}/cwd") == str(folder) and is_running(pid):
                found[pid] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
    return found


def _pids() -> Iterable[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()] if os.path.isdir("/proc") else []


def is_running(pid: int | None) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False

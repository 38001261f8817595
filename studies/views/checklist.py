"""The facts that a decision about a trial rests on, each with a mark; nobody can tick one by hand."""

from math import hypot
from typing import Any

from studies.engine.follow_up import bounds_of
from studies.engine.standing import kept_sentences, standing
from studies.evaluation.fold_difference import fold_difference
from studies.models import Study, StudyState, Trial
from studies.plots.numbers import count_of, format_points, format_score

from . import honest_checks
from .expected_scores import Expected
from .findings import FAIL, ORDER, PASS, WARN, Check, failed_words, failure_mark, some, touched
from .headline import MOST_PERCENT, POINTS, gain_over
from .labels import plan_label
from .opening_check import opened
from .progress import Progress
from .runner_ups import RunnerUps
from .study_spec import parameters_of

CLEAR = 2.0  # standard errors
FEW_TRIALS = 10


def checklist(
    study: Study,
    trial: Trial,
    defaults: Trial | None,
    progress: Progress,
    runner_ups: RunnerUps,
    newest_version: int,
    expected: Expected | None = None,
) -> list[Check]:
    """Fails first, then warnings, then what passes. `newest_version`: the number of the dataset's latest version.

    Gains and the tie are those of the resamples where figures know the trial, and rest on the folds' errors elsewhere.
    The figures' gains are the search's: they are said of a trial that is tied with its choice.
    """
    known = expected if expected is not None and expected.knows(trial) else None
    own = known if known and known.is_tied(trial.number) else None
    found = [
        _plan(study),
        _trials(progress),
        _over_defaults(study, trial, defaults, own),
        (honest_checks.over_baseline(own) if own else None) or _over_baseline(study, trial),
        honest_checks.tie(known, trial) if known else _tie(trial, runner_ups),
        *(honest_checks.of_the_search(known) if known else ()),
        opened(study, trial),
        _edge(study, trial),
        _data(study),
        _version(study, newest_version),
        _ended(study, progress),
    ]
    return sorted((check for check in found if check), key=lambda check: ORDER[check.mark])


def _plan(study: Study) -> Check:
    kind = study.plan_spec.get("kind")
    words = f"{plan_label(study)}, {count_of(study.dataset_version.rows, 'row')}."
    roles = {column.role for column in study.dataset_version.columns.all()}
    if "group" in roles and kind != "group":
        return Check(
            FAIL, "Groups are split", f"The table has a group column, but its groups lie in several folds: {words}"
        )
    if "time" in roles and kind != "time":
        return Check(
            WARN, "Later rows predict earlier ones", f"The table has a time column, but the folds ignore it: {words}"
        )
    if study.task == "classification" and kind == "kfold":
        return Check(WARN, "Folds are not stratified", f"A rare class may be missing from a fold: {words}")
    return Check(PASS, "The evaluation plan fits the data", words)


def _trials(progress: Progress) -> Check:
    complete, failed, done = progress.counts["complete"], progress.counts["failed"], progress.done
    words = f"{complete:,} complete, {failed_words(failed, done)}."
    mark = failure_mark(failed, done)
    if mark != PASS:
        return Check(mark, "Most trials failed" if mark == FAIL else "Many trials failed", words)
    if complete < FEW_TRIALS:
        return Check(WARN, "Few trials", f"{words} The search has hardly begun.")
    return Check(PASS, "Enough trials, few failures", words)


def _over_defaults(study: Study, trial: Trial, defaults: Trial | None, known: Expected | None) -> Check:
    if trial.source == "default":
        return Check(WARN, "It is the defaults", "The search gained nothing over what the library does by itself.")
    if defaults is None or defaults.value is None:
        return Check(WARN, "Nothing to hold it against", "Trial 0, the library’s defaults, has no score.")
    if known and (check := honest_checks.over_defaults(known)):
        return check
    return _gain(study, trial, "the defaults", defaults.value, defaults.stderr, defaults.fold_scores)


def _over_baseline(study: Study, trial: Trial) -> Check | None:
    guess = study.baseline or {}
    if guess.get("value") is None:
        return None
    return _gain(study, trial, "the baseline", guess["value"], guess.get("stderr"), guess.get("fold_scores", []))


def _gain(study: Study, trial: Trial, name: str, value: float, stderr: float | None, folds: list[Any]) -> Check:
    """Better, perhaps better, or not; the error is that of the difference, over the same folds where both have them."""
    paired = fold_difference(trial.fold_scores, folds, study.plan_spec.get("folds", 0))
    error = paired[1] if paired else hypot(trial.stderr or 0.0, stderr or 0.0)
    better = (trial.value - value) * (1 if study.maximize else -1)
    words = f"{gain_over(study, trial.value, value).words}, standard error {_size(study, error, value)}."
    if better <= 0:
        return Check(FAIL, f"Not better than {name}", words)
    if better <= CLEAR * error:
        return Check(WARN, f"Perhaps no better than {name}", f"{words} Less than twice its error: it may be chance.")
    return Check(PASS, f"Better than {name}", words)


def _size(study: Study, error: float, reference: float) -> str:
    """An error in the unit of gain_over."""
    if study.metric in POINTS:
        return format_points(error).lstrip("+±")
    if not reference:
        return format_score(error, error)
    share = 100 * (error / abs(reference))
    return f"{share:.1f} %" if share < MOST_PERCENT else f"> {MOST_PERCENT:,} %"


def _tie(trial: Trial, others: RunnerUps) -> Check:
    if others.n_better:
        return Check(
            WARN, "Others score clearly better", f"{count_of(others.n_better, 'trial')} beyond the noise of both."
        )
    if others.n_tied:
        words = f"{count_of(others.n_tied, 'other trial')} within the noise: choose among them by what else counts."
        return Check(PASS, "Tied with the best", words)
    return Check(PASS, "Clearly the best", f"No other trial comes within the noise of trial {trial.number}.")


def _edge(study: Study, trial: Trial) -> Check:
    parameters = parameters_of(study)
    edges = touched(parameters, trial.config)
    if edges:  # nothing can lie beyond what the model takes at all; asked only now, since it reads the table
        edges = touched(parameters, trial.config, bounds_of(study))
    if edges:
        return Check(
            WARN,
            "On the edge of the search space",
            f"{some([touch.words for touch in edges])}. Better values may lie beyond.",
        )
    return Check(PASS, "Inside the search space", "No number that could be wider is at the end of its range.")


def _data(study: Study) -> Check:
    found = standing(study.dataset_version)
    messages = [one.message().rstrip(".") for one in found if one.is_asked]
    kept = "".join(f" {sentence}" for sentence in kept_sentences(found))
    if messages:
        return Check(WARN, f"{count_of(len(messages), 'warning')} about the data", f"{some(messages)}.{kept}")
    if kept:
        return Check(PASS, "No open question about the data", kept.strip())
    return Check(PASS, "No warning about the data", "Neither duplicates nor a column that gives the target away.")


def _version(study: Study, newest: int) -> Check:
    number = study.dataset_version.number
    if newest > number:
        return Check(WARN, "Newer data", f"The study used version {number}; the dataset is at version {newest}.")
    return Check(PASS, "The latest data", f"Version {number} is the dataset’s latest.")


def _ended(study: Study, progress: Progress) -> Check:
    if study.is_terminal:
        words = study.reason or f"It is {study.get_state_display().lower()}."
        mark = FAIL if study.state == StudyState.FAILED else PASS
        return Check(mark, "The search has ended", words)
    left = f"{count_of(progress.to_go, 'trial')} to go" if progress.budget else "it waits for trials by hand"
    return Check(WARN, "The search goes on", f"{study.get_state_display()}, {left}: a better trial may still come.")

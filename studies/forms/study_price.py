"""The plan in plain words, and what it costs."""

from collections.abc import Iterator
from dataclasses import dataclass

from studies.engine.spec_examination import Examination, Plan
from studies.plots.numbers import count_of
from studies.search import Constant

from .study import StudyForm

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FOLD_WORDS = {
    "stratified": "stratified folds",
    "kfold": "random folds",
    "group": "folds of whole groups",
    "time": "blocks of time",
}
SEARCHED_BY = {
    "manual": "tried by hand",
    "grid": "searched by grid",
    "random": "searched at random",
    "bayesian": "searched by Bayesian optimisation",
    "evolutionary": "searched by evolution",
}


@dataclass(frozen=True)
class Line:
    said: str
    number: str
    is_sum: bool = False


@dataclass(frozen=True)
class Fault:
    """One refusal, linked to its field."""

    anchor: str
    label: str
    sentence: str


def price_lines(found: Examination) -> list[Line]:
    """How the number of fits comes about."""
    if found.plan is None or found.trials_to_run is None or found.fits is None:
        return []
    lines = []
    if found.space is not None:
        lines.append(Line("Parameters searched", str(found.space.dimensions)))
    if found.grid_size is not None:
        lines.append(Line("Grid", count_of(found.grid_size, "configuration")))
    elif found.space is not None and found.space.size is not None:
        lines.append(Line("Space", count_of(found.space.size, "configuration")))
    lines.append(Line(_product(found.trials_to_run, found.plan), count_of(found.fits, "fit"), is_sum=True))
    return lines


def _product(trials: int, plan: Plan) -> str:
    parts = [count_of(trials, "trial"), count_of(plan.folds, "fold")]
    return " × ".join([*parts, count_of(plan.repeats, "repeat")] if plan.repeats > 1 else parts)


def plan_words(found: Examination) -> str:
    """The whole plan as two sentences; empty while something of it is wrong."""
    if not (found.version and found.table and found.estimator and found.metric and found.plan and found.space):
        return ""
    if found.method is None or found.trials_to_run is None or found.parallel is None:
        return ""
    folds = f"{_word(found.plan.folds)} {FOLD_WORDS[found.plan.kind]}"
    repeats = f", repeated {_word(found.plan.repeats)} times," if found.plan.repeats > 1 else ""
    searched = found.space.dimensions
    data = f"{found.version.dataset.name} v{found.version.number}"
    return (
        f"Tune {_lower(found.estimator.label)} on {count_of(found.table.n_rows, 'row')} of {data}, "
        f"scored by {_lower(found.metric.label)} with {folds}{repeats} and "
        f"{_word(searched)} parameter{'' if searched == 1 else 's'} {SEARCHED_BY[found.method]}. "
        f"{_trials(found, found.trials_to_run)}{_limits(found)}"
    )


def _trials(found: Examination, trials: int) -> str:
    if found.method == "manual":
        return f"Up to {count_of(trials, 'trial')} that you add, at most {found.parallel} at a time."
    return f"{count_of(trials, 'trial')} run, at most {found.parallel} at a time."


def _limits(found: Examination) -> str:
    if found.max_seconds is None:
        return ""
    return f" The search ends after {found.max_seconds / 60:,.3g} min at the latest."


def faults(form: StudyForm) -> Iterator[Fault]:
    """Everything that is wrong, in the order of the page."""
    for sentence in form.non_field_errors():
        yield Fault("new-study", "", str(sentence))
    for bound in form:
        for sentence in bound.errors:
            yield Fault(bound.auto_id, str(bound.label), str(sentence))
    for row in form.space.rows if form.space else []:
        for sentence in row.errors:
            yield Fault(row.anchor, row.name, sentence)
    for sentence in form.space.forbidden.errors if form.space else []:
        yield Fault("id_space_forbidden", "Forbidden combinations", sentence)


def searched_words(form: StudyForm) -> str:
    """4 searched, 2 fixed."""
    if form.space is None:
        return ""
    entries = form.space.to_json()["parameters"]
    fixed = len([entry for entry in entries if entry["type"] == Constant.type])
    searched, held = len(entries) - fixed, len(form.space.rows) - len(entries) + fixed
    return f"{searched} searched, {held} fixed" if held else f"All {searched} searched"


def _word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def _lower(label: str) -> str:
    """Random forest in the middle of a sentence; SVM, R² and k-NN keep their capitals."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label

"""What an evolutionary trial was made of and what became of its own children."""

from dataclasses import dataclass

from studies.models import Method, Study, Trial, TrialState
from studies.plots.numbers import NOTHING, format_parameter

from .study_spec import parameters_of

MOST_CHILDREN = 8
SHOWN = ("pk", "study_id", "number", "state", "reason", "value", "stderr", "config")


UNDER_WAY = (TrialState.WAITING, TrialState.RUNNING)


@dataclass(frozen=True)
class Change:
    """A parameter in which the child differs from its mother; `is_inherited` where it has the father's value."""

    name: str
    mother: str
    father: str
    here: str
    is_inherited: bool


@dataclass(frozen=True)
class Lineage:
    """`outcome`: what came of the trial, beside its parents; children are the best few, `n_better` of all beat it."""

    parents: list[Trial]
    changes: list[Change]
    outcome: str
    children: list[Trial]
    n_children: int
    n_better: int

    @property
    def mother(self) -> Trial | None:
        return self.parents[0] if self.parents else None

    @property
    def father(self) -> Trial | None:
        return self.parents[1] if len(self.parents) > 1 else None


def lineage_of(study: Study, shown: Trial) -> Lineage | None:
    """Parents and children, best first; None where there are neither. At most two queries, none for other methods."""
    if study.method != Method.EVOLUTIONARY:
        return None
    later = study.trials.filter(number__gt=shown.number).exclude(state=TrialState.CANCELLED)
    born = {number for number, origin in later.values_list("number", "origin") if shown.number in _parents_in(origin)}
    named = _parents_in(shown.origin)
    if not born and not named:
        return None
    ranked = study.trials.filter(number__in=[*named, *born]).only(*SHOWN).ranked(study.maximize)
    by_number = {trial.number: trial for trial in ranked}
    parents = [by_number[number] for number in named if number in by_number]
    children = [trial for number, trial in by_number.items() if number in born]
    return Lineage(
        parents=parents,
        changes=_changes(study, shown, parents),
        outcome=_outcome(study, shown, parents),
        children=children[:MOST_CHILDREN],
        n_children=len(children),
        n_better=sum(_beats(study, child, [shown]) is True for child in children),
    )


def _parents_in(origin: dict[str, object]) -> list[int]:
    parents = origin.get("parents", [])
    return parents if isinstance(parents, list) else []


def _outcome(study: Study, shown: Trial, parents: list[Trial]) -> str:
    beats = _beats(study, shown, parents)
    if beats is None:
        return "It has no score yet." if shown.state in UNDER_WAY else "It has no score to compare."
    if len(parents) == 1:
        return "It is better than its parent." if beats else "It is not better than its parent."
    return "It is better than both." if beats else "It is not better than both."


def _beats(study: Study, child: Trial, parents: list[Trial]) -> bool | None:
    ours, *theirs = (trial.value if trial.state == TrialState.COMPLETE else None for trial in (child, *parents))
    if ours is None or not theirs or None in theirs:
        return None
    return all(ours > other if study.maximize else ours < other for other in theirs if other is not None)


def _changes(study: Study, shown: Trial, parents: list[Trial]) -> list[Change]:
    if not parents:
        return []
    mother, father, here = parents[0].config, parents[-1].config, shown.config
    names = [str(entry["name"]) for entry in parameters_of(study)]
    return [
        Change(
            name,
            mother=_word(name, mother),
            father=_word(name, father),
            here=_word(name, here),
            is_inherited=_same(name, here, father),
        )
        for name in names
        if not _same(name, here, mother)
    ]


def _same(name: str, one: dict[str, object], other: dict[str, object]) -> bool:
    return (name in one, one.get(name)) == (name in other, other.get(name))


def _word(name: str, config: dict[str, object]) -> str:
    return format_parameter(config[name]) if name in config else NOTHING

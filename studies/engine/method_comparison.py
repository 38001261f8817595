"""One study launched by several methods and seeds: same rows, folds, space and budget, kept as a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from studies.engine.actions import begin
from studies.engine.advance import advance
from studies.engine.preparing import prepare_to_launch
from studies.engine.spec import MAX_NAME, Resolved, SpecError, create_draft, resolved, unsaved_study, usual_name
from studies.engine.spec_errors import Problems, nearest, quote
from studies.engine.spec_examination import Examination
from studies.engine.spec_method import MAX_SEED, with_method
from studies.models import Comparison, Method, User

OFFERED = (Method.BAYESIAN, Method.EVOLUTIONARY, Method.RANDOM, Method.GRID)
MOST_SEEDS = 10
MOST_STUDIES = Comparison.MOST[Comparison.Kind.METHOD]
NAME_TRIES = 5


@dataclass(frozen=True)
class MethodComparison:
    """What would be launched: for each method its examination and its seeds. `problems` has "methods" and "seeds"."""

    found: Examination
    parts: tuple[tuple[Examination, tuple[int, ...]], ...]
    problems: Problems

    @property
    def studies(self) -> int:
        return sum(len(seeds) for _, seeds in self.parts)

    @property
    def trials(self) -> int | None:
        """Trials of all studies together; None while the budget is not understood."""
        sizes = [(found.trials_to_run, len(seeds)) for found, seeds in self.parts]
        return None if any(size is None for size, _ in sizes) else sum((size or 0) * count for size, count in sizes)

    def resolved(self) -> list[Resolved]:
        """A whole spec for each study; SpecError with all that is wrong."""
        errors = self.found.problems.errors | self.problems.errors
        if errors:
            raise SpecError(errors)
        base = base_name(self.found)
        return [
            replace(resolved(found), seed=seed, name=_name(base, found.method, seed, len(seeds)))
            for found, seeds in self.parts
            for seed in seeds
        ]


def compare_methods(found: Examination, methods: object, seeds: object) -> MethodComparison:
    """Lay methods and seeds over an examined spec. `seeds` is how many, counted from the spec's own, or a list."""
    problems = Problems()
    chosen = _methods(methods, problems)
    numbers = _seeds(seeds, found.seed or 0, problems)
    parts = []
    for method in chosen:
        part = found if method == found.method else with_method(found, method)
        if part is not found:
            for sentences in part.problems.errors.values():
                problems.add("methods", f"{Method(method).label}: {' '.join(sentences)}")
        parts.append((part, numbers[:1] if method == Method.GRID else numbers))
    comparison = MethodComparison(found, tuple(parts), problems)
    if not problems:
        _count(comparison)
    return comparison


def launch_comparison(comparison: MethodComparison, who: User) -> Comparison:
    """Make and launch all of its studies and keep them as a comparison: all of it or nothing.

    Raises SpecError for what is wrong with the spec, methods or seeds, and Refused as a launch does.
    """
    specs, team = comparison.resolved(), comparison.found.team
    first = unsaved_study(specs[0])
    prepared = prepare_to_launch(first, who)  # the folds and the score by chance are the same for all
    for tries in range(NAME_TRIES):
        try:
            with transaction.atomic():
                studies = [create_draft(spec, who) for spec in specs]
                for study in studies:
                    begin(study, who, prepared)
                name = Comparison.objects.of_team(team).free_name(f"{base_name(comparison.found)}, methods")
                made = Comparison.make(team, name, studies, kind=Comparison.Kind.METHOD, by=who)
            break
        except IntegrityError:  # somebody took the name in this moment
            if tries == NAME_TRIES - 1:
                raise
    for study in studies:
        advance(study.pk)
    return made


def base_name(found: Examination) -> str:
    """The spec's name; the usual one without its method."""
    if found.version is None or found.estimator is None or found.method is None:
        return found.name or ""
    dataset, label = found.version.dataset.name, found.estimator.label
    usual = usual_name(dataset, label, found.method)
    return usual.rpartition(", ")[0] if found.name in (None, usual) else str(found.name)


def _name(base: str, method: str | None, seed: int, seeds: int) -> str:
    end = f" · {Method(method).label}" + (f" · seed {seed}" if seeds > 1 else "")
    return f"{base[: MAX_NAME - len(end)].rstrip()}{end}"


def _methods(methods: object, problems: Problems) -> list[str]:
    if methods == []:
        problems.add("methods", f"No method is chosen; there are {', '.join(OFFERED)}.")
        return []
    if not isinstance(methods, Sequence) or isinstance(methods, str):
        problems.add("methods", f"methods is {quote(methods)}; it must be a list of some of {', '.join(OFFERED)}.")
        return []
    chosen: list[str] = []
    for method in methods[:MOST_STUDIES]:
        if method == Method.MANUAL:
            problems.add("methods", "Trials by hand are no method that can be repeated; leave manual out.")
        elif not isinstance(method, str) or method not in OFFERED:
            problems.add("methods", f"There is no method {quote(method)} to compare. {nearest(method, OFFERED)}")
        elif method in chosen:
            problems.add("methods", f"{quote(method)} is there twice; each method may be given once.")
        else:
            chosen.append(str(method))
    return chosen


def _seeds(seeds: object, first: int, problems: Problems) -> tuple[int, ...]:
    if _is_whole(seeds) and 1 <= seeds <= MOST_SEEDS:  # type: ignore[operator]
        first = min(first, MAX_SEED - MOST_SEEDS)
        return tuple(range(first, first + seeds))  # type: ignore[operator]
    if isinstance(seeds, list) and 1 <= len(seeds) <= MOST_SEEDS:
        if all(_is_whole(seed) and 0 <= seed <= MAX_SEED for seed in seeds) and len(set(seeds)) == len(seeds):
            return tuple(seeds)
        problems.add("seeds", f"seeds is {quote(seeds)}; each must be another whole number from 0 to {MAX_SEED:,}.")
        return ()
    problems.add("seeds", f"seeds is {quote(seeds)}; it must be a number from 1 to {MOST_SEEDS}, or a list of seeds.")
    return ()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(comparison: MethodComparison) -> None:
    count = comparison.studies
    if count < 2:
        sentence = "That is a single study; choose another method, or more seeds."
        if [found.method for found, _ in comparison.parts] == [Method.GRID]:
            sentence = "Grid takes no seed, so that is a single study; choose another method beside it."
        comparison.problems.add("methods", sentence)
    elif count > MOST_STUDIES:
        said = f"That makes {count} studies; at most {MOST_STUDIES} are launched together."
        comparison.problems.add("seeds", said)

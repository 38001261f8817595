"""How configurations are proposed, and when the search ends."""

from collections.abc import Mapping
from dataclasses import replace

from studies.search import METHODS, Space, SpaceError, make_method, method_options

from .spec_errors import Problems, counted, nearest, quote
from .spec_examination import Examination
from .spec_fields import Fields

BUDGET_KEYS = ("trials", "seconds", "trial_seconds", "trial_memory_mb")
MAX_TRIALS, MAX_PARALLEL, MAX_SEED = 100_000, 64, 2**63 - 1
MIN_MEMORY_MB, MAX_MEMORY_MB = 64, 2**20
USUAL_TRIALS, USUAL_PARALLEL = 60, 2
USUAL_GRID_LEVELS, MOST_GRID_LEVELS = 5, 200


def examine_method(spec: Fields, found: Examination) -> None:
    """Sets method, its options, the seed and, for a grid, its size."""
    found.seed = spec.whole("seed", 0, MAX_SEED, default=0)
    if spec.is_given("method"):
        found.method = spec.choice("method", tuple(METHODS))
    else:
        found.method = "bayesian"
        found.decide("Method: bayesian, because it learns from every trial where to look next.")
    if found.method is None:
        return
    known = method_options(found.method)
    options = spec.raw("method_options")
    if options is not None and not isinstance(options, Mapping):
        spec.wrong("method_options", f"method_options is {quote(options)}; it must be an object.")
        return
    for name in options or {}:
        if name not in known:
            hint = nearest(name, known) if known else f"The {found.method} method has none."
            spec.wrong(f"method_options.{str(name)[:100]}", f"There is no option {quote(name)}. {hint}")
    found.method_options = {name: value for name, value in (options or {}).items() if name in known}
    if found.space is not None:
        _try_method(spec, found, found.method, found.space)


def with_method(found: Examination, method: str) -> Examination:
    """The same examination with another method and its usual options; what is wrong with that alone is in problems."""
    other = replace(found, method=method, method_options={}, grid_size=None, problems=Problems(), decisions=[])
    if other.space is not None:
        _try_method(Fields({}, (), other.problems), other, method, other.space)
        _fill_budget_with_grid(other)
    return other


def examine_budget(spec: Fields, found: Examination) -> None:
    """Sets the limits; the search ends at whichever comes first."""
    budget = spec.part("budget", BUDGET_KEYS)
    found.max_trials = budget.whole("trials", 1, MAX_TRIALS, default=USUAL_TRIALS)
    if found.max_trials is not None and not budget.is_given("trials"):
        found.decide(f"Budget: {counted(found.max_trials, 'trial')}.")
    found.max_seconds = budget.positive("seconds")
    found.trial_seconds = budget.positive("trial_seconds")
    found.trial_memory_mb = budget.whole("trial_memory_mb", MIN_MEMORY_MB, MAX_MEMORY_MB)
    found.parallel = spec.whole("parallel", 1, MAX_PARALLEL, default=USUAL_PARALLEL)
    spec.off("racing", "racing", ("auto", "off", False))
    _examine_convergence(spec, found)
    _fill_budget_with_grid(found)
    _compare_sizes(found)


def _examine_convergence(spec: Fields, found: Examination) -> None:
    found.stop_when_converged = spec.flag("stop_when_converged") or False
    if found.stop_when_converged and found.plan is not None and found.plan.kind == "time":
        found.decide("Stop when converged: cannot be told from blocks of time; the limits alone end the search.")


def _fill_budget_with_grid(found: Examination) -> None:
    """A small grid gets more values per number, so that it uses the budget; unless somebody chose them."""
    if found.method != "grid" or found.space is None or found.grid_size is None or found.max_trials is None:
        return
    if "levels" in found.method_options or found.grid_size >= found.max_trials - 1:
        return
    levels, size = USUAL_GRID_LEVELS, found.grid_size
    while size < found.max_trials - 1 and levels < MOST_GRID_LEVELS:
        levels += 1
        size = found.space.grid(levels).count
    if size > found.grid_size:
        found.method_options, found.grid_size = {"levels": levels}, size
        found.decide(f"Grid: {levels} values per number instead of {USUAL_GRID_LEVELS}, to use the budget.")


def _try_method(spec: Fields, found: Examination, method: str, space: Space) -> None:
    try:
        make_method(method, space, found.seed or 0, "maximize", **found.method_options)
        if method == "grid":
            found.grid_size = space.grid(found.method_options.get("levels", USUAL_GRID_LEVELS)).count
    except SpaceError as error:
        path = "method_options.levels" if method == "grid" else "space"
        spec.wrong(path, str(error))
    except ValueError as error:
        option = next((name for name in found.method_options if str(error).startswith(name)), "")
        spec.wrong(f"method_options.{option}" if option else "method_options", f"{str(error).rstrip('.')}.")


def _compare_sizes(found: Examination) -> None:
    """Say when the grid or the space is smaller or larger than the budget; all of it is fine."""
    if found.max_trials is None:
        return
    if found.grid_size is not None:
        size = counted(found.grid_size, "configuration")
        if found.grid_size > found.max_trials - 1:
            tried = f"{found.max_trials - 1:,} of them, spread evenly, and the defaults"
            found.decide(f"The grid has {size}; the budget tries {tried}.")
        else:
            found.decide(f"The grid has {size}; the search ends when all were tried, and the defaults.")
    elif found.space is not None and found.space.size is not None and found.space.size < found.max_trials:
        size = counted(found.space.size, "configuration")
        found.decide(f"The space has only {size}, fewer than the budget of {found.max_trials:,} trials.")

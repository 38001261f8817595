"""The limits that a form or a program changes: only what is given, null for no limit."""

from typing import Any

from .spec_errors import Problems, SpecError
from .spec_fields import Fields
from .spec_method import BUDGET_KEYS, MAX_MEMORY_MB, MAX_PARALLEL, MAX_TRIALS, MIN_MEMORY_MB

KEYS = ("budget", "parallel", "stop_when_converged")


def changed_limits(body: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments for engine.actions.change_limits; SpecError for what is not a limit or out of bounds."""
    problems = Problems()
    fields = Fields(body, KEYS, problems)
    budget = fields.part("budget", BUDGET_KEYS)
    limits = {
        "max_trials": budget.whole("trials", 1, MAX_TRIALS),
        "max_seconds": budget.positive("seconds"),
        "trial_seconds": budget.positive("trial_seconds"),
        "trial_memory_mb": budget.whole("trial_memory_mb", MIN_MEMORY_MB, MAX_MEMORY_MB),
        "parallel": fields.whole("parallel", 1, MAX_PARALLEL),
        "stop_when_converged": fields.flag("stop_when_converged"),
    }
    named = [*(key in budget.values for key in BUDGET_KEYS), *(key in body for key in KEYS[1:])]
    given = dict(zip(limits, named, strict=True))
    for name, where, key in (("max_trials", budget, "trials"), ("parallel", fields, "parallel")):
        if given[name] and where.raw(key) is None:
            where.wrong(key, f"{key} is null; it must be a number.")
    if not problems and not any(given.values()):
        words = " or ".join(KEYS[1:])
        problems.add("budget", f"Nothing is to change; give some of {', '.join(BUDGET_KEYS)} in budget, or {words}.")
    if problems:
        raise SpecError(problems.errors)
    return {name: value for name, value in limits.items() if given[name]}

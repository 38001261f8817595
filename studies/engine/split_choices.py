"""What each evaluation plan would do with a version's rows, before a study is begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studies.evaluation import largest_folds
from studies.evaluation.sampling import used_table
from studies.models import DatasetVersion, Team

from .plans import PLAN_SEED
from .spec_data import examine_data
from .spec_examination import Examination
from .spec_fields import Fields
from .spec_plan import FOLDS, KINDS, examine_plan, kind_problem, too_few


@dataclass(frozen=True)
class SplitChoice:
    """A kind of plan on these rows: the most folds and what limits them, or the problem that forbids it."""

    kind: str
    most: int = 0
    limit: str = ""
    problem: str = ""


def examine_split(team: Team, version: DatasetVersion, plan: Mapping[str, Any]) -> Examination:
    """The part of a spec that says how rows are split, as a study on this version would have it."""
    found = Examination(team)
    fields = Fields({"dataset_version": version.pk, "plan": plan}, ("dataset_version", "plan"), found.problems)
    examine_data(fields, found)
    examine_plan(fields, found)
    return found


def split_choices(found: Examination) -> list[SplitChoice]:
    """Every kind of plan; none while the version has no target to predict."""
    return [] if found.whole is None else [_choice(found, kind) for kind in KINDS]


def _choice(found: Examination, kind: str) -> SplitChoice:
    if problem := kind_problem(found, kind):
        return SplitChoice(kind, problem=problem)
    try:
        table = used_table(found.whole, kind, None, PLAN_SEED)
    except ValueError as error:
        return SplitChoice(kind, problem=str(error))
    most, limit = largest_folds(table, kind)
    if most < FOLDS[0]:
        return SplitChoice(kind, problem=too_few(table, kind, limit))
    return SplitChoice(
        kind, most, limit if most < FOLDS[1] else f"a plan has no more; {table.n_rows // most:,} rows in each then"
    )

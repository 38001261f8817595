"""What a launch stores beside the study, made ready before its transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studies.engine import changes, held_out
from studies.engine.plans import PLAN_SEED, told_facts
from studies.engine.refused import Refused
from studies.engine.store.versions import StorageAway
from studies.engine.tables import evaluation_table
from studies.evaluation import Plan, Table, baseline, make_plan, plan_problem
from studies.models import DatasetVersion, Study, User

JUST_CORRECTED = "The dataset’s columns have just been corrected. Look at the study, then launch it again."
SET_STAYS = "The held-out set was changed for it; until a study is launched it can be changed on the dataset’s page."


@dataclass(frozen=True)
class Prepared:
    """What a launch stores beside the study: the folds, the facts that they rest on, the score by chance."""

    stored_as: str
    plan: Plan
    facts: dict[str, Any]
    chance: dict[str, Any]


def prepare_to_launch(study: Study, who: User | None) -> Prepared:
    """The dataset's held-out set made what the study asks for, then the folds drawn.

    What the rows forbid is Refused before any of them are held out, as far as they tell it by then.
    """
    if changes.is_settled(study):
        return prepare(study)
    if study.holdout == held_out.ON:
        prepare(study)
    changes.settle(study, who)
    try:
        return prepare(study)
    except Refused as error:
        raise Refused(f"{error} {SET_STAYS}") from error


def prepare(study: Study) -> Prepared:
    """Draw the folds, outside any transaction; they may serve every study with the same data, plan and metric."""
    return prepare_with(study, lambda table: plan_of_spec(table, study.plan_spec))


def plan_of_spec(table: Table, spec: dict[str, Any]) -> Plan:
    return make_plan(table, spec["kind"], spec["folds"], spec["repeats"], PLAN_SEED, spec.get("rows"))


def prepare_with(study: Study, draw: Callable[[Table], Plan]) -> Prepared:
    """Have the folds drawn on the study's table; a ValueError, with what the rows do allow, becomes Refused."""
    stored_as = study.dataset_version.stored_as
    try:
        # The columns may have been corrected since the draft was made.
        table = evaluation_table(study.dataset_version, study.target, study.task)
        plan = draw(table)
        if problem := plan_problem(table, plan, study.metric):
            raise ValueError(problem)
        facts = told_facts(study.dataset_version, table, plan)
        return Prepared(stored_as, plan, facts, _baseline(table, plan, study.metric))
    except ValueError as error:
        raise Refused(f"{str(error).rstrip('.')}.") from error
    except StorageAway as error:
        raise Refused(f"{error} Nothing was launched; try again.") from error
    except FileNotFoundError as error:
        if DatasetVersion.objects.filter(pk=study.dataset_version_id, stored_as=stored_as).exists():
            raise
        raise Refused(JUST_CORRECTED) from error


def _baseline(table: Table, plan: Plan, metric: str) -> dict[str, Any]:
    result = baseline(table, plan, metric)
    return {"value": result.value, "stderr": result.stderr, "fold_scores": list(result.fold_scores)}

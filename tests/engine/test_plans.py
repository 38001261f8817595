"""Plans that a group or a time column asks for: decided, refused in words, drawn at launch, told as facts."""

import numpy as np
import pytest

from studies.engine.actions import Refused, launch
from studies.engine.intake import correct_schema
from studies.engine.spec import SpecError, create_draft, examine, resolve
from studies.engine.tables import evaluation_table
from studies.evaluation import Plan
from tests.factories import make_study, make_version, make_visits


@pytest.fixture
def visits(team, alice):
    return make_visits(team, alice)


def refused(team, spec) -> dict[str, list[str]]:
    with pytest.raises(SpecError) as caught:
        resolve(team, spec)
    return caught.value.errors


def test_groups_and_times_come_with_the_table_and_are_no_features(visits) -> None:
    table = evaluation_table(visits, "relapse", "classification")
    assert table.names == ("age", "dose")
    assert np.bincount(table.groups).tolist() == [5] * 24
    assert np.diff(table.order).tolist() == [3.0] * 119


def test_a_row_without_a_group_is_one_of_its_own(team, alice) -> None:
    version = make_version(team, alice, rows=60)
    version.columns.filter(name="income").update(role="group")  # six of its values are missing
    table = evaluation_table(version, "outcome", "classification")
    assert (np.unique(table.groups, return_counts=True)[1] == 1).all()


@pytest.mark.parametrize(
    ("roles", "kind", "said"),
    [
        (
            {},
            "group",
            "Split: whole groups of patient_id, so that no row is judged by what its own group taught. Choose",
        ),
        ({"visit_date": "ignored"}, "group", "Split: whole groups of patient_id"),
        ({"patient_id": "ignored"}, "time", "Split: blocks of visit_date, each judged by what was learnt from all"),
        ({"patient_id": "ignored", "visit_date": "ignored"}, "stratified", "Split: stratified"),
    ],
)
def test_the_roles_decide_the_usual_plan(team, alice, roles, kind, said) -> None:
    version = make_visits(team, alice, **roles)
    found = resolve(team, {"dataset_version": version.pk})
    assert found.plan == {"kind": kind, "folds": 5, "repeats": 1}
    assert any(sentence.startswith(said) for sentence in found.decisions)
    assert resolve(team, found.to_spec()).to_spec() == found.to_spec()


@pytest.mark.parametrize(
    ("plan", "field", "said"),
    [
        ({"kind": "time", "repeats": 2}, "plan.repeats", "must be 1 for blocks of time"),
        (
            {"kind": "group", "folds": 20, "rows": 30},
            "plan.folds",
            "at most 6 are possible, because there are 6 groups",
        ),
        ({"kind": "weekly"}, "plan.kind", "There are: stratified, kfold, group, time"),
        ({"by": "patient"}, "plan.by", "no key"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(team, visits, plan, field, said) -> None:
    errors = refused(team, {"dataset_version": visits.pk, "plan": plan})
    assert list(errors) == [field]
    assert len(errors[field]) == 1
    assert said in errors[field][0]


def test_the_target_cannot_be_the_group_as_well(team, alice) -> None:
    version = make_visits(team, alice)
    spec = {"dataset_version": version.pk, "target": "patient_id", "plan": {"kind": "group"}}
    assert "patient_id is the target here" in refused(team, spec)["plan.kind"][0]


def test_a_metric_without_a_value_in_a_fold_is_refused(team, alice) -> None:
    version = make_visits(team, alice, patients=16)
    spec = {"dataset_version": version.pk, "plan": {"kind": "time", "folds": 16}, "metric": "roc_auc"}
    errors = refused(team, spec)
    assert list(errors) == ["metric"]
    assert "validates no row of class" in errors["metric"][0]


def test_copies_are_said(team, alice) -> None:
    version = make_visits(team, alice, patient_id="ignored", visit_date="ignored", dose="ignored", age="feature")
    assert not any(word.startswith("Copies") for word in resolve(team, {"dataset_version": version.pk}).decisions)
    rows = make_version(team, alice, rows=60)
    table = evaluation_table(rows, "outcome", "classification")
    assert len(np.unique(table.distinct_rows)) == table.n_rows


def test_a_sample_is_what_models_are_judged_by(team, alice) -> None:
    version = make_version(team, alice, rows=10_400)
    spec = {"dataset_version": version.pk, "estimator": "svm_rbf"}
    assert list(refused(team, spec)) == ["estimator"]
    found = examine(team, spec | {"plan": {"rows": 400}})
    assert not found.problems
    assert (found.whole.n_rows, found.table.n_rows) == (10_400, 400)
    assert "Rows: 400 of 10,400, drawn once; the others are in no fold." in found.decisions
    drawn = resolve(team, spec | {"plan": {"rows": 400}})
    assert drawn.plan == {"kind": "stratified", "folds": 5, "repeats": 1, "rows": 400}
    study = create_draft(drawn, alice)
    launch(study, alice)
    study.refresh_from_db()
    assert Plan.from_bytes(study.plan.fold_of_row).used.sum() == 400 == study.plan.facts["used"]


def test_a_sample_larger_than_the_table_is_all_of_it(team, visits) -> None:
    found = resolve(team, {"dataset_version": visits.pk, "plan": {"rows": 5000}})
    assert found.plan == {"kind": "group", "folds": 5, "repeats": 1}
    assert "Rows: all 120, as the table has no more than 5,000." in found.decisions


def test_launch_stores_the_folds_and_what_they_hold(team, alice, visits) -> None:
    for kind in ("group", "time"):
        study = create_draft(resolve(team, {"dataset_version": visits.pk, "plan": {"kind": kind, "folds": 3}}), alice)
        launch(study, alice)
        study.refresh_from_db()
        assert study.plan.kind == kind
        assert len(study.baseline["fold_scores"]) == 3
        facts = study.plan.facts
        assert (facts["used"], facts["group"], facts["time"], facts["classes"]) == (
            120, "patient_id", "visit_date", ["no", "yes"],
        )  # fmt: skip
        if kind == "group":
            assert [(fold["train"], fold["valid"], fold["groups"]) for fold in facts["folds"]] == [(80, 40, 8)] * 3
        else:
            assert [(fold["train"], fold["valid"]) for fold in facts["folds"]] == [
                (0, 30),
                (30, 30),
                (60, 30),
                (90, 30),
            ]
            assert (facts["folds"][1]["first"], facts["folds"][1]["last"]) == ("2024-03-31", "2024-06-26")


def test_rows_without_a_time_are_left_out_and_said(team, alice) -> None:
    version = make_version(team, alice, rows=60)
    version.columns.filter(name="income").update(role="time")  # six of its values are missing
    found = examine(team, {"dataset_version": version.pk})
    assert found.plan.kind == "time"
    assert "Rows: 6 rows without a time are left out." in found.decisions
    assert found.table.n_rows == 54


def test_a_draft_whose_columns_lost_their_role_is_refused_at_launch(team, alice, visits) -> None:
    study = make_study(visits, alice, target="relapse", plan_spec={"kind": "group", "folds": 3, "repeats": 1})
    visits.columns.filter(name="patient_id").update(role="ignored")
    with pytest.raises(Refused, match="need a column that says which group"):
        launch(study, alice)


def test_suggested_group_and_time_outlive_corrections_and_so_does_a_refusal(team, alice) -> None:
    version = make_visits(team, alice)
    assert "come back in other rows" in version.columns.get(name="patient_id").why

    def roles() -> tuple[str, str]:
        return tuple(version.columns.get(name=name).role for name in ("patient_id", "visit_date"))

    for change in ({"kinds": {"age": "category"}}, {"roles": {"dose": "target", "relapse": "feature"}}):
        version = correct_schema(version, alice, **change)
        assert roles() == ("group", "time")
    version = correct_schema(version, alice, roles={"patient_id": "ignored", "visit_date": "ignored"})
    version = correct_schema(version, alice, kinds={"age": "integer"})
    assert roles() == ("ignored", "ignored")

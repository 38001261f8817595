"""A table whose dates tell everything: the model file, new rows and the nested audit have them as the study had."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from studies.engine import audit_job, audits, model_files, model_job
from studies.engine.actions import launch
from studies.engine.recovery import Reconciler
from studies.engine.tables import evaluation_table, table_from_file, table_source
from studies.models import AuditScoring, Dataset, DatasetVersion, ErrandState, NestedAudit, Study, User
from studies.tabular import load_table, read_table, save_table
from tests.factories import make_study, make_trial, stored_version

pytestmark = pytest.mark.django_db(transaction=True)
CONFIG = {"C": 10.0, "l1_ratio": 0.0}


def days(first: date, count: int) -> str:
    """Closed on Saturdays and Sundays."""
    dates = [first + timedelta(days=i) for i in range(count)]
    return "seen,noise,outcome\n" + "".join(
        f"{day.isoformat()},{i * 7 % 5},{'closed' if day.weekday() > 4 else 'open'}\n" for i, day in enumerate(dates)
    )


@pytest.fixture
def version(alice: User) -> DatasetVersion:
    dataset = Dataset.objects.create(team=alice.teams.get(), name="Days", created_by=alice)
    return stored_version(dataset, 1, days(date(2022, 1, 1), 800), alice, "classification")


@pytest.fixture
def study(version: DatasetVersion, alice: User) -> Study:
    study = make_study(version, alice, plan_spec={"kind": "stratified", "folds": 3, "repeats": 1}, parallel=1)
    launch(study, alice)
    study.trials.all().delete()
    make_trial(study, 0, config=CONFIG)
    Study.objects.filter(pk=study.pk).update(state="complete", next_number=1)
    study.refresh_from_db()
    return study


def test_the_model_file_predicts_new_days(
    study: Study, version: DatasetVersion, alice: User, settings, tmp_path
) -> None:
    skops_io = pytest.importorskip("skops.io")
    settings.MODELS = tmp_path / "models"
    made = model_files.ask_for_model(study.trials.get(), alice)
    model_job.run_model(made.pk)
    made.refresh_from_db()
    assert made.state == ErrandState.COMPLETE, made.error
    model = skops_io.load(made.path, trusted=skops_io.get_untrusted_types(file=made.path))
    table = evaluation_table(version, "outcome", "classification")
    assert len([name for name in table.names if name.startswith("seen: ")]) > 1
    assert np.mean(model.predict(table.X) == table.y) > 0.98
    fresh = new_rows(version, days(date(2025, 3, 3), 12), tmp_path)  # alone, twelve days are worth fewer parts
    assert fresh.names == table.names
    told = [table.classes[int(code)] for code in model.predict(fresh.X)]
    assert told == [fresh.classes[int(code)] for code in fresh.y]


def new_rows(version: DatasetVersion, text: str, folder: Path):
    """Rows of another file as the version's own are: as an opening reads the held-out ones."""
    (folder / "new.csv").write_text(text)
    save_table(read_table(folder / "new.csv").columns, folder / "new.npz")
    assert load_table(folder / "new.npz")[0].kind == "date"
    path, *rest = table_source(version, "outcome", "classification")
    return table_from_file(str(folder / "new.npz"), *rest, like=path)


def test_the_audit_scores_searches_on_days_that_they_did_not_see(study: Study, alice: User) -> None:
    audits.start(study, alice, 3)
    for search in Study.objects.filter(audit__study=study):
        search.trials.all().delete()
        make_trial(search, 0, config=CONFIG, value=0.99)
        Study.objects.filter(pk=search.pk).update(state="complete")
    Reconciler("here").act([])
    audit_job.run_audit(AuditScoring.objects.get().pk)
    result = NestedAudit.objects.get().result
    assert [fold["error"] for fold in result["folds"]] == ["", "", ""]
    assert sum(fold["rows"] for fold in result["folds"]) == 800
    assert min(fold["score"] for fold in result["folds"]) > 0.95

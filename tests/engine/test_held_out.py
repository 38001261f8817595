"""Promise 6: held-out rows are read by no study, profile or guard; the set is drawn once, and fixed by a launch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client

from studies.engine import actions, held_out, lane, preparing, probe_job
from studies.engine.intake import correct_schema, store_upload
from studies.engine.model_files import ask_for_model, can_be_made
from studies.engine.model_job import run_model
from studies.engine.spec import SpecError, create_draft, resolve
from studies.engine.store.cache import held_out_path
from studies.engine.tables import evaluation_table, table_from_file
from studies.models import Dataset, DatasetVersion, HeldOutSet, ProbeTiming, Study, Team, User
from studies.tabular import TableError, load_rows
from tests.factories import make_study

SECRET = "zzlocked"


def csv(rows: int, secret_from: int | None = None, columns: str = "date,age,city,left") -> bytes:
    """A row for each day; the latest ones name a city that no other row names."""
    rng = np.random.default_rng(rows)
    lines = [columns]
    for i, day in enumerate(np.datetime64("2020-01-01") + np.arange(rows)):
        age = rng.integers(20, 70)
        city = SECRET if secret_from is not None and i >= secret_from else rng.choice(["Bern", "Graz"])
        lines.append(f"{day},{age},{city},{'yes' if age + rng.normal(0, 9) > 45 else 'no'}")
    return ("\n".join(lines) + "\n").encode()


def upload(team: Team, user: User, text: bytes, name: str = "Visits", **more) -> DatasetVersion:
    return store_upload(team, user, ContentFile(text, "visits.csv"), name, **more)


def make_unreadable(version: DatasetVersion) -> None:
    """Opening what holds the set raises, in whatever process."""
    for path in (version.upload_path, version.table_path.with_name("held_out.npz")):
        path.unlink()
        path.mkdir()


@pytest.mark.django_db(transaction=True)
def test_promise_6_no_study_profile_or_guard_reads_a_held_out_row(
    team: Team, alice: User, client_of, settings, tmp_path: Path
) -> None:
    settings.MODELS = tmp_path
    version = upload(team, alice, csv(600, secret_from=480))
    table, whole = version.upload_path.read_bytes(), version.table_path.read_bytes()
    assert (version.rows, version.held_out_rows) == (480, 120)
    assert SECRET.encode() in table
    assert SECRET.encode() not in whole
    make_unreadable(version)
    with pytest.raises(IsADirectoryError):
        held_out_path(version).open()
    told = json.dumps([version.preview, version.warnings, [c.profile for c in version.columns.all()]])
    assert SECRET not in told

    spec = {"dataset_version": version.pk, "estimator": "decision_tree", "method": "random", "budget": {"trials": 2}}
    resolved = resolve(team, spec)
    assert resolved.holdout == "on"
    said = "Held-out set: 120 of 600 rows, drawn once for the dataset, are left out; it can tell a score to about ±7.2"
    assert f"{said} points." in resolved.decisions
    client: Client = client_of(alice)
    form = {
        "dataset_version": version.pk,
        "estimator": "decision_tree",
        "trials": "2",
        "method": "random",
        "timing": "1",
    }
    pages = [client.post("/studies/new/check/", form).content, client.get(f"/datasets/{version.dataset_id}/").content]
    for timing in ProbeTiming.objects.all():
        probe_job.run_probe(timing.pk)
    study = create_draft(resolved, alice)
    actions.launch(study, alice)
    lane.run_lane(study.pk, 0)
    study.refresh_from_db()
    assert (study.state, study.spec["holdout"]) == ("complete", "on")
    trial = study.best_trial()
    run_model(ask_for_model(trial, alice).pk)
    assert list(tmp_path.glob("*.skops")) or not can_be_made()
    for path in (
        "",
        "review/",
        "report.html",
        f"trials/{trial.number}/",
        f"trials/{trial.number}/recipe.py",
        "trials.csv",
    ):
        answer = client.get(f"/studies/{study.pk}/{path}")
        assert answer.status_code == 200, path
        pages.append(b"".join(answer))
    assert not any(SECRET.encode() in page for page in pages)
    recipe, data = tmp_path / "recipe.py", tmp_path / "visits.csv"
    recipe.write_bytes(pages[-2])
    data.write_bytes(table)
    command = [sys.executable, "-I", str(recipe), str(data)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    scores = [float(line.split()[2]) for line in said.splitlines() if line.startswith("fold")]
    assert scores == pytest.approx(trial.fold_scores, abs=1e-9)


@pytest.mark.django_db
def test_the_set_is_carried_over_and_fixed_by_the_first_launch(team: Team, alice: User) -> None:
    version = upload(team, alice, csv(600))
    dataset, first = version.dataset, HeldOutSet.objects.get()
    assert (first.how, first.rows, first.drawn_by, first.fixed_at) == ("time", 120, alice, None)
    table, (features, *rest) = (
        evaluation_table(version, "left", "classification"),
        (("age", "city"), "left", "classification"),
    )
    held = table_from_file(str(held_out_path(version)), features, *rest)
    assert (table.n_rows, held.n_rows) == (480, 120)
    lines = csv(600).decode().splitlines()
    later = "\n".join([lines[0], *lines[400:], *lines[1:400:2], *csv(900).decode().splitlines()[700:]]) + "\n"
    second = upload(team, alice, later.encode(), dataset=dataset)
    assert (second.number, second.held_out_rows, second.held_out_gone) == (2, 120, 0)
    assert not set(load_rows(second.table_path)) & set(range(81, 201))
    with pytest.raises(TableError, match="nobody can tell which rows of this file must stay unseen"):
        upload(team, alice, csv(601), dataset=dataset)
    corrected = correct_schema(second, alice, kinds={"age": "category"})
    assert (corrected.held_out_rows, HeldOutSet.objects.get()) == (120, first)

    study = make_study(
        version, alice, target="left", holdout="on", plan_spec={"kind": "time", "folds": 3, "repeats": 1}
    )
    actions.launch(study, alice)
    first.refresh_from_db()
    assert first.fixed_at is not None
    with pytest.raises(actions.Refused, match="is fixed since"):
        held_out.change(dataset, alice, "none")
    with pytest.raises(SpecError, match="every study leaves its rows out") as refused:
        resolve(team, {"dataset_version": second.pk, "holdout": "off"})
    assert list(refused.value.errors) == ["holdout"]
    off = make_study(version, alice, target="left", plan_spec={"kind": "time", "folds": 3, "repeats": 1})
    with pytest.raises(actions.Refused, match="is fixed since"):
        actions.launch(off, alice)


@pytest.mark.django_db
def test_before_a_launch_a_set_is_drawn_changed_and_dissolved(team: Team, alice: User) -> None:
    version = upload(team, alice, csv(300))
    dataset = version.dataset
    upload(team, alice, csv(300) + csv(320).split(b"\n", 1)[1], dataset=dataset)
    assert (version.held_out_rows, HeldOutSet.objects.count()) == (0, 0)
    held_out.change(dataset, alice, 0.25)
    first, second = dataset.versions.order_by("number")
    assert (second.rows, second.held_out_rows, second.all_rows) == (464, 156, 620)
    assert first.rows + first.held_out_rows == 300
    assert not version.table_path.exists()

    draft = create_draft(resolve(team, {"dataset_version": first.pk, "holdout": "off", "metric": "accuracy"}), alice)
    actions.launch(draft, alice)
    first.refresh_from_db()
    assert (first.rows, first.held_out_rows, HeldOutSet.objects.count()) == (300, 0, 0)
    assert draft.plan.version == first
    told = list(team.events.values_list("what", flat=True))
    assert told == [
        "dissolved the held-out set of “Visits”", "held 156 of 620 rows of “Visits” out of every study"
    ]  # fmt: skip
    for call in (
        lambda: held_out.change(dataset, alice, 0.2),
        lambda: resolve(team, {"dataset_version": first.pk, "holdout": "on"}),
    ):
        with pytest.raises((actions.Refused, SpecError), match="Studies have seen all rows of “Visits” since"):
            call()
    plain = upload(team, alice, csv(100), "Other")
    wanted = create_draft(resolve(team, {"dataset_version": plain.pk, "holdout": "on", "metric": "accuracy"}), alice)
    actions.launch(wanted, alice)
    plain.refresh_from_db()
    assert (plain.rows, plain.held_out_rows) == (80, 20)
    assert HeldOutSet.objects.get().fixed_at is not None


@pytest.mark.django_db
def test_a_crash_or_a_launch_in_the_midst_of_a_change_loses_nothing(
    team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = upload(team, alice, csv(600))
    draft = create_draft(resolve(team, {"dataset_version": version.pk}), alice)
    before = (version.stored_as, version.table_path.read_bytes())
    folders = set(version.table_path.parent.parent.iterdir())
    real = held_out.keep

    def launched_meanwhile(folder: Path) -> dict[str, str]:
        actions.launch(draft, alice)
        return real(folder)

    for name, instead, error in (
        ("write_schema", lambda *_: 1 / 0, ZeroDivisionError),
        ("keep", launched_meanwhile, actions.Refused),
    ):
        monkeypatch.undo()
        monkeypatch.setattr(held_out, name, instead)
        with pytest.raises(error):
            held_out.change(Dataset.objects.get(), alice, "none")
        version.refresh_from_db()
        assert (version.stored_as, version.table_path.read_bytes()) == before
        assert set(version.table_path.parent.parent.iterdir()) == folders
    assert Study.objects.get().state == "queued"
    prepared = preparing.prepare(draft)
    other = make_study(version, alice, state="draft", target="left")
    with pytest.raises(actions.Refused, match="has just been changed"):
        actions.begin(other, alice, prepared)

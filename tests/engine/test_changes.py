"""Changes of large datasets: asked for in a request, made by a worker whole or not at all, one at a time."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from studies.engine import actions, change_job, changes, errands, held_out
from studies.engine.change_job import run_change
from studies.engine.intake import correct_schema
from studies.engine.refused import Refused
from studies.engine.removal import delete_version
from studies.engine.spec import create_draft, resolve
from studies.engine.watch import StopRequest
from studies.models import DatasetChange, DatasetVersion, ErrandState, HeldOutSet, Study, User
from tests.factories import add_version, csv_text, make_study
from tests.views.uploads import ClientOf, folders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_table_is_large(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.READING_NOW_MB = 0
    monkeypatch.setattr(errands, "ring_waiting", lambda: None)


def run() -> DatasetChange:
    run_change(DatasetChange.objects.get().pk)
    return DatasetChange.objects.get()


def role_of(version: DatasetVersion, column: str) -> str:
    return version.columns.get(name=column).role


def test_a_correction_waits_shows_how_far_it_is_and_replaces_the_version(
    version: DatasetVersion, alice: User, vera: User, client_of: ClientOf
) -> None:
    client, page = client_of(alice), f"/datasets/{version.dataset_id}/"
    columns = f"{page}versions/1/columns/"
    sent = client.post(columns, {f"role-{version.columns.get(name='city').position}": "ignored"})
    assert (sent.status_code, sent["Location"]) == (302, f"{page}?version=1")
    change = DatasetChange.objects.get()
    assert (change.state, change.kinds, change.roles) == (ErrandState.WAITING, {}, {"city": "ignored"})
    assert role_of(version, "city") == "feature"
    assert "Version 1 is being read again with the columns corrected" in client_of(vera).get(page).content.decode()
    DatasetChange.objects.update(state="running", share=0.4)
    assert '<b class="n">40 %</b>' in client.get(f"{page}change/").content.decode()
    again = client.post(columns, {f"kind-{version.columns.get(name='age').position}": "category"})
    assert "for a change that was asked for before" in again.content.decode()
    with pytest.raises(Refused, match="asked for before"):
        changes.hold_out(version.dataset, alice, 0.2)

    DatasetChange.objects.update(state="waiting")
    for _ in range(2):  # a job may arrive twice
        change = run()
    saved = DatasetVersion.objects.get()
    assert (change.state, change.made, change.share, change.attempts) == ("complete", saved, 1.0, 1)
    assert (saved.pk, role_of(saved, "city")) == (version.pk, "ignored")
    assert saved.table_path.exists()
    assert not version.table_path.exists()
    assert client.get(f"{page}change/")["HX-Redirect"] == f"{page}?version=1"
    assert "being read again" not in client.get(page).content.decode()


def test_a_version_that_a_study_was_launched_on_meanwhile_stays(version: DatasetVersion, alice: User) -> None:
    changes.correct(version, alice, kinds={"age": "category"})
    make_study(version, alice, state="complete", launched_at=timezone.now())
    row = DatasetVersion.objects.filter(pk=version.pk).values().get()
    made = run().made
    assert (made.number, made.columns.get(name="age").kind) == (2, "category")
    assert DatasetVersion.objects.filter(pk=version.pk).values().get() == row
    assert made.upload_path.read_bytes() == version.upload_path.read_bytes()


def test_what_does_not_fit_is_filled_in_again_until_it_is_left(
    version: DatasetVersion, alice: User, vera: User, client_of: ClientOf
) -> None:
    before, page = folders(), f"/datasets/{version.dataset_id}/"
    changes.correct(version, alice, kinds={"city": "number"}, roles={"age": "ignored"})
    change = run()
    assert (change.state, change.column) == ("failed", "city")
    assert folders() == before
    client = client_of(alice)
    shown = client.get(page)
    assert "The columns of version 1 were not corrected" in shown.content.decode()
    assert (shown.context["form"].kinds["city"], shown.context["form"].roles["age"]) == ("number", "ignored")
    assert "line 2 holds" in shown.context["form"].column_errors["city"]
    assert client_of(vera).post(f"{page}change/forget/").status_code == 403
    assert client.post(f"{page}change/forget/")["Location"] == f"{page}?version=1"
    assert "not corrected" not in client.get(page).content.decode()


def test_rows_are_held_out_by_a_worker_and_a_launch_waits_for_it(version: DatasetVersion, alice: User) -> None:
    later = add_version(version, csv_text() + csv_text(30, seed=5).partition("\n")[2])
    plan = {"kind": "stratified", "folds": 60, "repeats": 1}
    with pytest.raises(Refused, match="folds"):
        actions.launch(make_study(later, alice, holdout="on", plan_spec=plan), alice)
    assert not DatasetChange.objects.exists()  # no row is held out for a study that could not begin anyway
    spec = {"dataset_version": later.pk, "holdout": "on", "target": "outcome"}
    draft = create_draft(resolve(version.dataset.team, spec), alice)
    with pytest.raises(Refused, match="Launch the study when that is done"):
        actions.launch(draft, alice)
    assert not HeldOutSet.objects.exists()
    heard: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(change_job.Telling, "__call__", lambda self, share: heard.append(share))
        change = run()
    assert (change.state, change.error) == ("complete", "")
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert DatasetVersion.objects.get(pk=later.pk).held_out_rows == 18
    actions.launch(Study.objects.get(pk=draft.pk), alice)
    assert HeldOutSet.objects.get().fixed_at is not None
    with pytest.raises(Refused, match="is fixed since"):
        changes.hold_out(version.dataset, alice, "none")


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (lambda version, user: correct_schema(version, user, roles={"age": "ignored"}), "Somebody else has corrected"),
        (lambda version, user: make_study(version, user, launched_at=timezone.now()), "Studies have seen all rows"),
    ],
    ids=["corrected", "launched"],
)
def test_what_happens_meanwhile_is_not_undone(
    version: DatasetVersion, alice: User, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable, said: str
) -> None:
    changes.hold_out(version.dataset, alice, 0.2)
    redraw = held_out.redraw

    def redrawn_then(*args):
        made = redraw(*args)
        meanwhile(DatasetVersion.objects.get(), alice)
        return made

    monkeypatch.setattr(held_out, "redraw", redrawn_then)
    before = folders()
    change = run()
    assert change.state == "failed"
    assert said in change.error
    assert (HeldOutSet.objects.count(), len(folders())) == (0, len(before))


def test_a_deleted_version_a_stopping_worker_and_three_lost_ones_change_nothing(
    version: DatasetVersion, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = add_version(version, rows=70)
    changes.correct(version, alice, roles={"city": "ignored"})
    before = folders()
    with monkeypatch.context() as stopping:
        stopping.setattr(StopRequest, "at", 1.0)
        change = run()
    assert (change.state, change.attempts, folders()) == ("waiting", 0, before)
    DatasetChange.objects.update(state="running", attempts=3)
    errands.give_back(DatasetChange, change.pk)
    assert "3 workers were lost" in DatasetChange.objects.get().error
    assert role_of(version, "city") == "feature"

    changes.correct(version, alice, roles={"city": "ignored"})  # what failed may be asked for again
    read_corrected = change_job.read_corrected

    def read_then_deleted(*args):
        made = read_corrected(*args)
        delete_version(version, alice)
        return made

    monkeypatch.setattr(change_job, "read_corrected", read_then_deleted)
    run_change(DatasetChange.objects.get().pk)
    assert not DatasetChange.objects.exists()
    assert folders() == before - {version.stored_as}
    assert list(version.dataset.versions.all()) == [later]

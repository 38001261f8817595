"""The part of the code page that has a model made and hands it out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from studies.engine import actions
from studies.models import ErrandState, ModelFile, Trial, User
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def trial(alice: User, settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    settings.MODELS = tmp_path / "models"
    monkeypatch.setattr("studies.engine.model_files.find_spec", lambda name: name)  # whether it is installed or not
    study = make_study(make_version(alice.teams.get(), alice), alice)
    actions.launch(study, alice)
    study.trials.all().delete()
    return make_trial(study, 3)


def base(trial: Trial) -> str:
    return f"/studies/{trial.study_id}/trials/{trial.number}"


def test_an_editor_asks_and_watches_and_a_viewer_takes_it_away(
    client_of: ClientOf, bob: User, vera: User, trial: Trial
) -> None:
    editor, viewer = client_of(bob), client_of(vera)
    assert "Nobody has asked for it yet" in viewer.get(f"{base(trial)}/code/").content.decode()
    assert "Fit it on all rows" in editor.get(f"{base(trial)}/code/").content.decode()
    assert editor.post(f"{base(trial)}/model/")["Location"] == f"{base(trial)}/code/"
    made = ModelFile.objects.get()
    page = viewer.get(f"{base(trial)}/model/").content.decode()
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 2s"' in page
    assert viewer.get(f"{base(trial)}/model.skops").status_code == 404
    made.path.parent.mkdir()
    made.path.write_bytes(b"a model")
    ModelFile.objects.update(state=ErrandState.COMPLETE, size=7, sha256="ab" * 32, finished_at=timezone.now())
    page = viewer.get(f"{base(trial)}/model/").content.decode()
    assert "7\xa0bytes" in page
    assert "hx-trigger" not in page
    answer = viewer.get(f"{base(trial)}/model.skops")
    assert b"".join(answer.streaming_content) == b"a model"
    assert f"study-{trial.study_id}-trial-3.skops" in answer["Content-Disposition"]
    made.path.unlink()  # as after a restore
    assert "no longer here" in viewer.get(f"{base(trial)}/model/").content.decode()
    assert "Fit it again" in editor.get(f"{base(trial)}/model/").content.decode()


def test_without_skops_the_page_says_how_to_install_it(
    client_of: ClientOf, alice: User, trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studies.engine.model_files.find_spec", lambda name: None)
    client = client_of(alice)
    page = client.get(f"{base(trial)}/code/").content.decode()
    assert "pip install -r requirements-skops.txt" in page
    assert "Fit it" not in page
    client.post(f"{base(trial)}/model/")
    assert ModelFile.objects.count() == 0


def test_viewers_strangers_and_wrong_verbs(client_of: ClientOf, vera: User, charlie: User, trial: Trial) -> None:
    assert client_of(vera).post(f"{base(trial)}/model/").status_code == 403
    for path in ("model/", "model.skops"):
        assert client_of(charlie).get(f"{base(trial)}/{path}").status_code == 404
    assert client_of(charlie).post(f"{base(trial)}/model/").status_code == 404
    assert client_of(vera).post(f"{base(trial)}/model.skops").status_code == 405
    assert client_of(vera).put(f"{base(trial)}/model/").status_code == 405
    assert ModelFile.objects.count() == 0

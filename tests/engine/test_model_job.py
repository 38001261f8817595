"""The model of a trial: asked for, fitted in a child by a real worker, stored so that it loads without us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone

from studies.engine import actions, model_files, model_job
from studies.engine.child import trial_seed
from studies.engine.recovery import Reconciler
from studies.engine.tables import evaluation_table
from studies.engine.watch import StopRequest
from studies.evaluation import Plan, catalogue
from studies.evaluation.refit import fit_on_all
from studies.models import ErrandState, Event, ModelFile, Study, Trial, User
from tests.factories import make_study, make_trial, make_version

skops_io = pytest.importorskip("skops.io")
pytestmark = pytest.mark.django_db(transaction=True)
LOADER = """
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"studies", "django"}:
            raise ImportError(name)
sys.meta_path.insert(0, Guard())
import numpy as np, skops.io
X = np.load(sys.argv[1])
for file in sys.argv[2:]:
    model = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
    np.save(file + ".npy", model.predict(X))
"""


@pytest.fixture
def trial(alice: User, settings, tmp_path: Path) -> Trial:
    settings.MODELS = tmp_path / "models"
    study = make_study(make_version(alice.teams.get(), alice), alice)
    actions.launch(study, alice)
    study.trials.all().delete()
    return make_trial(study, 3)


def asked(trial: Trial, who: User) -> ModelFile:
    return model_files.ask_for_model(trial, who)


def test_a_model_is_made_once_and_predicts_as_the_refit_does(trial: Trial, alice: User) -> None:
    wanted = asked(trial, alice)
    assert asked(trial, alice).attempts == 0  # while it is under way, asking changes nothing
    for _ in range(2):  # a job may arrive twice
        model_job.run_model(wanted.pk)
    made = ModelFile.objects.get()
    assert (made.state, made.attempts, made.is_there) == (ErrandState.COMPLETE, 1, True)
    assert made.path.stat().st_size == made.size
    assert list(made.path.parent.iterdir()) == [made.path]
    study = trial.study
    table = evaluation_table(study.dataset_version, study.target, study.task)
    plan = Plan.from_bytes(Study.objects.get(pk=study.pk).plan.fold_of_row)
    model = fit_on_all(table, plan, study.estimator, trial.config, trial_seed(study.seed, 3))
    loaded = skops_io.load(made.path, trusted=skops_io.get_untrusted_types(file=made.path))
    assert np.array_equal(loaded.predict(table.X), model.predict(table.X))
    assert Event.objects.first().verb == "asked for the model of trial 3"


def test_every_estimator_loads_where_we_are_not(trial: Trial, tmp_path: Path) -> None:
    study = trial.study
    table = evaluation_table(study.dataset_version, study.target, study.task)
    plan = Plan.from_bytes(Study.objects.get(pk=study.pk).plan.fold_of_row)
    np.save(tmp_path / "X.npy", table.X)
    files, expected = [], []
    for key, entry in catalogue.items():
        if "classification" in entry.tasks:
            model = fit_on_all(table, plan, key, entry.defaults(table), 5)
            files.append(tmp_path / f"{key}.skops")
            model_job.store(model, files[-1], table.X)
            expected.append(model.predict(table.X))
    command = [sys.executable, "-I", "-c", LOADER, str(tmp_path / "X.npy"), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True)
    for file, predictions in zip(files, expected, strict=True):
        assert np.array_equal(np.load(f"{file}.npy"), predictions), file.name


def test_a_fit_that_fails_or_dies_says_so(trial: Trial, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Trial.objects.update(config={"C": -1.0, "l1_ratio": 0.0})
    model_job.run_model(asked(trial, alice).pk)
    made = ModelFile.objects.get()
    assert made.state == ErrandState.FAILED
    assert "C" in made.error
    assert not list(made.path.parent.iterdir())
    assert asked(trial, alice).state == ErrandState.WAITING  # asked for again

    monkeypatch.setattr(model_job, "fit_on_all", lambda *_: os.kill(os.getpid(), 9))
    model_job.run_model(made.pk)
    assert "SIGKILL" in ModelFile.objects.get().error


def test_time_is_limited_and_a_stopping_worker_gives_back(
    trial: Trial, alice: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_job, "fit_on_all", lambda *_: signal.pause())
    settings.MODEL_SECONDS = 0.3
    model_job.run_model(asked(trial, alice).pk)
    assert "longer than the limit" in ModelFile.objects.get().error
    settings.MODEL_SECONDS = 60
    monkeypatch.setattr(StopRequest, "at", 1.0)
    model_job.run_model(asked(trial, alice).pk)
    made = ModelFile.objects.get()
    assert (made.state, made.attempts) == (ErrandState.WAITING, 0)


def test_a_lost_fit_waits_again_and_fails_after_three(trial: Trial, alice: User, settings) -> None:
    settings.LEASE_SECONDS = 2.0
    reconciler, clock = Reconciler("one"), [0.0]
    reconciler.errands.clock = lambda: clock[0]
    wanted = asked(trial, alice)
    for attempt, state in ((1, ErrandState.WAITING), (3, ErrandState.FAILED)):
        ModelFile.objects.update(state=ErrandState.RUNNING, attempts=attempt, started_at=timezone.now())
        for _ in range(5):
            reconciler.tick()
            clock[0] += 1.0
        assert ModelFile.objects.get(pk=wanted.pk).state == state


def test_only_a_complete_trial_has_one(trial: Trial, alice: User) -> None:
    failed = make_trial(trial.study, 4, state="failed", value=None)
    with pytest.raises(actions.Refused, match="complete"):
        asked(failed, alice)

"""Workers of another version, or without a package, take no work and say why; the trial waits for a fit one."""

from collections.abc import Iterator
from typing import Any, ClassVar

import django_rq
import pytest
from django.utils import timezone

from studies.engine import actions, bell, fitness, model_files, model_job
from studies.engine.advance import advance
from studies.engine.lane import run_lane
from studies.engine.worker import TuningWorker
from studies.evaluation import catalogue
from studies.models import Lane, ModelFile, SiteFacts, Study, User, WorkerProcess
from tests.engine.conftest import Workers, state_of, wait_until
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db(transaction=True)
PACKAGE = "a_package_that_nobody_has"


@pytest.fixture
def study(alice: User) -> Study:
    return make_study(make_version(alice.teams.get(), alice), alice, max_trials=4, parallel=1)


def site_runs(**other: str) -> None:
    fitness.record_site()
    SiteFacts.objects.update(facts=fitness.facts() | other)


def alive(**fields: Any) -> WorkerProcess:
    values = {"name": "w", "host": "h", "pid": 1, "started_at": timezone.now(), "seen_at": timezone.now()}
    return WorkerProcess.objects.create(**(values | fields))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"scikit-learn": "0.1"}, "the site 0.1. Install the site’s requirements.txt"),
        ({"code": "0123456789ab"}, "than the site (0123456789ab). Check out the site’s version"),
        ({"storage": "s3://tuning/a"}, "from the data folder, the site from s3://tuning/a. Set TUNINGSITE_STORAGE"),
        ({}, ""),
    ],
)
def test_what_differs_is_said(other: dict[str, str], said: str) -> None:
    own = fitness.facts()
    assert said in fitness.refusal(own, own | other)
    assert bool(said) == bool(fitness.refusal(own, own | other))


def test_another_version_waits_and_goes_on_when_it_fits(study: Study, alice: User, start_workers: Workers) -> None:
    site_runs(numpy="0.1")
    start_workers(1)
    actions.launch(study, alice)
    wait_until(WorkerProcess.objects.filter(refuses__contains="the site 0.1").exists)
    assert "No worker takes trials" in fitness.why_nobody(study)
    assert "skops" in WorkerProcess.objects.get().packages
    assert not WorkerProcess.objects.serving().exists()
    assert study.trials.get().attempts.count() == 0
    SiteFacts.objects.update(facts=fitness.facts())
    wait_until(lambda: state_of(study) == "complete")


def test_a_worker_ends_when_a_new_one_would_be_of_the_site_s_version() -> None:
    worker = TuningWorker([django_rq.get_queue(bell.QUEUE)], name="old")
    worker.facts = fitness.facts() | {"code": "old"}
    worker.tick()
    assert (worker.refuses, worker._stop_requested) == ("", False)  # no site has said what it runs
    site_runs(code="newer")
    worker.tick()
    assert ("runs other code (old)" in worker.refuses, worker._stop_requested) == (True, False)
    site_runs()
    worker.tick()
    assert worker._stop_requested


class Elsewhere(type(catalogue["logistic_regression"])):
    packages: ClassVar[tuple[str, ...]] = (PACKAGE,)


@pytest.fixture
def _picky(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(catalogue, "logistic_regression", Elsewhere())
    fitness.packages.cache_clear()
    yield
    fitness.packages.cache_clear()


@pytest.mark.usefixtures("_picky")
def test_without_a_package_a_study_is_left_alone_and_not_rung_for(study: Study, alice: User) -> None:
    worker = alive()
    actions.launch(study, alice)
    run_lane(study.pk, 0)
    assert study.trials.get().attempts.count() == 0
    assert fitness.why_nobody(study).startswith(f"No worker has the package {PACKAGE}")
    advance(study.pk)
    assert Lane.objects.get().rung_at is None
    WorkerProcess.objects.filter(pk=worker.pk).update(packages=[PACKAGE])
    assert fitness.why_nobody(study) == ""
    assert fitness.is_served(study.estimator)


def test_a_model_is_left_to_a_worker_with_skops(study: Study, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = make_trial(study, 0)
    wanted = model_files.ask_for_model(trial, alice)
    monkeypatch.setattr(model_job, "can_be_made", lambda: False)
    model_job.run_model(wanted.pk)
    waiting = ModelFile.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    alive(packages=[])
    assert not fitness.models_are_served()

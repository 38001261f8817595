"""Eight programs and eight workers at the same moment: each effect once, each number once, and the others are told."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from studies.engine.lane import claim
from studies.models import Attempt, Dataset, DatasetVersion, Event, Study, Trial, User
from tests.bad_input.conftest import no_child  # noqa: F401  (read in this process)
from tests.engine.conftest import next_trial
from tests.factories import csv_text, make_study, make_version

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 8


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What eight threads answer that begin together; what one raises is its answer."""
    ready, answers = threading.Barrier(WORKERS, timeout=30), [None] * WORKERS

    def run(number: int) -> None:
        try:
            ready.wait()
            answers[number] = act(number)
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def statuses(answers: list[Any]) -> Counter:
    return Counter(answer.status_code for answer in answers)


def table(seed: int = 0) -> SimpleUploadedFile:
    return SimpleUploadedFile("table.csv", csv_text(40, seed=seed).encode())


def test_one_upload_sent_eight_times_and_eight_versions_of_one_dataset(program_of, bob: User) -> None:
    """double_submit, ids under 8 workers"""
    programs = [program_of(bob) for _ in range(WORKERS)]
    answers = at_once(lambda i: programs[i].upload(file=table(), name="Once"))
    assert statuses(answers) == {201: 1, 422: 7}, answers
    taken = "The team has a dataset called “Once” already. Choose another name, or add a version to it."
    assert all(answer.json()["errors"] == {"name": [taken]} for answer in answers if answer.status_code == 422)
    dataset = Dataset.objects.get()

    answers = at_once(lambda i: programs[i].upload(file=table(i + 1), dataset=str(dataset.pk)))
    assert statuses(answers) == {201: 8}, answers
    versions = [answer.json()["version"] for answer in answers]
    assert sorted(version["number"] for version in versions) == list(range(2, 10))
    assert len({version["id"] for version in versions}) == 8
    for version, seed in zip(versions, range(1, 9), strict=True):
        stored = DatasetVersion.objects.get(pk=version["id"])
        assert stored.upload_path.read_bytes() == csv_text(40, seed=seed).encode()
        assert stored.columns.count() == 4
    folders = [site.DATASETS / name for name in DatasetVersion.objects.values_list("stored_as", flat=True)]
    assert len(folders) == 9
    assert all(folder.exists() for folder in folders)

    answers = at_once(lambda i: programs[i].delete(f"/datasets/{dataset.pk}"))
    assert statuses(answers) == {204: 1, 404: 7}
    assert not any(folder.exists() for folder in folders)


def test_a_study_is_launched_and_stopped_once_and_each_trial_has_its_own_number(program_of, alice: User) -> None:
    """double_launch, stop_twice, ids under 8 workers"""
    study = make_study(make_version(alice.teams.get(), alice), alice, parallel=WORKERS, max_trials=40)
    programs = [program_of(alice) for _ in range(WORKERS)]
    launched = at_once(lambda i: programs[i].post(f"/studies/{study.pk}/launch"))
    assert statuses(launched) == {200: 1, 409: 7}, launched
    assert list(Trial.objects.values_list("number", flat=True)) == [0]

    def work(i: int) -> list[int]:
        """A worker in a lane of its own takes what comes next; a program adds a trial by hand between."""
        lane = claim(study.pk, i)
        config = {"C": 10.0 ** (i - 4), "l1_ratio": 0.0}
        added = programs[i].post(f"/studies/{study.pk}/trials", {"config": config})
        assert added.status_code == 201, added.json()
        return [added.json()["number"], next_trial(study.pk, lane).number, next_trial(study.pk, lane).number]

    answers = at_once(work)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    numbers = sorted(Trial.objects.values_list("number", flat=True))
    assert numbers == list(range(len(numbers)))
    assert len({answer[0] for answer in answers}) == 8
    taken = [number for answer in answers for number in answer[1:]]
    assert len(set(taken)) == len(taken) == Attempt.objects.count() == 16
    proposed = [str(config) for config in Trial.objects.filter(source="method").values_list("config", flat=True)]
    assert len(set(proposed)) == len(proposed) == Study.objects.get().next_proposal > 0
    assert Study.objects.get().next_number == len(numbers)

    stopped = at_once(lambda i: programs[i].post(f"/studies/{study.pk}/stop"))
    assert statuses(stopped) == {200: 1, 409: 7}
    assert {answer.json()["detail"] for answer in stopped if answer.status_code == 409} <= {
        "The study is stopping; there is nothing to stop.",
        "The study is stopped; there is nothing to stop.",
    }
    assert Event.objects.get(study=study, verb="stopped").name == str(alice)

"""JSON comes back as it was written, on every database."""

import json

import pytest

from studies.models import Study, Trial
from tests.factories import make_study, make_trial, make_version

AS_WRITTEN = {
    "zeta": 1e16,
    "alpha": 1,
    "bb": {"z": 1.0, "a": 1e-320, "": [1e300, -0.0, 2**70]},
    "NUL and more": "a\0b😀é”",
    "yes": True,
    "none": None,
}


@pytest.fixture
def study(team, alice) -> Study:
    return make_study(make_version(team, alice, rows=30))


def test_order_numbers_and_texts_survive(study: Study) -> None:
    made = make_trial(study, 0, config=AS_WRITTEN)
    assert json.dumps(Trial.objects.get(pk=made.pk).config) == json.dumps(AS_WRITTEN)
    Trial.objects.filter(pk=made.pk).update(config=dict(reversed(AS_WRITTEN.items())))
    assert list(Trial.objects.values_list("config", flat=True).get(pk=made.pk)) == list(reversed(AS_WRITTEN))


def test_many_at_once_and_nothing(study: Study) -> None:
    trials = [Trial(study=study, number=number, source="method", config={"b": number, "a": 0}) for number in range(3)]
    Trial.objects.bulk_create(trials)
    for trial in trials:
        trial.config = {"d": 1, "c": trial.number}
    Trial.objects.bulk_update(trials, ["config"])
    assert [list(config) for config in study.trials.values_list("config", flat=True)] == [["d", "c"]] * 3
    Study.objects.filter(pk=study.pk).update(baseline=None)
    assert Study.objects.filter(baseline__isnull=True).get() == study
    Study.objects.filter(pk=study.pk).update(baseline={"value": 0.5})
    assert Study.objects.filter(baseline={"value": 0.5}).get() == study

"""Narrow or widen and search again: a study that goes on from another, and says so ever after."""

import json

import pytest
from django.urls import reverse

from studies.engine.spec import SpecError, create_draft, resolve
from studies.models import Study
from tests.factories import make_expected_score, make_study, make_trial, make_version
from tests.views.reading import posted_back, words_of


@pytest.fixture
def study(team, alice):
    """The larger C the better, to its end."""
    study = make_study(make_version(team, alice), alice, name="First look", state="complete")
    for number in range(20):
        make_trial(study, number, config={"C": 10 ** (4 - number / 5), "l1_ratio": 0.5}, value=0.9 - number / 100)
    return study


def opened(client, study, query):
    """The new-study form for that query: the response, and what its form would post."""
    response = client.get(f"/studies/new/?follow={study.pk}&{query}")
    assert response.status_code == 200
    return response, posted_back(response)


def test_a_narrowed_study_is_shown_launched_and_remembered(client_of, alice, study):
    scores = {"best": 0.9, "expected": 0.87, "low": 0.8, "high": 0.92}
    counts = {"studies": 3, "people": 2, "trials": 1240, "left_out": 0, "rows": 60, "versions": 1}
    make_expected_score(study, ledger=counts | scores)
    client = client_of(alice)
    response, posted = opened(client, study, "narrow=1")
    words = words_of(response)
    assert "Narrowed around the best 5 of 20 complete trials." in words
    assert "Goes on from First look. Changed: C 0.0001 to 10000 → 250 to 10000; l1_ratio 0 to 1 → 0.4 to 0.6." in words
    assert "1240 trials have looked at these rows already. Another search on them adds to the over-fitting" in words
    assert 'value="First look, narrowed"' in response.content.decode()
    client.post("/studies/new/", posted | {"action": "draft"})
    made = Study.objects.exclude(pk=study.pk).get()
    assert made.follows == study
    assert made.follows_why == "C 0.0001 to 10000 → 250 to 10000; l1_ratio 0 to 1 → 0.4 to 0.6"
    assert made.spec["follows"] == study.pk
    own, first = reverse("study", args=[made.pk]), reverse("study", args=[study.pk])
    assert "Follows First look: C 0.0001 to 10000 → 250 to 10000" in words_of(client.get(own))
    assert "Followed by First look, narrowed" in words_of(client.get(first))
    told = json.loads(b"".join(client.get(reverse("study_json", args=[made.pk]))))
    assert (told["spec"]["follows"], told["follows_why"]) == (study.pk, made.follows_why)
    for query in (f"draft={made.pk}", f"clone={made.pk}"):  # both keep the lineage
        assert client.get(f"/studies/new/?{query}").context["form"].keys["follows"] == str(study.pk)
    study.trials.all().delete()
    study.delete()
    assert "Follows a study that was deleted: C 0.0001" in words_of(client.get(own))


@pytest.mark.parametrize(
    ("query", "changed"),
    [
        ("widen=1", "Changed: C 0.0001 to 10000 → 0.0001 to 5e6."),
        ("hold=l1_ratio", "Changed: l1_ratio 0 to 1 → always 0."),
        ("repeats=5", "Changed: 5 repeats instead of 1."),
        ("repeats=999", "Nothing of the search is changed yet."),
        ("hold=nothing", "Nothing of the search is changed yet."),
        ("same=1", "Nothing of the search is changed yet."),
    ],
)
def test_every_remedy_fills_the_form_in(client_of, alice, study, query, changed):
    response, _ = opened(client_of(alice), study, query)
    assert changed in words_of(response)
    assert response.context["form"].is_valid()


def test_who_may_not_see_the_study_cannot_go_on_from_it(client_of, alice, vera, charlie, study, team):
    assert client_of(charlie).get(f"/studies/new/?follow={study.pk}").status_code == 404
    assert client_of(vera).get(f"/studies/new/?follow={study.pk}").status_code == 403
    draft = make_study(study.dataset_version, alice, name="Not yet")
    assert client_of(alice).get(f"/studies/new/?follow={draft.pk}").url == reverse("study", args=[draft.pk])
    spec = {**study.spec, "name": "By a program"}
    for wrong in (draft.pk, 10**30, True, "1", study.pk + 1000):
        with pytest.raises(SpecError) as refused:
            resolve(team, spec | {"follows": wrong})
        assert list(refused.value.errors) == ["follows"]
    assert create_draft(resolve(team, spec | {"follows": study.pk}), alice).follows == study

"""The new-study form's models and ranges: cards, presets, pipeline, what is offered on fewer rows."""

from django.utils.html import escape

from studies.evaluation import catalogue
from studies.models import Study
from tests.factories import make_version
from tests.views.reading import posted_back

URL = "/studies/new/"


def test_a_preset_fills_the_rows_anew(browser, version) -> None:
    first = browser.get(f"{URL}?estimator=svm_rbf")
    data = posted_back(first) | {"space.C.low": "0.5"}
    wide = browser.post(f"{URL}check/", data | {"preset": "wide"})
    form = wide.context["form"]
    rows = {row.name: row for row in form.space.rows}
    assert (rows["C"].low, rows["C"].high, rows["scale"].searched) == ("0.003", "30000", True)
    assert form.keys["space_for"] != first.context["form"].keys["space_for"]
    again = browser.post(f"{URL}check/", posted_back(wide) | {"space.C.low": "0.25"}).context["form"]
    assert again.is_valid()
    assert {row.name: row.low for row in again.space.rows}["C"] == "0.25"
    refused = browser.post(URL, data | {"preset": "narrow", "action": "launch"})
    assert "filled in anew" in refused.content.decode()
    assert not Study.objects.exists()


def test_another_model_begins_with_the_same_preset_and_a_preset_there_is_not_is_the_recommended_one(
    browser, version
) -> None:
    data = posted_back(browser.get(f"{URL}?estimator=svm_rbf"))
    form = browser.post(f"{URL}check/", data | {"preset": "<b>"}).context["form"]
    assert form["preset"].value() == "recommended"
    other = browser.post(f"{URL}check/", data | {"estimator": "knn"}).context["form"]
    assert other["preset"].value() == "recommended"
    assert [row.name for row in other.space.rows][:1] == ["n_neighbors"]


def test_a_range_beyond_sense_is_warned_of_and_taken(browser, version) -> None:
    data = posted_back(browser.get(f"{URL}?estimator=svm_rbf")) | {"space.C.high": "1e9", "action": "draft"}
    page = browser.post(f"{URL}check/", data)
    assert "Wider than usually makes sense: 0.003 to 30,000." in page.content.decode()
    browser.post(URL, data)
    assert Study.objects.get().space["parameters"][0]["high"] == 1e9


def test_a_model_for_fewer_rows_is_offered_on_a_sample(browser, team, alice) -> None:
    version = make_version(team, alice, rows=10_050)
    first = browser.get(URL)
    page = first.content.decode()
    assert "SVM (radial kernel) is meant for at most 10,000 rows; here there are 10,050." in page
    assert "Search on 10,000 rows" in page
    sampled = browser.post(URL, posted_back(first) | {"sample": "svm_rbf"})
    form = sampled.context["form"]
    assert (form.resolved.estimator, form.resolved.plan["rows"]) == ("svm_rbf", 10_000)
    assert "Search on 10,000 rows" not in sampled.content.decode()
    browser.post(URL, posted_back(sampled) | {"action": "draft"})
    assert Study.objects.get(dataset_version=version).plan_spec["rows"] == 10_000
    for key in ("ridge", "nothing"):
        assert browser.post(URL, posted_back(first) | {"sample": key}).context["form"]["rows"].value() == ""


def test_every_model_says_what_it_costs_and_how_it_prepares(browser, version) -> None:
    for entry in catalogue.for_task("classification"):
        response = browser.get(f"{URL}?estimator={entry.key}")
        page = response.content.decode()
        assert response.context["form"].is_valid(), entry.key
        assert escape(entry.cost) in page
        assert f"then {escape(entry.label)}." in page
    assert "Elastic net serves regression only" in page


def test_the_pipeline_says_what_is_searched(browser, version) -> None:
    data = posted_back(browser.get(f"{URL}?estimator=knn"))
    words = browser.post(f"{URL}check/", data).context["pipeline"]
    assert "standardised or quantiles of a normal distribution" in words
    del data["space.scale.search"]
    words = browser.post(f"{URL}check/", data | {"space.scale.value": '"minmax"'}).context["pipeline"]
    assert "moved to 0 to 1" in words
    assert "quantiles" not in words

"""The page of a method comparison: several methods, several seeds, one verdict."""

import pytest

from studies.models import Study
from tests.factories import make_comparison, make_study, make_trial, make_version
from tests.views.reading import words_of


@pytest.fixture
def version(team, alice):
    return make_version(team, alice, name="Readmission")


@pytest.fixture
def compared(version, alice):
    """Makes a comparison from final scores by method: {"bayesian": [0.8, ...], ...}, one per seed."""

    def make(finals, state="complete", **more):
        studies = []
        for method, scores in finals.items():
            for seed, score in enumerate(scores):
                name = f"{method} {seed}"
                study = make_study(version, alice, name=name, method=method, seed=seed, state=state, **more)
                for number, value in enumerate((score - 0.05, score - 0.02, score)):
                    make_trial(study, number, value=value, stderr=0.01)
                studies.append(study)
        return make_comparison(studies, alice, "Which method", kind="method")

    return make


def page(client_of, person, comparison):
    return client_of(person).get(f"/compare/{comparison.pk}/")


BETTER = [0.80, 0.81, 0.82, 0.80, 0.81, 0.83]
WORSE = [0.70, 0.72, 0.71, 0.70, 0.73, 0.72]


def test_a_lead_in_six_of_six_seeds_is_more_than_noise(client_of, alice, compared):
    words = words_of(page(client_of, alice, compared({"random": WORSE, "bayesian": BETTER})))
    assert "Bayesian beats Random: its median 0.810 is 9.5 points above it, more than seed noise" in words
    assert "Bayesian was better in 6 of 6 seeds; from seed to seed the difference runs from +8.0 to +11.0" in words
    assert "1 in 32 such comparisons" in words


def test_five_of_five_is_likely_not_sure(client_of, alice, compared):
    words = words_of(page(client_of, alice, compared({"random": WORSE[:5], "bayesian": BETTER[:5]})))
    assert "Bayesian is likely better than Random" in words
    assert "1 in 16 such comparisons" in words


def test_a_lead_that_seeds_turn_around_is_noise(client_of, alice, compared):
    words = words_of(
        page(
            client_of, alice, compared({"random": [0.8, 0.7, 0.75, 0.8, 0.7], "bayesian": [0.7, 0.8, 0.75, 0.7, 0.76]})
        )
    )
    assert "cannot be told apart" in words or "are level" in words


def test_equal_runs_are_level_without_a_range_of_nothing(client_of, alice, compared):
    words = words_of(page(client_of, alice, compared({"random": [0.8, 0.7, 0.75], "bayesian": [0.8, 0.7, 0.75]})))
    assert "are level: median 0.750" in words
    assert "Their scores are the same in every one of 3 seeds." in words
    assert "±0.0 to" not in words


def test_few_seeds_cannot_tell(client_of, alice, compared):
    words = words_of(page(client_of, alice, compared({"random": WORSE[:3], "bayesian": BETTER[:3]})))
    assert "3 seeds cannot tell whether that is luck" in words
    assert "Five seeds or more are needed" in words


def test_one_seed_compares_runs_not_methods(client_of, alice, compared):
    words = words_of(page(client_of, alice, compared({"random": WORSE[:1], "bayesian": BETTER[:1]})))
    assert "This compares two single runs, not two methods" in words


def test_the_table_counts_wins_and_trials_to_the_target(client_of, alice, compared):
    finals = {"random": [0.70, 0.72, 0.90], "bayesian": [0.80, 0.81, 0.82], "grid": [0.60, 0.61, 0.62]}
    found = page(client_of, alice, compared(finals)).context["methods"]
    assert [row.name for row in found.rows] == ["Bayesian", "Random", "Grid"]
    assert [(row.wins, row.seeds) for row in found.rows] == [(2, 3), (1, 3), (0, 3)]
    assert (found.of, found.target) == ("Random", 0.72)
    assert [row.trials_to_target for row in found.rows] == ["1", "2, by 2 of 3 seeds", "not reached"]
    assert [row.mark for row in found.ordered] == [1, 2, 3]


def test_for_errors_the_lowest_is_first(client_of, alice, compared):
    comparison = compared({"random": WORSE, "bayesian": BETTER}, metric="log_loss", direction="minimize")
    assert page(client_of, alice, comparison).context["methods"].first.name == "Random"


def test_one_method_with_two_options_is_two_rows(client_of, alice, compared):
    comparison = compared({"random": WORSE, "bayesian": BETTER})
    Study.objects.filter(name__in=["bayesian 4", "bayesian 5"]).update(method_options={"start": 4})
    names = {row.name for row in page(client_of, alice, comparison).context["methods"].rows}
    assert names == {"Random", "Bayesian (start 4)", "Bayesian (no options)"}


def test_unfinished_runs_are_judged_where_all_stand(client_of, alice, compared):
    comparison = compared({"random": [0.9, 0.9], "bayesian": [0.8, 0.8]})
    slow = Study.objects.get(name="random 0")
    Study.objects.filter(pk=slow.pk).update(state="running")
    slow.trials.filter(number=2).delete()
    response = page(client_of, alice, comparison)
    assert "best up to trial 1, which all have reached" in words_of(response)
    assert [run.value for row in response.context["methods"].rows for run in row.runs] == pytest.approx(
        [0.88, 0.88, 0.78, 0.78]
    )
    assert f"/compare/{comparison.pk}/live/?since=" in response.content.decode()


def test_live_parts_come_only_when_something_changed(client_of, vera, compared):
    comparison = compared({"random": WORSE[:2], "bayesian": BETTER[:2]}, state="running")
    browser = client_of(vera)
    since = browser.get(f"/compare/{comparison.pk}/").context["since"]
    path = f"/compare/{comparison.pk}/live/?since={since}"
    assert browser.get(path).status_code == 204
    Study.objects.filter(name="random 1").update(change=7)
    response = browser.get(path)
    page = response.content.decode()
    assert all(f'id="{part}"' in page for part in ("compare-headline", "scores", "runs", "compare-poll"))
    assert "study-changed" in response["HX-Trigger"]


def test_no_scores_yet(client_of, alice, version):
    studies = [make_study(version, alice, name=m, method=m, state="queued") for m in ("random", "bayesian")]
    comparison = make_comparison(studies, alice, kind="method")
    assert "No method has a score yet" in words_of(page(client_of, alice, comparison))
    make_trial(studies[0], 0)
    Study.objects.update(state="complete")
    assert "Only Random has a score" in words_of(page(client_of, alice, comparison))


def test_the_figure_is_by_method(client_of, alice, compared):
    comparison = compared({"random": WORSE, "bayesian": BETTER})
    data = client_of(alice).get(f"/compare/{comparison.pk}/charts/best-so-far/").json()
    assert {row[0] for row in data["table"]["rows"]} == {"Random", "Bayesian"}
    assert data["title"] == "Bayesian needs 1 trial for what Random reaches in 3 trials"


def test_distributions_are_by_method_too(client_of, alice, compared):
    path = f"/compare/{compared({'random': WORSE, 'bayesian': BETTER}).pk}/charts/distribution/"
    rows = client_of(alice).get(path).json()["table"]["rows"]
    assert [row[:2] for row in rows] == [["Random", 18], ["Bayesian", 18]]


def test_queries_do_not_grow(client_of, alice, compared, django_assert_max_num_queries):
    comparison = compared({"random": WORSE, "bayesian": BETTER, "evolutionary": WORSE, "grid": WORSE})
    browser = client_of(alice)
    with django_assert_max_num_queries(12):
        browser.get(f"/compare/{comparison.pk}/")
    with django_assert_max_num_queries(8):
        browser.get(f"/compare/{comparison.pk}/charts/best-so-far/")
    with django_assert_max_num_queries(9):
        browser.get(f"/compare/{comparison.pk}/live/")


def test_who_may(client_of, vera, charlie, compared):
    comparison = compared({"random": WORSE, "bayesian": BETTER})
    for path in ("", "live/", "charts/best-so-far/"):
        assert client_of(vera).get(f"/compare/{comparison.pk}/{path}").status_code == 200
        assert client_of(charlie).get(f"/compare/{comparison.pk}/{path}").status_code == 404
        assert client_of(vera).post(f"/compare/{comparison.pk}/{path}").status_code == 405

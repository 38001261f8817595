"""One study by several methods and seeds: the same folds and budget for all, launched as a whole or not at all."""

import pytest

from studies.engine import method_comparison
from studies.engine.actions import Refused
from studies.engine.method_comparison import compare_methods, launch_comparison
from studies.engine.spec import SpecError, examine
from studies.models import Comparison, Study, Trial
from tests.factories import make_person, make_team, make_version


@pytest.fixture
def home(db):
    team = make_team()
    return team, make_person(team)


@pytest.fixture
def version(home):
    return make_version(*home, rows=60, name="Patients")


def laid(version, methods, seeds, **spec):
    return compare_methods(
        examine(version.dataset.team, {"dataset_version": version.pk, "budget": {"trials": 8}, **spec}), methods, seeds
    )


def test_every_method_has_every_seed_and_grid_has_one(home, version) -> None:
    choice = laid(version, ["bayesian", "grid", "random"], 3, seed=5)
    assert (choice.studies, choice.trials) == (7, 7 * 8)
    made = launch_comparison(choice, home[1])
    assert (made.name, made.kind, made.created_by) == ("Patients, Logistic regression, methods", "method", home[1])
    studies = list(made.in_order())
    assert [(study.method, study.seed) for study in studies] == [
        ("bayesian", 5), ("bayesian", 6), ("bayesian", 7), ("grid", 5), ("random", 5), ("random", 6), ("random", 7),
    ]  # fmt: skip
    assert studies[1].name == "Patients, Logistic regression · Bayesian · seed 6"
    assert studies[3].name == "Patients, Logistic regression · Grid"
    assert len({study.plan_id for study in studies}) == 1
    assert len({str((study.space, study.max_trials, study.metric, study.baseline)) for study in studies}) == 1
    assert {study.state for study in studies} == {"queued"}
    assert Trial.objects.filter(study__in=studies, number=0, source="default").count() == 7
    assert all(study.events.filter(verb="launched").exists() for study in studies)


def test_options_stay_with_their_method_and_names_with_their_study(home, version) -> None:
    choice = laid(
        version, ["random", "bayesian"], [3], method="bayesian", method_options={"initial": 9}, name="x" * 120
    )
    made = launch_comparison(choice, home[1])
    first, second = made.in_order()
    assert (first.method_options, second.method_options) == ({}, {"initial": 9})
    assert first.name.endswith("x · Random")
    assert len(first.name) == 120
    again = launch_comparison(choice, home[1])
    assert made.name != again.name


def test_a_grid_beside_another_method_fills_the_budget_as_it_would_alone(version) -> None:
    beside = laid(version, ["bayesian", "grid"], 1, budget={"trials": 40})
    alone = examine(version.dataset.team, {"dataset_version": version.pk, "method": "grid", "budget": {"trials": 40}})
    grid = beside.parts[1][0]
    assert (grid.method_options, grid.grid_size) == (alone.method_options, alone.grid_size)


@pytest.mark.parametrize(
    ("methods", "seeds", "path", "said"),
    [
        ([], 3, "methods", "No method is chosen"),
        ("random", 3, "methods", "must be a list"),
        (None, 3, "methods", "must be a list"),
        (["manual", "random"], 3, "methods", "leave manual out"),
        (["bayes", "random"], 3, "methods", 'Did you mean "bayesian"?'),
        (["random", "random"], 3, "methods", "there twice"),
        ([["random"]], 3, "methods", "no method"),
        (["random"], 1, "methods", "a single study"),
        (["grid"], 5, "methods", "Grid takes no seed"),
        (["random", "bayesian"], 0, "seeds", "from 1 to 10"),
        (["random", "bayesian"], 11, "seeds", "from 1 to 10"),
        (["random", "bayesian"], True, "seeds", "from 1 to 10"),
        (["random", "bayesian"], "3", "seeds", "from 1 to 10"),
        (["random", "bayesian"], [], "seeds", "from 1 to 10"),
        (["random", "bayesian"], [1, 1], "seeds", "another whole number"),
        (["random", "bayesian"], [-1], "seeds", "another whole number"),
        (["random", "bayesian"], [2**63], "seeds", "another whole number"),
        (["random", "bayesian", "evolutionary", "grid"], 10, "seeds", "at most 30"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(home, version, methods, seeds, path: str, said: str) -> None:
    choice = laid(version, methods, seeds)
    assert said in " ".join(choice.problems.errors[path])
    with pytest.raises(SpecError):
        launch_comparison(choice, home[1])
    assert not Study.objects.exists()


def test_seeds_at_the_end_of_their_range_stay_inside(version) -> None:
    numbers = laid(version, ["random"], 10, seed=2**63 - 1).parts[0][1]
    assert max(numbers) < 2**63
    assert len(set(numbers)) == 10


def test_a_fault_of_the_spec_refuses_the_whole(home, version) -> None:
    with pytest.raises(SpecError) as refused:
        launch_comparison(laid(version, ["random", "bayesian"], 2, budget={"trials": 0}), home[1])
    assert "budget.trials" in refused.value.errors
    assert not Study.objects.exists()


def test_when_one_launch_is_refused_nothing_is_kept(home, version, monkeypatch) -> None:
    begun = []
    begin = method_comparison.begin

    def refuse_the_third(study, who, prepared) -> None:
        begun.append(study)
        if len(begun) == 3:
            raise Refused("The dataset’s columns have just been corrected.")
        begin(study, who, prepared)

    monkeypatch.setattr(method_comparison, "begin", refuse_the_third)
    with pytest.raises(Refused):
        launch_comparison(laid(version, ["random", "bayesian"], 2), home[1])
    assert (Study.objects.count(), Comparison.objects.count(), Trial.objects.count()) == (0, 0, 0)

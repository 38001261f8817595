"""Trials that harm only themselves: F4, F8, F9, F10 of the fault list."""

import json

from django.test import Client

from studies.models import ApiToken, Membership, Outcome, Reason, Study, Trial
from tests.api.conftest import Program
from tests.faults.conftest import Crew, Home, Launch, space
from tests.faults.estimator import in_some_folds
from tests.faults.oracle import fold_seeds


def told_of(study: Study) -> dict[str, Trial]:
    return {trial.config.get("fault", "default"): trial for trial in study.trials.all()}


def grid_of(*faults: str) -> dict[str, object]:
    """A grid study with one trial for each fault, and the harmless default before them."""
    constants = {"parameters": [{"name": "x", "type": "constant", "value": 0.5}]}
    choices = {"name": "fault", "type": "categorical", "choices": list(faults)}
    return {
        "method": "grid",
        "space": {"parameters": [*constants["parameters"], choices]},
        "defaults": {"x": 0.5},
        "max_trials": len(faults) + 1,
    }


def test_each_bad_trial_ends_with_its_reason_and_harms_no_other(
    crew: Crew, launch: Launch, home: Home, client_of: object
) -> None:
    crew.start(2)
    classes = launch(metric="roc_auc", **grid_of("leave", "segfault", "refuse", "warn", "nan", "inf", "none"))
    numbers = launch(task="regression", seed=1, **grid_of("nan", "inf", "minus_inf", "complex", "huge", "none"))
    crew.check(classes)
    crew.check(numbers)

    told = told_of(classes)
    for fault, sign in {"leave": "exit code 3", "segfault": "signal 11"}.items():
        trial = told[fault]
        assert (trial.state, trial.reason) == ("failed", Reason.DIED)
        assert sign in trial.error
        assert list(trial.attempts.values_list("outcome", flat=True)) == [Outcome.LOST] * 3
    assert (told["refuse"].state, told["refuse"].reason) == ("failed", Reason.INVALID)
    assert "Fold 1 of 5: This combination of parameters" in told["refuse"].error
    assert told["warn"].state == "complete"
    assert "did not converge" in told["warn"].warnings[0]
    assert told["none"].state == told["default"].state == "complete"

    told |= {f"{fault} number": trial for fault, trial in told_of(numbers).items()}
    for fault in ("nan", "inf", *[f"{bad} number" for bad in ("nan", "inf", "minus_inf", "complex", "huge")]):
        assert (told[fault].state, told[fault].reason) == ("failed", Reason.NON_FINITE), fault
        assert told[fault].attempts.get().outcome == Outcome.FAILED
    assert told["none number"].state == "complete"

    browser: Client = client_of(home[1])
    program = Program(ApiToken.make(Membership.objects.get(user=home[1]), "a script"))
    for study in (classes, numbers):
        for path in (f"/studies/{study.pk}", f"/studies/{study.pk}/trials"):
            json.loads(program.get(path).content, parse_constant=no_json)
        assert browser.get(f"/studies/{study.pk}/").status_code == 200
        for trial in study.trials.all():
            assert browser.get(f"/studies/{study.pk}/trials/{trial.number}/").status_code == 200


def no_json(word: str) -> None:
    raise AssertionError(f"{word} stands in JSON")


def test_a_trial_that_fails_in_some_folds_is_not_ranked_by_the_others(crew: Crew, launch: Launch) -> None:
    seed = next(seed for seed in range(1000) if not due(seed, 1)[0] and any(due(seed, 1)))
    crew.start(1)
    study = launch(
        seed=seed,
        space=space(0.0, fault=["refuse"], folds=["some"]),
        max_trials=2,
    )
    crew.check(study)
    trial = study.trials.get(number=1)
    assert (trial.state, trial.reason, trial.value) == ("failed", Reason.INVALID, None)
    assert f"Fold {due(seed, 1).index(True) + 1} of 5" in trial.error
    assert study.best_trial().number == 0


def due(seed: int, number: int) -> list[bool]:
    return [in_some_folds(fold) for fold in fold_seeds(seed, number, 5)]


def test_a_study_whose_first_trials_all_fail_stops_and_says_why(crew: Crew, launch: Launch) -> None:
    crew.start(2)
    study = launch(defaults={"x": 0.5, "fault": "refuse"}, space=space(0.0, fault=["refuse"]), max_trials=60)
    crew.check(study)
    assert study.state == "failed"
    assert "all failed" in study.reason
    assert "This combination of parameters" in study.reason
    assert study.trial_counts()["failed"] >= 10
    assert study.next_number < 60

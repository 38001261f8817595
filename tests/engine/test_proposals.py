"""Where proposals come from, as the engine keeps it with their trials."""

import pytest

from studies.engine import actions
from studies.engine.ask import Asker
from studies.engine.lane import claim
from studies.models import Study, Trial, User
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db


def launched(alice: User, method: str) -> Study:
    version = make_version(alice.teams.get(), alice)
    study = make_study(version, alice, method=method, method_options={"population": 4} if method[0] == "e" else {})
    actions.launch(study, alice)
    Study.objects.filter(pk=study.pk).update(next_number=9, next_proposal=8, max_trials=20)
    for number in range(1, 9):  # 3 never happened, 5 failed: neither is a parent, and both shift the others
        state = {3: "cancelled", 5: "failed"}.get(number, "complete")
        value = 0.5 + number / 100 if state == "complete" else None
        config = {"C": 0.1 * number, "l1_ratio": 0.5}
        make_trial(study, number, state=state, value=value, config=config, proposal_index=number - 1)
    return study


def next_of_method(study: Study) -> Trial:
    asker = Asker(Study.objects.get(pk=study.pk), claim(study.pk, 0))
    asked = [asker.ask()[0] for _ in range(2)]  # the defaults wait first
    return Trial.objects.get(pk=asked[1].pk)


def test_a_child_names_its_parents_by_trial_number(alice: User) -> None:
    trial = next_of_method(launched(alice, "evolutionary"))
    assert (trial.number, trial.source, trial.origin["kind"]) == (9, "method", "child")
    assert set(trial.origin["parents"]) <= {6, 7, 8, 4}  # the best four; trial 0 has yet to end


def test_a_proposal_of_the_model_says_so(alice: User) -> None:
    trial = next_of_method(launched(alice, "bayesian"))
    assert trial.origin["kind"] in ("explore", "exploit")


def test_who_asks_no_history_needs_no_reason(alice: User) -> None:
    assert next_of_method(launched(alice, "random")).origin == {}

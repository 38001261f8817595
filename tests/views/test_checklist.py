"""Each fact of the checklist passes, warns and fails by numbers."""

import pytest

from studies.engine.guards import keep_as_it_is
from studies.models import Study
from studies.tabular.errors import warning
from studies.views.checklist import checklist
from studies.views.expected_scores import expected_scores
from studies.views.progress import progress_of
from studies.views.runner_ups import runner_ups
from tests.factories import make_expected_score, make_study, make_trial, make_version

pytestmark = pytest.mark.django_db
FOLDS = [0.70, 0.72, 0.74, 0.71, 0.73]


@pytest.fixture
def study(team, alice) -> Study:
    baseline = {"value": 0.5, "stderr": 0.0, "fold_scores": [0.5] * 5}
    study = make_study(make_version(team, alice, rows=60), alice, state="complete", baseline=baseline, max_trials=12)
    make_trial(study, 0, value=0.72, stderr=0.007, fold_scores=FOLDS, config={"C": 1.0, "l1_ratio": 0.0})
    for number in range(1, 12):
        make_trial(study, number, value=0.70, stderr=0.007, fold_scores=[score - 0.02 for score in FOLDS])
    return study


def proposed(study: Study, gain: float = 0.05, wobble: float = 0.002, **fields):
    scores = [score + gain + wobble * (-1) ** i for i, score in enumerate(FOLDS)]
    values = {"value": sum(scores) / 5, "stderr": 0.007, "fold_scores": scores, "config": {"C": 2.0, "l1_ratio": 0.5}}
    return make_trial(study, 50, **(values | fields))


def marks(study: Study, trial, newest: int = 1) -> dict[str, str]:
    defaults = study.trials.get(number=0)
    progress = progress_of([study])[study.pk]
    expected = expected_scores([study])[study.pk]
    found = checklist(study, trial, defaults, progress, runner_ups(study, trial, expected), newest, expected)
    return {check.title: f"{check.word}: {check.words}" for check in found}


def test_a_sound_winner_passes_everything(study) -> None:
    found = marks(study, proposed(study))
    assert all(words.startswith("Passes") for words in found.values()), found
    assert found["The evaluation plan fits the data"] == "Passes: 5 stratified folds, 60 rows."
    assert found["Enough trials, few failures"] == "Passes: 13 complete, 0 failed."
    assert found["Better than the defaults"].startswith("Passes: +5.0 points, standard error 0.1")
    assert found["Better than the baseline"].startswith("Passes: +27.0 points")
    assert "Clearly the best" in found


@pytest.mark.parametrize(
    ("gain", "wobble", "title"),
    [
        (0.05, 0.002, "Better than the defaults"),
        (0.01, 0.03, "Perhaps no better than the defaults"),
        (-0.01, 0.0, "Not better than the defaults"),
    ],
)
def test_the_gain_is_held_against_its_error(study, gain, wobble, title) -> None:
    assert title in marks(study, proposed(study, gain, wobble))


def test_lower_is_better_where_it_is(study) -> None:
    Study.objects.filter(pk=study.pk).update(metric="rmse", direction="minimize")
    study.refresh_from_db()
    found = marks(study, proposed(study, gain=-0.05))
    assert found["Better than the defaults"].startswith("Passes: −6.")
    assert found["Not better than the baseline"].startswith("Fails: +")


def test_the_defaults_themselves_gain_nothing(study) -> None:
    assert marks(study, study.trials.get(number=0))["It is the defaults"].startswith("Warns")


@pytest.mark.parametrize(("config", "words"), [
    ({"C": 9900.0, "l1_ratio": 0.5}, "C 9,900 of at most 10,000"),
    ({"C": 1e-4, "l1_ratio": 1.0}, "C 1e−4 of at least 1e−4. Better"),
])  # fmt: skip
def test_the_edges_of_the_space_are_named(study, config, words) -> None:
    assert words in marks(study, proposed(study, config=config))["On the edge of the search space"]


def test_where_the_model_itself_ends_is_no_edge(study) -> None:
    """A share of 0 lies at an end of its range, but none below it could be tried."""
    assert "Inside the search space" in marks(study, proposed(study, config={"C": 1.0, "l1_ratio": 0.0}))


@pytest.mark.parametrize("config", [{}, {"C": "auto"}, {"C": None, "l1_ratio": True}, {"C": 1e99, "l1_ratio": -5}])
def test_values_off_the_space_break_nothing(study, config) -> None:
    assert marks(study, proposed(study, config=config, off_space=True))


def test_failures_and_running_and_newer_data_and_warnings(study) -> None:
    for number in range(20, 24):
        make_trial(study, number, state="failed", value=None, stderr=None, fold_scores=[])
    Study.objects.filter(pk=study.pk).update(state="running", max_trials=40)
    version = study.dataset_version
    version.warnings = [warning("telling", f"Column {name} is odd.", name, "blocks") for name in "abcde"]
    keep_as_it_is(version, study.created_by, "telling", "a", "Known before.")
    study.refresh_from_db(fields=["state", "max_trials"])
    found = marks(study, proposed(study), newest=3)
    assert found["Many trials failed"] == "Warns: 13 complete, 4 failed (24 %)."
    assert found["Newer data"] == "Warns: The study used version 1; the dataset is at version 3."
    assert found["The search goes on"].startswith("Warns: Running, 23 trials to go")
    assert "Column d is odd; and 1 more. The column “a” is kept by alice" in found["4 warnings about the data"]
    version.warnings = version.warnings[:1]
    kept = marks(study, study.trials.get(number=50), newest=3)["No open question about the data"]
    assert kept.startswith("Passes: The column “a” is kept by alice")
    assert kept.endswith(": “Known before.”.")


def test_a_tie_and_a_clearly_better_trial_are_told_apart(study) -> None:
    trial = proposed(study)
    make_trial(study, 60, value=trial.value + 0.005, stderr=0.007, fold_scores=FOLDS)
    assert "Tied with the best" in marks(study, trial)
    make_trial(study, 61, value=trial.value + 0.1, stderr=0.007, fold_scores=FOLDS)
    assert marks(study, trial)["Others score clearly better"] == "Warns: 1 trial beyond the noise of both."
    shown = runner_ups(study, trial)
    assert [row.trial.number for row in shown.rows[:3]] == [50, 61, 60]
    assert [row.tied for row in shown.rows[:3]] == [False, False, True]


def test_plain_folds_for_classes_warn(study) -> None:
    study.plan_spec = {"kind": "kfold", "folds": 5, "repeats": 1}
    assert "Folds are not stratified" in marks(study, proposed(study))


def test_with_figures_gains_and_tie_are_those_of_the_resamples(study) -> None:
    trial = proposed(study)
    gain = {"gain": 0.03, "low": 0.01, "high": 0.05, "chance": 0.99}
    row = make_expected_score(study, tied=[50, 0, 3], defaults=gain, baseline=gain | {"pattern": True})
    found = marks(study, trial)
    assert found["Better than the defaults"].startswith("Passes: +3.0 points [+1.0, +5.0] on new data, a real gain")
    assert found["A pattern beyond the baseline"].startswith("Passes: +3.0 points")
    assert found["Tied with the best"].startswith("Passes: 2 other trials tied as well")
    assert found["Over-fitting to validation is stated"].startswith("Passes: 2.0 points, over 13 trials: best CV 0.77")
    assert found["Converged"] == "Passes: One of the newest 20 trials is chosen in 9 % of the resamples."
    shown = runner_ups(study, trial, expected_scores([study])[study.pk])
    assert [(row.trial.number, row.tied, row.chosen) for row in shown.rows[:3]] == [
        (50, False, 0.6), (0, True, 0.4), (3, True, 0.0),
    ]  # fmt: skip
    other = study.trials.get(number=5)
    assert marks(study, other)["Others score clearly better"].startswith("Warns: 3 trials tied with the best")

    less = gain | {"gain": 0.01, "low": -0.02, "high": 0.04, "chance": 0.7}
    ledger = {"studies": 9, "people": 4, "trials": 3140, "expected": 0.70}
    row.figures |= {"defaults": less, "baseline": less | {"pattern": False}, "verdict": "searching", "ledger": ledger}
    row.save()
    found = marks(study, trial)
    assert found["Perhaps no better than the defaults"].startswith("Warns: +1.0 points [−2.0, +4.0]")
    assert found["No pattern beyond the baseline"].startswith("Fails")
    assert found["More over-fitting to validation than gain"].startswith("Warns: 2.0 points")
    assert found["Not converged"].startswith("Warns")
    assert found["Rows were used before"].startswith(
        "Warns: 3,140 trials in 9 studies by 4 people; the best of all should reach"
    )

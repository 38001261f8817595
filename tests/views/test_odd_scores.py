"""Whatever a trial's score is or lacks, every page, answer, export and figure of its study can be read."""

import csv
import io
import json
import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from studies.models import ApiToken, Membership, Reason, Study, Trial
from studies.views.comparison_charts import COMPARISON_CHARTS
from studies.views.study_charts import STUDY_CHARTS
from tests.factories import make_attempt, make_comparison, make_study, make_trial, make_version
from tests.views.reading import words_of

NAN, INF = math.nan, math.inf
SPACE = {
    "parameters": [
        {"name": "C", "type": "float", "low": 1e-4, "high": 1e4, "log": True},
        {"name": "l1_ratio", "type": "float", "low": 0.0, "high": 1.0},
        {"name": "kernel", "type": "categorical", "choices": ["rbf", None, 1e300]},
    ]
}
NO_VALUE = {"value": None, "stderr": None, "fold_scores": [], "fit_seconds": None, "score_seconds": None}


def failed(study: Study, number: int, **fields: Any) -> Trial:
    return make_trial(study, number, **(NO_VALUE | {"state": "failed"} | fields))


def every_failure(study: Study) -> None:
    for number, reason in enumerate([*Reason.values, ""], 1):
        trial = failed(study, number, reason=reason, error=f"{reason}\nsecond line", fold_scores=[0.5, None])
        make_attempt(trial, outcome="lost" if reason == "died" else "failed", detail="x")
    for number, state in ((20, "pruned"), (21, "cancelled"), (22, "waiting"), (23, "running")):
        failed(study, number, state=state, fold_scores=[None, 0.7])


def huge_and_tiny(study: Study) -> None:
    values = (1e300, -1e300, 1.7e308, -1.7e308, 1e-300, 5e-324, 0.0, -0.0, 0.7, 1e16)
    for number, value in enumerate(values):
        spread = {"stderr": abs(value) / 3, "fold_scores": [value] * 5, "fit_times": [1e-9] * 5}
        config = {"C": 10.0 ** (number % 5), "l1_ratio": 0.0, "kernel": 1e300}
        make_trial(study, number, value=value, config=config, **spread, fit_seconds=1e-9)


def one_complete(study: Study) -> None:
    make_trial(study, 0, value=1e300, stderr=None, fold_scores=[1e300], fit_seconds=0.0, score_seconds=0.0)


def not_finite(study: Study) -> None:
    """As an older version may have left them."""
    make_trial(study, 0)
    for number, value in enumerate((NAN, INF, -INF), 1):
        odd = {"stderr": value, "fold_scores": [None, 1.7e308, 0.5], "fit_times": [None], "fit_seconds": value}
        make_trial(study, number, value=value, **odd)
    make_trial(study, 4, value=None, stderr=None, fold_scores=[None] * 5)
    make_trial(study, 5, config={"C": -1.0, "l1_ratio": 1.7e308, "kernel": None})
    make_trial(study, 6, config={"C": 0.0})


def only_equal(study: Study) -> None:
    for number in range(4):
        make_trial(study, number, value=0.0, stderr=0.0, fold_scores=[0.0] * 5)


def nothing(study: Study) -> None:
    pass


KINDS = (every_failure, huge_and_tiny, one_complete, not_finite, only_equal, nothing)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def strict(response: Any) -> Any:
    return json.loads(response.content, parse_constant=refuse)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # numpy warns where sums overflow
@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("make", KINDS)
def test_everything_can_be_read(team, alice, client_of, make: Callable[[Study], None], direction: str) -> None:
    browser = client_of(alice)
    version = make_version(team, alice)
    metric = "rmse" if direction == "minimize" else "r2"
    of = {"metric": metric, "direction": direction, "space": SPACE, "task": "regression", "estimator": "ridge"}
    baseline = {"value": 1e300, "stderr": None, "fold_scores": [1e300]}
    now = timezone.now()
    pair = [
        make_study(version, alice, name=f"Odd {i}", state=state, launched_at=now, baseline=baseline, **of)
        for i, state in enumerate(("running", "failed"))
    ]
    for study in pair:
        make(study)
    Trial.objects.update(started_at=now, finished_at=now + timedelta(seconds=1))
    study = pair[0]
    at, both = f"/studies/{study.pk}", f"study={pair[0].pk}&study={pair[1].pk}"
    kept = make_comparison(pair, alice)
    read_figures(browser, at, both, kept.pk)
    read_pages(browser, study, both, kept.pk)
    read_exports(browser, at)
    read_api(
        Client(headers={"Authorization": f"Bearer {ApiToken.make(Membership.objects.get(user=alice), 'x')}"}), study
    )


def read_figures(browser: Client, at: str, both: str, kept: int) -> None:
    queries = {
        "convergence": ("", "?x=seconds"),
        "slice": ("", "?parameter=l1_ratio", "?parameter=kernel"),
        "pair": ("", "?px=kernel&py=C", "?px=l1_ratio&py=kernel"),
        "folds": ("", "?order=number"),
    }
    for slug in STUDY_CHARTS:
        for query in queries.get(slug, ("",)):
            data = strict(browser.get(f"{at}/charts/{slug}/{query}"))
            assert data["title"], slug
            assert not re.search(r"\b(nan|inf)\b", json.dumps([data["title"], data["subtitle"]])), slug
    for slug in COMPARISON_CHARTS:
        assert strict(browser.get(f"/compare/charts/{slug}/?{both}"))["title"]
        assert strict(browser.get(f"/compare/{kept}/charts/{slug}/"))["title"]


def read_pages(browser: Client, study: Study, both: str, kept: int) -> None:
    at = f"/studies/{study.pk}"
    paths = [
        "/", "/?sort=best", "/?sort=-best", f"{at}/", f"{at}/?all", f"{at}/?from=1", f"{at}/live/?since=-1",
        f"{at}/report.html", f"{at}/review/", f"/compare/?{both}", f"/compare/{kept}/",
        f"/studies/new/?clone={study.pk}", f"/datasets/{study.dataset_version.dataset_id}/", "/workers/", "/inbox/",
    ]  # fmt: skip
    paths += [f"{at}/trials/{number}/" for number in study.trials.values_list("number", flat=True)]
    for path in paths:
        words = words_of(browser.get(path))
        found = re.search(r".{0,60}(?<![\w-])[+-]?(nan|inf|NaN|Infinity)(?![\w-]).{0,30}", words)
        assert not found, (path, found)
    for trial in study.trials.all():
        assert browser.get(f"{at}/trials/{trial.number}/live/?since=x").status_code == 200
        for part in ("code/", "recipe.py", "model/"):
            assert browser.get(f"{at}/trials/{trial.number}/{part}").status_code in {200, 302, 404}
    complete = study.trials.filter(state="complete").values_list("number", flat=True)[:3]
    for number in complete:
        assert browser.get(f"{at}/review/?propose={number}").status_code == 200


def read_exports(browser: Client, at: str) -> None:
    strict(browser.get(f"{at}/study.json"))
    response = browser.get(f"{at}/trials.csv")
    text = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(csv.DictReader(io.StringIO(text.decode().removeprefix("\ufeff"))))
    assert not {"nan", "inf", "-inf"} & {str(cell) for row in rows for cell in row.values()}


def read_api(program: Client, study: Study) -> None:
    for path in ("/studies", f"/studies/{study.pk}", f"/studies/{study.pk}/trials", "/workers", "/datasets"):
        response = program.get(f"/api/v1{path}")
        assert response.status_code == 200
        strict(response)


@pytest.mark.django_db
@pytest.mark.parametrize("maximize", [True, False])
def test_what_has_no_value_ranks_last(team, alice, maximize: bool) -> None:
    study = make_study(make_version(team, alice), direction="maximize" if maximize else "minimize")
    huge_and_tiny(study)
    make_trial(study, 20, value=None)
    failed(study, 21)
    ranked = [trial.number for trial in study.trials.ranked(maximize)]
    assert set(ranked[-2:]) == {20, 21}
    assert study.best_trial().number == (2 if maximize else 3) == ranked[0]

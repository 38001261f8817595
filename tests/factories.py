"""Plain functions that make rows for tests; every argument can be overridden."""

import hashlib
import secrets
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from studies.engine.intake import correct_schema, store_upload
from studies.models import (
    Attempt,
    Column,
    Comparison,
    Dataset,
    DatasetVersion,
    ExpectedScore,
    Membership,
    Role,
    Study,
    Team,
    Trial,
    User,
)
from studies.tabular import read_table, save_table

PASSWORD = "a long enough password"


def make_team(name: str = "Red team") -> Team:
    return Team.objects.create(name=name)


def make_person(team: Team | None, role: str = Role.OWNER, email: str = "alice@example.org") -> User:
    person = User.objects.create_user(email, PASSWORD)
    if team is not None:
        Membership.objects.create(team=team, user=person, role=role)
    return person


def csv_text(rows: int = 60, task: str = "classification", seed: int = 0) -> str:
    """A small mixed table with missing values whose target depends on its features."""
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 70, rows)
    income = rng.normal(50, 15, rows).round(2)
    city = rng.choice(["Bern", "Graz", "Lyon"], rows)
    signal = (age - 45) / 15 + (income - 50) / 15 + (city == "Graz") + rng.normal(0, 0.7, rows)
    target = np.where(signal > 0, "yes", "no") if task == "classification" else signal.round(3)
    lines = ["age,income,city,outcome"]
    for i in range(rows):
        shown = "" if i % 11 == 3 else f"{income[i]}"
        lines.append(f"{age[i]},{shown},{city[i]},{target[i]}")
    return "\n".join(lines) + "\n"


def make_version(
    team: Team, user: User | None = None, rows: int = 60, task: str = "classification", name: str = ""
) -> DatasetVersion:
    """A dataset with one stored version, read from a real file like an upload."""
    dataset = Dataset.objects.create(team=team, name=name or f"Table {secrets.token_hex(3)}", created_by=user)
    return stored_version(dataset, 1, csv_text(rows, task), user, task)


def add_version(version: DatasetVersion, text: str = "", rows: int = 60) -> DatasetVersion:
    """One more version of a dataset."""
    number = version.dataset.last_number + 1
    return stored_version(
        version.dataset, number, text or csv_text(rows, version.task), version.created_by, version.task
    )


def stored_version(dataset: Dataset, number: int, text: str, user: User | None, task: str) -> DatasetVersion:
    content = text.encode()
    version = DatasetVersion(
        dataset=dataset,
        number=number,
        file_name="table.csv",
        file_bytes=len(content),
        content_hash=hashlib.sha256(content).hexdigest(),
        stored_as=secrets.token_hex(16),
        separator=",",
        decimal=".",
        encoding="utf-8",
        task=task,
        created_by=user,
    )
    version.upload_path.parent.mkdir(parents=True)
    version.upload_path.write_bytes(content)
    reading = read_table(version.upload_path)
    save_table(reading.columns, version.table_path)
    version.rows = reading.rows
    version.save()
    dataset.last_number = max(dataset.last_number, number)
    dataset.save(update_fields=["last_number"])
    for position, column in enumerate(reading.columns):
        role = "target" if column.name == "outcome" else "feature"
        Column.objects.create(version=version, position=position, name=column.name, kind=column.kind, role=role)
    return version


SPACE = {
    "parameters": [
        {"name": "C", "type": "float", "low": 1e-4, "high": 1e4, "log": True},
        {"name": "l1_ratio", "type": "float", "low": 0.0, "high": 1.0},
    ]
}


def make_study(version: DatasetVersion, user: User | None = None, **fields: Any) -> Study:
    values: dict[str, Any] = {
        "team": version.dataset.team,
        "dataset_version": version,
        "name": "A study",
        "created_by": user,
        "task": "classification",
        "target": "outcome",
        "estimator": "logistic_regression",
        "space": SPACE,
        "method": "random",
        "metric": "accuracy",
        "direction": "maximize",
        "plan_spec": {"kind": "stratified", "folds": 5, "repeats": 1},
        "defaults": {"C": 1.0, "l1_ratio": 0.0},
        "max_trials": 10,
    }
    return Study.objects.create(**(values | fields))


def make_trial(study: Study, number: int, **fields: Any) -> Trial:
    values: dict[str, Any] = {
        "source": "method" if number else "default",
        "config": {"C": 10.0 ** (number % 7 - 3), "l1_ratio": 0.1 * (number % 10)},
        "state": "complete",
        "value": 0.7 + 0.01 * (number % 13),
        "stderr": 0.02,
        "fold_scores": [0.68, 0.7, 0.72, 0.71, 0.74],
        "fit_times": [0.01] * 5,
        "fit_seconds": 0.05,
        "score_seconds": 0.01,
    }
    return Trial.objects.create(study=study, number=number, **(values | fields))


def make_attempt(trial: Trial, number: int = 1, **fields: Any) -> Attempt:
    values: dict[str, Any] = {
        "token": "x" * 32,
        "lane": 0,
        "worker": "worker-1",
        "started_at": timezone.now(),
        "ended_at": timezone.now(),
        "outcome": "complete",
    }
    return Attempt.objects.create(trial=trial, number=number, **(values | fields))


def make_running_study(version: DatasetVersion, user: User, **fields: Any) -> Study:
    """Runs, with the defaults at 0.71, the best (0.743) at trial 3, a failed and a running trial."""
    values: dict[str, Any] = {"launched_at": timezone.now(), "next_number": 6, "max_trials": 24}
    study = make_study(version, user, name="Boosting", state="running", **(values | fields))
    make_trial(study, 0, value=0.71, stderr=0.012, config={"C": 1.0, "l1_ratio": 0.0})
    for number, value in ((1, 0.72), (2, 0.70), (3, 0.743)):
        make_trial(study, number, value=value, stderr=0.006)
    make_trial(study, 4, state="failed", reason="timed_out", error="Ran 2 s", value=None, stderr=None, fold_scores=[])
    make_trial(study, 5, state="running", value=None, stderr=None, fold_scores=[0.7, 0.72], fit_seconds=None)
    return study


def make_comparison(
    studies: list[Study], user: User | None = None, name: str = "A comparison", **fields: Any
) -> Comparison:
    return Comparison.make(studies[0].team, name, studies, by=user, **fields)


def make_expected_score(study: Study, row: dict[str, Any] | None = None, **changes: Any) -> ExpectedScore:
    """As a worker leaves it for the study's complete trials; `changes` are to its figures, `row` to its other fields.

    The half of the trials with the better scores is tied, the last of them the one to keep.
    """
    figures = expected_figures(study)
    if unknown := changes.keys() - figures.keys():
        raise ValueError(f"Figures have no {', '.join(sorted(unknown))}.")
    now = timezone.now()
    values: dict[str, Any] = {
        "state": "complete",
        "asked_at": now,
        "finished_at": now,
        "computed_at": now,
        "trials_hash": "t" * 64,
        "seen": study.trials.filter(state="complete").count(),
        **ExpectedScore.told(figures | changes),
    }
    return ExpectedScore.objects.create(study=study, **(values | (row or {})))


def expected_figures(study: Study) -> dict[str, Any]:
    """Figures that hang together, two points worse than the best; not available while fewer than two trials are."""
    complete = list(study.trials.filter(state="complete").ranked(study.maximize))
    if len(complete) < 2:
        why = "It takes two complete trials."
        return _NO_FIGURES | {"why": why, "rows": study.dataset_version.rows, "trials": len(complete)}
    better = 1.0 if study.maximize else -1.0
    best, worst = complete[0], complete[-1]
    expected = best.value - 0.02 * better
    ends = sorted((expected - 0.04, expected + 0.035))
    tied = complete[: (len(complete) + 1) // 2]
    fastest = min(tied, key=lambda trial: (trial.fit_seconds or 0.0, -trial.number))
    reference = {"gain": better * (expected - worst.value), "low": -0.01, "high": 0.06, "chance": 0.91}

    def pick(rule: str, trial: Trial) -> dict[str, Any]:
        costs = abs(best.value - trial.value)
        spread = {"low": costs - 0.01, "high": costs + 0.02}
        return {"rule": rule, "number": trial.number, "costs": costs, "fit_seconds": trial.fit_seconds} | spread

    return _NO_FIGURES | {
        "available": True,
        "rows": study.dataset_version.rows,
        "resamples": 500,
        "trials": len(complete),
        "best": best.value,
        "best_number": best.number,
        "expected": expected,
        "low": ends[0],
        "high": ends[1],
        "optimism": 0.02,
        "chosen": {str(best.number): 0.6, str(complete[1].number): 0.4},
        "tied": [trial.number for trial in tied],
        "picks": [pick("best", best), pick("simplest", tied[-1]), pick("fastest", fastest)],
        "keep": tied[-1].number,
        "keep_why": "same score, 8 times faster"
        if tied[-1] is not best
        else "best score, and the fastest of its equals",
        "defaults": reference if best.number else None,
        "baseline": reference | {"pattern": True, "low": 0.05, "chance": 1.0} if study.baseline else None,
        "curve": _curve(complete, better),
        "last_help": best.number,
        "recent": {"trials": 20, "share": 0.09},
        "verdict": "converged",
    }


def _curve(complete: list[Trial], better: float) -> list[dict[str, Any]]:
    """The best so far by trial number, and two points worse what to expect."""
    points: list[dict[str, Any]] = []
    for trial in sorted(complete, key=lambda trial: trial.number):
        values = [trial.value, *(point["best"] for point in points[-1:])]
        best = max(values) if better > 0 else min(values)
        expected = best - 0.02 * better
        band = {"low": expected - 0.025, "high": expected + 0.025}
        points.append({"trials": len(points) + 1, "number": trial.number, "best": best, "expected": expected} | band)
    return points[-40:]


_NO_FIGURES: dict[str, Any] = {
    "available": False, "why": "", "rows": 0, "groups": 0, "resamples": 0, "trials": 0, "left_out": 0, "best": None,
    "best_number": None, "expected": None, "low": None, "high": None, "optimism": None, "chosen": {}, "tied": [],
    "picks": [], "keep": None, "keep_why": "", "defaults": None, "baseline": None, "curve": [], "last_help": None,
    "recent": None, "verdict": "too_early", "ledger": None,
}  # fmt: skip


def make_visits(team: Team, user: User, patients: int = 24, name: str = "Visits", **roles: str) -> DatasetVersion:
    """Five visits of each patient on days from 2024-01-01 on, stored as an upload is."""
    rng = np.random.default_rng(5)
    level = rng.normal(0, 1, patients)
    lines = ["patient_id,visit_date,age,dose,relapse"]
    for i in range(5 * patients):
        patient, dose = i % patients, round(float(rng.normal(5, 2)), 2)
        ill = level[patient] + (dose - 5) / 2 + rng.normal(0, 0.5) > 0
        day = (date(2024, 1, 1) + timedelta(days=i * 3)).isoformat()
        lines.append(f"P{patient:03d},{day},{40 + patient % 30},{dose},{'yes' if ill else 'no'}")
    file = SimpleUploadedFile("visits.csv", ("\n".join(lines) + "\n").encode())
    version = store_upload(team, user, file, name, target="relapse")
    given = {"patient_id": "group", "visit_date": "time"} | roles
    return correct_schema(version, user, roles=given)

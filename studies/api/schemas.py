"""The shapes of the answers, for openapi.json and for whoever reads the code."""

from datetime import datetime
from typing import Any

from ninja import Schema


class AttemptOut(Schema):
    number: int
    worker: str
    lane: int
    outcome: str
    detail: str
    started_at: datetime
    ended_at: datetime | None


class TrialOut(Schema):
    number: int
    source: str
    state: str
    reason: str
    error: str
    origin: dict[str, Any]
    config: dict[str, Any]
    off_space: bool
    value: float | None
    stderr: float | None
    fold_scores: list[float | None]
    attempts: list[AttemptOut]
    fit_seconds: float | None
    started_at: datetime | None
    finished_at: datetime | None


class TrialsOut(Schema):
    items: list[TrialOut]
    next: int | None


class ApprovedOut(Schema):
    number: int
    by: str
    at: datetime


class ExpectedOut(Schema):
    """What the chosen trial should score on new rows: `expected`, between low and high (95 %, conservative).

    `best` is its CV score by the same recipe, `optimism` how far that is above what is expected; `trials` and `rows`
    are what it rests on; `tied`: numbers of the trials that cannot be told from the best, that one first. `verdict`:
    too_early, searching, converged or no_pattern. `stale`: trials have come since.
    """

    expected: float
    low: float
    high: float
    optimism: float
    best: float
    trials: int
    rows: int
    tied: list[int]
    verdict: str
    computed_at: datetime
    stale: bool


class StudyOut(Schema):
    id: int
    name: str
    state: str
    reason: str
    spec: dict[str, Any]
    counts: dict[str, int]
    baseline: dict[str, Any] | None
    best: TrialOut | None
    expected: ExpectedOut | None
    approved: ApprovedOut | None
    created_at: datetime
    launched_at: datetime | None
    finished_at: datetime | None


class RecommendedOut(Schema):
    """`value`: what the trial is believed to be worth, between low and high (95 %); `best_value`: what the best is."""

    trial: TrialOut
    kind: str
    value: float
    low: float | None
    high: float | None
    best_value: float
    reason: str


class AuditOut(Schema):
    """`stage`: searching, scoring, complete, failed or cancelled; the figures are there once it is complete.

    `folds` outer folds of `trials` each; `optimism`: over-fitting found, in the good direction of the metric.
    """

    stage: str
    folds: int
    trials: int
    asked_at: datetime
    score: float | None
    low: float | None
    high: float | None
    optimism: float | None
    error: str


class WholeStudyOut(StudyOut):
    recommended: RecommendedOut | None
    audit: AuditOut | None


class NewStudyOut(StudyOut):
    decisions: list[str]
    fits: int
    grid_size: int | None


class ComparisonOut(Schema):
    id: int
    name: str
    studies: list[int]


class ColumnOut(Schema):
    name: str
    kind: str
    role: str


class VersionOut(Schema):
    """`separator`, `decimal` and `encoding` say how the file was read: the characters, and utf-8 and the like."""

    id: int
    number: int
    state: str
    rows: int
    separator: str
    decimal: str
    encoding: str
    columns: list[ColumnOut]
    warnings: list[Any]


class VersionRowOut(Schema):
    """`rows` without the `held_out_rows`; `file_bytes` and `content_hash` (SHA-256) are of the file as it came."""

    id: int
    number: int
    state: str
    rows: int
    held_out_rows: int
    file_name: str
    file_bytes: int
    content_hash: str
    created_at: datetime
    created_by: str | None
    studies: int


class WholeColumnOut(ColumnOut):
    """`why` it is so, where there is a reason; `profile`: missing, distinct, range, most frequent values."""

    why: str
    profile: dict[str, Any]


class KeptOut(Schema):
    reason: str
    by: str | None
    at: datetime


class WarningOut(Schema):
    """`acts`: the remedies that can be asked for; `kept`: why the team leaves it as it is, where it said so."""

    code: str
    column: str | None
    message: str
    level: str = ""
    figures: dict[str, Any] = {}
    acts: list[str]
    kept: KeptOut | None


class HeldOutOut(Schema):
    rows: int
    how: str
    fixed: bool


class ReadingOut(Schema):
    version: int
    number: int
    state: str
    share: float
    error: str


class ChangeOut(Schema):
    state: str
    share: float
    error: str
    column: str


class WholeVersionOut(VersionRowOut):
    separator: str
    decimal: str
    encoding: str
    task: str | None
    columns: list[WholeColumnOut]
    warnings: list[WarningOut]
    reading: ReadingOut | None
    change: ChangeOut | None


class DatasetOut(Schema):
    id: int
    name: str
    version: VersionOut | None
    reading: ReadingOut | None
    held_out: HeldOutOut | None


class WorkerOut(Schema):
    name: str
    pid: int
    horse_pid: int | None
    child_pid: int | None
    host: str
    state: str
    study: int | None
    trial: int | None

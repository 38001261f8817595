"""The nested audit on a study's page: what it costs, how far it is, what it found."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies.engine import audits
from studies.engine.actions import Refused
from studies.forms.audit import AuditForm
from studies.models import AuditStage, ExpectedScore, NestedAudit, Study, WorkerProcess

from .access import get_study, get_study_to_edit
from .headline import Gain, gain_over
from .labels import estimator_label, metric_in_text
from .progress import progress_of

Fold = dict[str, Any]


@dataclass(frozen=True)
class AuditShown:
    """`why_not`: why this search has none and can have none. `trials_now`: how many the study has run by now."""

    audit: NestedAudit | None
    why_not: str = ""
    trials_now: int = 0
    going: "Going | None" = None
    folds: list["FoldRow"] = field(default_factory=list)
    optimism: Gain | None = None
    expected: dict[str, Any] | None = None
    agrees: bool = False

    @property
    def stage(self) -> str:
        return self.audit.stage if self.audit else ""

    @property
    def lost(self) -> list["FoldRow"]:
        return [row for row in self.folds if row.error]

    @property
    def stderr(self) -> float | None:
        """Of the audit's score, which decides on its digits."""
        found = self.audit.result if self.audit else None
        return None if found is None or found["low"] is None else (found["high"] - found["low"]) / 4

    @property
    def cursor(self) -> str:
        """Changes with all that the section says while the audit is under way."""
        if (going := self.going) is None:
            return self.stage
        return f"{self.stage}.{going.done}.{going.running}.{going.ended}.{going.serving > 0:d}"


@dataclass(frozen=True)
class Going:
    """How far its searches are, all together; `ended`: how many of them have."""

    done: int
    total: int
    running: int
    ended: int
    searches: int
    serving: int
    seconds_left: float | None


@dataclass(frozen=True)
class FoldRow:
    """An outer fold: what its search found inside, what its choice scored outside, and the over-fitting between."""

    number: int
    rows: int
    trials: int
    best: float | None
    score: float | None
    gap: Gain | None
    error: str


def audit_shown(study: Study) -> AuditShown | None:
    """What the page says of it; None while the study has not ended, as there is nothing to audit yet."""
    audit = NestedAudit.objects.filter(study=study).select_related("scoring", "asked_by").first()
    if audit is None:
        return AuditShown(None, audits.why_not(study)) if study.is_terminal else None
    trials_now = audits.trials_to_replay(study)
    going = _going(audit) if audit.stage == AuditStage.SEARCHING else None
    if audit.result is None:
        return AuditShown(audit, audits.why_not(study), trials_now, going)
    expected, result = _expected(study), audit.result
    agrees = expected is not None and (_within(result["score"], expected) or _within(expected["expected"], result))
    rows = [_fold_row(study, fold) for fold in result["folds"]]
    inside, outside = _means(result["folds"])
    optimism = _over_fitting(study, inside, outside)
    return AuditShown(audit, audits.why_not(study), trials_now, None, rows, optimism, expected, agrees)


def _going(audit: NestedAudit) -> Going:
    searches = list(audit.searches.all())
    found = progress_of(searches).values()
    ended = sum(search.is_terminal for search in searches)
    done = sum(progress.done for progress in found)
    to_go = sum(0 if progress.study.is_terminal else progress.to_go for progress in found)
    running = sum(progress.counts["running"] for progress in found)
    spent = sum(progress.worker_seconds for progress in found)
    left = spent / done * to_go / max(1, running) if done and to_go else None
    serving = WorkerProcess.objects.serving().count()
    return Going(done, done + to_go, running, ended, len(searches), serving, left)


def _expected(study: Study) -> dict[str, Any] | None:
    """The figures of the expected score, where there are any."""
    found = ExpectedScore.objects.filter(study=study).values_list("figures", flat=True).first()
    return found if found and found["available"] else None


def _within(score: float, interval: dict[str, Any]) -> bool:
    return interval["low"] is not None and interval["low"] <= score <= interval["high"]


def _means(folds: list[Fold]) -> tuple[float, float]:
    scored = [fold for fold in folds if not fold["error"]]
    inside, outside = (sum(fold[name] for fold in scored) / len(scored) for name in ("best", "score"))
    return inside, outside


def _over_fitting(study: Study, inside: float, outside: float) -> Gain:
    """By how much the best CV inside was better than the score outside: a plus is over-fitting, whatever the metric."""
    return gain_over(study, inside, outside) if study.maximize else gain_over(study, outside, inside)


def _fold_row(study: Study, fold: Fold) -> FoldRow:
    gap = None if fold["error"] else _over_fitting(study, fold["best"], fold["score"])
    score = None if fold["error"] else fold["score"]
    return FoldRow(fold["fold"] + 1, fold["rows"], fold["trials"], fold["best"], score, gap, fold["error"])


def _context(request: HttpRequest, study: Study) -> dict[str, Any]:
    may_edit = Study.objects.editable_by(request.user).filter(pk=study.pk).exists()
    return {"study": study, "audit": audit_shown(study), "may_edit": may_edit}


# -- routes -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: what it answers and costs; POST: begin it."""
    study = get_study_to_edit(request, pk) if request.method == "POST" else get_study(request, pk)
    if why := audits.why_not(study):
        messages.warning(request, why)
        return _back(pk)
    form = AuditForm(study, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            audits.start(study, request.user, form.cleaned_data["folds"])
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The audit has begun. You can leave this page; it goes on by itself.")
        return _back(pk)
    shown = {"form": form, "estimator": estimator_label(study.estimator), "metric": metric_in_text(study.metric)}
    return render(request, "studies/audit.html", _context(request, study) | shown | {"section": "studies"})


@require_safe
def audit_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The section of the study's page, while the audit is under way; 204 while nothing in it has changed."""
    study = get_study(request, pk)
    context = _context(request, study)
    shown = context["audit"]
    if shown is not None and request.GET.get("seen") == shown.cursor:
        return HttpResponse(status=204)
    return render(request, "studies/_audit.html", context)


@require_POST
def audit_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, audits.cancel, "The audit is cancelled. The study is as it was.")


@require_POST
def audit_delete(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, audits.delete, "The audit is deleted. The study is as it was.")


def _act(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    try:
        action(study, request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, done)
    return _back(pk)


def _back(pk: int) -> HttpResponse:
    return redirect(reverse("study", args=[pk]) + "#audit")

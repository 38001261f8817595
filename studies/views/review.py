"""The review of a study: do we, as a team, stand behind this winner?"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from studies.engine import review as engine
from studies.engine.actions import Refused
from studies.forms.review import CommentForm, DecisionForm, EditForm, ProposalForm
from studies.models import Comment, Membership, Proposal, ProposalState, Standing, Study, StudyState, Trial, may_decide

from .access import get_study, get_study_to_decide, get_study_to_edit, membership_in
from .checklist import checklist
from .expected_scores import Expected, expected_scores
from .findings import PASS
from .headline import default_trial, gain_over
from .labels import estimator_label, metric_in_text, metric_label
from .opening_check import held_out_said
from .progress import Incumbent, progress_of
from .ruler import ruler
from .runner_ups import runner_ups
from .study_charts import STUDY_CHARTS
from .trial import honest_facts

DIALOGS = {"propose", "approve", "changes", "reject", "take-back"}
CHART_NAMES = {"parallel": "Parallel coordinates", "folds": "Fold by trial", "pair": "Two parameters"}
FIRST_EVENTS, FIRST_COMMENTS = 30, 100
OWNERS_ACTS = {"approve", "changes", "reject", "take-back"}
DONE = {
    "approve": "Approved. The trial is shown as approved wherever the study is.",
    "changes": "Sent back. It waits for {name} now.",
    "reject": "Rejected.",
    "take-back": "The approval is taken back.",
    "withdraw": "The proposal is withdrawn.",
}


@dataclass(frozen=True)
class Said:
    """A comment with what this person may do to it; `form` edits it."""

    comment: Comment
    form: EditForm | None
    may_delete: bool
    chart: str
    is_open: bool = False


@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    return review_page(request, get_study(request, pk))


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study_to_edit(request, pk)
    form = ProposalForm(request.POST)
    if form.is_valid():
        number = form.cleaned_data["trial"]
        try:
            engine.propose(study, request.user, number, form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(
                "trial" if "only a complete trial" in str(refusal) or "no trial" in str(refusal) else None, str(refusal)
            )
        else:
            messages.success(request, f"Trial {number} is proposed. It waits for an owner now.")
            return redirect("review", pk)
    return review_page(request, study, refused={"propose": form})


@require_POST
def decide(request: HttpRequest, pk: int, proposal: int, act: str) -> HttpResponse:
    """approve, changes, reject and take-back are an owner's; withdraw is the proposer's."""
    if act not in DONE:
        raise Http404(f"There is no act {act!r} in a review; there are {', '.join(DONE)}.")
    study = get_study_to_decide(request, pk) if act in OWNERS_ACTS else get_study_to_edit(request, pk)
    chosen = get_object_or_404(study.proposals, pk=proposal)
    form, membership = DecisionForm(act, request.POST), membership_in(request, study)
    possible = chosen.is_approved if act == "take-back" else chosen.is_open and may_decide(membership, chosen)
    if not form.is_valid() and act != "withdraw" and possible:
        return review_page(request, study, refused={act: form})
    try:
        _act(act, chosen, membership, form.cleaned_data.get("why", ""))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, DONE[act].format(name=chosen.by_name))
    return redirect("review", pk)


def _act(act: str, proposal: Proposal, membership: Membership, why: str) -> None:
    if act == "withdraw":
        engine.withdraw(proposal, membership.user)
    elif act == "take-back":
        engine.take_back_approval(proposal, membership.user, why)
    else:
        decision = {"approve": engine.approve, "changes": engine.ask_for_changes, "reject": engine.reject}[act]
        decision(proposal, membership, why)


def review_page(
    request: HttpRequest,
    study: Study,
    refused: dict[str, Any] | None = None,
    comment_form: CommentForm | None = None,
    edit: EditForm | None = None,
    edited: int | None = None,
) -> HttpResponse:
    """The whole page; a form that was refused comes back in it, as it was typed, with its dialog open."""
    refused = refused or {}
    membership = membership_in(request, study)
    progress = progress_of([study])[study.pk]
    proposals = list(study.proposals.with_numbers())
    current = current_of(proposals)
    subject = subject_of(study, current, progress.best)
    wanted = _number(request.GET.get("propose", ""))
    rights = _rights(study, membership, current, progress.best is not None)
    context = {
        "section": "review",
        "show_propose": rights["may_propose"] or "propose" in refused,
        "study": study,
        "progress": progress,
        "proposals": proposals,
        "current": current,
        "standing": _standing(proposals),
        "subject": subject,
        "said": held_out_said(study, subject),
        "estimator": estimator_label(study.estimator),
        "metric": metric_label(study.metric),
        "metric_in_text": metric_in_text(study.metric),
        "opened": next(iter(refused), "propose" if wanted is not None else request.GET.get("open", "")),
        "propose_form": refused.get("propose")
        or ProposalForm(number=wanted if wanted is not None else _offered(subject)),
        "decisions": {act: refused.get(act) or DecisionForm(act) for act in ("approve", "changes", "reject")},
        "take_back_form": refused.get("take-back") or DecisionForm("take-back"),
        **rights,
        **facts_about(study, subject, progress),
        **_thread(request, study, membership, comment_form, edit, edited),
        **_history(request, study),
    }
    if context["opened"] not in DIALOGS:
        context["opened"] = ""
    return render(request, "review/review.html", context)


def current_of(proposals: list[Proposal]) -> Proposal | None:
    """What the page is about: what is open, else what is approved, else the last one."""
    by_state = {proposal.state: proposal for proposal in reversed(proposals)}
    return (
        by_state.get(ProposalState.OPEN)
        or _sent_back(proposals)
        or by_state.get(ProposalState.APPROVED)
        or next(iter(proposals), None)
    )


def _standing(proposals: list[Proposal]) -> Standing:
    by_state = {proposal.state: proposal for proposal in proposals}
    return Standing(by_state.get(ProposalState.OPEN), by_state.get(ProposalState.APPROVED))


def _sent_back(proposals: list[Proposal]) -> Proposal | None:
    """The last proposal, if changes were asked for and nobody has answered yet."""
    return proposals[0] if proposals and proposals[0].state == ProposalState.CHANGES_ASKED else None


def subject_of(study: Study, current: Proposal | None, best: Incumbent | None) -> Trial | None:
    """The trial that the facts are about: the proposed or approved one, or the best so far."""
    standing = {ProposalState.OPEN, ProposalState.APPROVED, ProposalState.CHANGES_ASKED}
    if current is not None and current.state in standing:
        return study.trials.get(pk=current.trial_id)
    return study.trials.get(number=best.number) if best is not None else None


def _offered(subject: Trial | None) -> int | None:
    return subject.number if subject is not None else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _rights(study: Study, membership: Membership, current: Proposal | None, has_value: bool) -> dict[str, bool]:
    """What this person may do here and now; controls for anything else are absent."""
    is_open = current is not None and current.is_open
    own = current is not None and current.by_id == membership.user_id
    answerable = is_open or (current is not None and current.state == ProposalState.CHANGES_ASKED)
    return {
        "may_propose": membership.can_edit and study.state != StudyState.DRAFT and has_value and not is_open,
        "may_decide": is_open and may_decide(membership, current),
        "may_withdraw": membership.can_edit and own and answerable,
        "may_take_back": membership.can_manage,
        "is_own": own,
    }


def facts_about(study: Study, subject: Trial | None, progress: Any, expected: Expected | None = None) -> dict[str, Any]:
    """The runner-ups, the checklist and the ruler; nothing while there is no complete trial."""
    if subject is None:
        return {}
    expected = expected or expected_scores([study])[study.pk]
    beside = runner_ups(study, subject, expected)
    defaults = default_trial(study)
    zero = study.trials.filter(number=0, source="default", state="complete").first() if defaults else None
    newest = study.dataset_version.dataset.latest.number
    checks = checklist(study, subject, zero, progress, beside, newest, expected)
    is_best = progress.best is not None and progress.best.number == subject.number
    honest = honest_facts(expected, subject)
    own = expected if honest and honest.hand_picked is None else None  # the search's own choice alone has it
    word = "best CV" if is_best else f"trial {subject.number}"
    shown = Incumbent(subject.number, subject.value, subject.stderr)
    return {
        "beside": beside,
        "honest": honest,
        "checks": checks,
        "n_passed": sum(check.mark == PASS for check in checks),
        "is_best": is_best,
        "gain": gain_over(study, subject.value, zero.value) if zero and zero.pk != subject.pk else None,
        "ruler": ruler(study, shown, defaults, word, own),
    }


def chart_names() -> dict[str, str]:
    return {slug: CHART_NAMES.get(slug, slug.replace("-", " ").capitalize()) for slug in STUDY_CHARTS}


def _thread(
    request: HttpRequest,
    study: Study,
    membership: Membership,
    form: CommentForm | None,
    edit: EditForm | None,
    edited: int | None,
) -> dict[str, Any]:
    charts = chart_names()
    newest = list(study.comments.order_by("-pk")[: None if "all" in request.GET else FIRST_COMMENTS + 1])
    earlier = len(newest) > FIRST_COMMENTS and "all" not in request.GET
    rows = newest[:FIRST_COMMENTS] if earlier else newest
    numbers = list(dict.fromkeys(study.proposals.order_by("-pk").values_list("trial__number", flat=True)))

    def said(comment: Comment) -> Said:
        own = edit if comment.pk == edited else None
        if own is None and comment.may_be_edited_by(request.user):
            own = EditForm(comment.pk, text=comment.text)
        deletable = comment.may_be_deleted_by(request.user, membership.can_manage)
        return Said(comment, own, deletable, charts.get(comment.chart, comment.chart), comment.pk == edited)

    return {
        "thread": [said(comment) for comment in reversed(rows)],
        "earlier": earlier,
        "say": form or CommentForm(study, charts, numbers, on=request.GET.get("on", "")[:60]),
    }


def _history(request: HttpRequest, study: Study) -> dict[str, Any]:
    events = list(study.events.all()[: None if "all" in request.GET else FIRST_EVENTS + 1])
    more = len(events) > FIRST_EVENTS and "all" not in request.GET
    return {"events": events[:FIRST_EVENTS] if more else events, "more_events": more}

"""What waits for the person, and what the team has under review."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.models import Proposal, ProposalState

from .access import get_membership

LATELY = 20


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    membership = get_membership(request)
    team = Proposal.objects.of_team(membership.team).select_related("study").with_numbers()
    own = list(Proposal.objects.waiting_for(membership).select_related("study").with_numbers().order_by("pk"))
    waits = [proposal.pk for proposal in own]
    others = team.unanswered().exclude(pk__in=waits).order_by("pk")
    closed = [ProposalState.OPEN, ProposalState.CHANGES_ASKED]
    context = {
        "section": "review",
        "membership": membership,
        "own": own,
        "others": list(others),
        "lately": list(team.exclude(state__in=closed).exclude(decided_at=None).order_by("-decided_at")[:LATELY]),
    }
    return render(request, "review/inbox.html", context)


def waiting_count(request: HttpRequest) -> dict[str, Any]:
    """For the top bar of every page: one query, made when the bar is drawn; templates call what can be called."""
    membership = getattr(request, "membership", None)
    if membership is None or not membership.can_edit:
        return {"inbox_count": 0}
    return {"inbox_count": cache(Proposal.objects.waiting_for(membership).count)}

"""The team page: who belongs to it, invitations, API tokens, the log; and what makes or revokes tokens."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from studies.engine.quota import storage_of
from studies.forms.team import InvitationForm, RenameForm, TokenForm
from studies.models import ApiToken, Invitation, Membership

from . import shown_once
from .access import get_membership, require_owner

LOG_SHOWN = 50


@never_cache
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    return team_page(request, get_membership(request))


def team_page(request: HttpRequest, membership: Membership, **forms: Any) -> HttpResponse:
    """The page, with a refused form in its place."""
    team = membership.team
    invitations = Invitation.objects.open().filter(team=team).select_related("created_by").order_by("-pk")
    context = {
        "section": "team",
        "token_form": TokenForm(membership),
        "invitation_form": InvitationForm(membership),
        "rename_form": RenameForm(initial={"name": team.name}),
        "shown": shown_once.take(request),
        "membership": membership,
        "storage": storage_of(membership.team_id),
        "members": list(team.memberships.select_related("user").order_by("joined_at", "pk")),
        "roles": Membership._meta.get_field("role").choices,
        "tokens": list(_tokens_to_see(membership).select_related("user").order_by("-pk")),
        "invitations": list(invitations) if membership.can_manage else [],
        "events": list(team.events.all()[:LOG_SHOWN]),
        "log_shown": LOG_SHOWN,
    }
    return render(request, "team/team.html", context | forms)


def _tokens_to_see(membership: Membership) -> Any:
    """One's own; all of the team's for an owner."""
    tokens = ApiToken.objects.filter(team=membership.team_id, revoked_at=None)
    return tokens if membership.can_manage else tokens.filter(user=membership.user_id)


@never_cache
@require_POST
def new_token(request: HttpRequest) -> HttpResponse:
    membership = get_membership(request)
    form = TokenForm(membership, request.POST)
    if not form.is_valid():
        return team_page(request, membership, token_form=form)
    shown_once.keep_for_next_page(request, "token", form.save(), form.cleaned_data["name"])
    return redirect("team")


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's own from wherever they are, the current team's by its owner."""
    mine = Q(user=request.user)
    if request.membership is not None and request.membership.can_manage:
        mine |= Q(team=request.membership.team)
    token = get_object_or_404(ApiToken, mine, pk=pk, revoked_at=None)
    if not token.revoke(request.user):
        raise Http404("It is revoked already.")
    messages.success(request, f"Token “{token.name}” is revoked.")
    return redirect("team")


@never_cache
@require_POST
def rename_team(request: HttpRequest) -> HttpResponse:
    membership = require_owner(request)
    form = RenameForm(request.POST)
    if not form.is_valid():
        return team_page(request, membership, rename_form=form)
    form.save(membership)
    messages.success(request, f"The team is called {form.cleaned_data['name']} now.")
    return redirect("team")


@require_POST
def switch_team(request: HttpRequest, pk: int) -> HttpResponse:
    membership = next((membership for membership in request.memberships if membership.team_id == pk), None)
    if membership is None:
        raise Http404("You are not in that team.")
    request.session["team"] = membership.team_id
    messages.success(request, f"You work in {membership.team.name} now.")
    return redirect("studies")

"""Invitations: an owner makes or takes back a link; whoever it is for comes in by it."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from studies.forms.accounts import InvitedForm
from studies.forms.team import InvitationForm
from studies.models import Invitation, Refused, User

from . import shown_once
from .access import require_owner
from .accounts import BACKEND
from .addresses import address_of
from .team import team_page


@never_cache
@require_POST
def new_invitation(request: HttpRequest) -> HttpResponse:
    membership = require_owner(request)
    form = InvitationForm(membership, request.POST)
    if form.is_valid():
        try:
            secret = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            address = address_of(request, reverse("invitation", args=[secret]))
            whom = form.cleaned_data["email"] or form.cleaned_data["note"]
            shown_once.keep_for_next_page(request, "invitation", address, whom)
            return redirect("team")
    return team_page(request, membership, invitation_form=form)


@require_POST
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    membership = require_owner(request)
    found = {made.pk: made for made in Invitation.objects.open().filter(team=membership.team).select_related("team")}
    if pk not in found or not found[pk].revoke(membership):
        raise Http404("There is no such invitation.")
    messages.success(request, "The invitation is taken back. Its link no longer works.")
    return redirect("team")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows what the link does and does not use it up (mail programs look at links); POST does it."""
    found = Invitation.usable(secret)
    if found is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    if request.user.is_authenticated:
        return _join(request, found, request.user)
    return _make_account(request, found)


def _join(request: HttpRequest, found: Invitation, person: User) -> HttpResponse:
    """Somebody who is signed in just joins."""
    is_member = any(membership.team_id == found.team_id for membership in request.memberships)
    context = {"invitation": found, "is_member": is_member, "is_for_me": found.is_for(person.email)}
    if request.method != "POST" or is_member or not context["is_for_me"]:
        return render(request, "accounts/join.html", context)
    if not found.accept(person):
        return render(request, "accounts/invitation_gone.html", status=410)
    return _welcome(request, found)


def _make_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = InvitedForm(found, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/invited.html", {"invitation": found, "form": form})
    person = form.save()
    if person is None:
        return render(request, "accounts/invitation_gone.html", status=410)
    login(request, person, BACKEND)
    return _welcome(request, found)


def _welcome(request: HttpRequest, found: Invitation) -> HttpResponse:
    request.session["team"] = found.team_id
    messages.success(request, f"Welcome to {found.team.name}.")
    return redirect("studies")

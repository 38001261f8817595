"""What owners do about members, and leaving."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from studies.forms.team import RoleForm
from studies.models import Membership, OneTimeLink, Refused, Role

from . import shown_once
from .access import get_membership, require_owner
from .addresses import address_of


def _member(by: Membership, pk: int) -> Membership:
    """By the id of the membership, within the team alone."""
    members = {member.pk: member for member in by.team.memberships.select_related("user", "team")}
    if pk not in members:
        raise Http404("There is no such member.")
    return members[pk]


@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    by = require_owner(request)
    member, form = _member(by, pk), RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Nothing was changed. A member is a viewer, an editor or an owner.")
        return redirect("team")
    role = Role(form.cleaned_data["role"])
    try:
        member.change_role(role, by)
    except Refused as refusal:
        messages.warning(request, f"Nothing was changed. {refusal}")
    else:
        messages.success(request, f"{member.user} is {role.with_article} now.")
    return redirect("team")


@require_POST
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    by = require_owner(request)
    member = _member(by, pk)
    if member.pk == by.pk:
        return leave_team(request)
    try:
        member.end(by)
    except Refused as refusal:
        messages.warning(request, f"Nothing was changed. {refusal}")
    else:
        messages.success(request, f"{member.user} is no longer in the team.")
    return redirect("team")


@require_POST
def leave_team(request: HttpRequest) -> HttpResponse:
    membership = get_membership(request)
    try:
        membership.end(membership)
    except Refused as refusal:
        messages.warning(request, f"Nothing was changed. {refusal}")
        return redirect("team")
    request.session.pop("team", None)
    messages.success(request, f"You have left {membership.team.name}.")
    return redirect("account")


@never_cache
@require_POST
def password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link by which a member who has lost the password chooses a new one."""
    by = require_owner(request)
    member = _member(by, pk)
    try:
        secret = OneTimeLink.make_for_password(member, by)
    except Refused as refusal:
        messages.warning(request, f"No link was made. {refusal}")
    else:
        address = address_of(request, reverse("one_time_link", args=[secret]))
        shown_once.keep_for_next_page(request, "password", address, member.user.email)
    return redirect("team")

"""A person's own page: the password, and the teams that they belong to."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from studies.forms.accounts import ChangePasswordForm
from studies.forms.team import NewTeamForm


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    return account_page(request)


def account_page(request: HttpRequest, **forms: Any) -> HttpResponse:
    """The page, with a refused form in its place."""
    context = {
        "password_form": ChangePasswordForm(request.user),
        "team_form": NewTeamForm(),
        "may_make_team": _may_make_team(request),
    }
    return render(request, "accounts/account.html", context | forms)


def _may_make_team(request: HttpRequest) -> bool:
    """Somebody whom every team removed, or who only looks on, does not get at the workers by a team of their own."""
    return any(membership.can_edit and not membership.team.is_demo for membership in request.memberships)


@sensitive_post_parameters("old_password", "new_password1", "new_password2")
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    form = ChangePasswordForm(request.user, request.POST)
    if not form.is_valid():
        return account_page(request, password_form=form)
    update_session_auth_hash(request, form.save())  # the other sessions end: they carry a hash of the old password
    messages.success(request, "The password is changed. Wherever else you were signed in, you no longer are.")
    return redirect("account")


@require_POST
def new_team(request: HttpRequest) -> HttpResponse:
    if not _may_make_team(request):
        raise PermissionDenied("Editors and owners of a team may make a further one. Ask an owner for the editor role.")
    form = NewTeamForm(request.POST)
    if not form.is_valid():
        return account_page(request, team_form=form)
    team = form.save(request.user)
    request.session["team"] = team.pk
    messages.success(request, f"You own {team.name} and work in it now.")
    return redirect("team")

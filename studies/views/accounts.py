"""One-time links: the first owner is made through one, and a person who lost a password comes in by one."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from studies.forms.accounts import NewPasswordForm, OwnerForm
from studies.models import Membership, OneTimeLink, Team, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@never_cache
@sensitive_post_parameters("password", "new_password1", "new_password2")
@require_http_methods(["GET", "HEAD", "POST"])
def one_time_link(request: HttpRequest, secret: str) -> HttpResponse:
    """GET shows what the link does and does not use it up (mail programs look at links); POST does it."""
    link = OneTimeLink.usable(secret)
    if link is None:
        return link_gone(request)
    if link.user is None:
        return make_owner(request, link)
    if link.team is not None:
        return choose_password(request, link, link.user)
    return sign_in_by_link(request, link, link.user)


def make_owner(request: HttpRequest, link: OneTimeLink) -> HttpResponse:
    if owner_exists():
        return link_gone(request)
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/make_owner.html", {"form": form})
    with transaction.atomic():
        # Two links at once wait for one another here, so that only the first of them sees no owner.
        list(OneTimeLink.objects.select_for_update().filter(user=None).values_list("pk"))
        if owner_exists() or not link.use():
            return link_gone(request)
        owner = form.save()
    login(request, owner, BACKEND)
    demo = Team.show_demo_to(owner)
    if demo is not None:
        request.session["team"] = demo.pk
    return redirect("studies")


def sign_in_by_link(request: HttpRequest, link: OneTimeLink, person: User) -> HttpResponse:
    if not person.is_active:
        return link_gone(request)
    if request.method != "POST":
        return render(request, "accounts/sign_in_by_link.html", {"person": person})
    if not link.use():
        return link_gone(request)
    login(request, person, BACKEND)
    return redirect("studies")


def choose_password(request: HttpRequest, link: OneTimeLink, person: User) -> HttpResponse:
    """By a link from an owner of the person's only team."""
    if not person.is_active or not link.may_set_password:
        return link_gone(request)
    form = NewPasswordForm(person, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/choose_password.html", {"person": person, "form": form})
    with transaction.atomic():
        if not link.use():
            return link_gone(request)
        form.save()
        OneTimeLink.objects.filter(user=person, used_at=None).update(used_at=timezone.now())
        link.team.events.create(who=person, what="chose a new password by a link")
    login(request, person, BACKEND)
    return redirect("studies")


def link_gone(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_gone.html", {"owner_exists": owner_exists()}, status=410)


def owner_exists() -> bool:
    return Membership.objects.owners().exists()

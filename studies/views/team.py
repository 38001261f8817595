"""Members and roles of the team, the person's own API tokens, and changing to another team."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from studies.forms.team import TokenForm
from studies.models import ApiToken, Membership

from .access import get_membership


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """POST makes a token and answers with the page itself: a redirect would have to keep the secret somewhere."""
    membership = get_membership(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    secret = form.save(membership) if form.is_valid() else None
    own = ApiToken.objects.filter(user=membership.user_id, team=membership.team_id, revoked_at=None)
    context = {
        "section": "team",
        "form": TokenForm() if secret else form,
        "secret": secret,
        "membership": membership,
        "members": list(membership.team.memberships.select_related("user").order_by("joined_at", "pk")),
        "tokens": own.order_by("-pk"),
        "memberships": Membership.objects.filter(user=membership.user_id).select_related("team").order_by("pk"),
    }
    return render(request, "team/team.html", context)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user, revoked_at=None)
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    messages.success(request, f"Token “{token.name}” is revoked.")
    return redirect("team")


@require_POST
def switch_team(request: HttpRequest, pk: int) -> HttpResponse:
    # Filtered by team in Python: SQLite refuses to compare a foreign key with an id beyond 64 bits.
    own = Membership.objects.filter(user=request.user).select_related("team")
    membership = next((membership for membership in own if membership.team_id == pk), None)
    if membership is None:
        raise Http404("You are not in that team.")
    request.session["team"] = membership.team_id
    messages.success(request, f"You work in {membership.team.name} now.")
    return redirect("team")

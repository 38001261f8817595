"""Who is asking: a bearer token is one person in one team, with at most the token's role."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja.security import HttpBearer

from studies.models import ApiToken, Membership, Team

from .errors import NOT_FOUND, ApiError

LONGEST = 200
MAX_ID = 2**63 - 1


class TokenAuth(HttpBearer):
    """Sets request.auth to the membership that the token speaks for."""

    def authenticate(self, request: HttpRequest, token: str) -> Membership | None:
        return ApiToken.membership_for(token) if 0 < len(token) <= LONGEST else None


def member(request: HttpRequest) -> Membership:
    return request.auth  # type: ignore[attr-defined]


def team(request: HttpRequest) -> Team:
    return member(request).team


def editor(request: HttpRequest) -> Membership:
    """The membership when it may change things; 403 for viewers."""
    membership = member(request)
    if not membership.can_edit:
        raise ApiError(403, "Viewers can look at everything but change nothing. Ask an owner for the editor role.")
    return membership


def one(rows: QuerySet[Any], pk: int) -> Any:
    """The row with that id; another team's is as if it had never existed."""
    row = rows.filter(pk=pk).first() if pk <= MAX_ID else None
    if row is None:
        raise ApiError(404, NOT_FOUND)
    return row

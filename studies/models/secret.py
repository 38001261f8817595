"""Secrets that we hand out and keep only as hashes: one-time links and API tokens."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from .team import Membership, Role, Team

LINK_LIFETIME = timedelta(minutes=15)


def hashed(secret: str) -> str:
    """SHA-256; the secrets are 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


class OneTimeLink(models.Model):
    """A link that makes the first owner (no user yet) or signs a known person in; good once, for 15 minutes."""

    secret_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link for {self.user or 'the first owner'}"

    @classmethod
    def make(cls, user: Any = None) -> str:
        """The secret of a new link; it is nowhere stored in the clear."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(secret_hash=hashed(secret), user=user, expires_at=timezone.now() + LINK_LIFETIME)
        return secret

    @classmethod
    def usable(cls, secret: str) -> "OneTimeLink | None":
        return cls.objects.filter(
            secret_hash=hashed(secret), used_at__isnull=True, expires_at__gt=timezone.now()
        ).first()

    def use(self) -> bool:
        """Take the link; False when somebody was faster."""
        now = timezone.now()
        return bool(type(self).objects.filter(pk=self.pk, used_at__isnull=True, expires_at__gt=now).update(used_at=now))


class ApiToken(models.Model):
    """One person in one team, from a program; shown once, revocable."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    team = models.ForeignKey(Team, models.CASCADE, related_name="api_tokens")
    role = models.CharField(max_length=10, choices=Role.choices)
    name = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @classmethod
    def make(cls, membership: Membership, name: str) -> str:
        secret = f"ts_{secrets.token_urlsafe(32)}"
        cls.objects.create(
            user=membership.user, team=membership.team, role=membership.role, name=name, secret_hash=hashed(secret)
        )
        return secret

    @classmethod
    def membership_for(cls, secret: str) -> Membership | None:
        """The membership that a token speaks for, with at most the token's role; None when it is no longer good."""
        token = (
            cls.objects.select_related("user", "team")
            .filter(secret_hash=hashed(secret), revoked_at__isnull=True, user__is_active=True)
            .first()
        )
        if token is None:
            return None
        membership = Membership.objects.filter(user=token.user, team=token.team).first()
        if membership is None:
            return None
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
            cls.objects.filter(pk=token.pk).update(last_used_at=now)
        order = [Role.VIEWER, Role.EDITOR, Role.OWNER]
        membership.role = min(membership.role, token.role, key=lambda role: order.index(Role(role)))
        membership.user, membership.team = token.user, token.team
        return membership

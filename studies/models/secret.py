"""Secrets that we hand out and keep only as hashes: one-time links and API tokens."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from .team import Membership, Refused, Role, Team

LINK_LIFETIME = timedelta(minutes=15)
PASSWORD_LINK_LIFETIME = timedelta(days=1)


def hashed(secret: str) -> str:
    """SHA-256; the secrets are 256 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def least(*roles: str) -> str:
    order = [Role.VIEWER, Role.EDITOR, Role.OWNER]
    return min(roles, key=lambda role: order.index(Role(role)))


def only_in(person: Any, team: Team) -> bool:
    """The demo, which every owner sees, counts for nothing."""
    teams = Membership.objects.filter(user=person, team__is_demo=False)
    return set(teams.values_list("team_id", flat=True)) == {team.pk}


class OneTimeLink(models.Model):
    """Good once. It makes the first owner (no user yet), signs a known person in, or, where an owner of their team made
    it, lets them choose a new password."""

    secret_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True)  # whose owner made it, for a password
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
    def make_for_password(cls, member: Membership, by: Membership) -> str:
        """The secret of a link by which a member chooses a new password. Raises Refused for a member of further teams:
        by it an owner of this team could get into the others."""
        secret = secrets.token_urlsafe(32)
        with member.team.one_change_at_a_time():
            if not Membership.objects.filter(pk=by.pk, role=Role.OWNER).exists():
                raise Refused("You are no longer an owner of this team.")
            if not Membership.objects.filter(pk=member.pk, user__is_active=True).exists():
                raise Refused(f"{member.user} is no longer in the team, or the account is closed.")
            if member.team.is_demo:
                raise Refused("Every owner of this site owns the demo; passwords are not theirs to set from here.")
            if not only_in(member.user, member.team):
                raise Refused(
                    f"{member.user} is in further teams, and a link from here would open those as well. Whoever runs "
                    f"this site can make one with `manage.py link {member.user}`."
                )
            cls.objects.create(
                secret_hash=hashed(secret),
                user=member.user,
                team=member.team,
                expires_at=timezone.now() + PASSWORD_LINK_LIFETIME,
            )
            member.team.events.create(who=by.user, what=f"made a link by which {member.user} chooses a new password")
        return secret

    @classmethod
    def usable(cls, secret: str) -> "OneTimeLink | None":
        return cls.objects.filter(
            secret_hash=hashed(secret), used_at__isnull=True, expires_at__gt=timezone.now()
        ).first()

    @property
    def may_set_password(self) -> bool:
        """Still: the person may have left the team or joined another since the link was made."""
        return self.team is not None and self.user is not None and only_in(self.user, self.team)

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
    def make(cls, membership: Membership, name: str, role: str | None = None) -> str:
        """The secret of a new token, with the person's role or a lesser one."""
        secret = f"ts_{secrets.token_urlsafe(32)}"
        role = least(membership.role, role or membership.role)
        with transaction.atomic():
            cls.objects.create(
                user=membership.user, team=membership.team, role=role, name=name, secret_hash=hashed(secret)
            )
            membership.team.events.create(who=membership.user, what=f"made the API token “{name}” ({role})")
        return secret

    def revoke(self, by: Any) -> bool:
        with transaction.atomic():
            done = ApiToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now())
            if done:
                whose = "" if by == self.user else f" of {self.user}"
                self.team.events.create(who=by, what=f"revoked the API token “{self.name}”{whose}")
        return bool(done)

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
        membership.role = least(membership.role, token.role)
        membership.user, membership.team = token.user, token.team
        return membership

"""An invitation to a team: a link, good once and for a week, that an owner hands to one person."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from .secret import hashed
from .team import Membership, Refused, Role, Team
from .user import User

INVITATION_LIFETIME = timedelta(days=7)


class Invitations(models.QuerySet["Invitation"]):
    def open(self) -> "Invitations":
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role.choices)
    email = models.EmailField(blank=True)  # empty: whoever holds the link
    note = models.CharField(max_length=100, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = Invitations.as_manager()

    def __str__(self) -> str:
        return f"invitation to {self.team} as {self.role}"

    @property
    def whom(self) -> str:
        return self.email or self.note or "whoever holds the link"

    @classmethod
    def make(cls, by: Membership, role: Role, email: str = "", note: str = "") -> str:
        """The secret of a new invitation; it is nowhere stored in the clear. Raises Refused for a former owner."""
        secret = secrets.token_urlsafe(32)
        with by.team.one_change_at_a_time():
            if not Membership.objects.filter(pk=by.pk, role=Role.OWNER).exists():
                raise Refused("You are no longer an owner of this team.")
            made = cls.objects.create(
                team=by.team,
                role=role,
                email=email.lower(),
                note=note,
                secret_hash=hashed(secret),
                created_by=by.user,
                expires_at=timezone.now() + INVITATION_LIFETIME,
            )
            by.team.events.create(who=by.user, what=f"invited {made.whom} as {Role(role).with_article}")
        return secret

    @classmethod
    def usable(cls, secret: str) -> "Invitation | None":
        rows = cls.objects.open().select_related("team", "created_by")
        return rows.filter(secret_hash=hashed(secret)).first()

    def is_for(self, email: str) -> bool:
        return not self.email or self.email == email.lower()

    def accept(self, person: User) -> bool:
        """Makes the membership and uses the link up, both or neither; False when the link is gone or not theirs."""
        if not self.is_for(person.email):
            return False
        with transaction.atomic():
            if not Invitation.objects.open().filter(pk=self.pk).update(used_at=timezone.now()):
                return False
            _, made = Membership.objects.get_or_create(team=self.team, user=person, defaults={"role": self.role})
            if not made:
                transaction.set_rollback(True)
                return True
            self.team.events.create(who=person, what=f"joined as {Role(self.role).with_article}")
        return True

    def revoke(self, by: Membership) -> bool:
        with transaction.atomic():
            done = Invitation.objects.open().filter(pk=self.pk).update(revoked_at=timezone.now())
            if done:
                self.team.events.create(who=by.user, what=f"took back the invitation of {self.whom}")
        return bool(done)

"""A team and who belongs to it, in which role. Every change of who may do what passes through here and is logged."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone


class Refused(Exception):
    """What a person asked of a team cannot be done; the message says why."""


class Team(models.Model):
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    is_demo = models.BooleanField("made by `manage.py demo`, shared with every owner", default=False)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="teams")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def show_demo_to(cls, owner: Any) -> "Team | None":
        """Make somebody who owns a team an owner of the demo's as well; the demo's team, None where there is none."""
        demo = cls.objects.filter(is_demo=True).order_by("pk").first()
        if demo is not None:
            Membership.objects.get_or_create(team=demo, user=owner, defaults={"role": Role.OWNER})
        return demo

    @contextmanager
    def one_change_at_a_time(self) -> Iterator[None]:
        """A transaction in which nobody else changes who belongs here. The row is the lock; SQLite has its own."""
        with transaction.atomic():
            list(Team.objects.select_for_update().filter(pk=self.pk).values_list("pk"))
            yield


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"

    @property
    def with_article(self) -> str:
        return f"{'a' if self == Role.VIEWER else 'an'} {self.value}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def owners(self) -> "MembershipQuerySet":
        """Owners who can sign in; the people of the demo cannot."""
        return self.filter(role=Role.OWNER, user__is_active=True)

    def owners_beside(self, team_id: int, user_id: int) -> "MembershipQuerySet":
        """Owners of a team who can sign in, other than this person."""
        return self.owners().filter(team=team_id).exclude(user=user_id)


class Membership(models.Model):
    """One person in one team. Viewers read, editors launch, owners also manage."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team} ({self.role})"

    @property
    def can_edit(self) -> bool:
        return self.role in {Role.EDITOR, Role.OWNER}

    @property
    def can_manage(self) -> bool:
        return self.role == Role.OWNER

    def change_role(self, role: Role, by: "Membership") -> None:
        """Raises Refused where the team would be left without an owner."""
        with self.team.one_change_at_a_time():
            self._still_there(by)
            if self.role == role:
                return
            self._leave_an_owner()
            if self.role == Role.OWNER:
                self._revoke_invitations()
            Membership.objects.filter(pk=self.pk).update(role=role)
            self.role = role
            self.team.events.create(who=by.user, what=f"made {self.user} {role.with_article}")

    def end(self, by: "Membership") -> None:
        """The person leaves or is removed: what they made stays with the team, what they could do here ends."""
        with self.team.one_change_at_a_time():
            self._still_there(by)
            if not self.team.is_demo:  # nobody's own: `manage.py demo` shows it to the site's owners again
                self._leave_an_owner()
            self._go()
            self._hide_demo()
            what = (
                "left the team" if by.pk == self.pk else f"removed {self.user}, who was {Role(self.role).with_article}"
            )
            self.team.events.create(who=by.user, what=what)

    def _hide_demo(self) -> None:
        """The demo was shown to somebody who owned a team; who is in none any more has no business on the site."""
        left = Membership.objects.filter(user=self.user_id).select_related("team", "user")
        if not left.filter(team__is_demo=False).exists():
            for shown in left.filter(team__is_demo=True, role=Role.OWNER):
                shown._go()

    def _go(self) -> None:
        """The membership ends with all by which the person could act or come back."""
        self._revoke_invitations()
        self.user.api_tokens.filter(team=self.team, revoked_at=None).update(revoked_at=timezone.now())
        Membership.objects.filter(pk=self.pk).delete()

    def _still_there(self, by: "Membership") -> None:
        """Under the lock, things may no longer be as the page showed them."""
        roles = dict(Membership.objects.filter(pk__in=[self.pk, by.pk]).values_list("pk", "role"))
        if self.pk not in roles:
            raise Refused(f"{self.user} is no longer in the team.")
        if by.pk != self.pk and roles.get(by.pk) != Role.OWNER:
            raise Refused("You are no longer an owner of this team.")
        self.role = roles[self.pk]

    def _leave_an_owner(self) -> None:
        others = Membership.objects.owners_beside(self.team_id, self.user_id)
        if self.role == Role.OWNER and not others.exists():
            raise Refused(f"{self.user} is the only owner. Make somebody else an owner first.")

    def _revoke_invitations(self) -> None:
        """Or a former owner could come back by a link kept for themselves."""
        self.team.invitations.filter(created_by=self.user, used_at=None, revoked_at=None).update(
            revoked_at=timezone.now()
        )

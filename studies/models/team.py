"""A team and who belongs to it, in which role."""

from typing import Any

from django.conf import settings
from django.db import models


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


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"


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

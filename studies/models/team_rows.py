"""What every table of a team's rows has in common: nobody sees another team's."""

from typing import Any, Self

from django.db import models

from .team import Role, Team


class TeamRows(models.QuerySet[Any]):
    """Set `team_path` to the lookup that leads from a row to its team."""

    team_path = "team"

    def visible_to(self, user: Any) -> Self:
        """Rows of the teams that the person belongs to, in whatever role."""
        return self.filter(**{f"{self.team_path}__in": Team.objects.filter(memberships__user=user)})

    def editable_by(self, user: Any) -> Self:
        """Rows of the teams in which the person may launch and change."""
        return self._where_role(user, [Role.EDITOR, Role.OWNER])

    def owned_by(self, user: Any) -> Self:
        """Rows of the teams in which the person decides."""
        return self._where_role(user, [Role.OWNER])

    def of_team(self, team: Team) -> Self:
        return self.filter(**{self.team_path: team})

    def _where_role(self, user: Any, roles: list[Role]) -> Self:
        teams = Team.objects.filter(memberships__user=user, memberships__role__in=roles)
        return self.filter(**{f"{self.team_path}__in": teams})

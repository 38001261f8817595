"""Who did what to a team, in order; added to, never changed."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from .event import EventQuerySet, NeverChanged
from .team import Team


class TeamEvent(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    name = models.CharField("who it was, also when the account is gone", max_length=254)
    what = models.TextField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} {self.what}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        self.name = self.name or str(self.who)
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged

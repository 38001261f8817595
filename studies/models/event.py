"""What people and the engine did to a study, in order; nobody can change it.

Three walls: no page, form or API call edits or removes an event; this model refuses to save one again, to update or to
delete; and a trigger in the database refuses every UPDATE but the one by which a closed account's reference is emptied.
Deleting is refused here and not by a trigger: events go with their study, and the database cannot tell that cascade
from a deletion of single rows.
"""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from .study import Study


class NeverChanged(TypeError):
    """An event was to be changed or deleted."""

    def __init__(self, *args: object) -> None:
        super().__init__("Events are a record: they are never changed and go only with their study or team.")


class EventQuerySet(models.QuerySet["Event"]):
    def update(self, **values: Any) -> NoReturn:
        raise NeverChanged

    def delete(self) -> NoReturn:
        raise NeverChanged

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged

    def bulk_create(self, rows: Any, *args: Any, update_conflicts: bool = False, **options: Any) -> Any:
        if update_conflicts:
            raise NeverChanged
        return super().bulk_create(rows, *args, **options)


class Event(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    name = models.CharField("who it was, also when the account is gone", max_length=254, blank=True)
    verb = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name or 'engine'} {self.verb}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged
        self.name = self.name or (str(self.who) if self.who is not None else "")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged

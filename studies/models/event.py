"""What people and the engine did to a study, in order; never changed."""

from django.conf import settings
from django.db import models

from .study import Study


class Event(models.Model):
    study = models.ForeignKey(Study, models.CASCADE, related_name="events")
    at = models.DateTimeField(auto_now_add=True)
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    verb = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.who or 'engine'} {self.verb}"

"""A person: signs in by e-mail address."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone

PASSWORD_MAIL_REST = timedelta(minutes=5)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail address", unique=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    password_mail_at = models.DateTimeField("when a link for a new password was last sent", null=True, blank=True)

    USERNAME_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email

    def take_password_mail(self) -> bool:
        """Whether a mail may go to this person now; if so, no other one may for five minutes."""
        now = timezone.now()
        rested = Q(password_mail_at=None) | Q(password_mail_at__lt=now - PASSWORD_MAIL_REST)
        return bool(User.objects.filter(rested, pk=self.pk).update(password_mail_at=now))

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        parts = [part for part in self.email.split("@")[0].replace("_", ".").replace("-", ".").split(".") if part]
        letters = "".join(part[0] for part in parts[:2]) if len(parts) > 1 else self.email[:2]
        return letters.upper()

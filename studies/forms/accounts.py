"""Signing in, making the first owner, coming in by an invitation, and passwords."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
    UsernameField,
)
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from studies.models import Invitation, Membership, Role, Team, User

from .one_line import OneLine

LONGEST_ADDRESS = 254
PASSWORD_HELP = "At least 12 characters. A few words together are easy to remember."  # noqa: S105


class SignInForm(AuthenticationForm):
    """E-mail address and password; one sentence for both, so that nobody learns which addresses have an account."""

    username = UsernameField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"})
    )
    error_messages = {
        "invalid_login": "This e-mail address and password do not go together. Check both and try again.",
        "inactive": "This account is closed.",
    }

    def clean_username(self) -> str:
        """In lower case, as stored: attempts count for the same person however the address is written. A longer one
        than any account has would break the count of attempts on PostgreSQL; Django only hints at the limit."""
        address = self.cleaned_data["username"].lower()
        if len(address) > LONGEST_ADDRESS:
            raise self.get_invalid_login_error()
        return address

    def clean(self) -> dict[str, Any]:
        """As Django does, but under the name of our user's field: axes counts failures by it."""
        values = self.cleaned_data
        if "username" in values and "password" in values:
            self.user_cache = authenticate(self.request, email=values["username"], password=values["password"])
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return values


class PersonForm(forms.Form):
    """A new person: an address that nobody has yet and a password that holds."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(
        strip=False, help_text=PASSWORD_HELP, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(f"{email} has an account already. Sign in instead.")
        return email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "password" in values:
            try:
                validate_password(values["password"], User(email=values.get("email", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return values


class OwnerForm(PersonForm):
    """A new person with a team of their own; the browser's first page and `manage.py owner` both fill it in."""

    team = OneLine(
        max_length=100, help_text="The people who share datasets and studies. You can be in several teams later."
    )

    def save(self) -> User:
        with transaction.atomic():
            owner = User.objects.create_user(self.cleaned_data["email"], self.cleaned_data["password"])
            team = Team.objects.create(name=self.cleaned_data["team"])
            Membership.objects.create(team=team, user=owner, role=Role.OWNER)
            team.events.create(who=owner, what="made the team")
        return owner


class InvitedForm(PersonForm):
    """A new person who comes in by an invitation, under the address that it is bound to."""

    def __init__(self, invitation: Invitation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.invitation = invitation
        if invitation.email:
            self.fields["email"].initial = invitation.email
            self.fields["email"].help_text = "The invitation is for this address."
            self.fields["email"].widget.attrs |= {"readonly": True, "autofocus": False}
            self.fields["password"].widget.attrs["autofocus"] = True

    def clean_email(self) -> str:
        email = super().clean_email()
        if not self.invitation.is_for(email):
            raise forms.ValidationError(f"The invitation is for {self.invitation.email}.")
        return email

    def save(self) -> User | None:
        """The person, now in the team; None when somebody was faster with the link."""
        with transaction.atomic():
            person = User.objects.create_user(self.cleaned_data["email"], self.cleaned_data["password"])
            if not self.invitation.accept(person):
                transaction.set_rollback(True)
                return None
        return person


class ForgottenForm(PasswordResetForm):
    """Nobody's mailbox is filled by somebody who asks again and again."""

    def get_users(self, email: str) -> Iterator[User]:
        return (person for person in super().get_users(email) if person.take_password_mail())


class NewPasswordForm(SetPasswordForm):
    """For somebody who came by a link."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self)


class ChangePasswordForm(PasswordChangeForm):
    """For somebody who is signed in and knows the old one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _plain(self)
        self.fields["old_password"].label = "Old password"
        self.fields["old_password"].widget.attrs["autofocus"] = False


def _plain(form: SetPasswordForm) -> None:
    """One sentence of help, as on the other forms."""
    form.fields["new_password1"].help_text = PASSWORD_HELP
    form.fields["new_password2"].label = "New password again"
    form.fields["new_password2"].help_text = ""

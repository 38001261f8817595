"""What a person asks for on the team page."""

from django import forms
from django.db import transaction

from studies.models import ApiToken, Invitation, Membership, Role, Team, User

from .one_line import OneLine

ROLE_HELP = {
    Role.VIEWER: "Viewer: looks at everything",
    Role.EDITOR: "Editor: also uploads and launches",
    Role.OWNER: "Owner: also manages the team",
}


class NameField(OneLine):
    """The name of a team."""

    def __init__(self, **options: object) -> None:
        super().__init__(max_length=100, **options)


class TokenForm(forms.Form):
    prefix = "token"

    name = OneLine(
        label="Name of the new token",
        max_length=100,
        help_text="Where it will be used, such as “notebook” or “nightly job”.",
    )
    role = forms.ChoiceField(label="What it may do")

    def __init__(self, membership: Membership, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.membership = membership
        order = list(ROLE_HELP)
        allowed = order[: order.index(Role(membership.role)) + 1]
        self.fields["role"].choices = [(role.value, ROLE_HELP[role]) for role in allowed]
        self.fields["role"].initial = membership.role

    def save(self) -> str:
        """The secret, in the clear for the only time."""
        return ApiToken.make(self.membership, self.cleaned_data["name"], self.cleaned_data["role"])


class InvitationForm(forms.Form):
    prefix = "invitation"

    role = forms.ChoiceField(
        label="Role", choices=[(role.value, text) for role, text in ROLE_HELP.items()], initial=Role.EDITOR
    )
    email = forms.EmailField(
        label="Only for the e-mail address",
        required=False,
        max_length=254,
        help_text="Left empty, whoever holds the link may use it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    note = OneLine(
        label="Note",
        required=False,
        max_length=100,
        help_text="For the list here, such as “Dana, from Monday”.",
    )

    def __init__(self, membership: Membership, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.membership = membership

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if email and self.membership.team.memberships.filter(user__email=email).exists():
            raise forms.ValidationError(f"{email} is in the team already.")
        return email

    def save(self) -> str:
        """The secret of the link, in the clear for the only time. Raises Refused."""
        values = self.cleaned_data
        return Invitation.make(self.membership, Role(values["role"]), values["email"], values["note"])


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)


class RenameForm(forms.Form):
    name = NameField(label="Name of the team")

    def save(self, membership: Membership) -> None:
        team, name = membership.team, self.cleaned_data["name"]
        if name == team.name:
            return
        with team.one_change_at_a_time():
            Team.objects.filter(pk=team.pk).update(name=name)
            team.events.create(who=membership.user, what=f"renamed the team from “{team.name}” to “{name}”")


class NewTeamForm(forms.Form):
    prefix = "team"
    name = NameField(label="Name of the new team", help_text="You will own it. You can invite others to it then.")

    def save(self, person: User) -> Team:
        with transaction.atomic():
            team = Team.objects.create(name=self.cleaned_data["name"])
            Membership.objects.create(team=team, user=person, role=Role.OWNER)
            team.events.create(who=person, what="made the team")
        return team

"""What a person asks for on the team page."""

from django import forms

from studies.models import ApiToken, Membership


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name of the new token",
        max_length=100,
        help_text="Where it will be used, such as “notebook” or “nightly job”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def save(self, membership: Membership) -> str:
        """The secret, in the clear for the only time."""
        return ApiToken.make(membership, self.cleaned_data["name"])

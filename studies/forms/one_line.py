"""A name or note that others will read."""

from django import forms

from studies.tabular.header import INVISIBLE


class OneLine(forms.CharField):
    """Refuses what nobody sees, as names of studies and datasets do: line breaks, and marks that turn text around."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"widget": forms.TextInput(attrs={"autocomplete": "off"})} | options)

    def validate(self, value: str) -> None:
        super().validate(value)
        if INVISIBLE.search(value):
            raise forms.ValidationError("It holds an invisible character. Type it anew.")

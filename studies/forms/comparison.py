"""The name under which a team keeps a comparison."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from studies.models import Comparison, Study, Team

from .one_line import OneLine

TAKEN = "Your team has a comparison of this name already. Choose another name."


class ComparisonForm(forms.Form):
    """Names a new comparison, or renames the one that is given."""

    name = OneLine(
        label="Name",
        max_length=120,
        help_text="The team finds it under Compare; a link to it opens the same studies.",
        error_messages={"required": "Give it a name."},
    )

    def __init__(self, team: Team, data: Any = None, *, comparison: Comparison | None = None) -> None:
        super().__init__(data, initial={"name": comparison.name} if comparison else None)
        self.team, self.comparison = team, comparison

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        others = Comparison.objects.of_team(self.team).filter(name=name)
        if others.exclude(pk=self.comparison.pk if self.comparison else None).exists():
            raise forms.ValidationError(TAKEN)
        return name

    def save(self, studies: Sequence[Study], by: Any) -> Comparison | None:
        """A new comparison of the studies; None, with the error at the field, where somebody was faster."""
        try:
            return Comparison.make(self.team, self.cleaned_data["name"], studies, by=by)
        except IntegrityError:
            self.add_error("name", TAKEN)
            return None

    def rename(self) -> bool:
        """Whether the name was changed; else the error is at the field."""
        try:
            with transaction.atomic():
                Comparison.objects.filter(pk=self.comparison.pk).update(name=self.cleaned_data["name"])
        except IntegrityError:
            self.add_error("name", TAKEN)
            return False
        return True

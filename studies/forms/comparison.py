"""The name under which a team keeps a comparison, and how near two scores must lie to be the same in practice."""

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


class ZoneForm(forms.Form):
    """The zone of practical equivalence, as it stands in the address: points, or percent for errors."""

    within = forms.FloatField(
        label="Equal within",
        min_value=0,
        max_value=50,
        required=False,
        error_messages={
            "invalid": "Write a number, such as 0.5.",
            "min_value": "A difference has no sign here: 0 or more.",
            "max_value": "At most 50: with more, all would be the same.",
        },
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"}),  # it shows what was refused
    )

    def __init__(self, asked: Any, unit: str, default: float) -> None:
        """`asked`: the address; what it does not say is the default, and so is what is refused."""
        super().__init__({"within": asked.get("within", "").strip() or f"{default:g}"}, auto_id="zone_%s")
        self.unit, self.default = unit, default

    @property
    def size(self) -> float:
        return self.cleaned_data["within"] if self.is_valid() else self.default

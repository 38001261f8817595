"""Why a table is kept as it is, in spite of a warning."""

from typing import Any

from django import forms

from studies.models import GuardAnswer

from .one_line import OneLine

LONGEST = GuardAnswer._meta.get_field("reason").max_length


class KeepForm(forms.Form):
    reason = OneLine(
        label="Why it may stay",
        max_length=LONGEST,
        help_text="The team reads it here and in the health of each study.",
        error_messages={"required": "Say why, in a few words."},
    )

    def __init__(self, data: Any = None, number: int = 0) -> None:
        super().__init__(data, auto_id=f"id_keep_{number}_%s")

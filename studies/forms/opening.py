"""Why a held-out set is opened."""

from typing import Any

from django import forms

from studies.engine.openings import LONGEST_REASON

from .review import words


class OpeningForm(forms.Form):
    reason = words(
        "Why now", LONGEST_REASON, "What is decided by it. The team reads it, and it stays on record for ever."
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_opening_%s")

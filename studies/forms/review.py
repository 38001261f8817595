"""What people type in a review: a trial and a reason, a decision's reason, a comment and what it is about."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from studies.models import Study, anchor

LONGEST_REASON, LONGEST_COMMENT = 2000, 5000
ON_TRIAL = re.compile(r"trial-([0-9]{1,9})", re.ASCII)


def words(label: str, longest: int, hint: str = "", rows: int = 3, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, help_text=hint, widget=widget, required=required)


class ProposalForm(forms.Form):
    trial = forms.IntegerField(
        label="Trial", min_value=0, max_value=2**31 - 1, help_text="Its number; it must be complete."
    )
    reason = words("Why this one", LONGEST_REASON, "What speaks for it, and against the others.")

    def __init__(self, data: Any = None, number: int | None = None) -> None:
        super().__init__(data, auto_id="id_propose_%s", initial={"trial": number})


class DecisionForm(forms.Form):
    """Approving needs no reason; everything else does."""

    def __init__(self, act: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{act}_%s")
        needed = act != "approve"
        hint = "The team reads it, and it stays on record." if needed else "May stay empty. It stays on record."
        self.fields["why"] = words("Why" if needed else "A word on it", LONGEST_REASON, hint, required=needed)


class CommentForm(forms.Form):
    """`charts`: what can be pointed at besides trials, slug to name."""

    on = forms.CharField(label="About", required=False, max_length=60, widget=forms.Select)
    text = words("Comment", LONGEST_COMMENT)

    def __init__(
        self, study: Study, charts: Mapping[str, str], numbers: list[int], data: Any = None, on: str = ""
    ) -> None:
        super().__init__(data, auto_id="id_say_%s", initial={"on": on})
        self.study, self.charts = study, charts
        offered = [("", "The study as a whole"), *((anchor(number, ""), f"Trial {number}") for number in numbers)]
        offered += [(anchor(None, slug), name) for slug, name in charts.items()]
        chosen = str(data.get("on", "")) if data is not None else on
        if (named := ON_TRIAL.fullmatch(chosen)) and chosen not in dict(offered):
            offered.insert(1, (chosen, f"Trial {int(named[1])}"))
        self.fields["on"].widget.choices = offered
        self.fields["text"].widget.attrs["placeholder"] = "Markdown: **bold**, `code`, - lists, [text](https://…)"

    def clean_on(self) -> dict[str, Any]:
        """The anchor as the engine's keywords."""
        chosen = self.cleaned_data["on"]
        if not chosen:
            return {}
        if chosen.removeprefix("chart-") in self.charts and chosen.startswith("chart-"):
            return {"chart": chosen.removeprefix("chart-")}
        number = ON_TRIAL.fullmatch(chosen)
        if number is None or not self.study.trials.filter(number=int(number[1])).exists():
            raise forms.ValidationError("There is no such trial or chart in this study.")
        return {"trial_number": int(number[1])}


class EditForm(forms.Form):
    text = words("Comment", LONGEST_COMMENT)

    def __init__(self, pk: int, data: Any = None, text: str = "") -> None:
        super().__init__(data, auto_id=f"id_comment_{pk}_%s", initial={"text": text})

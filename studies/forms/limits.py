"""A study's limits, which may change while it runs."""

from typing import Any

from django import forms

from studies.models import Study

MOST_TRIALS = 100_000
MOST_PARALLEL = 64


class LimitsForm(forms.Form):
    """Bound to a study; given data, only the limits that it names are changed, so that a button may send just one."""

    max_trials = forms.IntegerField(
        label="Trials", min_value=1, max_value=MOST_TRIALS, help_text="With the first, the library’s defaults."
    )
    max_minutes = forms.FloatField(
        label="Minutes in all",
        min_value=0.1,
        required=False,
        help_text="Since launch, without pauses. Empty: no limit.",
    )
    trial_seconds = forms.FloatField(
        label="Seconds per trial",
        min_value=0.1,
        required=False,
        help_text="A longer trial is ended and marked. Empty: no limit.",
    )
    trial_memory_mb = forms.IntegerField(
        label="Memory per trial, MB",
        min_value=64,
        required=False,
        help_text="Beyond what the table takes. Empty: no limit.",
    )
    parallel = forms.IntegerField(
        label="Parallel trials", min_value=1, max_value=MOST_PARALLEL, help_text="How many may run at once."
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        initial = {
            "max_trials": study.max_trials,
            "max_minutes": round(study.max_seconds / 60, 3) if study.max_seconds is not None else None,
            "trial_seconds": study.trial_seconds,
            "trial_memory_mb": study.trial_memory_mb,
            "parallel": study.parallel,
        }
        super().__init__(data, initial=initial, auto_id="id_limits_%s")
        if data is not None:
            for name in [name for name in self.fields if name not in data]:
                self.fields[name].disabled = True

    @property
    def limits(self) -> dict[str, Any]:
        """The limits that were given, in the engine's names and units."""
        given = {name: value for name, value in self.cleaned_data.items() if not self.fields[name].disabled}
        if "max_minutes" in given:
            minutes = given.pop("max_minutes")
            given["max_seconds"] = None if minutes is None else minutes * 60
        return given

"""A study's limits, which may change while it runs: typed text, judged by the engine as a program's is."""

from typing import Any

from django import forms

from studies.engine.spec_errors import SpecError
from studies.engine.spec_limits import changed_limits
from studies.models import Study

from .plain import as_typed, plain_number, plain_whole

FIELD_OF = {
    "budget.trials": "max_trials",
    "budget.seconds": "max_minutes",
    "budget.trial_seconds": "trial_seconds",
    "budget.trial_memory_mb": "trial_memory_mb",
    "parallel": "parallel",
    "stop_when_converged": "when_converged",
}
GO_ON, STOP = "go_on", "stop"


def typed(label: str, hint: str, mode: str = "numeric") -> forms.CharField:
    """A field of one line. Numbers are read by us: Django's fields take 1_000, full-width digits and 1e308."""
    widget = forms.TextInput({"autocomplete": "off", "inputmode": mode})
    return forms.CharField(label=label, help_text=hint, required=False, widget=widget)


class LimitsForm(forms.Form):
    """Bound to a study; given data, only the limits that it names are changed, so that a button may send just one."""

    max_trials = typed("Trials", "With the first, the library’s defaults.")
    max_minutes = typed("Minutes in all", "Since launch, without pauses. Empty: no limit.", "decimal")
    trial_seconds = typed("Seconds per trial", "A longer trial is ended and marked. Empty: no limit.", "decimal")
    trial_memory_mb = typed("Memory per trial, MB", "Beyond what the table takes. Empty: most of the machine's.")
    parallel = typed("Parallel trials", "How many may run at once.")
    when_converged = forms.ChoiceField(
        label="When converged",
        choices=[(GO_ON, "Go on"), (STOP, "Stop by itself")],
        help_text="Converged: the newest 20 trials win under 10 % of the resamples.",
        required=False,
    )

    def __init__(self, study: Study, data: Any = None) -> None:
        minutes = round(study.max_seconds / 60, 3) if study.max_seconds is not None else None
        initial = {
            "max_trials": as_typed(study.max_trials),
            "max_minutes": as_typed(minutes),
            "trial_seconds": as_typed(study.trial_seconds),
            "trial_memory_mb": as_typed(study.trial_memory_mb),
            "parallel": as_typed(study.parallel),
            "when_converged": STOP if study.stop_when_converged else GO_ON,
        }
        super().__init__(data, initial=initial, auto_id="id_limits_%s")
        self.limits: dict[str, Any] = {}
        if data is not None:
            for name in [name for name in self.fields if name not in data]:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Sets `limits`, in the engine's names and units, or puts the engine's sentences at the fields."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        body: dict[str, Any] = {"budget": {}}
        for path, name in FIELD_OF.items():
            if not self.fields[name].disabled:
                part, _, key = path.rpartition(".")
                (body[part] if part else body)[key] = _value(name, cleaned[name])
        try:
            self.limits = changed_limits(body)
        except SpecError as error:
            for path, sentences in error.errors.items():
                name = FIELD_OF.get(path)
                self.add_error(name, _no_time(cleaned[name]) if name == "max_minutes" else sentences)
        return cleaned


def _value(name: str, text: str) -> int | float | str | None:
    if name == "when_converged":
        return text == STOP
    if not text:
        return None
    if name == "max_minutes":
        minutes = plain_number(text)
        return minutes if isinstance(minutes, str) else minutes * 60
    return plain_number(text) if name == "trial_seconds" else plain_whole(text)


def _no_time(text: str) -> str:
    return f"“{text[:40]}” is not a number of minutes above 0. Leave empty for no limit."

"""The new-study form: typed text becomes a spec, the engine judges it, and its sentences go to the fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from studies.engine.spec import Resolved, examine, resolved
from studies.engine.spec_examination import Examination
from studies.evaluation import PRESETS, catalogue
from studies.models import Team

from .plain import plain_number, plain_whole
from .space import SpaceForm
from .space_row import Entry
from .study_options import PREFIX, option_fields, read_options

FIELD_OF = {
    "plan.kind": "kind", "plan.folds": "folds", "plan.repeats": "repeats", "plan.rows": "rows",
    "budget.trials": "trials",
    "budget.seconds": "minutes", "budget.trial_seconds": "trial_seconds", "budget.trial_memory_mb": "trial_memory_mb",
}  # fmt: skip
RECOMMENDED, WIDE = "recommended", "wide"
CHANGED = "The data or the model has changed, and what follows from it was filled in anew. Look it over, then go on."
STORING = ("launch", "draft", "compare")
MAX_DIGITS = 18


def typed(label: str, hint: str = "", mode: str = "numeric") -> forms.CharField:
    """A field of one line. Numbers are read by us: Django's fields take 1_000 and full-width digits."""
    widget = forms.TextInput({"autocomplete": "off", "inputmode": mode})
    return forms.CharField(label=label, help_text=hint, required=False, widget=widget)


def ticked(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def picked(label: str) -> forms.CharField:
    """A field to choose from; choices and hint depend on the data (study_choices), refusals are the engine's."""
    return forms.CharField(label=label, required=False, widget=forms.Select())


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


class StudyForm(forms.Form):
    """Always bound: to what was posted, or to study_start's values. `examined` is what it comes to.

    start: the space of the study that it is filled in from, as JSON.
    """

    name = typed("Name", mode="text")
    dataset_version = picked("Dataset version")
    target = picked("Target")
    task = picked("Task")
    metric = picked("Metric")
    kind = picked("Split")
    folds = typed("Folds")
    repeats = typed("Repeats")
    rows = typed("Rows")
    holdout = picked("Held-out set")
    estimator = picked("Model")
    preset = picked("Ranges")
    method = picked("Method")
    seed = typed("Seed", "The same seed proposes the same configurations.")
    trials = typed("Trials", "Trial 0 is the library’s defaults.")
    minutes = typed("Wall time, minutes", "Since launch, without pauses. Empty: no limit.", "decimal")
    parallel = typed("Parallel trials")
    trial_seconds = typed("Seconds per trial", "A longer trial is ended and marked. Empty: no limit.", "decimal")
    trial_memory_mb = typed("Memory per trial, MB", "Beyond what the table takes. Empty: most of the machine's.")
    stop_when_converged = ticked("Stop when converged")

    def __init__(self, team: Team, data: Mapping[str, Any], start: Mapping[str, Any] | None = None) -> None:
        super().__init__(data.copy())  # type: ignore[attr-defined]  # a QueryDict or a dict
        self.team = team
        self.stale = False
        self.left_out = 0  # trials by hand of a changed draft that its new space does not have
        self._take_sample()
        self._follow_data()
        self.space = self._space_form(start)
        self.fields.update(option_fields(self._text("method"), self.data))
        self.spec = self._spec()
        self.examined = examine(team, self.spec)

    def clean(self) -> None:
        if self.stale and self._text("action") in STORING:
            self.add_error(None, CHANGED)
        for path, sentences in self.examined.problems.errors.items():
            for sentence in sentences:
                self._place(path, sentence)

    def is_valid(self) -> bool:
        """Refusals of the space stand at its rows, not among the form's own errors."""
        return super().is_valid() and not self.examined.problems

    @property
    def resolved(self) -> Resolved:
        """What a valid form makes."""
        return resolved(self.examined)

    @property
    def keys(self) -> dict[str, str]:
        """Hidden fields: the data and the model for which the dependent fields were filled in."""
        return {
            "version_for": self._text("dataset_version"),
            "target_for": self.first.target or "",
            "task_for": self.first.task or "",
            "space_for": self._space_key() if self.space else "",
            "model_for": self._model_key(),
            "follows": self._text("follows"),
            "draft": self._text("draft"),
            "draft_change": self._text("draft_change"),
        }

    @property
    def draft(self) -> int | None:
        """The id of the draft that is being changed."""
        return _id(self._text("draft"))

    @property
    def draft_change(self) -> int:
        """Its change counter when it was opened."""
        return _id(self._text("draft_change")) or 0

    @property
    def space_entries(self) -> Sequence[Entry]:
        """The parameters of the space as JSON, as far as they were typed."""
        return self.space.to_json()["parameters"] if self.space else []

    def _text(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()

    def _number(self, name: str) -> Any:
        return plain_number(self._text(name)) if self._text(name) else None

    def _whole(self, name: str) -> Any:
        return plain_whole(self._text(name)) if self._text(name) else None

    # -- what follows from the data

    def _take_sample(self) -> None:
        """The button of a model that cannot serve all rows: it picks the model, on as many rows as it can."""
        entry = catalogue.get(self._text("sample"))
        if entry is not None and entry.limit is not None:
            self.data["estimator"], self.data["rows"] = entry.key, str(entry.limit)

    def _follow_data(self) -> None:
        """Another version or target has another task and another metric that suits it; another task another split."""
        if self._text("version_for") not in ("", self._text("dataset_version")):
            self._reset("target", "task", "kind", "metric", "holdout")
        elif "target_for" in self.data and self._text("target_for") != self._text("target"):
            self._reset("task", "metric")
        self.first = self._first_look()
        if self._text("task_for") not in ("", self.first.task or ""):
            self._reset("metric", "kind")
            if self.first.estimator is not None and self.first.task not in self.first.estimator.tasks:
                self._reset("estimator")
                self.first = self._first_look()

    def _reset(self, *names: str) -> None:
        self.stale = True
        for name in names:
            self.data[name] = ""

    def _first_look(self) -> Examination:
        """Data, the rows used and the model alone: the space's fields depend on them."""
        names = ("target", "task", "estimator")
        look = {"dataset_version": self._whole("dataset_version"), **{name: self._text(name) or None for name in names}}
        plan = {"kind": self._text("kind") or None, "rows": self._whole("rows")}
        return examine(self.team, look | {"plan": plan})

    def _model_key(self) -> str:
        if self.first.estimator is None or self.first.version is None:
            return ""
        return f"{self.first.version.pk}/{self.first.target}/{self.first.task}/{self.first.estimator.key}"

    def _space_key(self) -> str:
        """What the rows of the space were filled in for."""
        model = self._model_key()
        return model and f"{model}/{self._text('preset')}"

    def _space_form(self, start: Mapping[str, Any] | None) -> SpaceForm | None:
        entry, table = self.first.estimator, self.first.table
        if entry is None or table is None or entry.problem(table):
            return None
        if self._text("model_for") not in ("", self._model_key()) or self._text("preset") not in ("", *PRESETS):
            self.data["preset"] = RECOMMENDED
        same = self._text("space_for") == self._space_key()
        if "space_for" in self.data and not same:
            self.stale = True
        preset = self._text("preset") or RECOMMENDED
        return SpaceForm(
            entry.parameters(table, preset),
            entry.defaults(table),
            self.data if same else None,
            None if start is None else start["parameters"],
            entry.fixed(table, preset),
            entry.parameters(table, WIDE),
            () if start is None else start.get("forbidden", ()),
        )

    # -- the spec, and where its refusals go

    def _spec(self) -> dict[str, Any]:
        method = self._text("method")
        minutes = self._number("minutes")
        names = ("name", "target", "task", "metric", "method", "holdout")
        texts = {name: self._text(name) or None for name in names}
        return texts | {
            "dataset_version": self._whole("dataset_version"),
            "estimator": self.first.estimator.key if self.first.estimator else self._text("estimator") or None,
            "space": self.space.to_json() if self.space else None,
            "method_options": read_options(method, self.data),
            "seed": self._whole("seed"),
            "plan": {
                "kind": self._text("kind") or None,
                "folds": self._whole("folds"),
                "repeats": self._whole("repeats"),
                "rows": self._whole("rows"),
            },
            "budget": {
                "trials": self._whole("trials"),
                "seconds": round(minutes * 60, 6) if isinstance(minutes, int | float) else minutes,
                "trial_seconds": self._number("trial_seconds"),
                "trial_memory_mb": self._whole("trial_memory_mb"),
            },
            "parallel": self._whole("parallel"),
            "stop_when_converged": self._text("stop_when_converged") == "on",
            "follows": _id(self._text("follows")),
        }

    def _place(self, path: str, sentence: str) -> None:
        """A refusal at its field, at its row of the space, or at the form as a whole."""
        room, _, rest = path.partition(".")
        if path == "budget.seconds":
            sentence = f"{self._text('minutes')} is not a time. Leave empty for no limit."
        if room == "space" and self.space is not None and self.space.add_error(rest, sentence):
            return
        said, is_value, wanted = sentence.removeprefix(f"{rest or room} is ").partition("; ")
        if is_value and said != sentence.partition("; ")[0]:
            sentence = f"{said} does not fit: {wanted}"  # the field's label stands beside it
        name = f"{PREFIX}{rest}" if room == "method_options" else FIELD_OF.get(path, path)
        self.add_error(name if name in self.fields else None, sentence)

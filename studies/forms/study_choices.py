"""What can be chosen in the new-study form, and one sentence beside each choice: what it is, what it protects from."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html

from studies.engine.held_out import OFF, ON, told_by
from studies.engine.intake_held_out import is_open
from studies.engine.spec_examination import Examination
from studies.engine.spec_plan import USUAL_FOLDS
from studies.evaluation import PRESETS, Metric, Table, default_metric, get_metric, metrics_for
from studies.models import DatasetVersion, WorkerProcess
from studies.plots.numbers import count_of, format_parameter
from studies.tabular.held_out import USUAL_SHARE, what_it_tells

from .study import StudyForm

PREDICTABLE = ("number", "integer", "category", "boolean")
TASKS = (("classification", "Classification"), ("regression", "Regression"))
KINDS = {
    "stratified": "Stratified folds",
    "kfold": "Folds at random",
    "group": "Folds of whole groups",
    "time": "Blocks of time",
}
SPLIT_HINTS = {
    "stratified": "Protects from folds with too few rows of a class.",
    "kfold": "Every row is validated once; protects from a lucky split.",
    "group": "Protects from judging rows by what others of the same group taught.",
    "time": "Protects from knowing the future: each block is judged by what was learnt from all earlier ones.",
}
UNFIT = {
    "stratified": "Needs classes to predict.",
    "group": "Needs a column with the role group; give one on the dataset’s page.",
    "time": "Needs a column with the role time; give one on the dataset’s page.",
}
PRESET_HINTS = {
    "": "The ranges are as in the study or spec that filled the form.",
    "narrow": "Close to the library’s defaults, few parameters: for small budgets.",
    "recommended": "What usually pays, scaled to the rows; preprocessing as usual.",
    "wide": "To the ends of what makes sense, preprocessing too: for large budgets.",
}
OWN = "As filled in"
MOST_NAMED = 4


def fill_choices(form: StudyForm, versions: Sequence[DatasetVersion]) -> None:
    """Sets choices, hints and placeholders from what the spec comes to."""
    found = form.examined
    _fill(form, "dataset_version", [(str(v.pk), f"{v.dataset.name}, version {v.number}") for v in versions], "")
    if found.version is not None:
        version = found.version
        columns = [column.name for column in version.columns.all() if column.kind in PREDICTABLE]
        features = len([column for column in version.features if column.name != found.target])
        _fill(form, "target", [(name, name) for name in columns], _classes(found.table))
        form["dataset_version"].help_text = format_html(
            '{}, {}. <a href="{}">Columns and warnings</a>',
            count_of(version.rows, "row"),
            count_of(features, "feature"),
            reverse("dataset", args=[version.dataset_id]),
        )
        _select(form, "target", found.target)
    _fill(form, "task", list(TASKS), "Classes, or a number." if found.task is None else _task_hint(found.task))
    _select(form, "task", found.task)
    if found.task is not None and found.table is not None:
        offered = metrics_for(found.task)
        if found.estimator is not None:
            offered = [metric for metric in offered if found.estimator.supports(metric.key, found.table)] or offered
        _fill(form, "metric", [(m.key, m.label) for m in offered], _metric_hint(found.metric, found.table))
        _select(form, "metric", found.metric.key if found.metric else None)
        kinds = _kinds(found.task, found.whole)
        kind = found.plan.kind if found.plan else form.data.get("kind") or kinds[0]
        _fill(form, "kind", [(key, KINDS[key]) for key in kinds], SPLIT_HINTS.get(kind, ""))
        _select(form, "kind", found.plan.kind if found.plan else None)
    if found.version is not None:
        _fill(form, "holdout", *held_out_choices(found, found.version))
        _select(form, "holdout", found.holdout)
    preset = form.data.get("preset", "")
    presets = [(key, key.capitalize()) for key in PRESETS]
    _fill(form, "preset", presets if preset else [("", OWN), *presets], PRESET_HINTS.get(preset, ""))
    form.fields["folds"].widget.attrs["placeholder"] = str(found.plan.folds if found.plan else USUAL_FOLDS)
    form.fields["repeats"].widget.attrs["placeholder"] = "1"
    form.fields["name"].widget.attrs["placeholder"] = found.name or ""
    alive = WorkerProcess.objects.alive().count()
    lives = "1 worker is alive" if alive == 1 else f"{alive} workers are alive"
    alive_words = lives if alive else "no worker is alive, so it will wait"
    whole = found.whole.n_rows if found.whole is not None else 0
    form.fields["rows"].widget.attrs["placeholder"] = f"{whole:,}" if whole else ""
    form["parallel"].help_text = f"How many may run at once; {alive_words}."


def held_out_choices(found: Examination, version: DatasetVersion) -> tuple[list[tuple[str, str]], str]:
    """What can be chosen, and what a set can tell."""
    dataset, there = version.dataset, version.dataset.held_out_set
    task = found.task or version.task
    if there is not None:
        words = told_by(version, task)
        tells = f"It can tell {words}. " if words else ""
        choices = [(ON, f"{version.held_out_rows:,} of {count_of(version.all_rows, 'row')}")]
        if is_open(dataset, there):
            return [*choices, (OFF, "None: dissolve it at the launch")], f"{tells}The first launch fixes it."
        return choices, f"{tells}No study sees these rows."
    if not is_open(dataset, None):
        return [(OFF, "None")], "Studies have seen all rows, so none can be held out any more."
    rows = round(USUAL_SHARE * (found.whole.n_rows if found.whole is not None else version.rows))
    if rows < 1:
        return [(OFF, "None")], ""
    words = what_it_tells(rows, task, version.group is not None)
    hint = f"Rows that no study sees, to test the final choice once. {rows:,} rows can tell {words}."
    return [(OFF, "None"), (ON, f"{100 * USUAL_SHARE:.0f} %, about {count_of(rows, 'row')}")], hint


def _fill(form: StudyForm, name: str, choices: list[tuple[str, str]], hint: str) -> None:
    """What was chosen stays shown even when it cannot be chosen any more."""
    chosen = str(form.data.get(name, ""))
    if chosen and chosen not in dict(choices):
        choices = [(chosen, chosen), *choices]
    form.fields[name].widget.choices = choices  # type: ignore[attr-defined]
    form[name].help_text = hint  # the bound field's own: it was made before the choices were known


def _select(form: StudyForm, name: str, decided: str | None) -> None:
    """What was left open shows what was decided."""
    if decided is not None and not form.data.get(name):
        form.data[name] = decided


def split_words(form: StudyForm) -> list[tuple[str, str, str]]:
    """Each split: its label, what it protects from, and why it cannot be chosen, if so."""
    found = form.examined
    allowed = _kinds(found.task or "classification", found.whole)
    return [(KINDS[kind], SPLIT_HINTS[kind], "" if kind in allowed else UNFIT[kind]) for kind in KINDS]


def _kinds(task: str, table: Table | None) -> list[str]:
    """The splits that the data allows."""
    allowed = {
        "stratified": task == "classification",
        "group": table is not None and table.groups is not None,
        "time": table is not None and table.order is not None,
    }
    return [kind for kind in KINDS if allowed.get(kind, True)]


def _classes(table: Table | None) -> str:
    if table is None:
        return ""
    if table.task == "regression":
        low, high = format_parameter(float(table.y.min())), format_parameter(float(table.y.max()))
        return f"{low} to {high} in {count_of(table.n_rows, 'row')}."
    counts = sorted(zip(table.class_counts.tolist(), table.classes, strict=True), reverse=True)
    named = ", ".join(f"{name} {count:,}" for count, name in counts[:MOST_NAMED])
    more = len(counts) - MOST_NAMED
    return f"{len(counts)} classes: {named}" + (f" and {more} more." if more > 0 else ".")


def _task_hint(task: str) -> str:
    return "The target’s values are classes." if task == "classification" else "The target’s values are a quantity."


def _metric_hint(metric: Metric | None, table: Table) -> str:
    suggested = default_metric(table)
    if metric is None:
        return ""
    if metric.key != suggested:
        return f"{metric.sentence} Suggested: {get_metric(suggested).label}."
    if metric.key == "balanced_accuracy":
        return "Suggested: the classes are uneven, and each counts as much."
    return f"Suggested. {metric.sentence}"

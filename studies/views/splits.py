"""A dataset's splits: every evaluation plan looked at on its rows, before a study is begun."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from studies.engine.plans import first_repeat, told_facts
from studies.engine.spec_examination import Examination
from studies.engine.split_choices import SplitChoice, examine_split, split_choices
from studies.forms.study_choices import KINDS, SPLIT_HINTS, UNFIT
from studies.models import DatasetVersion
from studies.plots.fold_preview import fold_preview
from studies.plots.stacked_bar import SHADES, stacked_bar

from .access import get_dataset
from .dataset_page import chosen_version

BAR, WHOLE_BAR = 120, 360
LARGE = 100_000  # rows from which on the page is shown before the table has been read


@require_safe
def splits(request: HttpRequest, pk: int) -> HttpResponse:
    """The choice lies in the address: kind, folds, repeats, version; of a large table the page comes first."""
    dataset = get_dataset(request, pk)
    version = chosen_version(dataset, request.GET.get("version", ""))
    if not version.is_ready:
        return redirect("dataset", pk)
    page = {"section": "datasets", "dataset": dataset, "version": version}
    if version.rows >= LARGE and not request.htmx and "wait" not in request.GET:
        return render(request, "datasets/splits.html", page | {"waits": True})
    found = examine_split(dataset.team, version, _asked(request.GET))
    role = request.user.memberships.filter(team=dataset.team).first()
    context = {
        "can_edit": role is not None and role.can_edit,
        "typed": request.GET,
        "kind": found.plan.kind if found.plan else request.GET.get("kind", ""),
        "errors": [sentence for sentences in found.problems.errors.values() for sentence in sentences],
        "decisions": found.decisions,
        "choices": [_told(choice, found.task) for choice in split_choices(found)],
        "rows": _rows(found, version),
        **_drawn(found),
    }
    return render(request, "datasets/splits.html", page | context)


def _asked(typed: QueryDict) -> dict[str, Any]:
    """The plan as a spec has it; a word in place of a number is kept, and refused by name."""
    given = {name: typed.get(name, "").strip() for name in ("kind", "folds", "repeats")}
    numbers = {name: int(v) if v.isascii() and v.isdigit() and len(v) < 10 else v for name, v in given.items() if v}
    return numbers | ({"kind": given["kind"]} if given["kind"] else {})


def _told(choice: SplitChoice, task: str | None) -> dict[str, Any]:
    classless = choice.kind == "stratified" and task == "regression"  # the spec's own sentence names a key of the API
    problem = UNFIT[choice.kind] if classless else choice.problem
    return {"choice": choice, "label": KINDS[choice.kind], "protects": SPLIT_HINTS[choice.kind], "problem": problem}


def _rows(found: Examination, version: DatasetVersion) -> dict[str, Any] | None:
    """What becomes of the rows of the file, in a bar: in folds, in none, held out."""
    if found.table is None or found.plan is None:
        return None
    in_folds = found.table.n_rows
    counts = (in_folds, version.rows - in_folds, version.held_out_rows)
    named = zip(("in folds", "in no fold: no target or no time", "held out: no fold sees them"), counts, strict=True)
    parts = [{"name": name, "rows": rows, "shade": place} for place, (name, rows) in enumerate(named, 1) if rows]
    return {"bar": stacked_bar(counts, WHOLE_BAR), "width": WHOLE_BAR, "parts": parts}


def _drawn(found: Examination) -> dict[str, Any]:
    """The folds, the classes of each, and the address of a study with them; nothing while they cannot be drawn."""
    if found.plan is None or found.whole is None or found.version is None:
        return {}
    drawn = first_repeat(found.whole, found.plan.kind, found.plan.folds, found.plan.rows)
    facts = told_facts(found.version, found.whole, drawn)
    names = facts["classes"]
    per_fold = facts["folds"][facts["kind"] == "time" :]
    classes = [{"bar": stacked_bar(fold["classes"], BAR), "counts": fold["classes"]} for fold in per_fold]
    plan = {"kind": found.plan.kind, "folds": found.plan.folds, "repeats": found.plan.repeats}
    return {
        "plan": found.plan,
        "preview": fold_preview(facts, found.plan.repeats),
        "classes": classes if 0 < len(names) <= SHADES else [],
        "class_names": names,
        "bar_width": BAR,
        "study_query": urlencode({"dataset_version": found.version.pk, **plan}),
    }

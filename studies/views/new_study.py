"""The new-study page: one form that prices the search while one types."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from studies.engine.actions import Refused, launch
from studies.engine.spec import SpecError, create_draft
from studies.forms.study import StudyForm
from studies.forms.study_cards import method_cards, model_cards, recommendation
from studies.forms.study_choices import fill_choices
from studies.forms.study_price import faults, plan_words, price_lines, searched_words
from studies.forms.study_start import from_study, usual
from studies.models import DatasetVersion, Study, Team, User

from .access import get_study, get_version, require_editor

MOST_VERSIONS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def new_study(request: HttpRequest) -> HttpResponse:
    """Show the form, filled in; launch or keep as a draft what it makes."""
    membership = require_editor(request)
    versions = _versions(membership.team)
    if request.method == "POST":
        form = StudyForm(membership.team, request.POST)
        if request.POST.get("action") in {"launch", "draft"} and form.is_valid():
            study = _store(form, membership.user, request.POST["action"])
            if study is not None:
                messages.success(request, f"{study.name} is {'launched' if study.launched_at else 'kept as a draft'}.")
                return redirect("study", pk=study.pk)
    elif versions:
        form = _first_form(request, membership.team, versions)
    else:
        return render(request, "studies/new.html", {"section": "studies"})
    context = {"section": "studies", "source": _source(request), "refused": _refused(request)}
    context |= _context(form, versions)
    return render(request, "studies/new.html", context)


@require_POST
def check_new_study(request: HttpRequest) -> HttpResponse:
    """The form as it would come back: the page takes errors, pictures, price and what depends on a choice from it."""
    membership = require_editor(request)
    form = StudyForm(membership.team, request.POST)
    return render(request, "studies/new/_form.html", _context(form, _versions(membership.team)))


def _versions(team: Team) -> list[DatasetVersion]:
    """The newest first."""
    rows = DatasetVersion.objects.of_team(team).ready().select_related("dataset")
    return list(rows.order_by("-pk")[:MOST_VERSIONS])


def _first_form(request: HttpRequest, team: Team, versions: list[DatasetVersion]) -> StudyForm:
    clone = _id(request, "clone")
    if clone is not None:
        study = get_study(request, clone)
        return StudyForm(team, from_study(study), start=study.space["parameters"])
    asked = _id(request, "dataset_version")
    version = get_version(request, asked) if asked is not None else versions[0]
    return StudyForm(team, usual(version.pk, request.GET.get("estimator", "")))


def _refused(request: HttpRequest) -> str:
    """What was asked for in vain: a form that comes back to a phone shows its faults far below."""
    action = request.POST.get("action", "")
    return action if action in {"launch", "draft"} else ""


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Http404(f"{text[:40]!r} is not an id")
    return int(text)


def _source(request: HttpRequest) -> Study | None:
    """The study that the form is filled in from."""
    clone = _id(request, "clone")
    return None if clone is None else get_study(request, clone)


def _store(form: StudyForm, user: User, action: str) -> Study | None:
    """The study, or None where it was refused: then nothing is kept."""
    try:
        study = create_draft(form.resolved, user)
    except SpecError as error:
        form.add_error(None, str(error))
        return None
    if action == "launch":
        try:
            launch(study, user)
        except Refused as refused:
            study.delete()
            form.add_error(None, str(refused))
            return None
    return study


def _context(form: StudyForm, versions: list[DatasetVersion]) -> dict[str, Any]:
    found = form.examined
    is_whole = form.is_valid()
    fill_choices(form, versions)
    spec = form.resolved.to_spec() if is_whole else form.spec
    return {
        "form": form,
        "found": found,
        "models": model_cards(form),
        "recommendation": recommendation(form),
        "methods": method_cards(form),
        "options": [field for field in form if field.name.startswith("option_")],
        "pipeline": found.estimator.describe(found.table) if found.estimator and found.table else "",
        "searched": searched_words(form),
        "words": plan_words(found),
        "lines": price_lines(found),
        "faults": list(faults(form)),
        "spec": json.dumps(spec, indent=2, ensure_ascii=False),
    }

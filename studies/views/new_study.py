"""The new-study page: one form that prices the search while one types."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from studies.engine.probe import timing_of
from studies.forms.method_comparison import comparison_part, comparison_words
from studies.forms.study import STORING, StudyForm
from studies.forms.study_cards import method_cards, model_cards, recommendation
from studies.forms.study_choices import fill_choices, split_words
from studies.forms.study_follow import follow_up_of, from_follow_up
from studies.forms.study_minutes import minutes_of
from studies.forms.study_paste import paste
from studies.forms.study_preview import preview_of
from studies.forms.study_price import faults, plan_words, price_lines, searched_words
from studies.forms.study_start import from_draft, from_study, usual
from studies.models import Dataset, DatasetVersion, Membership, Study, StudyState, Team, WorkerProcess
from studies.plots.numbers import count_of

from .access import get_study, get_study_to_edit, get_version, require_editor
from .lineage import lineage_of, touched_ends
from .new_study_store import store, store_comparison

MOST_VERSIONS = 200


@require_http_methods(["GET", "HEAD", "POST"])
def new_study(request: HttpRequest) -> HttpResponse:
    """Show the form, filled in; launch or keep as a draft what it makes."""
    membership = require_editor(request)
    versions = _versions(membership.team)
    if request.method == "POST" and versions:
        return _posted(request, membership, versions)
    elsewhere = _elsewhere(request, membership.team)
    if elsewhere is not None:
        return elsewhere
    if not versions:
        return render(request, "studies/new.html", {"section": "studies"})
    follow = _id(request, "follow")
    if follow is not None and get_study(request, follow).state == StudyState.DRAFT:
        messages.warning(request, "A draft has no trials to go on from. Launch it first, or edit it.")
        return redirect("study", pk=follow)
    draft = _id(request, "draft")
    if draft is not None and get_study_to_edit(request, draft).state != StudyState.DRAFT:
        messages.warning(request, "This is no draft any more: it was launched. Clone it to try something else.")
        return redirect("study", pk=draft)
    return _page(request, _first_form(request, membership.team, versions), versions)


def _posted(request: HttpRequest, membership: Membership, versions: list[DatasetVersion]) -> HttpResponse:
    form, action = StudyForm(membership.team, request.POST), request.POST.get("action", "")
    if action == "paste":
        pasted = paste(membership.team, form, request.POST.get("pasted", ""))
        return _page(request, pasted.form or form, versions, pasted=pasted)
    if action == "compare" and form.is_valid():
        comparison = store_comparison(form, comparison_part(form.examined, form.data), membership.user)
        if comparison is not None:
            messages.success(request, f"{comparison.name}: all studies are launched.")
            return redirect("saved_comparison", pk=comparison.pk)
    elif action in STORING and form.is_valid():
        study = store(form, membership.user, action)
        if study is not None:
            messages.success(request, f"{study.name} is {'launched' if study.launched_at else 'kept as a draft'}.")
            if form.left_out:
                left = count_of(form.left_out, "trial")
                messages.warning(request, f"Left out, because the new space does not have it: {left} by hand.")
            return redirect("study", pk=study.pk)
    return _page(request, form, versions, refused=action if action in STORING else "")


def _page(request: HttpRequest, form: StudyForm, versions: list[DatasetVersion], **more: Any) -> HttpResponse:
    """`refused`: what was asked for in vain; a form that comes back to a phone shows its faults far below."""
    context = {"section": "studies", "source": _source(request), "draft": _draft(request, form), **more}
    may_ask = request.POST.get("action") == "refresh"  # without script, this is how a timing is asked for
    return render(request, "studies/new.html", context | _context(request, form, versions, may_ask))


@require_POST
def check_new_study(request: HttpRequest) -> HttpResponse:
    """The form as it would come back: the page takes errors, pictures, price and what depends on a choice from it."""
    membership = require_editor(request)
    form = StudyForm(membership.team, request.POST)
    may_ask = "timing" in request.POST
    return render(request, "studies/new/_form.html", _context(request, form, _versions(membership.team), may_ask))


def _versions(team: Team) -> list[DatasetVersion]:
    """The newest first."""
    rows = DatasetVersion.objects.of_team(team).ready().select_related("dataset")
    return list(rows.order_by("-pk")[:MOST_VERSIONS])


def _first_form(request: HttpRequest, team: Team, versions: list[DatasetVersion]) -> StudyForm:
    clone = _id(request, "clone")
    if clone is not None:
        study = get_study(request, clone)
        return StudyForm(team, from_study(study), start=study.space)
    follow = _id(request, "follow")
    if follow is not None:
        study = get_study(request, follow)
        made = follow_up_of(study, request.GET, touched_ends(study))
        messages.info(request, made.said)
        return StudyForm(team, from_follow_up(study, made), start=made.space)
    draft = _id(request, "draft")
    if draft is not None:
        study = get_study_to_edit(request, draft)
        return StudyForm(team, from_draft(study), start=study.space)
    asked = _id(request, "dataset_version")
    version = get_version(request, asked) if asked is not None else versions[0]
    told = {name: request.GET[name] for name in ("metric", "kind", "folds", "repeats") if name in request.GET}
    return StudyForm(team, usual(version.pk, request.GET.get("estimator", "")) | told)


def _elsewhere(request: HttpRequest, team: Team) -> HttpResponse | None:
    """Back to what the address names, with a word, when it is another team's of the same person."""
    study, version = (
        _id(request, "clone") or _id(request, "follow") or _id(request, "draft"),
        _id(request, "dataset_version"),
    )
    if study is not None:
        named: Study | Dataset = get_study(request, study)
    elif version is not None:
        named = get_version(request, version).dataset
    else:
        return None
    if named.team_id == team.pk:
        return None
    words = f"{named} belongs to {named.team}, and you work in {team}. Change teams in the header, then try again."
    messages.warning(request, words)
    return redirect("study" if isinstance(named, Study) else "dataset", pk=named.pk)


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise Http404(f"{text[:40]!r} is not an id")
    return int(text)


def _source(request: HttpRequest) -> Study | None:
    """The study that the form is filled in from."""
    source = _id(request, "clone") or _id(request, "follow")
    return None if source is None else get_study(request, source)


def _draft(request: HttpRequest, form: StudyForm) -> Study | None:
    """The draft that the form changes."""
    drafts = Study.objects.editable_by(request.user).of_team(form.team).filter(state=StudyState.DRAFT)
    return None if form.draft is None else drafts.filter(pk=form.draft).first()


def _context(request: HttpRequest, form: StudyForm, versions: list[DatasetVersion], may_ask: bool) -> dict[str, Any]:
    found = form.examined
    is_whole = form.is_valid()
    timing = timing_of(found, request.user, may_ask and is_whole) if found.fits else None
    workers = WorkerProcess.objects.alive().count() if timing and timing.seconds else 0
    comparison = comparison_part(found, form.data)
    fill_choices(form, versions)
    spec = form.resolved.to_spec() if is_whole else form.spec
    return {
        "form": form,
        "found": found,
        "follows": lineage_of(found),
        "models": model_cards(form),
        "recommendation": recommendation(form),
        "methods": method_cards(form),
        "options": [field for field in form if field.name.startswith("option_")],
        "pipeline": found.estimator.describe(found.table, form.space_entries)
        if found.estimator and found.table
        else "",
        "searched": searched_words(form),
        "preview": preview_of(found),
        "splits": split_words(form),
        "words": plan_words(found),
        "lines": price_lines(found),
        "minutes": minutes_of(found, timing, workers),
        "comparison": comparison,
        "comparison_words": comparison_words(comparison, timing, workers) if is_whole else "",
        "faults": list(faults(form)),
        "spec": json.dumps(spec, indent=2, ensure_ascii=False),
    }

"""Putting studies into the archive and taking them out, with a way back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.models import Study

from .access import get_study_to_edit
from .back import back_to


@require_POST
def study_archive(request: HttpRequest, pk: int) -> HttpResponse:
    return _shelve_one(request, pk, archive)


@require_POST
def study_unarchive(request: HttpRequest, pk: int) -> HttpResponse:
    return _shelve_one(request, pk, unarchive)


def _shelve_one(request: HttpRequest, pk: int, shelve) -> HttpResponse:
    get_study_to_edit(request, pk)
    shelve(request, [pk])
    return redirect(back_to(request, reverse("study", args=[pk])))


def archive(request: HttpRequest, ids: list[int]) -> None:
    """Archive what rests, and say what does not."""
    chosen = Study.objects.filter(pk__in=ids)
    to_go = list(chosen.filter(archived_at=None).values_list("pk", flat=True))
    moved = chosen.archive(request.user)
    busy = list(chosen.active().filter(archived_at=None))
    if busy:
        names = ", ".join(f"“{study.name}”" for study in busy[:3]) + (" and others" if len(busy) > 3 else "")
        messages.warning(request, f"{names} cannot be archived while in progress. Stop it first.")
    if moved:
        stayed = {study.pk for study in busy}
        _say(request, f"Archived {_named(moved, chosen)}.", "unarchive", [pk for pk in to_go if pk not in stayed])


def unarchive(request: HttpRequest, ids: list[int]) -> None:
    chosen = Study.objects.filter(pk__in=ids)
    to_go = list(chosen.exclude(archived_at=None).values_list("pk", flat=True))
    if moved := chosen.unarchive(request.user):
        _say(request, f"Took {_named(moved, chosen)} out of the archive.", "archive", to_go)


def _named(n: int, chosen) -> str:
    return f"“{chosen.get().name}”" if n == 1 and chosen.count() == 1 else f"{n} studies" if n > 1 else "1 study"


def _say(request: HttpRequest, sentence: str, undo: str, ids: list[int]) -> None:
    """A toast whose button takes it back; it leads to where this form would have led."""
    context = {"sentence": sentence, "undo": undo, "ids": ids, "next": back_to(request, "")}
    messages.success(request, render_to_string("studies/_undo.html", context, request))

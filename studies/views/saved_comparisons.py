"""Keeping a comparison under a name, renaming and deleting it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from studies.forms.comparison import ComparisonForm

from .access import get_comparison_to_edit, require_editor
from .compare import comparison_page
from .comparison import chosen_studies, kept_studies


@require_POST
def save_comparison(request: HttpRequest) -> HttpResponse:
    """The studies stand in the address, as on the page that is saved; a refused name comes back in that page."""
    membership = require_editor(request)
    studies = chosen_studies(request)
    form = ComparisonForm(membership.team, request.POST)
    if len(studies) < 2:
        return comparison_page(request, studies)
    comparison = form.save(studies, request.user) if form.is_valid() else None
    if comparison is None:
        return comparison_page(request, studies, name_form=form)
    messages.success(request, f"Saved as “{comparison}”. Its link opens these studies for everybody in the team.")
    return redirect("saved_comparison", comparison.pk)


@require_POST
def rename_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    comparison = get_comparison_to_edit(request, pk)
    form = ComparisonForm(comparison.team, request.POST, comparison=comparison)
    if not (form.is_valid() and form.rename()):
        return comparison_page(request, kept_studies(comparison), comparison, name_form=form)
    messages.success(request, f"Renamed to “{form.cleaned_data['name']}”.")
    return redirect("saved_comparison", comparison.pk)


@require_POST
def delete_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    comparison = get_comparison_to_edit(request, pk)
    comparison.delete()
    messages.success(request, f"“{comparison}” is deleted. Its studies stay.")
    return redirect("compare")

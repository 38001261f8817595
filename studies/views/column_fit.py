"""What another kind would make of a column's first cells: asked while a person still chooses."""

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from studies.models import Column

from .access import get_dataset
from .dataset_page import chosen_version
from .preview_table import cell_html, fit_sentence, shown


@require_safe
def column_fit(request: HttpRequest, pk: int, number: int, position: int) -> JsonResponse:
    """The column's cells of the preview as they look in `kind`, by default the stored one, and a sentence."""
    version = chosen_version(get_dataset(request, pk), str(number))
    column = next((column for column in version.columns.all() if column.position == position), None)
    if column is None:
        raise Http404(f"This version has no column {position}.")
    kind = request.GET.get("kind", column.kind)
    if kind not in Column.Kind.values:
        raise Http404(f"“{kind}” is not a kind.")
    found = shown(version, column, kind, column.role)
    cells = [cell_html(found, row, cell) for row, cell in enumerate(found.cells)]
    return JsonResponse({"cells": cells, "says": fit_sentence(found)})

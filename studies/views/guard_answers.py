"""What a person does about a table's warnings: a remedy, a reason to keep what was warned of, or that taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.engine.changes import under_way
from studies.engine.guards import ask_again, find, keep_as_it_is, remedy
from studies.engine.refused import Refused
from studies.forms.guards import KeepForm
from studies.tabular import TableError

from .access import get_dataset_to_edit
from .dataset_page import chosen_version, page_of
from .datasets import gone_is_404
from .guards import done, guard_facts


@require_POST
@gone_is_404()
def answer_guard(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Applies a remedy, keeps what was warned of, or takes that back; what is refused comes back at its card."""
    found = get_dataset_to_edit(request, pk)
    version = chosen_version(found, str(number))
    if not version.is_ready:
        return redirect("dataset", pk)
    code, column, act = (request.POST.get(name, "")[:200] for name in ("code", "column", "act"))
    keep, message, saved = None, "", version
    warned = find(version, code, column)
    try:
        if act == "keep":
            keep = KeepForm(request.POST)
            if warned is not None and keep.is_valid():
                keep_as_it_is(version, request.user, code, column, keep.cleaned_data["reason"])
            else:
                message = " ".join(keep.errors.get("reason", ["There is no such warning here."]))
        elif act == "ask":
            ask_again(version, request.user, code, column)
        else:
            saved = remedy(version, request.user, code, column, act)
            if saved.pk == version.pk and under_way(found):  # the page says it
                return redirect(f"{reverse('dataset', args=[pk])}?version={number}")
            if warned is not None:
                messages.success(request, done(act, warned, version, saved))
    except (TableError, Refused) as error:
        message = str(error)
    if message:
        error = {"code": code, "column": column, "message": message}
        page = page_of(request, found, version)
        return render(request, "datasets/dataset.html", page | guard_facts(found, version, error, keep))
    return redirect(f"{reverse('dataset', args=[pk])}?version={saved.number}#guards")

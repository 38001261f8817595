"""What is done to several studies at once: those that are ticked in the list."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from studies.forms.tags import TagForm
from studies.models import Study, Tag

from .access import current_team, require_editor
from .back import back_to
from .shelving import archive, unarchive
from .studies import list_page
from .tags import say_full

ACTIONS: dict[str, Callable[[HttpRequest, list[int]], None]] = {"archive": archive, "unarchive": unarchive}


@require_POST
def studies_selected(request: HttpRequest) -> HttpResponse:
    """One form serves all: `action` says what is wanted, `study` of which."""
    action, ids = request.POST.get("action", ""), _ids(request)
    back = back_to(request, reverse("studies"))
    if action == "compare":
        return redirect(f"{reverse('compare')}?{urlencode([('study', pk) for pk in ids])}")
    require_editor(request)
    if not ids:
        messages.warning(request, "No study is ticked. Tick those that you mean, then try again.")
    elif action in ACTIONS:
        ACTIONS[action](request, ids)
    elif action in {"tag", "untag"}:
        return _tag(request, ids, back, action)
    else:
        raise Http404(f"there is no action {action!r}")
    return redirect(back)


def _ids(request: HttpRequest) -> list[int]:
    """The ticked studies, all of the team that the person works in; 404 when one is not."""
    words = request.POST.getlist("study")
    ids = {int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19}
    found = Study.objects.of_team(current_team(request)).filter(pk__in=ids).values_list("pk", flat=True)
    if len(found) != len(set(words)):
        raise Http404("no such study")
    return sorted(found)


def _tag(request: HttpRequest, ids: list[int], back: str, action: str) -> HttpResponse:
    form, team = TagForm(request.POST), current_team(request)
    if not form.is_valid():
        return list_page(request, QueryDict(back.partition("?")[2]), tag_form=form, ticked=ids)
    words, chosen = form.cleaned_data["tags"], Study.objects.filter(pk__in=ids)
    if action == "untag":
        Tag.objects.take_off(chosen, team, words)
        messages.success(request, f"Took {_quoted(words)} off {_studies(len(ids))}.")
    else:
        full = Tag.objects.put_on(chosen, team, words)
        say_full(request, full)
        if len(full) < len(ids):
            messages.success(request, f"Tagged {_studies(len(ids) - len(full))} {_quoted(words)}.")
    return redirect(back)


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _studies(n: int) -> str:
    return f"{n} {'study' if n == 1 else 'studies'}"

"""Tags of one study."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.forms.tags import TagForm
from studies.models import Study, Tag
from studies.models.tag import MOST_PER_STUDY

from .access import get_study_to_edit
from .back import back_to
from .study import study_page


@require_POST
def study_tags(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts on what is typed, or takes off the tag named by `remove`."""
    study = get_study_to_edit(request, pk)
    one = Study.objects.filter(pk=pk)
    if "remove" in request.POST:
        Tag.objects.take_off(one, study.team, [request.POST["remove"].replace("\0", "")])
    else:
        form = TagForm(request.POST)
        if not form.is_valid():
            return study_page(request, study, tag_form=form)
        say_full(request, Tag.objects.put_on(one, study.team, form.cleaned_data["tags"]))
    return redirect(back_to(request, reverse("study", args=[pk])))


def say_full(request: HttpRequest, studies: list[Study]) -> None:
    if studies:
        names = ", ".join(f"“{study.name}”" for study in studies[:3]) + (" and others" if len(studies) > 3 else "")
        messages.warning(
            request, f"A study has at most {MOST_PER_STUDY} tags; nothing was put on {names}. Take one off first."
        )

"""What people say in a review. Every member may, also a viewer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from studies.engine import review as engine
from studies.engine.actions import Refused
from studies.forms.review import CommentForm, EditForm
from studies.models import Comment

from .access import get_study, membership_in
from .review import chart_names, review_page


@require_POST
def add_comment(request: HttpRequest, pk: int) -> HttpResponse:
    study = get_study(request, pk)
    form = CommentForm(study, chart_names(), [], request.POST)
    if not form.is_valid():
        return review_page(request, study, comment_form=form)
    said = engine.comment(study, request.user, form.cleaned_data["text"], **form.cleaned_data["on"])
    messages.success(request, "Your comment is there.")
    return _back_to(said)


@require_POST
def edit_comment(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    study = get_study(request, pk)
    said = get_object_or_404(study.comments, pk=comment)
    if said.by_id != request.user.pk:
        raise PermissionDenied("Only the person who wrote a comment can edit it.")
    form = EditForm(said.pk, request.POST)
    if not form.is_valid():
        return review_page(request, study, edit=form, edited=said.pk)
    try:
        engine.edit_comment(said, request.user, form.cleaned_data["text"])
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The comment is changed.")
    return _back_to(said)


@require_POST
def delete_comment(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    study = get_study(request, pk)
    said = get_object_or_404(study.comments, pk=comment)
    if said.by_id != request.user.pk and not membership_in(request, study).can_manage:
        raise PermissionDenied("Only the person who wrote a comment and owners can delete it.")
    try:
        engine.delete_comment(said, request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The comment is deleted.")
    return _back_to(said)


def _back_to(said: Comment) -> HttpResponse:
    return redirect(f"{reverse('review', args=[said.study_id])}#comment-{said.pk}")

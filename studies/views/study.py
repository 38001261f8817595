"""The page of one study: is it working, can I stop, and which configuration would I trust?"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from studies.engine.recommended import is_worked_out, recommended
from studies.forms.limits import LimitsForm
from studies.forms.tags import TagForm
from studies.forms.trial import TrialForm
from studies.models import Proposal, Study, StudyState, Tag
from studies.plots.fold_preview import fold_preview

from .access import get_study
from .allowed import allowed_actions
from .audit import audit_shown
from .headline import default_trial, gain_over, headline
from .labels import estimator_label, method_in_text, metric_label, metric_unit, plan_label
from .leaderboard import leaderboard
from .lineage import followers
from .opening_check import held_out_said
from .progress import Incumbent, progress_of
from .ruler import Ruler, ruler
from .situation import Situation, situation
from .study_expected import StudyExpected, study_expected
from .study_log import study_log
from .study_spec import forbidden_words, space_rows, spec_lines
from .verdict import verdict

DIALOGS = {"limits", "add-trial", "stop", "finish", "delete", "audit-cancel", "audit-delete"}


@require_safe
def study(request: HttpRequest, pk: int) -> HttpResponse:
    return study_page(request, get_study(request, pk))


@require_safe
def study_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The parts of the page that move, under a new cursor; 204 while nothing has changed since the old one."""
    shown = get_study(request, pk)
    now = situation(shown)
    if request.GET.get("since") == str(shown.change) and request.GET.get("seen", now.cursor) == now.cursor:
        return HttpResponse(status=204)
    response = render(request, "studies/_live.html", live_context(request, shown, now) | {"oob": True})
    return trigger_client_event(response, "study-changed", {"change": shown.change})


def study_page(
    request: HttpRequest,
    shown: Study,
    limits: LimitsForm | None = None,
    trial_form: TrialForm | None = None,
    tag_form: TagForm | None = None,
) -> HttpResponse:
    """The whole page; a form that was refused comes back in it, as it was typed, with its dialog open."""
    opened = "limits" if limits else "add-trial" if trial_form else request.GET.get("open", "")
    if request.GET.get("from"):
        opened = "add-trial"
    context = live_context(request, shown)
    start_number, start = _starting_point(request, shown, context["progress"].best)
    context |= {
        "limits_form": limits or LimitsForm(shown),
        "trial_form": trial_form or TrialForm(shown, start=start),
        "trial_from": start_number,
        "tag_form": tag_form or TagForm(),
        "known_tags": Tag.objects.of_team(shown.team),
        "opened": opened if opened in DIALOGS else "",
        "space": space_rows(shown),
        "forbidden": forbidden_words(shown),
        "spec": spec_lines(shown),
        "audit": audit_shown(shown),
        "preview": fold_preview(shown.plan.facts, shown.plan.repeats) if shown.plan else None,
        "spec_json": json.dumps(shown.spec, indent=2, ensure_ascii=False),
    }
    return render(request, "studies/detail.html", context)


def live_context(request: HttpRequest, shown: Study, now: Situation | None = None) -> dict[str, Any]:
    now = now or situation(shown)
    progress = progress_of([shown])[shown.pk]
    defaults = default_trial(shown)
    everything = "all" in request.GET
    comments = shown.comments.counts()
    complete = progress.counts["complete"]
    expected = study_expected(shown, complete, progress.best, defaults)
    # Two voices would confuse: luck is weighed by the trials around only where the resamples cannot tell.
    asks_belief = bool(expected.why) and complete > 4
    believed_known = asks_belief and is_worked_out(shown, complete)
    return {
        "section": "studies",
        "study": shown,
        "progress": progress,
        "situation": now,
        "headline": headline(shown, progress, defaults, now.serving),
        "expected": expected,
        "said": held_out_said(shown),
        "verdict": verdict(expected),
        "to_propose": expected.keep if expected.keep is not None else progress.best and progress.best.number,
        "asks_belief": asks_belief,
        "believed_known": believed_known,
        "believed": recommended(shown, complete) if believed_known else None,
        "defaults": defaults,
        "baseline": shown.baseline,
        "gain": gain_over(shown, progress.best.value, defaults.value) if progress.best and defaults else None,
        "ruler": _ruler(shown, expected),
        "has_figures": shown.state != StudyState.DRAFT and not (shown.is_terminal and not progress.counts["complete"]),
        "board": leaderboard(shown, progress.counts, everything, expected),
        "everything": everything,
        "log": study_log(shown),
        "estimator": estimator_label(shown.estimator),
        "metric": metric_label(shown.metric),
        "metric_unit": metric_unit(shown.metric),
        "method_words": method_in_text(shown),
        "plan_words": plan_label(shown),
        "may_edit": request.membership is not None and _may_edit(request, shown),
        "actions": allowed_actions(shown),
        "tags": list(shown.tags.all()),
        "extended": shown.max_trials + 20,
        "standing": Proposal.objects.standing([shown.pk])[shown.pk],
        "comments": comments,
        "followers": followers(shown),
        "n_comments": sum(comments.values()),
    }


def _ruler(shown: Study, told: StudyExpected) -> Ruler | None:
    """With the pooled best where the expected score is known: the gap between the two is the over-fitting."""
    if not told.is_known:
        return ruler(shown, told.best, told.defaults)
    best = Incumbent(told.expected.best_number, told.expected.best, told.noise)
    return ruler(shown, best, told.defaults, expected=told.expected)


def _may_edit(request: HttpRequest, shown: Study) -> bool:
    return Study.objects.editable_by(request.user).filter(pk=shown.pk).exists()


def _starting_point(request: HttpRequest, shown: Study, best: Any) -> tuple[int | None, dict[str, Any]]:
    """What the add form begins with, and whose it is: the trial of ?from=, else the best, else the defaults."""
    wanted = request.GET.get("from", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else best and best.number
    config = shown.trials.filter(number=number).values_list("config", flat=True).first() if number is not None else None
    return (None, shown.defaults) if config is None else (number, config)

"""The page of one trial: what happened here, and why is it good or bad?"""

import time
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from studies.models import ASKING, Proposal, Study, StudyState, Trial, TrialState
from studies.plots.numbers import NOTHING, format_parameter
from studies.plots.score_dots import FoldDots, fold_dots, scale_of

from .access import get_study
from .attempts import attempt_rows
from .expected_scores import Expected, expected_scores
from .headline import Gain, gain_over
from .labels import estimator_label, fold_names, method_in_text, metric_in_text, metric_label
from .leaderboard import scored
from .opening_check import held_out_said
from .study_spec import parameters_of
from .trial_lineage import lineage_of
from .trial_why import why_of
from .turns import is_still_to_come

DOTS_WIDTH = 470
TAKES_TRIALS = {*ASKING, StudyState.PAUSING, StudyState.PAUSED}


@dataclass(frozen=True)
class ParameterRow:
    name: str
    here: str
    best: str
    default: str
    differs_from_best: bool
    differs_from_default: bool


@dataclass(frozen=True)
class FoldRow:
    name: str
    score: float | None
    best: float | None
    fit: float | None
    scoring: float | None


@require_safe
def trial(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    study = get_study(request, pk)
    shown = _get_trial(study, number)
    context = _context(request, study, shown) | {"lineage": lineage_of(study, shown), "why": why_of(study, shown)}
    return render(request, "trials/detail.html", context)


@require_safe
def trial_live(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """What moves while the trial waits or runs; 204 while it does not."""
    study = get_study(request, pk)
    shown = _get_trial(study, number)
    if request.GET.get("since") == _cursor(shown):
        return HttpResponse(status=204)
    if not _is_under_way(study, shown):
        return HttpResponseClientRefresh()  # actions, error and rank are there now
    return render(request, "trials/_live.html", _context(request, study, shown) | {"oob": True})


def _get_trial(study: Study, number: int) -> Trial:
    return get_object_or_404(study.trials.prefetch_related("attempts"), number=number)


def _is_under_way(study: Study, shown: Trial) -> bool:
    return study.is_live and shown.state in {TrialState.WAITING, TrialState.RUNNING}


def _cursor(shown: Trial) -> str:
    """Changes with all that the page shows of a trial under way, and every ten seconds while an attempt runs."""
    attempts = "".join(attempt.outcome[0] for attempt in shown.attempts.all())
    tick = int(time.time()) // 10 if shown.state == TrialState.RUNNING else 0
    return f"{shown.state}.{len(shown.fold_scores)}.{attempts}.{tick}"


def _context(request: HttpRequest, study: Study, shown: Trial) -> dict[str, Any]:
    best, defaults = study.best_trial(), _defaults_trial(study)
    is_next = is_still_to_come(study, shown)
    dots, scale_words = _dots(shown, best)
    may_edit = Study.objects.editable_by(request.user).filter(pk=study.pk).exists()
    standing = Proposal.objects.standing([study.pk])[study.pk]
    numbers = study.trials.order_by("number").values_list("number", flat=True)
    return {
        "section": "studies",
        "study": study,
        "trial": shown,
        "since": _cursor(shown),
        "is_live": _is_under_way(study, shown),
        "is_next": is_next,
        "best": best,
        "defaults": defaults,
        "is_best": best is not None and best.pk == shown.pk,
        "rank": _rank(study, shown),
        "honest": honest_facts(expected_scores([study])[study.pk], shown),
        "said": held_out_said(study, shown),
        "gain": _gain(study, shown, defaults),
        "parameters": parameter_rows(study, shown, best),
        "folds": _fold_rows(study, shown, best),
        "dots": dots,
        "scale_words": scale_words,
        "attempts": attempt_rows(shown, list(shown.attempts.all()), is_next),
        "most_attempts": settings.MAX_ATTEMPTS,
        "previous": numbers.filter(number__lt=shown.number).last(),
        "next": numbers.filter(number__gt=shown.number).first(),
        "method_words": method_in_text(study),
        "metric": metric_label(study.metric),
        "metric_in_text": metric_in_text(study.metric),
        "estimator": estimator_label(study.estimator),
        "may_add": may_edit and study.state in TAKES_TRIALS,
        "may_propose": may_edit and shown.state == TrialState.COMPLETE and standing.open is None,
        "standing": standing,
        "n_comments": study.comments.filter(trial_number=shown.number, deleted_at=None).count(),
    }


@dataclass(frozen=True)
class HonestFacts:
    """What the study's figures say of one trial; `hand_picked` only of one that the search itself would not choose."""

    expected: Expected
    chosen: float
    tied: bool
    hand_picked: float | None


def honest_facts(expected: Expected, shown: Trial) -> HonestFacts | None:
    """None without figures, for a trial without a score and for one that ended after they were worked out."""
    if shown.value is None or not expected.knows(shown):
        return None
    return HonestFacts(expected, **expected.trial_facts(shown))


def _defaults_trial(study: Study) -> Trial | None:
    return study.trials.filter(number=0, source="default", state=TrialState.COMPLETE).first()


def _gain(study: Study, shown: Trial, defaults: Trial | None) -> Gain | None:
    if defaults is None or shown.value is None or shown.state != TrialState.COMPLETE or defaults.pk == shown.pk:
        return None
    return gain_over(study, shown.value, defaults.value)


def _rank(study: Study, shown: Trial) -> int | None:
    """Place among the complete trials, as on the leaderboard: of two equals the earlier one."""
    if shown.state != TrialState.COMPLETE or shown.value is None:
        return None
    complete = study.trials.filter(state=TrialState.COMPLETE)
    better = {"value__gt" if study.maximize else "value__lt": shown.value}
    return 1 + complete.filter(**better).count() + complete.filter(value=shown.value, number__lt=shown.number).count()


def parameter_rows(study: Study, shown: Trial, best: Trial | None) -> list[ParameterRow]:
    """Every parameter that this trial, the best or the defaults have, in the space's order."""
    best_config = best.config if best else {}
    names = dict.fromkeys(entry["name"] for entry in parameters_of(study))
    names |= dict.fromkeys([*shown.config, *best_config, *study.defaults])

    def word(config: dict[str, Any], name: str) -> str:
        return format_parameter(config[name]) if name in config else NOTHING

    missing = object()

    def differs(name: str, other: dict[str, Any]) -> bool:
        return shown.config.get(name, missing) != other.get(name, missing)

    return [
        ParameterRow(
            name,
            word(shown.config, name),
            word(best_config, name),
            word(study.defaults, name),
            best is not None and differs(name, best_config),
            differs(name, study.defaults),
        )
        for name in names
        if name in shown.config or name in best_config or name in study.defaults
    ]


def _fold_rows(study: Study, shown: Trial, best: Trial | None) -> list[FoldRow]:
    of_best = best.fold_scores if best else []
    planned = study.plan_spec.get("folds", 0) * study.plan_spec.get("repeats", 1)
    rows = list(zip_longest(shown.fold_scores, shown.fit_times, shown.score_times, of_best, range(planned)))
    return [
        FoldRow(name, score, best_score, fit, scoring)
        for name, (score, fit, scoring, best_score, _) in zip(fold_names(study, len(rows)), rows, strict=True)
    ]


def _dots(shown: Trial, best: Trial | None) -> tuple[FoldDots, str]:
    rows = [scored(shown)] + ([scored(best)] if best else [])
    scale = scale_of(rows, width=DOTS_WIDTH)
    complete = shown.state == TrialState.COMPLETE
    reference = best.value if best is not None and best.pk != shown.pk else None
    return fold_dots(rows[0], scale, mean=shown.value if complete else None, reference=reference), scale.label

"""The health of a search: what commonly goes wrong, checked on the study's own trials, each with a remedy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from studies.engine.follow_up import bounds_of
from studies.engine.standing import kept_sentences, standing
from studies.models import Study, TrialState

from .access import get_study
from .allowed import allowed_actions
from .expected_scores import Expected, expected_scores
from .explanation import KEPT_SECONDS, STEPS, TOLD, study_explanation
from .findings import ORDER, PASS, Card, touched
from .headline import POINTS, commonest_failure
from .health_data import TELLING, few_rows, too_good
from .health_model import surrogate, without_effect
from .health_trials import duplicates, edge, failures, folds
from .labels import fold_names
from .study_spec import parameters_of

MOST_REPEATS = 5


@dataclass(frozen=True)
class Health:
    """`key` changes when what was checked does."""

    key: str
    trials: int
    cards: tuple[Card, ...]

    @property
    def n_passed(self) -> int:
        return sum(card.mark == PASS for card in self.cards)

    @property
    def n_to_look_at(self) -> int:
        return len(self.cards) - self.n_passed


@require_safe
def study_health(request: HttpRequest, pk: int) -> HttpResponse:
    """The section that the study's page loads; a page of its own for who comes without script. 204: nothing new."""
    study = get_study(request, pk)
    health = health_of(study)
    if request.GET.get("seen") == health.key:
        return HttpResponse(status=204)
    may_edit = Study.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {"section": "studies", "study": study, "health": health, "may_edit": may_edit}
    context |= {"actions": allowed_actions(study), "extended": study.max_trials + 20}
    return render(request, "studies/_health.html" if request.htmx else "studies/health.html", context)


def health_of(study: Study) -> Health:
    """Worked out once for a number of trials and the figures on what to expect of them, then kept by this process."""
    known = study.trials.filter(state__in=TOLD).count()
    used = known - known % max(1, known // STEPS) if study.is_live else known
    expected = expected_scores([study])[study.pk]
    answers = study.dataset_version.dataset.guard_answers.aggregate(n=Count("pk"), last=Max("pk"))
    key = f"{used}.{expected.as_of.timestamp() if expected.as_of else 0:.0f}.{answers['n']}.{answers['last'] or 0}"
    place = f"health.{study.pk}.{study.created_at.timestamp()}.{key}"
    kept = cache.get(place)
    if kept is None:
        kept = Health(key, known, tuple(_cards(study, expected)))
        cache.set(place, kept, KEPT_SECONDS)
    return kept


def _cards(study: Study, expected: Expected) -> list[Card]:
    """Fails first, then warnings, then what passes."""
    rows = list(
        study.trials.filter(state__in=TOLD)
        .order_by("number")
        .values_list("state", "config", "value", "stderr", "fold_scores")
    )
    complete = [row for row in rows if row[0] == TrialState.COMPLETE]
    if not rows:
        return []
    better = max if study.maximize else min
    best = better(complete, key=lambda row: row[2]) if complete else None
    learned = study_explanation(study).learned
    found = [
        edge(touched(parameters_of(study), best[1], bounds_of(study))) if best else None,
        without_effect(learned, study.defaults),
        _failures(study, len(rows)),
        _folds(study, complete, best[3] if best else None),
        duplicates([row[1] for row in rows]),
        _too_good(study, best[2] if best else None),
        _few_rows(study, expected, len(complete), best[3] if best else None),
        surrogate(learned),
    ]
    return sorted((card for card in found if card), key=lambda card: ORDER[card.mark])


def _failures(study: Study, done: int) -> Card:
    failed = study.trials.filter(state=TrialState.FAILED).count()
    return failures(failed, done, commonest_failure(study)[0] if failed else "")


def _can_repeat(study: Study) -> bool:
    plan = study.plan_spec
    return plan.get("kind") != "time" and plan.get("repeats", 1) < MOST_REPEATS


def _folds(study: Study, complete: list[Any], noise: float | None) -> Card | None:
    count = max((len(row[4]) for row in complete), default=0)
    whole = [row[4] for row in complete if len(row[4]) == count and None not in row[4]]
    scores = np.array(whole, dtype=np.float64).reshape(len(whole), count)
    scores = scores[np.isfinite(scores).all(axis=1)]
    return folds(scores, fold_names(study, count), noise, study.metric in POINTS, _can_repeat(study))


def _too_good(study: Study, best: float | None) -> Card:
    version = study.dataset_version
    target = version.target
    found = standing(version) if target is not None and target.name == study.target else []
    telling = [one for one in found if one.code in TELLING]
    guess = (study.baseline or {}).get("value")
    address = reverse("dataset", args=[version.dataset_id])
    suspects = {column: one.message() for one in telling for column in one.open}
    return too_good(best, guess, study.metric, study.maximize, suspects, address, kept_sentences(telling))


def _few_rows(study: Study, expected: Expected, complete: int, noise: float | None) -> Card | None:
    rows, can_repeat = study.dataset_version.rows, _can_repeat(study)
    if not expected:
        return few_rows(rows, complete, can_repeat=can_repeat)
    optimism = expected.figures["optimism"]
    return few_rows(
        expected.figures["rows"],
        complete,
        expected.over_fitting if optimism > 0 else "",
        optimism > (noise or 0.0),
        can_repeat,
    )

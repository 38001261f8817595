"""Two to twelve studies side by side: which search was better?"""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from studies.models import Comparison, Study, StudyState

from .access import current_team, get_comparison
from .comparison import MOST, chosen_ids, chosen_studies, comparable, facts, kept_studies
from .headline import Gain, gain_over
from .labels import metric_in_text, metric_label
from .progress import Progress, progress_of

OFFERED = 200


@dataclass(frozen=True)
class Choice:
    """A study as it is offered for comparison."""

    study: Study
    metric: str
    chosen: bool


@dataclass(frozen=True)
class Side:
    """One of the studies compared; `mark` is its colour and dash in every figure."""

    study: Study
    progress: Progress
    mark: int
    metric: str
    lead: Gain | None = None


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    return _page(request, chosen_studies(request))


@require_safe
def saved_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page, with the studies that were saved under a name."""
    comparison = get_comparison(request, pk)
    return _page(request, kept_studies(comparison), comparison)


def _page(request: HttpRequest, chosen: list[Study], comparison: Comparison | None = None) -> HttpResponse:
    """What differs, curves and scores of the studies; with fewer than two, the others are offered."""
    offered = [*chosen, *_offered(request, chosen)]
    context = {
        "section": "compare",
        "chosen": chosen,
        "comparison": comparison,
        "file_name": comparison.name if comparison else "comparison",
        "too_many": len(chosen_ids(request)) > MOST,
        "most": MOST,
        "choices": [Choice(study, metric_in_text(study.metric), study in chosen) for study in offered],
        "query": urlencode([("study", study.pk) for study in chosen]),
    }
    if len(chosen) < 2:
        return render(request, "compare/picker.html", context)
    progress = progress_of(chosen)
    fair = comparable(chosen)
    sides = [Side(study, progress[study.pk], i % 6 + 1, metric_label(study.metric)) for i, study in enumerate(chosen)]
    rows = facts(chosen)
    context |= {
        "sides": _ranked(sides) if fair.shared else sides,
        "ordered": sides,
        "fair": fair,
        "lead": _lead(sides) if fair.shared else None,
        "differing": [row for row in rows if row.differs],
        "same": [row for row in rows if not row.differs],
        "metric": metric_label(chosen[0].metric),
        "metric_in_text": metric_in_text(chosen[0].metric),
        "chart": f"{reverse('compare_chart')}?{context['query']}",
    }
    return render(request, "compare/compare.html", context)


def _offered(request: HttpRequest, chosen: list[Study]) -> list[Study]:
    """Studies that could be added, the latest first; those on the same data and metric lead."""
    others = Study.objects.of_team(current_team(request)).exclude(state=StudyState.DRAFT).for_list()
    others = list(others.exclude(pk__in=[study.pk for study in chosen])[:OFFERED])
    if not chosen:
        return others
    first = chosen[0]
    same = [s for s in others if (s.dataset_version_id, s.target, s.metric) == _data_of(first)]
    return same + [study for study in others if study not in same]


def _data_of(study: Study) -> tuple[int, str, str]:
    return study.dataset_version_id, study.target, study.metric


def _ranked(sides: list[Side]) -> list[Side]:
    """Best first, each with its distance to the best; those without a score last."""
    scored = [side for side in sides if side.progress.best]
    scored.sort(key=lambda side: side.progress.best.value, reverse=sides[0].study.maximize)
    rest = [side for side in sides if not side.progress.best]
    if not scored:
        return rest
    top = scored[0].progress.best.value
    behind = [replace(side, lead=gain_over(side.study, side.progress.best.value, top)) for side in scored[1:]]
    return [scored[0], *behind, *rest]


@dataclass(frozen=True)
class Lead:
    """The first sentence: who leads whom, by how much, and whether the folds' noise could explain it."""

    first: Side
    second: Side | None
    gap: Gain | None
    clear: bool


def _lead(sides: list[Side]) -> Lead | None:
    scored = [side for side in _ranked(sides) if side.progress.best]
    if not scored:
        return None
    if len(scored) == 1:
        return Lead(scored[0], None, None, clear=False)
    best, next_best = scored[0].progress.best, scored[1].progress.best
    gap = gain_over(scored[0].study, best.value, next_best.value)
    noise = max(best.stderr or 0.0, next_best.stderr or 0.0)
    return Lead(scored[0], scored[1], gap, clear=abs(best.value - next_best.value) > 2 * noise)

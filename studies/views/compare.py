"""Two to twelve studies side by side: which search was better?"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from studies.forms.comparison import ComparisonForm, ZoneForm
from studies.models import Comparison, Proposal, Study, StudyState
from studies.plots.intervals import Scored, intervals
from studies.plots.parallel_by_study import shared_parameters

from .access import current_team, get_comparison, get_membership
from .comparison import MOST, Fact, chosen_ids, chosen_studies, comparable, facts, kept_studies
from .expected_scores import expected_scores
from .headline import Gain, gain_over
from .labels import metric_in_text, metric_label
from .method_scores import FEWEST, method_scores
from .methods import MethodComparison, method_comparison, target_in_words
from .pairs import WITHIN, Pairs, Side, pairs_of, unit_of
from .progress import progress_of
from .study_spec import parameters_of

OFFERED = 200
MOST_ROWS = 8  # of what differs


@dataclass(frozen=True)
class Choice:
    """A study as it is offered for comparison."""

    study: Study
    metric: str
    chosen: bool


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    return comparison_page(request, chosen_studies(request))


@require_safe
def saved_comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page, with the studies that were saved under a name."""
    comparison = get_comparison(request, pk)
    return comparison_page(request, kept_studies(comparison), comparison)


@require_safe
def saved_comparison_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The parts of a saved comparison's page that move, under a new cursor; 204 while nothing has changed."""
    comparison = get_comparison(request, pk)
    chosen = kept_studies(comparison)
    if len(chosen) < 2 or request.GET.get("since") == _cursor(chosen):
        return HttpResponse(status=204)
    response = render(request, "compare/_live.html", _side_by_side(request, chosen, comparison) | {"oob": True})
    return trigger_client_event(response, "study-changed", {})


def comparison_page(
    request: HttpRequest,
    chosen: list[Study],
    comparison: Comparison | None = None,
    name_form: ComparisonForm | None = None,
) -> HttpResponse:
    """What differs, curves and scores of the studies; with fewer than two, the others are offered.

    A name that was refused comes back with its dialog open.
    """
    membership = get_membership(request)
    team = comparison.team if comparison else membership.team
    opened = "name" if name_form else request.GET.get("open", "")
    offered = [*chosen, *_offered(request, chosen)]
    context = {
        "section": "compare",
        "chosen": chosen,
        "comparison": comparison,
        "too_many": len(chosen_ids(request)) > MOST,
        "most": MOST,
        "choices": [Choice(study, metric_in_text(study.metric), study in chosen) for study in offered],
        "query": urlencode([("study", study.pk) for study in chosen]),
        "may_edit": _may_edit(request, comparison),
        "name_form": name_form or ComparisonForm(team, comparison=comparison),
        "opened": opened if opened in {"name", "delete"} else "",
    }
    if len(chosen) < 2:
        saved = Comparison.objects.of_team(membership.team).select_related("created_by")
        context["saved"] = saved.annotate(n=Count("compared")).order_by("-pk")
        return render(request, "compare/picker.html", context)
    template = "compare/methods.html" if _by_method(chosen, comparison) else "compare/compare.html"
    return render(request, template, context | _side_by_side(request, chosen, comparison))


def _may_edit(request: HttpRequest, comparison: Comparison | None) -> bool:
    """Of a saved one, the role in its own team counts, which need not be the team that one works in now."""
    if comparison is None:
        return get_membership(request).can_edit
    return Comparison.objects.editable_by(request.user).filter(pk=comparison.pk).exists()


def _by_method(chosen: list[Study], comparison: Comparison | None) -> bool:
    return comparison is not None and comparison.compares_methods and comparable(chosen).shared


def _cursor(chosen: list[Study]) -> str:
    return ".".join(str(study.change) for study in chosen)


def _side_by_side(request: HttpRequest, chosen: list[Study], comparison: Comparison | None) -> dict[str, Any]:
    """What the page says about at least two studies."""
    progress = progress_of(chosen)
    fair = comparable(chosen)
    by_method = _by_method(chosen, comparison)
    expected = expected_scores(chosen, draws=not by_method)
    standing = Proposal.objects.standing([study.pk for study in chosen])
    errors = [best.stderr for one in progress.values() if (best := one.best) and best.stderr]
    noise = min(errors, default=None)
    sides = [
        Side(
            study,
            progress[study.pk],
            i % 6 + 1,
            metric_label(study.metric),
            expected[study.pk],
            standing=standing[study.pk],
            noise=noise,
        )
        for i, study in enumerate(chosen)
    ]
    by_expected = fair.same_question and _by_expected(sides)
    zone = zone_form(request, chosen[0])
    methods = method_comparison(chosen, progress, expected) if by_method else None
    scores = method_scores(methods, zone.size) if methods else None
    pairs = scores.pairs if scores else pairs_of(sides, zone.size) if fair.shared else None
    rows = facts([row.runs[0].study for row in methods.ordered] if methods else chosen)
    shown, folded = _differing(rows)
    return {
        "comparison": comparison,
        "file_name": comparison.name if comparison else "comparison",
        "sides": _ranked(sides, by_expected) if fair.shared else sides,
        "by_expected": by_expected,
        "pairs": pairs,
        "zone": zone,
        "intervals": scores.picture if scores else intervals(_rows(pairs)) if pairs else None,
        "fewest": FEWEST,
        "ordered": sides,
        "fair": fair,
        "lead": _lead(sides) if fair.shared else None,
        "methods": methods,
        "target": target_in_words(methods) if methods else "",
        "columns": _columns(sides, methods),
        "differing": shown,
        "folded": folded,
        "same": [row for row in rows if not row.differs and not (methods and row.name == "Seed")],
        "metric": metric_label(chosen[0].metric),
        "metric_in_text": metric_in_text(chosen[0].metric),
        "chart": _chart_address(chosen, comparison, "best-so-far"),
        "distribution": _chart_address(chosen, comparison, "distribution"),
        "parallel": _chart_address(chosen, comparison, "parallel") if _share_a_parameter(chosen) else "",
        "since": _cursor(chosen),
        "live": any(study.is_live for study in chosen),
    }


def zone_form(request: HttpRequest, study: Study) -> ZoneForm:
    """The zone of practical equivalence as the address has it, in the unit of the study's metric."""
    unit = unit_of(study)
    return ZoneForm(request.GET, unit, WITHIN[unit])


def _rows(pairs: Pairs) -> list[Scored]:
    """The studies with an expected score, best first, as the picture of intervals wants them."""
    return [
        Scored(
            side.study.name,
            side.mark,
            side.expected.value,
            side.expected.low,
            side.expected.high,
            side.expected.best,
            noise=side.noise,
        )
        for side in pairs.ordered
    ]


def _differing(rows: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """What differs; of much, the parameters of the spaces apart, so that they do not bury the figures."""
    differing = [row for row in rows if row.differs]
    folded = [row for row in differing if row.is_parameter]
    if len(differing) <= MOST_ROWS or len(folded) == len(differing):
        return differing, []
    return [row for row in differing if not row.is_parameter], folded


def _share_a_parameter(chosen: list[Study]) -> bool:
    return bool(shared_parameters([parameters_of(study) for study in chosen]))


def _columns(sides: list[Side], methods: MethodComparison | None) -> list[tuple[int, str]]:
    """Mark and name of each column in the table of differences."""
    if methods:
        return [(row.mark, row.name) for row in methods.ordered]
    return [(side.mark, side.study.name) for side in sides]


def _chart_address(chosen: list[Study], comparison: Comparison | None, slug: str) -> str:
    """Open at its end, so that a template can add what a figure is drawn against."""
    if comparison:
        return f"{reverse('saved_comparison_chart', args=[comparison.pk, slug])}?"
    query = urlencode([("study", study.pk) for study in chosen])
    return f"{reverse('compare_chart', args=[slug])}?{query}&"


def _offered(request: HttpRequest, chosen: list[Study]) -> list[Study]:
    """Studies that could be added, the latest first; those on the same data and metric lead."""
    others = Study.objects.of_team(current_team(request)).exclude(state=StudyState.DRAFT).filter(archived_at=None)
    others = list(others.for_list().exclude(pk__in=[study.pk for study in chosen])[:OFFERED])
    if not chosen:
        return others
    first = chosen[0]
    same = [s for s in others if (s.dataset_version_id, s.target, s.metric) == _data_of(first)]
    return same + [study for study in others if study not in same]


def _data_of(study: Study) -> tuple[int, str, str]:
    return study.dataset_version_id, study.target, study.metric


def _by_expected(sides: list[Side]) -> bool:
    """Whether expected scores can order them: all that have a best CV have one."""
    scored = [side for side in sides if side.progress.best]
    return bool(scored) and all(side.expected for side in scored)


def _ranked(sides: list[Side], by_expected: bool = False) -> list[Side]:
    """Best first, each with its distance to the best; those without a score last."""

    def score(side: Side) -> float:
        return side.expected.value if by_expected else side.progress.best.value

    scored = [side for side in sides if side.progress.best]
    scored.sort(key=score, reverse=sides[0].study.maximize)
    rest = [side for side in sides if not side.progress.best]
    if not scored:
        return rest
    top = score(scored[0])
    behind = [replace(side, lead=gain_over(side.study, score(side), top)) for side in scored[1:]]
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

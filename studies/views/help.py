"""The help: an index with the words, and a page for each subject. Its numbers come from the code that it explains."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies.api.urls import api
from studies.evaluation import metrics
from studies.forms.study_options import WORDS as OPTION_WORDS
from studies.models import Method, Reason, StudyState, TrialState
from studies.search import method_options

from . import help_words
from .help_examples import flattery, folds_example, metric_examples
from .help_honest import kept_apart, resample, zone
from .help_models import ROWS, models
from .help_plans import plan_pictures
from .measured import measured_facts


@dataclass(frozen=True)
class Subject:
    slug: str
    title: str
    sentence: str

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


SUBJECTS = {
    subject.slug: subject
    for subject in (
        Subject("methods", "Methods", "How the next configuration is chosen, and which way suits which budget."),
        Subject("models", "Models", "The catalogue: what each estimator is good at, what it costs, what is searched."),
        Subject("plans", "Evaluation plans", "Which rows train and which validate, and what each split protects from."),
        Subject("metrics", "Metrics", "What the score says: range, direction, when to choose it."),
        Subject("scores", "Scores and their doubt", "Best CV, ±, baseline, defaults and gain: how each is computed."),
        Subject("honest", "Expected score", "What to expect on new data, and how every figure around it is computed."),
        Subject("charts", "Charts", "How to read each chart, what it answers, what it hides."),
        Subject("states", "States", "What a study or a trial is doing, and why a trial has no score."),
        Subject("keyboard", "Keyboard", "Every key that works, and how to do without a mouse."),
        Subject("api", "API", "Everything over HTTP: tokens, routes, an example."),
    )
}


@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    return render(request, "help/index.html", {"subjects": SUBJECTS.values(), "section": "help"})


@require_safe
def help_page(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in SUBJECTS:
        raise Http404(f"there is no help on {slug!r}")
    facts = FACTS[slug]() if slug in FACTS else {}
    context = {"subject": SUBJECTS[slug], "subjects": SUBJECTS.values(), "section": "help"}
    context["origin"] = request.build_absolute_uri("/").rstrip("/")
    return render(request, SUBJECTS[slug].template, context | facts)


@dataclass(frozen=True)
class Option:
    label: str
    hint: str
    default: Any


def _methods() -> dict[str, Any]:
    options = {
        method.value: [
            Option(*OPTION_WORDS.get(name, (name, "")), default)
            for name, default in method_options(method.value).items()
        ]
        for method in Method
    }
    return {"methods": [(method.value, method.label) for method in Method], "options": options}


def _models() -> dict[str, Any]:
    return {"models": models(), "rows": ROWS}


def _plans() -> dict[str, Any]:
    return {"pictures": plan_pictures()}


def _metrics() -> dict[str, Any]:
    examples = metric_examples()
    words = help_words.METRICS
    return {"metrics": [(metric, words[key], examples[key]) for key, metric in metrics.items()]}


def _scores() -> dict[str, Any]:
    return {"folds": folds_example(), "flattery": flattery()}


def _honest() -> dict[str, Any]:
    return {"resample": resample(), "kept_apart": kept_apart(), "zone": zone(), "measured": measured_facts()}


def _states() -> dict[str, Any]:
    return {
        "study_states": [
            (state, state.label, help_words.STUDY_STATES[state])
            for state in StudyState
            if state in help_words.STUDY_STATES
        ],
        "trial_states": [
            (state, state.label, help_words.TRIAL_STATES[state])
            for state in TrialState
            if state in help_words.TRIAL_STATES
        ],
        "reasons": [
            (reason, reason.label, help_words.REASONS[reason]) for reason in Reason if reason in help_words.REASONS
        ],
    }


def _api() -> dict[str, Any]:
    """The routes as the OpenAPI description has them."""
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return {
        "routes": [
            (verb.upper(), path, _parts(operation.get("description", "")))
            for path, operations in sorted(paths.items())
            for verb, operation in operations.items()
        ]
    }


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text cut at its backticks; true for what stands between two, which is code."""
    return [(part, bool(i % 2)) for i, part in enumerate(text.split("`")) if part]


FACTS = {
    "methods": _methods,
    "models": _models,
    "plans": _plans,
    "metrics": _metrics,
    "scores": _scores,
    "honest": _honest,
    "states": _states,
    "api": _api,
}

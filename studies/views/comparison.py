"""Which studies are looked at side by side, whether that is fair, and how their specs differ."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest

from studies.models import Comparison, Study
from studies.plots.numbers import NOTHING, format_duration, format_parameter

from .access import current_team
from .labels import estimator_label, metric_label, plan_label
from .study_spec import parameters_of

MOST = 12


@dataclass(frozen=True)
class Comparable:
    """`differ`: what must be the same for one curve and is not; `same_folds`: whether all have the same folds.

    same_question: whether all ask about the same new data: like rows, new groups, or later rows.
    """

    differ: tuple[str, ...]
    same_folds: bool
    same_question: bool = True

    @property
    def shared(self) -> bool:
        return not self.differ

    @property
    def differ_words(self) -> str:
        return " and ".join([", ".join(self.differ[:-1]), self.differ[-1]] if len(self.differ) > 1 else self.differ)


def chosen_ids(request: HttpRequest) -> list[int]:
    """The ids in the address, each once, in their order; what is no number is passed over."""
    texts = [text for text in request.GET.getlist("study") if text.isascii() and text.isdigit() and len(text) < 16]
    return list(dict.fromkeys(int(text) for text in texts))


def chosen_studies(request: HttpRequest) -> list[Study]:
    """The studies asked for, in the order of the address, at most twelve; another team's are not there: 404."""
    wanted = chosen_ids(request)[:MOST]
    rows = Study.objects.of_team(current_team(request)).select_related("dataset_version__dataset", "plan", "created_by")
    found = rows.in_bulk(wanted)
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        raise Http404(f"There is no study {missing[0]}.")
    return [found[pk] for pk in wanted]


def kept_studies(comparison: Comparison) -> list[Study]:
    """What is left of a saved comparison, in its order."""
    return list(comparison.in_order().select_related("dataset_version__dataset", "plan", "created_by"))


def comparable(studies: list[Study]) -> Comparable:
    keys = {"dataset": "dataset_version_id", "target": "target", "metric": "metric"}
    differ = tuple(word for word, name in keys.items() if len({getattr(study, name) for study in studies}) > 1)
    same_folds = len({study.plan_id for study in studies if study.plan_id}) <= 1
    questions = {kind if (kind := study.plan_spec.get("kind")) in ("group", "time") else "rows" for study in studies}
    return Comparable(differ, same_folds, same_question=len(questions) == 1)


@dataclass(frozen=True)
class Fact:
    name: str
    values: list[str]
    is_parameter: bool = False

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def facts(studies: list[Study]) -> list[Fact]:
    """The specs field by field, in words; parameters of the space each on a row of their own."""
    rows = [
        Fact("Dataset", [str(study.dataset_version) for study in studies]),
        Fact("Target", [study.target for study in studies]),
        Fact("Metric", [metric_label(study.metric) for study in studies]),
        Fact("Evaluation plan", [plan_label(study) for study in studies]),
        Fact("Folds", [study.plan.sha256[:12] if study.plan else "not drawn yet" for study in studies]),
        Fact("Estimator", [estimator_label(study.estimator) for study in studies]),
        Fact("Method", [study.get_method_display() for study in studies]),
        Fact("Options", [_options(study) for study in studies]),
        Fact("Seed", [str(study.seed) for study in studies]),
        Fact("Trials at most", [f"{study.max_trials:,}" for study in studies]),
        Fact("Time at most", [_limit(study.max_seconds) for study in studies]),
        Fact("Time per trial", [_limit(study.trial_seconds) for study in studies]),
        Fact("Memory per trial", [_megabytes(study.trial_memory_mb) for study in studies]),
        Fact("Parallel trials", [str(study.parallel) for study in studies]),
    ]  # fmt: skip
    domains = [{entry["name"]: domain_words(entry) for entry in parameters_of(study)} for study in studies]
    names = dict.fromkeys(name for domain in domains for name in domain)
    return rows + [Fact(name, [domain.get(name, NOTHING) for domain in domains], is_parameter=True) for name in names]


def domain_words(entry: dict[str, Any]) -> str:
    """Such as "0.001 to 1,000, log" or "rbf, poly"."""
    if entry["type"] == "constant":
        return f"fixed at {format_parameter(entry['value'])}"
    if entry["type"] == "boolean":
        return "False, True"
    if entry["type"] == "categorical":
        return ", ".join(format_parameter(choice) for choice in entry["choices"])
    words = f"{format_parameter(entry['low'])} to {format_parameter(entry['high'])}"
    step = f", step {format_parameter(entry['step'])}" if entry.get("step") not in (None, 1) else ""
    return words + (", log" if entry.get("log") else "") + step


def _options(study: Study) -> str:
    words = [
        f"{name} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in study.method_options.items()
    ]
    return ", ".join(words) or NOTHING


def _limit(seconds: float | None) -> str:
    return NOTHING if seconds is None else format_duration(seconds)


def _megabytes(megabytes: int | None) -> str:
    return NOTHING if megabytes is None else f"{megabytes:,} MB"

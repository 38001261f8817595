"""One study launched by several methods and seeds over HTTP."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from studies.engine.method_comparison import OFFERED, compare_methods, launch_comparison
from studies.engine.spec import examine
from studies.engine.spec_errors import Problems, SpecError
from studies.engine.spec_fields import Fields

from .bodies import JSON, documented, json_object
from .schemas import ComparisonOut
from .studies import SPEC
from .tokens import editor

router = Router(tags=["comparisons"])
KEYS = ("spec", "methods", "seeds")
BODY = {
    "spec": {"type": "object", "properties": SPEC, "required": ["dataset_version"]},
    "methods": {"type": "array", "items": {"type": "string", "enum": [str(method) for method in OFFERED]}},
    "seeds": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
}


@router.post("/comparisons", response={201: ComparisonOut}, openapi_extra=documented(JSON, BODY, ("spec", "methods")))
def create_comparison(request: HttpRequest) -> Status:
    """Launch the same study by each method and seed; `seeds` is how many, counted from the spec's, or a list."""
    membership = editor(request)
    body, problems = json_object(request), Problems()
    Fields(body, KEYS, problems)
    found = examine(membership.team, body.get("spec"))
    comparison = compare_methods(found, body.get("methods"), body.get("seeds", 1))
    for path, sentences in found.problems.errors.items():
        for sentence in sentences:
            problems.add(path if path == "spec" else f"spec.{path}", sentence)
    for path, sentences in comparison.problems.errors.items():
        for sentence in sentences:
            problems.add(path, sentence)
    if problems:
        raise SpecError(problems.errors)
    made = launch_comparison(comparison, membership.user)
    answer: dict[str, Any] = {"id": made.pk, "name": made.name}
    return Status(201, answer | {"studies": list(made.in_order().values_list("pk", flat=True))})

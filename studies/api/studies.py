"""Studies and their trials over HTTP: the engine's own calls, nothing beside them."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from studies.engine import actions
from studies.engine.spec import create_draft, resolve
from studies.engine.spec_errors import Problems, SpecError, quote
from studies.engine.spec_limits import changed_limits
from studies.models import Study, StudyState
from studies.search import SpaceError

from .bodies import JSON, documented, json_object
from .errors import ApiError
from .schemas import NewStudyOut, StudyOut, TrialOut, TrialsOut, WholeStudyOut
from .shapes import studies_json, study_json, trial_json, whole_study_json
from .tokens import editor, one, team

router = Router(tags=["studies"])
MAX_NUMBER = 2**31 - 1
ACTIONS: dict[str, Callable[..., None]] = {
    "launch": actions.launch,
    "pause": actions.pause,
    "resume": actions.resume,
    "stop": actions.stop,
    "finish": actions.finish,
}
SPEC = {
    "name": {"type": "string", "nullable": True},
    "dataset_version": {"type": "integer"},
    "task": {"type": "string", "nullable": True},
    "target": {"type": "string", "nullable": True},
    "estimator": {"type": "string", "nullable": True},
    "space": {
        "nullable": True,
        "oneOf": [{"type": "object"}, {"type": "string", "enum": ["narrow", "recommended", "wide"]}],
    },
    "method": {"type": "string", "nullable": True},
    "method_options": {"type": "object"},
    "seed": {"type": "integer"},
    "metric": {"type": "string", "nullable": True},
    "plan": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "kind": {
                "type": "string",
                "nullable": True,
                "enum": ["stratified", "kfold", "group", "time", "auto", None],
            },
            "folds": {"type": "integer", "nullable": True},
            "repeats": {"type": "integer", "nullable": True},
            "rows": {"type": "integer", "nullable": True, "description": "A sample of so many rows; null for all."},
        },
    },
    "holdout": {"type": "string", "enum": ["auto", "on", "off"]},
    "budget": {"type": "object"},
    "parallel": {"type": "integer"},
    "racing": {"type": "string"},
    "stop_when_converged": {"type": "boolean"},
    "follows": {"type": "integer", "nullable": True, "description": "The study that this one goes on from."},
}


@router.post(
    "/studies", response={201: NewStudyOut}, openapi_extra=documented(JSON, SPEC, ("dataset_version",))
)  # fmt: skip
def create_study(request: HttpRequest) -> Status:
    """A draft from a spec; what is null or "auto" is decided, and `decisions` says how."""
    membership = editor(request)
    resolved = resolve(membership.team, json_object(request))
    study = create_draft(resolved, membership.user)
    decided = {"decisions": list(resolved.decisions), "fits": resolved.fits, "grid_size": resolved.grid_size}
    return Status(201, study_json(study) | decided)


@router.get("/studies", response=list[StudyOut])
def list_studies(
    request: HttpRequest,
    state: StudyState | None = None,
    dataset_version: Annotated[int | None, Query(ge=1, le=MAX_NUMBER)] = None,
    before: Annotated[int | None, Query(ge=1, le=MAX_NUMBER)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[dict[str, Any]]:
    """The newest first; `before` is the id of the last one that you have."""
    studies = Study.objects.of_team(team(request)).order_by("-pk")
    if state is not None:
        studies = studies.filter(state=state)
    if dataset_version is not None:
        studies = studies.filter(dataset_version=dataset_version)
    if before is not None:
        studies = studies.filter(pk__lt=before)
    return studies_json(studies[:limit])


@router.get("/studies/{int:study_id}", response=WholeStudyOut)
def get_study(request: HttpRequest, study_id: int) -> dict[str, Any]:
    return whole_study_json(_study(request, study_id))


@router.patch(
    "/studies/{int:study_id}",
    response=StudyOut,
    openapi_extra=documented(JSON, {name: SPEC[name] for name in ("budget", "parallel", "stop_when_converged")}),
)
def change_limits(request: HttpRequest, study_id: int) -> dict[str, Any]:
    """Change limits while it runs; more trials than before resume a stopped or complete study."""
    membership = editor(request)
    study = _study(request, study_id)
    actions.change_limits(study, membership.user, **changed_limits(json_object(request)))
    return study_json(study)


@router.get("/studies/{int:study_id}/trials", response=TrialsOut)
def list_trials(
    request: HttpRequest,
    study_id: int,
    after: Annotated[int, Query(ge=-1, le=MAX_NUMBER)] = -1,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> dict[str, Any]:
    """By number, those after `after`; `next` is the `after` of the next page, null on the last one."""
    trials = _study(request, study_id).trials.filter(number__gt=after).order_by("number")
    rows = list(trials.defer("traceback").prefetch_related("attempts")[: limit + 1])
    more = len(rows) > limit
    return {"items": [trial_json(trial) for trial in rows[:limit]], "next": rows[limit - 1].number if more else None}


@router.post(
    "/studies/{int:study_id}/trials",
    response={201: TrialOut},
    openapi_extra=documented(JSON, {"config": {"type": "object"}}, ("config",)),
)
def add_trial(request: HttpRequest, study_id: int) -> Status:
    """One more trial, by hand; it runs before what the method proposes."""
    membership = editor(request)
    study = _study(request, study_id)
    body = json_object(request)
    _only_config(body)
    try:
        trial = actions.add_trial(study, membership.user, body["config"])
    except SpaceError as error:
        path = f"config.{error.parameter[:100]}" if error.parameter else "config"
        raise ApiError(422, str(error), {path: [str(error)]}) from error
    return Status(201, trial_json(trial))


@router.post("/studies/{int:study_id}/{action}", response=StudyOut)
def act(request: HttpRequest, study_id: int, action: str) -> dict[str, Any]:
    """launch, pause, resume, stop or finish."""
    membership = editor(request)
    study = _study(request, study_id)
    if action not in ACTIONS:
        raise ApiError(404, f"There is no action {quote(action)}; there are {', '.join(ACTIONS)}.")
    ACTIONS[action](study, membership.user)
    return study_json(study)


def _study(request: HttpRequest, pk: int) -> Study:
    study: Study = one(Study.objects.of_team(team(request)).select_related("dataset_version__dataset"), pk)
    return study


def _only_config(body: dict[str, Any]) -> None:
    problems = Problems()
    for key in body:
        if key != "config":
            problems.add(key[:100], f'There is no key {quote(key)} here; the only one is "config".')
    if not isinstance(body.get("config"), dict):
        problems.add("config", f"config is {quote(body.get('config'))}; it must be an object of parameter values.")
    if problems:
        raise SpecError(problems.errors)

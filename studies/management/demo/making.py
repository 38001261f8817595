"""Makes the demo through the doors that people use: intake, spec, engine. Each step looks at what is there already,
so that a demo that was broken off is finished by the next start, and a whole one is left alone."""

import time
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from studies.engine import actions, intake
from studies.engine.expected import UNDER_WAY
from studies.engine.method_comparison import compare_methods, launch_comparison
from studies.engine.spec import create_draft, examine, resolve
from studies.models import Dataset, DatasetVersion, ExpectedScore, Opening, Study, StudyState, Team, User
from studies.tabular.held_out import AUTO
from studies.tabular.samples import SAMPLES

from .content import COMPARED, COMPARED_METHODS, COMPARED_SEEDS, HELD_OUT, STUDIES, DemoStudy
from .people import demo_team
from .reviews import OPENED, People, make_reviews, open_held_out

LOOK_EVERY = 0.25  # seconds between two looks at the studies that are on their way
PATIENCE = 300.0  # seconds without any progress until we say that no worker seems to run


class NoProgress(Exception):
    """Nothing has moved for a long time."""


def make_demo(say: Callable[[str], object]) -> None:
    """The team, its people, datasets, studies and reviews; returns when all studies but the running one have
    ended and the held-out set has said what it says."""
    team, people = demo_team()
    _make_those(team, people, {"complete", "draft"}, say)
    if not team.comparisons.exists():
        _compare(team, people[COMPARED.who])
        say(f"{COMPARED.name}: launched by {len(COMPARED_METHODS)} methods")
    _wait(_active(team, Q(name__in=[study.name for study in STUDIES if study.ends == "complete"])), "change")
    make_reviews(team, people)
    _wait(ExpectedScore.objects.of_team(team).filter(study__name=OPENED, state__in=UNDER_WAY), "beat")
    open_held_out(team, people)
    _wait(_active(team, Q(name__startswith=COMPARED.name)), "change")
    _wait(Opening.objects.of_team(team).filter(state__in=UNDER_WAY), "beat")
    _make_those(team, people, {"running"}, say)
    running = [study.name for study in STUDIES if study.ends == "running"]
    _wait(_active(team, Q(name__in=running, state=StudyState.QUEUED)), "change")


def _make_those(team: Team, people: People, ends: set[str], say: Callable[[str], object]) -> None:
    for study in STUDIES:
        if study.ends not in ends:
            continue
        if not team.studies.filter(name=study.name).exists():
            _make(team, people[study.who], study)
            say(f"{study.name}: {'a draft' if study.ends == 'draft' else 'launched'}")
        elif study.ends != "draft":
            _launch_again(team, study.name)


def _version(team: Team, who: User, sample: str) -> DatasetVersion:
    found = Dataset.objects.filter(team=team, name=SAMPLES[sample].name).first()
    return (found and found.latest) or intake.store_sample(team, who, sample, HELD_OUT.get(sample, AUTO))


def _make(team: Team, who: User, study: DemoStudy) -> None:
    version = _version(team, who, study.sample)
    spec = {"name": study.name, "dataset_version": version.pk, **study.spec}
    draft = create_draft(resolve(team, spec), who)
    if study.ends != "draft":
        actions.launch(draft, who)


def _compare(team: Team, who: User) -> None:
    version = _version(team, who, COMPARED.sample)
    found = examine(team, {"name": COMPARED.name, "dataset_version": version.pk, **COMPARED.spec})
    launch_comparison(compare_methods(found, COMPARED_METHODS, COMPARED_SEEDS), who)


def _launch_again(team: Team, name: str) -> None:
    """A demo that was broken off between draft and launch; whatever people did with the study since is theirs."""
    for study in team.studies.filter(name=name, state=StudyState.DRAFT, launched_at=None):
        if study.created_by is not None and not study.created_by.is_active:
            actions.launch(study, study.created_by)


def _active(team: Team, which: Q) -> QuerySet[Study]:
    return Study.objects.of_team(team).active().filter(which)


def _wait(under_way: QuerySet[Any], counter: str) -> None:
    """Until none of the rows is left; NoProgress when their counter, such as `change` or `beat`, no longer moves."""
    seen, since = -1, time.monotonic()
    while True:
        counts = list(under_way.values_list(counter, flat=True))
        if not counts:
            return
        if sum(counts) != seen:
            seen, since = sum(counts), time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise NoProgress("The demo’s studies do not move: no worker seems to run. Start one, then run it again.")
        time.sleep(LOOK_EVERY)

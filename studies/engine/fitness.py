"""Whether a worker is fit for the site's work: the same code, libraries, storage, and the packages needed.

The site records what it runs when it starts. A worker that differs claims nothing, says why on its row, and goes on by
itself once they agree; scores from two versions would not be comparable, and old code may not know new tables.
"""

import hashlib
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from studies.engine.store.address import public_address
from studies.evaluation import catalogue
from studies.models import SiteFacts, Study, WorkerProcess

Facts = dict[str, str]
LIBRARIES = ("scikit-learn", "numpy", "scipy")
ROOMS = ("engine", "evaluation", "migrations", "models", "search", "tabular")  # what decides a trial's life and score
STUDIES = Path(__file__).resolve().parent.parent
FOR_MODELS = "skops"
NOT_ASKED = "It has not heard yet what the site runs."


def facts() -> Facts:
    """What a process that starts now runs: a digest of the code, versions of libraries, the place of tables."""
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (STUDIES / room).rglob("*.py")):
        digest.update(f"{path.relative_to(STUDIES)}\0".encode() + path.read_bytes())
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return {"code": digest.hexdigest()[:12], "storage": public_address(settings.STORAGE)} | libraries


def record_site() -> None:
    """The site starts with this; workers compare themselves with it at every tick."""
    SiteFacts.objects.update_or_create(pk=1, defaults={"facts": facts(), "recorded_at": timezone.now()})


def of_site() -> Facts | None:
    """None while no site has started on this database."""
    return SiteFacts.objects.filter(pk=1).values_list("facts", flat=True).first()


def refusal(own: Facts, site: Facts | None) -> str:
    """Why a worker that runs `own` takes no work, in a sentence; "" when it is fit."""
    if site is None or own == site:
        return ""
    for name in LIBRARIES:
        if own[name] != site.get(name):
            return f"It has {name} {own[name]}, the site {site.get(name)}. Install the site’s requirements.txt there."
    if own["storage"] != site.get("storage"):
        here, there = (place or "the data folder" for place in (own["storage"], site.get("storage")))
        return f"It reads tables from {here}, the site from {there}. Set TUNINGSITE_STORAGE as the site has it."
    return f"It runs other code ({own['code']}) than the site ({site.get('code')}). Check out the site’s version there."


# -- packages that some work needs ----------------------------------------------------------------------------------


@cache
def packages() -> frozenset[str]:
    """The extra packages that this process could import."""
    wanted = {FOR_MODELS}.union(*(entry.packages for entry in catalogue.values()))
    return frozenset(name for name in wanted if find_spec(name) is not None)


def served() -> list[str]:
    """The estimators that can be fitted here."""
    return [key for key, entry in catalogue.items() if packages().issuperset(entry.packages)]


def is_served(estimator: str) -> bool:
    """Whether it is worth a bell: some worker that lives can fit it, or none lives at all and the bell waits."""
    needed = set(catalogue[estimator].packages) if estimator in catalogue else {estimator}
    return not needed or _anybody_has(needed)


def models_are_served() -> bool:
    return _anybody_has({FOR_MODELS})


def _anybody_has(needed: set[str]) -> bool:
    workers = list(WorkerProcess.objects.serving().values_list("packages", flat=True))
    return not workers or any(needed.issubset(have) for have in workers)


def why_nobody(study: Study) -> str:
    """Why no worker that lives takes the study's trials, in a sentence; "" where one does, or none lives."""
    workers = list(WorkerProcess.objects.alive().values("name", "refuses", "trouble", "packages"))
    if not workers:
        return ""
    fit = [worker for worker in workers if not worker["refuses"]]
    if not fit:
        return f"No worker takes trials. {workers[0]['name']}: {workers[0]['refuses']}"
    needed = set(catalogue[study.estimator].packages) if study.estimator in catalogue else set()
    if not any(needed.issubset(worker["packages"]) for worker in fit):
        return f"No worker has the package {' and '.join(sorted(needed))}, which this model needs."
    if all(worker["trouble"] for worker in fit):
        return str(fit[0]["trouble"])
    return ""

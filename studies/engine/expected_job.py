"""The RQ job that works out a study's expected score and stores it.

The horse reads what the trials said and stores the figures; the mathematics runs in a child, within limits of time and
memory. With the figures the counter is raised that makes pages look again, and the ledger is told to who shares it.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.utils import timezone

from studies.engine import errands, expected, memory
from studies.engine.advance import advance
from studies.engine.errand_child import in_child
from studies.engine.expected_figures import Found, Work, not_available, work_out
from studies.engine.expected_ledger import Ledger
from studies.engine.expected_trials import Others, Reader, Scored, others_on_the_rows
from studies.engine.moves import RESTING
from studies.models import ErrandState, ExpectedScore, Study

NO_TIME = "Rows in the order of time cannot be resampled, so there is no expected score for a plan of time."
RECIPE = "1"  # to be raised when the figures mean something else than before: then all are worked out anew


def run_expected(pk: int) -> None:
    """Work out one study's figures. May be delivered never, once or five times: the claim decides."""
    study_id = ExpectedScore.objects.filter(pk=pk).values_list("study_id", flat=True).first()
    if study_id is None:
        return
    ledger = Ledger()

    def do(wanted: ExpectedScore, beat: errands.Beat) -> errands.Values | None:
        nonlocal ledger
        values, ledger = _worked_out(wanted, beat)
        return values

    def tell_others() -> None:
        Study.objects.filter(pk=study_id).update(change=F("change") + 1)
        _share(ledger)

    if errands.perform(ExpectedScore, pk, do, tell_others):
        advance(study_id)  # which ends a study that has converged


def _worked_out(wanted: ExpectedScore, beat: errands.Beat) -> tuple[errands.Values | None, Ledger]:
    study = Study.objects.select_related("dataset_version", "plan", "team").get(pk=wanted.study_id)
    if study.plan.kind == "time":
        complete = expected.complete_trials([study.pk]).get(study.pk, 0)
        return _stored(wanted, Found(not_available(NO_TIME, trials=complete)), complete, ""), Ledger()
    reader = Reader(beat)
    own = reader.read(study)
    others = None
    if study.audit is None and (study.state in RESTING or wanted.figures is None):
        others = others_on_the_rows(study, reader)
    key = _key(own, others)
    if key == wanted.trials_hash and wanted.figures is not None:
        return _ended(wanted, errands.done(), seen=own.complete), Ledger()
    work = Work(own, study.estimator, study.metric, study.plan.kind, others)
    ended = in_child(lambda: work_out(work).to_bytes(), _memory_mb(), settings.EXPECTED_SECONDS, beat)
    if ended is None:
        return None, Ledger()
    if ended.error:
        return _ended(wanted, errands.failed(ended.error), seen=own.complete), Ledger()
    found = Found.from_bytes(ended.answer)
    if others is None and wanted.figures:  # a study under way keeps the ledger that it has
        found.figures["ledger"] = wanted.figures["ledger"]
    return _stored(wanted, found, own.complete, key), found.ledger


def _key(own: Scored, others: Others | None) -> str:
    """Which trials the figures rest on."""
    keys = [RECIPE, own.key, *(scored.key for scored in (others.scored if others else ()))]
    return hashlib.sha256(" ".join(keys).encode()).hexdigest()


def _share(ledger: Ledger) -> None:
    """Give the ledger to studies of the same rows, and have those of partly other rows work out theirs.

    Only who knows of fewer trials is asked, so that two studies do not ask each other for ever.
    """
    told = ledger.told
    if told is None:
        return
    at_rest = ExpectedScore.objects.filter(state=ErrandState.COMPLETE, study__state__in=RESTING)
    for score in at_rest.filter(study_id__in=ledger.true_of).only("pk", "figures", "computed_at"):
        if score.figures and score.figures["available"] and score.figures["ledger"] != told:
            same = ExpectedScore.objects.filter(pk=score.pk, computed_at=score.computed_at)
            same.update(figures=score.figures | {"ledger": told})
    for score in at_rest.filter(study_id__in=ledger.part_of).only("study_id", "figures"):
        known = (score.figures or {}).get("ledger")
        if known is None or known["trials"] < told["trials"]:
            expected.want(score.study_id)


def _memory_mb() -> int:
    machine = memory.limit_mb(None)
    return settings.EXPECTED_MEMORY_MB if machine is None else min(machine, settings.EXPECTED_MEMORY_MB)


def _stored(wanted: ExpectedScore, found: Found, seen: int, key: str) -> errands.Values:
    told: dict[str, Any] = {
        "draws": found.draws or None,
        "resampling": found.resampling,
        "trials_hash": key,
        "computed_at": timezone.now(),
    }
    return _ended(wanted, errands.done(), seen=seen, **ExpectedScore.told(found.figures), **told)


def _ended(wanted: ExpectedScore, how: errands.Values, **values: Any) -> errands.Values:
    """As it ended; or to be done once more where somebody has asked for it meanwhile, as when the study has ended."""
    state = Case(When(asked_at=wanted.asked_at, then=Value(how["state"])), default=Value(ErrandState.WAITING))
    return how | values | {"state": state, "rung_at": None, "attempts": 0}

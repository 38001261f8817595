"""Ask: which trials a lane runs next, taken in one short transaction.

Proposals are computed outside any transaction, ahead of need, and taken by what the study's counters have come to; so
there is no lock, and who is slow to reach the database gets its share.
"""

import logging
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from studies.engine import moves, rows
from studies.engine.pace import Pace
from studies.engine.proposals import Counters, Next, Proposals, Window, raise_counters
from studies.models import ASKING, Attempt, Lane, Method, Source, Study, StudyState, Trial, TrialState

logger = logging.getLogger(__name__)


class LaneLost(Exception):
    """The lane's token is no longer ours: somebody gave this slice up."""


class Now(NamedTuple):
    """What may change about a study from one ask to the next."""

    state: str
    parallel: int
    max_trials: int
    trial_seconds: float | None
    trial_memory_mb: int | None
    next_number: int
    next_proposal: int
    exhausted: bool
    waits: bool  # whether a trial waits

    @classmethod
    def query(cls, study_id: int) -> rows.Statement:
        waiting = Trial.objects.filter(study_id=OuterRef("pk"), state=TrialState.WAITING)
        return rows.select(Study.objects.filter(pk=study_id).values_list(*cls._fields[:-1], Exists(waiting)))


class Asker:
    """Asks for one slice, which holds the lane; the study's frozen part is read once."""

    def __init__(self, study: Study, lane: Lane) -> None:
        self.study = study
        self.lane = lane
        self.pace = Pace()
        self.proposals = Proposals(study)
        self.now: Now | None = None
        self.is_unsure = False  # whether the last ask broke off
        self._look = Now.query(study.pk)

    def ask(self) -> list[Trial]:
        """The next trials by number, running under the lane's token; none when there is nothing to do. The first makes
        a queued study a running one.

        One at a time but for methods without a history. Raises LaneLost when the lane was given to another slice. May
        be called again when the database went away: what was taken without our hearing of it is not lost.
        """
        trials = self._unheard() if self.is_unsure else []
        self.is_unsure = True
        trials = trials or self._ask()
        self.is_unsure = False
        return trials

    def _unheard(self) -> list[Trial]:
        ours = Trial.objects.filter(study=self.study, state=TrialState.RUNNING, token=self.lane.token)
        return list(ours.order_by("number"))

    def _ask(self) -> list[Trial]:
        while True:
            now = self.now = Now(*rows.fetch(self._look)[0])
            if now.state not in ASKING or now.parallel <= self.lane.number:
                return []
            is_batched = self.proposals.is_without_history
            wanted = self.pace.batch(now.max_trials - now.next_number, now.parallel) if is_batched else 1
            waiting, alone = self._waiting(wanted) if now.waits else ([], False)
            open_ended = self.study.method != Method.MANUAL and not now.exhausted
            wanted = min(wanted - len(waiting), now.max_trials - now.next_number) if open_ended and not alone else 0
            window, k = None, 0
            if wanted > 0:
                window = self._propose(now, wanted)
                if window is None:
                    return []
                k = window.count(now.next_proposal, wanted)
            if not waiting and not k:
                if wanted > 0:  # for good: pending trials count as tried
                    Study.objects.filter(pk=self.study.pk, next_proposal=now.next_proposal).update(exhausted=True)
                return []
            trials = self._take(now, waiting, window, k)
            if k:
                self.proposals.note(taken=bool(trials))
            if trials:
                return trials

    def _waiting(self, wanted: int) -> tuple[list[tuple[int, int]], bool]:
        """Key and number of waiting trials, lowest number first; and whether they shall have no company.

        What was tried before runs alone: should it take the whole slice with it, nobody else is suspected.
        """
        tried = Exists(Attempt.objects.filter(trial_id=OuterRef("pk")))
        found = Trial.objects.filter(study=self.study, state=TrialState.WAITING).order_by("number")
        rows = list(found.values_list("pk", "number", tried)[:wanted])
        fresh = []
        for pk, number, was_tried in rows:
            if was_tried:
                return (fresh, True) if fresh else ([(pk, number)], True)
            fresh.append((pk, number))
        return fresh, False

    def _propose(self, now: Now, n: int) -> Window | None:
        """The method's next n proposals and perhaps some after them. None when it raised, which ends the study."""
        try:
            return self.proposals.window(now.next_proposal, n, left=now.max_trials - now.next_number)
        except DatabaseError:
            raise
        except Exception as error:  # whatever a method raises, it would raise again in the next slice, and the next
            logger.exception("The method %s of study %s could not propose", self.study.method, self.study.pk)
            why = f"The method {self.study.method} could not propose trial {now.next_number}: {error}"
            moves.begin_stopping(self.study.pk, list(ASKING), StudyState.FAILED, why)
            return None

    @transaction.atomic
    def _take(self, now: Now, waiting: Sequence[tuple[int, int]], window: Window | None, k: int) -> list[Trial]:
        """Make waiting trials and k proposals ours, unless others left too little or the study stops asking.

        Rows are written in one order everywhere, lane, study, trials, so that PostgreSQL sees no deadlock.
        """
        first = waiting[0][1] if waiting else now.next_number
        hold(self.lane, first)
        moment, taken = timezone.now(), None
        if window is not None and k:
            taken = raise_counters(self.study, k, window, moment)
            if taken is None:
                return []
        elif not rows.update(
            Study,
            {"state": StudyState.RUNNING, "updated_at": moment},
            {"id": self.study.pk, "state": now.state},
            raised=("change",),
        ):
            return []
        trials, tries = self._take_waiting([pk for pk, _ in waiting], moment) if waiting else ([], {})
        if window is not None and taken is not None:
            trials += self._make(taken, window.take(taken.proposal, k), moment)
        if trials and trials[0].number != first:  # another lane was quicker
            hold(self.lane, trials[0].number)
        attempts = [
            Attempt(
                trial_id=trial.pk,
                number=tries.get(trial.pk, 0) + 1,
                token=self.lane.token,
                lane=self.lane.number,
                worker=self.lane.worker,
                started_at=moment,
            )
            for trial in trials
        ]
        rows.insert(attempts)
        return trials

    def _take_waiting(self, keys: list[int], moment: Any) -> tuple[list[Trial], dict[int, int]]:
        """Those that still wait, and how often each was tried.

        The condition is on the row itself: PostgreSQL looks again at nothing else.
        """
        Trial.objects.filter(pk__in=keys, state=TrialState.WAITING).update(
            state=TrialState.RUNNING, token=self.lane.token, started_at=moment
        )
        ours = Trial.objects.filter(pk__in=keys, state=TrialState.RUNNING, token=self.lane.token)
        tries = dict(Attempt.objects.filter(trial__in=keys).values_list("trial").annotate(Count("pk")).order_by())
        return list(ours.order_by("number")), tries

    def _make(self, first: Counters, proposed: Sequence[Next], moment: Any) -> list[Trial]:
        """The proposals as running trials of ours; their numbers are ours already."""
        made = [
            Trial(
                study_id=self.study.pk,
                number=first.number + index,
                source=Source.METHOD,
                proposal_index=first.proposal + index,
                config=config,
                origin=origin,
                state=TrialState.RUNNING,
                token=self.lane.token,
                started_at=moment,
            )
            for index, (config, origin) in enumerate(proposed)
        ]
        rows.insert(made)
        sql, (study, _) = self._made
        for trial, (pk,) in zip(made, rows.fetch((sql, (study, first.number))), strict=True):
            trial.pk = pk
        return made

    @cached_property
    def _made(self) -> rows.Statement:
        """The keys of the trials from some number on; the number is the second parameter."""
        trials = Trial.objects.filter(study_id=self.study.pk).filter(number__gte=0)
        return rows.select(trials.order_by("number").values_list("pk"))


def hold(lane: Lane, begun: int | None = None) -> None:
    """Raise the lane's beat under our token, as a sign of life or in the transaction that takes or tells trials.

    `begun` is the number of the trial that the fits have come to.
    """
    values = {} if begun is None else {"begun": begun}
    if rows.update(Lane, values, {"id": lane.pk, "token": lane.token}, raised=("beat",)) != 1:
        raise LaneLost

"""Who gets a worker that is free, and who gives one up: studies share them, and so do teams.

A bell says that a lane waits, not that this very lane is served: a horse serves the lane that deserves it most. Fewest
running trials of its team come first, then fewest of its study, then whoever had a worker longest ago. "When" is a
number that rises with every turn: clocks of machines differ.
"""

import os
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from studies.engine import bell, fitness
from studies.models import ASKING, Lane, Method, Study, Team, Trial, TrialState, WorkerProcess

TRIES = 5  # others may take a lane first; after so many the next bell will do
Claim = Callable[[int, int], Lane | None]


@dataclass(frozen=True, order=True)
class Place:
    """A lane's place among those that wait; the least is served first."""

    running_of_team: int
    running_of_study: int
    turn_of_team: int
    turn_of_study: int
    study_id: int
    number: int

    @property
    def share(self) -> tuple[int, int]:
        return self.running_of_team, self.running_of_study


class Standings:
    """All lanes, as one reading of the database shows them. `without`: as if this held lane were free already."""

    def __init__(self, without: Lane | None = None) -> None:
        held = Lane.objects.exclude(token="").exclude(pk=without.pk if without else None)
        self.of_study: Counter[int] = Counter()
        self.of_team: Counter[int] = Counter()
        for study_id, team_id in held.values_list("study_id", "study__team_id"):
            self.of_study[study_id] += 1
            self.of_team[team_id] += 1
        self.team_turns = self._turns("study__team_id")
        self.study_turns = self._turns("study_id")

    @staticmethod
    def _turns(of: str) -> dict[int, int]:
        asking = Lane.objects.filter(study__state__in=ASKING)
        return dict(asking.values_list(of).annotate(Max("turn")).order_by())

    def place(self, study_id: int, team_id: int, number: int) -> Place:
        return Place(
            self.of_team[team_id],
            self.of_study[study_id],
            self.team_turns.get(team_id, 0),
            self.study_turns.get(study_id, 0),
            study_id,
            number,
        )

    def waiting(self, lanes: "QuerySet[Lane]") -> list[Place]:
        """Those of these lanes that may begin now, the most deserving first: all but those of a team at its limit."""
        rows = lanes.values_list("study_id", "study__team_id", "number")
        cap = settings.TEAM_PARALLEL_TRIALS
        return sorted(self.place(*row) for row in rows if cap is None or self.of_team[row[1]] < cap)


def lanes_with_work() -> "QuerySet[Lane]":
    """Free lanes whose study would begin a trial in them."""
    waiting = Trial.objects.filter(study_id=OuterRef("study_id"), state=TrialState.WAITING)
    proposes = Q(study__exhausted=False, study__next_number__lt=F("study__max_trials")) & ~Q(
        study__method=Method.MANUAL
    )
    free = Lane.objects.filter(token="", number__lt=F("study__parallel"), study__state__in=ASKING)
    return free.filter(proposes | Exists(waiting))


def lanes_to_serve_here() -> "QuerySet[Lane]":
    """Those of them whose estimator can be fitted by this process."""
    return lanes_with_work().filter(study__estimator__in=fitness.served())


# -- taking a lane


def take(claim: Claim, cannot: Collection[int] = ()) -> Lane | None:
    """The most deserving lane, claimed, now that a bell was heard; None when there is nothing to do.

    `cannot`: studies that this worker is not able to serve.
    """
    heard = os.environ.get("RQ_JOB_ID", "")
    for _ in range(TRIES):
        places = Standings().waiting(lanes_to_serve_here().exclude(study_id__in=cannot))
        if not places:
            return None
        best = Lane.objects.get(study_id=places[0].study_id, number=places[0].number)
        lane = _claim(best, claim)
        if lane is not None:
            if heard and heard != best.job_id:
                _swap_bells(lane, best.job_id, Lane.objects.filter(job_id=heard, token=""))
            return lane
    return None


def _claim(lane: Lane, claim: Claim) -> Lane | None:
    cap = settings.TEAM_PARALLEL_TRIALS
    if cap is None:
        return _begin_turn(claim(lane.study_id, lane.number))
    with transaction.atomic():  # on SQLite it keeps every other writer out by itself
        team = Team.objects.select_for_update(of=("self",), no_key=True).get(studies=lane.study_id)
        if running_of(team.pk) >= cap:
            return None
        return _begin_turn(claim(lane.study_id, lane.number))


def _begin_turn(lane: Lane | None) -> Lane | None:
    if lane is not None:
        end_turn(lane)
    return lane


def end_turn(lane: Lane) -> None:
    """Behind all others from now on: its study has just got a worker, or has given one up."""
    last = Lane.objects.aggregate(last=Max("turn"))["last"] or 0
    Lane.objects.filter(pk=lane.pk).update(turn=last + 1)


def _swap_bells(taken: Lane, its_bell: str, rung: "QuerySet[Lane]") -> None:
    """The lane whose bell was heard waits on, for the bell of the one that was taken instead.

    So a free lane's job is still in the queue exactly when it says so. Without a bell it is rung at the next look.
    """
    if its_bell:
        rung.update(job_id=its_bell)
    else:
        rung.update(job_id="", rung_at=None)
    Lane.objects.filter(pk=taken.pk, token=taken.token).update(job_id="")


# -- giving way


def gives_way(lane: Lane) -> bool:
    """Whether a slice that has had its time should end: for a lane of another study that deserves it at least as much,
    or for something that is no lane. Never for its own study: nobody would gain by that.

    Without an answer from Redis it goes on: nobody would hear of the free worker.
    """
    queued = bell.queued_jobs()
    if queued is None:
        return False
    cap = settings.TEAM_PARALLEL_TRIALS
    rung = set(Lane.objects.filter(job_id__in=queued).values_list("job_id", flat=True)) if queued else set()
    if not rung.issuperset(queued):
        return True  # fits to be timed for a form, or a model
    standings = Standings(without=lane)
    team_id = Study.objects.values_list("team_id", flat=True).get(pk=lane.study_id)
    mine = standings.place(lane.study_id, team_id, lane.number)
    others = lanes_to_serve_here().exclude(study_id=lane.study_id)
    if cap is None or standings.of_team[team_id] + 1 < cap:
        others = others.filter(job_id__in=queued)  # an idle worker has heard the bell of any other one
    else:  # no bell is rung for a team at its limit
        others = others.filter(Q(job_id__in=queued) | Q(study__team_id=team_id))
    if not any(place.share <= mine.share for place in standings.waiting(others)):
        return False
    end_turn(lane)
    return True


# -- limits of a team


def running_of(team_id: int) -> int:
    """How many trials of a team may be running now: lanes that are held."""
    return Lane.objects.filter(study__team_id=team_id).exclude(token="").count()


def room_of(study: Study) -> int | None:
    """For how many more lanes the team has room; None: as many as it likes."""
    cap = settings.TEAM_PARALLEL_TRIALS
    return None if cap is None else max(0, cap - running_of(study.team_id))


def why_waiting(study: Study) -> str:
    """Why a study that has work gets no turn just now, as the end of a sentence; empty when it is about to get one.

    That no worker lives, or that Redis does not answer, is for the caller to say.
    """
    cap = settings.TEAM_PARALLEL_TRIALS
    if room_of(study) == 0:
        return f"your team’s {cap} parallel {'trial is' if cap == 1 else 'trials are'} in use."
    workers = WorkerProcess.objects.serving().count()
    busy = Lane.objects.exclude(token="").values("worker").distinct().count()
    return all_busy(workers) if busy >= workers else ""


def all_busy(workers: int) -> str:
    who = "the only worker is" if workers == 1 else f"all {workers} workers are"
    return f"{who} busy; studies take turns of a few seconds."

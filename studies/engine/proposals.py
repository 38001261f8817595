"""What a method proposes next, worked out ahead of the claim, so that no lane is always too late.

A lane far from the database learns late how far the others have come. It therefore works out a window of proposals,
outside any transaction, and takes those that the counter has come to when its claim arrives.
"""

from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from studies.engine import rows
from studies.models import ASKING, Method, Study, StudyState, TrialState
from studies.search import Observation, Proposal, Space, make_method

WITHOUT_HISTORY = (Method.GRID, Method.RANDOM)
AHEAD = 16  # without a history proposals cost microseconds each: so many at least, or twice what is wanted
LOST_IN_A_ROW = 3  # with one they cost up to a second, and are the better the later: one at a time until then
FARTHEST = 16  # and no farther ahead than this


class Next(NamedTuple):
    """A configuration to try, and why: `Origin.to_json` with trial numbers for parents, {} without a history."""

    config: dict[str, Any]
    origin: dict[str, Any]


class Window(NamedTuple):
    """Proposals by index, from `start` on; `is_last`: the method has none after them."""

    start: int
    proposed: list[Next]
    is_last: bool

    @property
    def end(self) -> int:
        return self.start + len(self.proposed)

    def holds(self, index: int, n: int) -> bool:
        return self.start <= index and (self.is_last or index + n <= self.end)

    def count(self, index: int, n: int) -> int:
        """How many of the n proposals from this index on there are."""
        return max(0, min(n, self.end - index))

    def take(self, index: int, n: int) -> list[Next]:
        return self.proposed[index - self.start :][:n]


class Proposals:
    """The proposals of one study as one slice works them out."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.is_without_history = study.method in WITHOUT_HISTORY
        self._lost = 0
        self._known: Window | None = None

    @cached_property
    def method(self) -> Any:
        study = self.study
        space = Space.from_json(study.space)
        return make_method(study.method, space, seed=study.seed, direction=study.direction, **study.method_options)

    def window(self, index: int, n: int, left: int) -> Window:
        """At least the n proposals from this index on, unless the method ends before; at most the `left` of the budget.

        Every one is a pure function of space, history, seed and its index. Without a history they stay true, and a
        window serves many asks. With one, those ahead take the ones before them in the window for pending trials.
        """
        if self._known is not None and self._known.holds(index, n):
            return self._known
        width = min(self._width(n), left)
        if self.is_without_history:
            proposed = [Next(config, {}) for config in self.method.ask(n=width, start=index)]
        else:
            numbers, history = numbered_history_of(self.study)
            proposed = [_next(found, numbers) for found in self.method.propose(n=width, history=history, start=index)]
        window = Window(index, proposed, is_last=len(proposed) < width)
        self._known = window if self.is_without_history else None
        return window

    def _width(self, n: int) -> int:
        if self.is_without_history:  # no bound but the budget: sooner or later the claim falls into it
            return int(max(AHEAD, 2 * n)) << 2 * self._lost
        return n if self._lost < LOST_IN_A_ROW else min(n << self._lost - 1, FARTHEST)

    def note(self, taken: bool) -> None:
        """Whether a claim succeeded. Who lost looks farther ahead; with a history, less far after each success."""
        if not taken:
            self._lost += 1
        elif not self.is_without_history:
            self._lost = max(0, min(self._lost, FARTHEST.bit_length()) - 1)


def _next(found: Proposal, numbers: list[int]) -> Next:
    return Next(found.config, {} if found.origin is None else found.origin.to_json(numbers))


def numbered_history_of(study: Study) -> tuple[list[int], list[Observation]]:
    """What the method may know, by trial number, and those numbers; cancelled trials never happened."""
    rows = (
        study.trials.exclude(state=TrialState.CANCELLED)
        .order_by("number")
        .values_list("number", "config", "value", "state", "fold_scores", "stderr", "fit_seconds")
    )
    numbers, history = [], []
    for number, config, value, state, scores, stderr, seconds in rows:
        numbers.append(number)
        history.append(Observation(config, value, state, fold_scores=scores or None, noise=stderr, cost=seconds))
    return numbers, history


class Counters(NamedTuple):
    """Where the first of the trials that were taken stands."""

    proposal: int
    number: int


_RAISE = """UPDATE studies_study SET state = %s, updated_at = %s, change = change + 1,
next_proposal = next_proposal + %s, next_number = next_number + %s
WHERE id = %s AND state IN (%s, %s) AND next_number + %s <= max_trials AND next_proposal BETWEEN %s AND %s"""
_RAISE_AND_READ = f"{_RAISE} RETURNING next_proposal, next_number"
_READ = "SELECT next_proposal, next_number FROM studies_study WHERE id = %s"


def raise_counters(study: Study, n: int, window: Window, moment: datetime) -> Counters | None:
    """Within a transaction: take n proposal indices and trial numbers, whatever others took meanwhile.

    None when the study stops asking, when its budget has no room for n, or when the window does not hold the indices.
    """
    values = tuple(rows.adapted(Study, {"state": StudyState.RUNNING, "updated_at": moment}))
    parameters = (*values, n, n, study.pk, *ASKING, n, window.start, window.end - n)
    if connection.features.can_return_columns_from_insert:
        found = rows.fetch((_RAISE_AND_READ, parameters))
    else:  # SQLite before 3.35
        with connection.cursor() as cursor:
            cursor.execute(_RAISE, parameters)
            changed = cursor.rowcount
        found = rows.fetch((_READ, (study.pk,))) if changed else []
    return Counters(*(after - n for after in found[0])) if found else None

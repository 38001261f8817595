"""A study's complete trials in groups: tied with the best, the rest, and those that are not compared yet."""

from dataclasses import dataclass

from studies.models import Study, TrialState

from .study_expected import StudyExpected

FIRST = 20  # rows that are seen at once, so that the figures below are not buried
FIRST_TIED, FIRST_REST = 12, 5
SENT = 100  # rows that are sent: a filter finds its trials also among those that are not seen
FEWEST_SENT = 20


@dataclass(frozen=True)
class Part:
    """`numbers` of all its trials, best value first; `first` are seen at once, `sent` sent, also the one to keep."""

    kind: str  # all, tied, rest, new
    numbers: list[int]
    first: int
    sent: list[int]


@dataclass(frozen=True)
class Ranking:
    """`rank`: the place of each complete trial by its value, whatever its part."""

    parts: list[Part]
    rank: dict[int, int]


def ranking(study: Study, expected: StudyExpected | None, everything: bool) -> Ranking:
    """One query, a second one where the figures are behind."""
    complete = study.trials.filter(state=TrialState.COMPLETE)
    numbers = list(complete.ranked(study.maximize).values_list("number", flat=True))
    rank = {number: place for place, number in enumerate(numbers, start=1)}
    if expected is None or not expected.is_known:
        return Ranking([_part("all", numbers, FIRST, SENT, None, everything)], rank)
    tied = set(expected.expected.tied)
    latest = complete.order_by("-finished_at", "-number").values_list("number", flat=True)
    new = set(latest[: expected.behind]) - tied if expected.behind else set()
    split = {
        "tied": ([number for number in numbers if number in tied], FIRST_TIED),
        "rest": ([number for number in numbers if number not in tied | new], FIRST_REST),
        "new": ([number for number in numbers if number in new], FIRST_REST),
    }
    parts, room = [], SENT
    for kind, (own, first) in split.items():
        part = _part(kind, own, first, max(room, FEWEST_SENT), expected.keep, everything)
        parts.append(part)
        room -= len(part.sent)
    return Ranking([part for part in parts if part.numbers], rank)


def _part(kind: str, numbers: list[int], first: int, most: int, keep: int | None, everything: bool) -> Part:
    sent = numbers if everything else numbers[:most]
    if keep in numbers and keep not in sent:
        sent = [*sent, keep]
    return Part(kind, numbers, len(numbers) if everything else first, sent)

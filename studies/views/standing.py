"""What the team stands behind, for whatever page names a study."""

from collections.abc import Iterable
from dataclasses import dataclass

from studies.models import Proposal, Study


@dataclass(frozen=True)
class Standing:
    """A study's open proposal and its approved one; both carry `number`, the trial's."""

    open: Proposal | None = None
    approved: Proposal | None = None


def standing_of(studies: Iterable[Study]) -> dict[int, Standing]:
    """By the study's id, in one query however many there are."""
    ids = [study.pk for study in studies]
    found: dict[int, dict[str, Proposal]] = {pk: {} for pk in ids}
    for proposal in Proposal.objects.standing(ids):
        found[proposal.study_id][proposal.state] = proposal
    return {pk: Standing(**proposals) for pk, proposals in found.items()}

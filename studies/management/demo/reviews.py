"""The demo's reviews: people who propose, doubt, ask, decide and open the held-out set. What they say holds
whatever the engine has found."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction

from studies.engine import openings, review
from studies.engine.actions import Refused
from studies.models import Membership, ProposalState, Study, StudyState, User

FIRST_REASON = "Highest CV score so far."
CHANGES = "Please say how it compares with the next ones and with the defaults; the score alone does not decide."
SECOND_REASON = (
    "Same trial. This page shows it beside the runner-ups, and its gain over the defaults on the same folds."
)
COMMENTS_APPROVED: tuple[tuple[str, str, str], ...] = (
    ("vera", "convergence", "Would **another seed** show this gain again? A comparison over seeds would tell."),
    ("ben", "parallel", "Drag along `learning_rate`: the leaderboard then shows how alike the good trials are."),
)
WAITING_REASON = "It leads, and the runner-ups are of the same kind. Can we stand behind it?"
WAITING_COMMENT = "Few rows: see how far the folds of the same trial lie apart before you decide."
OPENED = "Churn, boosted trees"
OPENING_REASON = "Approved, and about to be used: one look at customers that no study has seen, before we rely on it."

People = dict[str, User]


def make_reviews(team: Any, people: People) -> None:
    """Each review whole or not at all, and only where nobody has begun one."""
    for name, make in REVIEWS.items():
        study = team.studies.filter(name=name, state=StudyState.COMPLETE).first()
        if study is None or study.proposals.exists() or study.comments.exists():
            continue
        best = study.best_trial()
        if best is not None:
            with transaction.atomic():
                make(study, best.number, people)


def open_held_out(team: Any, people: People) -> None:
    """For the trial that the demo's people approved, unless somebody did or changed something there meanwhile."""
    study = team.studies.select_related("dataset_version__dataset__held_out").filter(name=OPENED).first()
    approved = study and study.proposals.filter(state=ProposalState.APPROVED).select_related("trial").first()
    if approved and not study.openings.exists():
        with suppress(Refused):
            openings.open_for(study, approved.trial, people["ada"], OPENING_REASON)


def _approved(study: Study, best: int, people: People) -> None:
    ada = Membership.objects.select_related("user").get(team=study.team_id, user=people["ada"])
    for who, chart, text in COMMENTS_APPROVED:
        review.comment(study, people[who], text, chart=chart)
    first = review.propose(study, people["ben"], best, FIRST_REASON)
    review.ask_for_changes(first, ada, CHANGES)
    second = review.propose(study, people["ben"], best, SECOND_REASON)
    review.approve(second, ada)


def _waiting(study: Study, best: int, people: People) -> None:
    review.comment(study, people["vera"], WAITING_COMMENT, trial_number=best)
    review.propose(study, people["ben"], best, WAITING_REASON)


REVIEWS: dict[str, Callable[[Study, int, People], None]] = {
    OPENED: _approved,
    "Wine, which grower": _waiting,
}

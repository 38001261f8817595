"""Which of the trials that a lane has taken together are still to come: it runs them one after the other."""

from collections import defaultdict
from collections.abc import Iterable

from studies.models import Lane, Study, Trial, TrialState


def still_to_come(study: Study, trials: Iterable[Trial]) -> set[int]:
    """Numbers of these trials that are claimed, not begun; one query, none when no trial runs.

    Of each lane's trials the first must be among them.
    """
    batches: dict[str, list[int]] = defaultdict(list)
    for trial in trials:
        if trial.state == TrialState.RUNNING and trial.token:
            batches[trial.token].append(trial.number)
    if not batches:
        return set()
    begun = dict(Lane.objects.filter(study=study, token__in=batches).values_list("token", "begun"))
    to_come: set[int] = set()
    for token, numbers in batches.items():
        at = max(begun.get(token) or 0, min(numbers))  # the lane's mark may still be at the trial before
        to_come.update(number for number in numbers if number > at)
    return to_come


def is_still_to_come(study: Study, trial: Trial) -> bool:
    """The same for one trial."""
    if trial.state != TrialState.RUNNING:
        return False
    batch = study.trials.filter(state=TrialState.RUNNING, token=trial.token).only("number", "state", "token")
    return trial.number in still_to_come(study, batch)

"""What may be done to a study in its state; the engine has the last word."""

from studies.models import ASKING, TERMINAL, Method, Study, StudyState


def allowed_actions(shown: Study) -> set[str]:
    """What the study's state allows; the engine has the last word."""
    state, manual = shown.state, shown.method == Method.MANUAL
    asking = state in ASKING
    found = set()
    if state == StudyState.DRAFT:
        found |= {"launch", "add"}
    if asking:
        found.add("pause")
    if state in {StudyState.PAUSING, StudyState.PAUSED, StudyState.STOPPED}:
        found.add("resume")
    if asking or state in {StudyState.PAUSING, StudyState.PAUSED}:
        found |= {"stop", "add"} | ({"finish"} if manual else set())
    if state in TERMINAL or asking:
        found.add("extend")
    if state not in {StudyState.DRAFT, StudyState.STOPPING}:
        found.add("limits")
    if shown.archived_at:
        found.add("unarchive")
    elif not shown.is_live:
        found.add("archive")
    return found

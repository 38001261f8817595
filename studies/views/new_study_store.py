"""What the new-study form makes: a launched study or a draft, a new one or one that was opened to be changed."""

from studies.engine.actions import Refused, launch
from studies.engine.method_comparison import launch_comparison
from studies.engine.spec import DraftMoved, SpecError, create_draft, rewrite_draft
from studies.forms.method_comparison import ComparisonPart
from studies.forms.study import StudyForm
from studies.models import Comparison, Study, StudyState, User

SAVED_BY_ANOTHER = "Somebody saved this draft since you opened it. Do it again to put your version in its place."
LAUNCHED = "This draft was launched in the meantime. Do it again to make a study of its own from what you see here."
DELETED = "This draft was deleted in the meantime. Do it again to keep what you see here as a new study."


def store(form: StudyForm, user: User, action: str) -> Study | None:
    """The study, or None where it was refused: then the form says why, and nothing new is kept."""
    try:
        study = _draft(form, user)
    except SpecError as error:
        form.add_error(None, str(error))
        return None
    except DraftMoved as moved:
        _tell(form, moved)
        return None
    if action == "launch":
        try:
            launch(study, user)
        except Refused as refused:
            if form.draft is None:
                study.delete()
            else:
                form.data["draft_change"] = str(study.change)
            form.add_error(None, str(refused))
            return None
    return study


def store_comparison(form: StudyForm, part: ComparisonPart, user: User) -> Comparison | None:
    """The comparison with all of its studies launched, or None where it was refused: then nothing is kept."""
    if part.errors:
        return None
    try:
        return launch_comparison(part.choice, user)
    except (SpecError, Refused) as error:
        form.add_error(None, str(error))
        return None


def _draft(form: StudyForm, user: User) -> Study:
    if form.draft is None:
        return create_draft(form.resolved, user)
    study = Study.objects.editable_by(user).of_team(form.team).filter(pk=form.draft).first()
    if study is None:
        raise DraftMoved("")
    form.left_out = rewrite_draft(study, form.resolved, form.draft_change)
    study.refresh_from_db()
    return study


def _tell(form: StudyForm, moved: DraftMoved) -> None:
    """The next try overwrites what another one saved, or makes a new study."""
    if moved.state == StudyState.DRAFT:
        form.data["draft_change"] = str(moved.change)
        form.add_error(None, SAVED_BY_ANOTHER)
        return
    form.data["draft"] = ""
    form.add_error(None, LAUNCHED if moved.state else DELETED)

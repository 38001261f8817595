"""The held-out set of a spec: as the dataset has it, and for the first study on a dataset what that study wants."""

from studies.models import DatasetVersion, HeldOutSet
from studies.tabular import TableError
from studies.tabular.held_out import USUAL_SHARE, wanted_rows, what_it_tells

from .held_out import OFF, ON, told_by, why_not
from .spec_errors import counted
from .spec_examination import Examination
from .spec_fields import Fields


def examine_holdout(spec: Fields, found: Examination) -> None:
    """Sets whether the dataset's held-out rows are left out, and says what that means."""
    wanted = OFF if spec.raw("holdout") is False else spec.raw("holdout")
    if wanted not in (None, "auto"):
        wanted = OFF if wanted == OFF else spec.choice("holdout", (ON, OFF, "auto"))
        if wanted is None:
            return
    if found.version is None:
        return
    there: HeldOutSet | None = found.version.dataset.held_out_set
    found.holdout = wanted if wanted in (ON, OFF) else (OFF if there is None else ON)
    if (found.holdout == ON) != (there is not None) and (problem := why_not(found.version.dataset, found.holdout)):
        spec.wrong("holdout", problem)
        return
    if found.holdout == OFF and there is not None:
        rows = counted(found.version.all_rows, "row")
        found.decide(f"Held-out set: dissolved at the launch, as wanted; the study then sees all {rows}.")
    elif found.holdout == ON and there is None:
        _draws(spec, found, found.version)
    elif there is not None:
        found.decide(left_out_words(found.version))


def left_out_words(version: DatasetVersion) -> str:
    """The set in a sentence: its rows in this version, and what they can tell."""
    if not version.held_out_rows:
        return "Held-out set: none of its rows is in this version."
    tells = told_by(version, version.task)
    return (
        f"Held-out set: {version.held_out_rows:,} of {counted(version.all_rows, 'row')}, drawn once for the dataset, "
        f"are left out; it can tell {tells}."
    )


def _draws(spec: Fields, found: Examination, version: DatasetVersion) -> None:
    known = found.whole.n_rows if found.whole is not None else version.rows
    try:
        rows = wanted_rows(known, USUAL_SHARE)
    except TableError as error:
        spec.wrong("holdout", str(error))
        return
    tells = what_it_tells(rows, found.task or version.task, version.group is not None)
    found.decide(
        f"Held-out set: {100 * USUAL_SHARE:.0f} % of the rows, about {rows:,}, are drawn at the launch and left out of "
        f"this study and all later ones; it can tell {tells}."
    )

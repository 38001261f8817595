"""Which column says what a row belongs to, and which one when it was? Suggested only where name and values agree.

A wrong suggestion takes a feature away, so a plain category must never pass: the whole name has to speak of somebody or
something that comes back, and its values have to come back.
"""

import re
from collections.abc import Sequence

import numpy as np

from studies.tabular.columns import Column
from studies.tabular.errors import counted

PEOPLE = "|".join(
    (
        "patient", "subject", "participant", "respondent", "customer", "client", "user", "person", "student", "pupil",
        "employee", "donor", "visitor", "player", "speaker", "writer", "driver", "animal",
    )
)  # fmt: skip
THINGS = "|".join(
    (
        "session", "household", "family", "group", "store", "shop", "site", "hospital", "clinic", "school", "account",
        "device", "machine", "sensor", "vehicle", "company", "batch", "lot", "plot", "well", "case", "study",
    )
)  # fmt: skip
MARK = r"(?:ids?|no|nr|num|number|key|code|uuid|guid|ref|hash)"
GROUP_NAME = re.compile(
    rf"(?P<alone>id|ids)|(?P<before>{MARK}[_\-. ])?(?:(?P<who>{PEOPLE})|(?P<what>{THINGS}))(?P<after>[_\-. ]?{MARK})?",
    re.IGNORECASE,
)
GROUP_KINDS = ("category", "text", "integer")
FEWEST = 5  # values of a column that is marked as an identifier, such as patient_id
FEWEST_UNMARKED = 10  # ... and of one that only names people, such as patient
FEWEST_THINGS = 20  # ... and of one that names things: few stores may be a category that new rows will have as well
OFTEN, RARELY = 2.0, 1.1  # rows per value

MOMENT = "date|time|datetime|timestamp|day|week|month|quarter|year"
EVENT = re.compile(
    rf"(?:{MOMENT}|ts)|"
    r"(?:event|order|ordered|purchase|purchased|transaction|visit|visited|measurement|measured|record|recorded|"
    r"observation|observed|sample|sampled|sampling|reading|log|logged|created|occurred|invoice|sale|sold|trade|flight|"
    rf"ride|trip|call|posted|published|report|week|month|obs)(?:[_\-. ]?(?:{MOMENT}|on|at|dt|ts|utc))+",
    re.IGNORECASE,
)
GENERAL = re.compile(rf"(?:{MOMENT}|ts)", re.IGNORECASE)
FEWEST_DAYS = 10
MOST_MISSING = 0.05
YEAR_NAME = re.compile(r"(?:year|yr|jahr)", re.IGNORECASE)
YEARS = (1500, 2200)
SECONDS = (9.4e8, 4.2e9)  # since 1970, of 2000 to 2100; or thousands of them


def find_group(columns: Sequence[Column]) -> str | None:
    """The column that seems to say what rows belong to: one of people before one of things, else the first."""
    found = [column for column in columns if group_reason(column)]
    people = [column for column in found if (match := _group_name(column)) and match["who"]]
    return next((column.name for column in [*people, *found]), None)


def find_time(columns: Sequence[Column]) -> str | None:
    """The column that seems to say when each row was; None where several might, unless one has a general name."""
    found = [column for column in columns if time_reason(column)]
    general = [column for column in found if GENERAL.fullmatch(column.name.strip())]
    if general:
        return general[0].name
    return found[0].name if len(found) == 1 else None


def group_reason(column: Column) -> str:
    """Why the column looks like a group; empty where it does not."""
    match = _group_name(column)
    if match is None or column.kind not in GROUP_KINDS:
        return ""
    counts = column.counts()
    present = int(counts.sum())
    marked = bool(match["before"] or match["after"])
    if match["alone"]:
        fewest, least = FEWEST_UNMARKED, RARELY
    elif match["who"]:
        fewest, least = (FEWEST, RARELY) if marked else (FEWEST_UNMARKED, OFTEN)
    else:
        fewest, least = (FEWEST_UNMARKED, OFTEN) if marked else (FEWEST_THINGS, OFTEN)
        if not marked and column.kind == "integer":  # a number of sessions, a size of a family
            return ""
    if len(counts) < fewest or present < least * len(counts) or 2 * present < column.rows:
        return ""
    return f"its {counted(len(counts), 'value')} come back in other rows; rows of one stay in one fold"


def time_reason(column: Column) -> str:
    """Why the column looks like the time of each row; empty where it does not."""
    if column.kind == "integer" and YEAR_NAME.fullmatch(column.name.strip()):
        return "its years stand in order; blocks of time keep the future out of training" if _ordered(column) else ""
    if column.kind == "integer" and EVENT.fullmatch(_spaced(column.name)) and _since_1970(column):
        return "it seems to hold seconds since 1970; blocks of time keep the future out of training"
    if column.kind != "date" or not EVENT.fullmatch(_spaced(column.name)):
        return ""
    if column.missing.mean() > MOST_MISSING or len(column.counts()) < FEWEST_DAYS:
        return ""
    return "it seems to say when each row was; blocks of time keep the future out of training"


def is_marked(name: str) -> bool:
    """Whether a name speaks of the identifier of somebody or something: "patient_id", "studyid"."""
    match = GROUP_NAME.fullmatch(_spaced(name))
    return match is not None and bool(match["before"] or match["after"])


def _ordered(column: Column) -> bool:
    """Years, none missing, that never fall from row to row: a series, and not people of many birth years."""
    years = np.asarray(column.values, np.float64)
    if np.isnan(years).any() or len(np.unique(years)) < FEWEST_DAYS:
        return False
    return bool(YEARS[0] <= years.min() and years.max() <= YEARS[1] and np.all(np.diff(years) >= 0))


def _since_1970(column: Column) -> bool:
    times = np.asarray(column.values, np.float64)
    if np.isnan(times).any() or len(np.unique(times)) < FEWEST_DAYS:
        return False
    return any(SECONDS[0] * unit <= times.min() and times.max() <= SECONDS[1] * unit for unit in (1, 1000))


def _group_name(column: Column) -> re.Match[str] | None:
    return GROUP_NAME.fullmatch(_spaced(column.name))


def _spaced(name: str) -> str:
    """patientId as patient_Id."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())

"""One file per noun; each: choices, QuerySet, Model."""

from .comparison import ComparedStudy, Comparison
from .dataset import Column, Dataset, DatasetVersion
from .event import Event
from .lane import Lane
from .secret import ApiToken, OneTimeLink
from .split_plan import SplitPlan
from .study import ACTIVE, ASKING, TERMINAL, Method, Study, StudyState
from .team import Membership, Role, Team
from .trial import Attempt, Outcome, Reason, Source, Trial, TrialPredictions, TrialState
from .user import User
from .worker import ReconcilerLock, WorkerProcess

__all__ = [
    "ACTIVE",
    "ASKING",
    "TERMINAL",
    "ApiToken",
    "Attempt",
    "Column",
    "ComparedStudy",
    "Comparison",
    "Dataset",
    "DatasetVersion",
    "Event",
    "Lane",
    "Membership",
    "Method",
    "OneTimeLink",
    "Outcome",
    "Reason",
    "ReconcilerLock",
    "Role",
    "Source",
    "SplitPlan",
    "Study",
    "StudyState",
    "Team",
    "Trial",
    "TrialPredictions",
    "TrialState",
    "User",
    "WorkerProcess",
]

"""One file per noun; each: choices, QuerySet, Model."""

from .comment import Comment, anchor
from .comparison import ComparedStudy, Comparison
from .dataset import Column, Dataset, DatasetVersion
from .dataset_change import DatasetChange
from .errand import Errand, ErrandState
from .event import Event, NeverChanged
from .expected_score import ExpectedScore
from .guard_answer import GuardAnswer
from .held_out import HeldOutSet
from .invitation import Invitation
from .lane import Lane
from .model_file import ModelFile
from .nested_audit import AuditScoring, AuditStage, NestedAudit
from .opening import Opening
from .probe_timing import UNFINISHED, ProbeState, ProbeTiming
from .proposal import Proposal, ProposalState, Standing, may_decide
from .secret import ApiToken, OneTimeLink
from .split_plan import SplitPlan
from .study import ACTIVE, ASKING, TERMINAL, Method, Study, StudyState
from .table_reading import TableReading
from .tag import BadTag, Tag, tag_words
from .team import Membership, Refused, Role, Team
from .team_event import TeamEvent
from .trial import Attempt, Outcome, Reason, Source, Trial, TrialPredictions, TrialState
from .user import User
from .version_difference import VersionDifference
from .worker import ReconcilerLock, SiteFacts, WorkerProcess

__all__ = [
    "ACTIVE",
    "ASKING",
    "TERMINAL",
    "UNFINISHED",
    "ApiToken",
    "Attempt",
    "AuditScoring",
    "AuditStage",
    "BadTag",
    "Column",
    "Comment",
    "ComparedStudy",
    "Comparison",
    "Dataset",
    "DatasetChange",
    "DatasetVersion",
    "Errand",
    "ErrandState",
    "Event",
    "ExpectedScore",
    "GuardAnswer",
    "HeldOutSet",
    "Invitation",
    "Lane",
    "Membership",
    "Method",
    "ModelFile",
    "NestedAudit",
    "NeverChanged",
    "OneTimeLink",
    "Opening",
    "Outcome",
    "ProbeState",
    "ProbeTiming",
    "Proposal",
    "ProposalState",
    "Reason",
    "ReconcilerLock",
    "Refused",
    "Role",
    "SiteFacts",
    "Source",
    "SplitPlan",
    "Standing",
    "Study",
    "StudyState",
    "TableReading",
    "Tag",
    "Team",
    "TeamEvent",
    "Trial",
    "TrialPredictions",
    "TrialState",
    "User",
    "VersionDifference",
    "WorkerProcess",
    "anchor",
    "may_decide",
    "tag_words",
]

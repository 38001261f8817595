"""Looking rows up with access: another team's id is as if it had never existed."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from studies.models import Comparison, Dataset, DatasetVersion, Membership, Study, Team


def get_membership(request: HttpRequest) -> Membership:
    """The person's role in the team they work in now; 403 for somebody who is in no team."""
    if request.membership is None:
        raise PermissionDenied("You belong to no team. Ask a team's owner to add you.")
    return request.membership


def current_team(request: HttpRequest) -> Team:
    return get_membership(request).team


def require_editor(request: HttpRequest) -> Membership:
    """The membership when its role may launch and change; 403 for viewers."""
    membership = get_membership(request)
    if not membership.can_edit:
        raise PermissionDenied("Viewers can look at everything but change nothing. Ask an owner for the editor role.")
    return membership


def require_owner(request: HttpRequest) -> Membership:
    """The membership when its role may manage the team; 403 for everybody else."""
    membership = get_membership(request)
    if not membership.can_manage:
        raise PermissionDenied("Only an owner of the team can do that. Ask one of them.")
    return membership


def get_study(request: HttpRequest, pk: int) -> Study:
    return get_object_or_404(
        Study.objects.visible_to(request.user).select_related("dataset_version__dataset", "follows"), pk=pk
    )


def get_study_to_edit(request: HttpRequest, pk: int) -> Study:
    return _editable(request, Study.objects.select_related("dataset_version__dataset"), pk)


def get_comparison(request: HttpRequest, pk: int) -> Comparison:
    return get_object_or_404(Comparison.objects.visible_to(request.user).select_related("created_by", "team"), pk=pk)


def membership_in(request: HttpRequest, study: Study) -> Membership:
    """The person's role in the team of a study that they may see, which need not be the team they work in now."""
    if request.membership is not None and request.membership.team_id == study.team_id:
        return request.membership
    own = Membership.objects.select_related("team", "user")
    return get_object_or_404(own, user=request.user, team=study.team_id)


def get_study_to_decide(request: HttpRequest, pk: int) -> Study:
    """A study of a team that the person owns; 403 for its other members."""
    study = get_study(request, pk)
    if not membership_in(request, study).can_manage:
        raise PermissionDenied("Owners decide what the team stands behind. Ask one of them.")
    return study


def get_comparison_to_edit(request: HttpRequest, pk: int) -> Comparison:
    return _editable(request, Comparison.objects.select_related("team"), pk)


def get_version(request: HttpRequest, pk: int) -> DatasetVersion:
    return get_object_or_404(DatasetVersion.objects.visible_to(request.user).select_related("dataset"), pk=pk)


def get_dataset(request: HttpRequest, pk: int) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related("held_out"), pk=pk)


def get_dataset_to_edit(request: HttpRequest, pk: int) -> Dataset:
    return _editable(request, Dataset.objects.all(), pk)


def _editable(request: HttpRequest, rows: QuerySet, pk: int):
    row = rows.editable_by(request.user).filter(pk=pk).first()
    if row is None:
        get_object_or_404(rows.visible_to(request.user), pk=pk)
        raise PermissionDenied("Viewers can look at everything but change nothing. Ask an owner for the editor role.")
    return row

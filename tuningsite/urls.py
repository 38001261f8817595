"""Every route of the site. Public ones are decorated login_not_required and pinned by tests/views/test_access.py."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from studies.api import urls as api_urls
from studies.forms.accounts import SignInForm
from studies.views import (
    account,
    accounts,
    charts,
    comments,
    compare,
    datasets,
    health,
    help,
    inbox,
    invitations,
    members,
    new_study,
    review,
    selection,
    shelving,
    study,
    study_actions,
    tags,
    take_away,
    team,
    trial,
    trials_csv,
    workers,
)
from studies.views import studies as list_of_studies

handler500 = "studies.views.errors.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    # accounts, team, health
    path(
        "accounts/login/",
        LoginView.as_view(
            template_name="accounts/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
        ),
        name="sign_in",
    ),
    path("accounts/logout/", LogoutView.as_view(), name="sign_out"),
    path("accounts/link/<str:secret>/", accounts.one_time_link, name="one_time_link"),
    path("accounts/invitation/<str:secret>/", invitations.invitation, name="invitation"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/teams/", account.new_team, name="new_team"),
    path("team/", team.team, name="team"),
    path("team/<int:pk>/switch/", team.switch_team, name="switch_team"),
    path("team/name/", team.rename_team, name="rename_team"),
    path("team/tokens/", team.new_token, name="new_token"),
    path("team/tokens/<int:pk>/revoke/", team.revoke_token, name="revoke_token"),
    path("team/invitations/", invitations.new_invitation, name="new_invitation"),
    path("team/invitations/<int:pk>/revoke/", invitations.revoke_invitation, name="revoke_invitation"),
    path("team/members/<int:pk>/role/", members.change_role, name="change_role"),
    path("team/members/<int:pk>/remove/", members.remove_member, name="remove_member"),
    path("team/members/<int:pk>/password/", members.password_link, name="password_link"),
    path("team/leave/", members.leave_team, name="leave_team"),
    path("help/", help.help_page, name="help"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # datasets
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/new/", datasets.new_dataset, name="new_dataset"),
    path("datasets/samples/<str:key>/", datasets.add_sample, name="add_sample"),
    path("datasets/<int:pk>/", datasets.dataset, name="dataset"),
    path("datasets/<int:pk>/new/", datasets.new_version, name="new_version"),
    path("datasets/<int:pk>/versions/<int:number>/columns/", datasets.correct_columns, name="correct_columns"),
    path("datasets/<int:pk>/delete/", datasets.remove_dataset, name="remove_dataset"),
    # studies: list, study, trial, compare, workers
    path("", list_of_studies.studies, name="studies"),
    path("studies-live/", list_of_studies.studies_live, name="studies_live"),
    path("studies/selected/", selection.studies_selected, name="studies_selected"),
    path("studies/<int:pk>/", study.study, name="study"),
    path("studies/<int:pk>/live/", study.study_live, name="study_live"),
    path("studies/<int:pk>/launch/", study_actions.study_launch, name="study_launch"),
    path("studies/<int:pk>/pause/", study_actions.study_pause, name="study_pause"),
    path("studies/<int:pk>/resume/", study_actions.study_resume, name="study_resume"),
    path("studies/<int:pk>/stop/", study_actions.study_stop, name="study_stop"),
    path("studies/<int:pk>/finish/", study_actions.study_finish, name="study_finish"),
    path("studies/<int:pk>/delete/", study_actions.study_delete, name="study_delete"),
    path("studies/<int:pk>/limits/", study_actions.study_limits, name="study_limits"),
    path("studies/<int:pk>/add/", study_actions.study_add_trial, name="study_add_trial"),
    path("studies/<int:pk>/archive/", shelving.study_archive, name="study_archive"),
    path("studies/<int:pk>/unarchive/", shelving.study_unarchive, name="study_unarchive"),
    path("studies/<int:pk>/tags/", tags.study_tags, name="study_tags"),
    path("studies/<int:pk>/charts/<slug:slug>/", charts.study_chart, name="study_chart"),
    path("studies/<int:pk>/trials.csv", trials_csv.trials_csv, name="trials_csv"),
    path("studies/<int:pk>/study.json", take_away.study_json, name="study_json"),
    path("studies/<int:pk>/trials/<int:number>/", trial.trial, name="trial"),
    path("studies/<int:pk>/trials/<int:number>/code/", take_away.trial_code, name="trial_code"),
    path("studies/<int:pk>/trials/<int:number>/recipe.py", take_away.trial_recipe, name="trial_recipe"),
    path("compare/", compare.compare, name="compare"),
    path("compare/<int:pk>/", compare.saved_comparison, name="saved_comparison"),
    path("compare/charts/best-so-far/", charts.compare_chart, name="compare_chart"),
    path("workers/", workers.workers, name="workers"),
    path("workers/live/", workers.workers_live, name="workers_live"),
    # review
    path("inbox/", inbox.inbox, name="inbox"),
    path("studies/<int:pk>/review/", review.review, name="review"),
    path("studies/<int:pk>/review/propose/", review.propose, name="propose"),
    path("studies/<int:pk>/review/<int:proposal>/<slug:act>/", review.decide, name="decide"),
    path("studies/<int:pk>/review/comments/", comments.add_comment, name="add_comment"),
    path("studies/<int:pk>/review/comments/<int:comment>/edit/", comments.edit_comment, name="edit_comment"),
    path("studies/<int:pk>/review/comments/<int:comment>/delete/", comments.delete_comment, name="delete_comment"),
    # new study
    path("studies/new/", new_study.new_study, name="new_study"),
    path("studies/new/check/", new_study.check_new_study, name="check_new_study"),
    # API
    path("api/v1/", include((api_urls.urlpatterns, "ninja"), namespace="api")),
]

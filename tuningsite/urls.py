"""Every route of the site. Public ones are decorated login_not_required and pinned by tests/views/test_access.py."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from studies.api import urls as api_urls
from studies.forms.accounts import SignInForm
from studies.views import accounts, datasets, health, help, team

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
    path("team/", team.team, name="team"),
    path("team/<int:pk>/switch/", team.switch_team, name="switch_team"),
    path("team/tokens/<int:pk>/revoke/", team.revoke_token, name="revoke_token"),
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
    # new study
    # API
    path("api/v1/", include((api_urls.urlpatterns, "ninja"), namespace="api")),
]

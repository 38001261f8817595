"""Every route of the site. Public ones are decorated login_not_required and pinned by tests/views/test_access.py."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path

from studies.forms.accounts import SignInForm
from studies.views import accounts, health, help, team

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
    # studies: list, study, trial, compare, workers
    # new study
    # API
]

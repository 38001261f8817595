"""Every route of the site. Public ones are decorated login_not_required and pinned by tests/views/test_access.py."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    # accounts, team, health
    # datasets
    # studies: list, study, trial, compare, workers
    # new study
    # API
]

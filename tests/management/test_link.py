"""`manage.py link`: a one-time link by which a known person signs in."""

from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from studies.models import OneTimeLink, User

pytestmark = pytest.mark.django_db


def test_the_printed_link_signs_in(alice: User, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("link", "Alice@example.org")
    url = urlsplit(capsys.readouterr().out.strip())
    assert (url.scheme, url.netloc) == ("http", "127.0.0.1:8000")
    client.post(url.path)
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_the_link_is_stored_hashed(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("link", alice.email, "--url", "https://tuning.example.org/")
    url = capsys.readouterr().out.strip()
    assert url.startswith("https://tuning.example.org/accounts/link/")
    secret = url.rstrip("/").rsplit("/", 1)[1]
    assert secret not in OneTimeLink.objects.get().secret_hash


def test_nobody_and_closed_accounts_get_none(alice: User) -> None:
    with pytest.raises(CommandError, match=r"Nobody has the address bob@example\.org"):
        call_command("link", "bob@example.org")
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="closed"):
        call_command("link", alice.email)
    assert OneTimeLink.objects.count() == 0

"""A new password by e-mail: there only where the site sends any."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from studies.models import User

pytestmark = pytest.mark.django_db
NEW = {"new_password1": "seven green boats", "new_password2": "seven green boats"}


@pytest.fixture
def sends_mail(settings) -> None:
    settings.EMAIL_URL = "smtp://localhost"


def test_without_mail_nothing_offers_it(client: Client) -> None:
    assert "Forgot password?" not in client.get("/accounts/login/").content.decode()
    for path in ("/accounts/forgotten/", "/accounts/forgotten/sent/", "/accounts/forgotten/x/y/"):
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_the_link_in_the_mail_lets_choose_a_password(
    sends_mail: None, client: Client, client_of: Callable[[User], Client], bob: User
) -> None:
    elsewhere = client_of(bob)
    assert "Forgot password?" in client.get("/accounts/login/").content.decode()
    assert client.post("/accounts/forgotten/", {"email": "BOB@example.org"})["Location"] == "/accounts/forgotten/sent/"
    (sent,) = mail.outbox
    assert sent.to == [bob.email]
    link = re.search(r"http://testserver(/accounts/forgotten/\S+)", sent.body)[1]
    form = client.get(link)["Location"]
    assert "similar" in client.post(form, dict.fromkeys(NEW, bob.email)).content.decode()
    assert client.post(form, NEW)["Location"] == "/"
    assert client.get("/account/").context["user"] == bob
    assert elsewhere.get("/").status_code == 302
    page = Client().get(link).content.decode()
    assert "no longer works" in page


def test_nobody_learns_which_addresses_have_an_account(sends_mail: None, client: Client, bob: User) -> None:
    answers = {client.post("/accounts/forgotten/", {"email": email})["Location"] for email in (bob.email, "x@y.org")}
    assert len(answers) == 1
    assert len(mail.outbox) == 1
    assert "no longer works" in client.get("/accounts/forgotten/x/y/").content.decode()
    assert "valid email" in client.post("/accounts/forgotten/", {"email": "x"}).content.decode()


def test_one_mail_in_five_minutes_however_often_somebody_asks(sends_mail: None, client: Client, bob: User) -> None:
    for email in (bob.email, bob.email.upper(), bob.email):
        assert client.post("/accounts/forgotten/", {"email": email})["Location"] == "/accounts/forgotten/sent/"
    assert len(mail.outbox) == 1
    User.objects.update(password_mail_at=timezone.now() - timedelta(minutes=6))
    client.post("/accounts/forgotten/", {"email": bob.email})
    assert len(mail.outbox) == 2


def test_the_link_leads_to_the_site_whatever_host_was_asked(
    sends_mail: None, client: Client, bob: User, settings
) -> None:
    settings.TUNINGSITE_URL = "https://tuning.example.org"
    client.post("/accounts/forgotten/", {"email": bob.email}, headers={"host": "localhost:666"})
    (sent,) = mail.outbox
    assert "https://tuning.example.org/accounts/forgotten/" in sent.body
    assert "666" not in sent.body + sent.subject

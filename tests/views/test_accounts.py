"""Signing in and out, and the one-time links."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studies.models import Membership, OneTimeLink, Role, Team, User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
OWNER = {"email": "Olga@Example.org", "password": "seven green boats", "team": "Red team"}


def link_path(user: User | None = None) -> str:
    return reverse("one_time_link", args=[OneTimeLink.make(user)])


def signed_in_as(client: Client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).email if pk else None


def test_signing_in_goes_to_the_studies(client: Client, alice: User) -> None:
    response = client.post(SIGN_IN, {"username": " Alice@Example.org ", "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert signed_in_as(client) == "alice@example.org"


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client: Client, alice: User) -> None:
    assert client.get("/team/")["Location"] == f"{SIGN_IN}?next=/team/"
    response = client.post(f"{SIGN_IN}?next=/team/", {"username": alice.email, "password": PASSWORD})
    assert response["Location"] == "/team/"


def test_signing_in_goes_to_no_other_site(client: Client, alice: User) -> None:
    response = client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD, "next": "https://example.com/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("x" * 300, PASSWORD)],
)
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    client: Client, alice: User, email: str, password: str
) -> None:
    page = client.post(SIGN_IN, {"username": email, "password": password}).content.decode()
    assert "do not go together" in page
    assert f'value="{email}"' in page
    assert password not in page


def test_a_closed_account_does_not_sign_in(client: Client, alice: User) -> None:
    User.objects.update(is_active=False)
    client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    assert signed_in_as(client) is None


def test_ten_failures_lock_the_address_out_however_it_is_written(client: Client, alice: User) -> None:
    for i in range(10):
        email = alice.email.upper() if i % 2 else alice.email
        response = client.post(SIGN_IN, {"username": email, "password": "wrong"})
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()
    response = client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    assert response.status_code == 429
    assert signed_in_as(client) is None


def test_a_locked_out_person_comes_in_by_a_link(client: Client, alice: User) -> None:
    for _ in range(10):
        client.post(SIGN_IN, {"username": alice.email, "password": "wrong"})
    client.post(link_path(alice))
    assert signed_in_as(client) == alice.email


def test_signing_out_takes_a_post(client_of: Callable[[User], Client], alice: User) -> None:
    client = client_of(alice)
    assert client.get("/accounts/logout/").status_code == 405
    assert signed_in_as(client) == alice.email
    assert client.post("/accounts/logout/")["Location"] == SIGN_IN
    assert signed_in_as(client) is None


def test_the_first_link_shows_a_form_and_is_not_used_up_by_looking(client: Client) -> None:
    path = link_path()
    for _ in range(3):
        page = client.get(path)
        assert page.status_code == 200
        assert all(f'name="{field}"' in page.content.decode() for field in OWNER)
    assert OneTimeLink.objects.get().used_at is None
    assert "no-store" in page["Cache-Control"]


def test_the_first_link_makes_the_owner_and_signs_in(client: Client) -> None:
    path = link_path()
    session = client.session.session_key
    response = client.post(path, OWNER)
    assert (response.status_code, response["Location"]) == (302, "/")
    membership = Membership.objects.get()
    assert (membership.user.email, membership.team.name, membership.role) == (
        "olga@example.org",
        "Red team",
        Role.OWNER,
    )
    assert membership.user.check_password(OWNER["password"])
    assert signed_in_as(client) == "olga@example.org"
    assert client.session.session_key != session
    assert Client().post(path, OWNER | {"email": "mallory@example.org"}).status_code == 410
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "olga@example.org"}, "too similar"),
        ({"email": "olga"}, "valid email"),
        ({"team": " "}, "required"),
    ],
)
def test_a_refused_owner_form_keeps_what_was_typed(client: Client, change: dict[str, str], words: str) -> None:
    path = link_path()
    typed = OWNER | change
    response = client.post(path, typed)
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert f'value="{typed["email"]}"' in page
    assert User.objects.count() == Team.objects.count() == 0
    assert OneTimeLink.objects.get().used_at is None


def test_the_second_of_two_first_links_makes_nobody(client: Client) -> None:
    first, second = link_path(), link_path()
    client.post(first, OWNER)
    response = Client().post(second, OWNER | {"email": "mallory@example.org"})
    assert response.status_code == 410
    assert Client().get(second).status_code == 410
    assert User.objects.count() == 1


def test_a_link_for_a_person_asks_before_it_signs_in(client: Client, alice: User) -> None:
    path = link_path(alice)
    page = client.get(path)
    assert "Sign in as alice@example.org" in page.content.decode()
    assert signed_in_as(client) is None
    assert client.post(path)["Location"] == "/"
    assert signed_in_as(client) == alice.email
    again = Client()
    assert again.post(path).status_code == 410
    assert signed_in_as(again) is None


@pytest.mark.parametrize("owner_exists", [True, False])
def test_an_expired_link_says_how_to_get_a_new_one(client: Client, db: None, owner_exists: bool, request) -> None:
    alice = request.getfixturevalue("alice") if owner_exists else None
    path = link_path(alice)
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for response in (client.get(path), client.post(path, OWNER)):
        assert response.status_code == 410
        assert ("manage.py link EMAIL" if owner_exists else "manage.py owner EMAIL") in response.content.decode()
    assert signed_in_as(client) is None


def test_a_link_does_not_open_a_closed_account(client: Client, alice: User) -> None:
    path = link_path(alice)
    User.objects.update(is_active=False)
    assert client.post(path).status_code == 410
    assert signed_in_as(client) is None


def test_an_invented_link_and_wrong_verbs(client: Client) -> None:
    assert client.get("/accounts/link/invented/").status_code == 410
    path = link_path()
    assert client.put(path).status_code == 405
    assert client.delete(path).status_code == 405


def test_forms_need_the_token_of_this_site(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "was not sent from here" in response.content.decode()

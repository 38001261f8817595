"""What is public is on this list; everything else asks who is there. And what every answer carries."""

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter
from django.utils.http import urlencode

from studies.models import (
    ApiToken,
    Comment,
    Comparison,
    Event,
    Invitation,
    Proposal,
    Role,
    Study,
    User,
    VersionDifference,
)
from studies.tabular import csv_cell
from tests.factories import make_study, make_trial, make_version

pytestmark = pytest.mark.django_db

PUBLIC = {"sign_in", "one_time_link", "invitation", "healthz", "readyz"}
NOT_THERE = {"metrics"}  # public, where METRICS_TOKEN opens it to who knows it
WITH_MAIL = {"forgot", "forgot_sent", "forgot_choose"}  # public too, where the site sends e-mail
DUMMIES = {IntConverter: 1, StringConverter: "x", SlugConverter: "x"}
NOT_OF_THE_API = "/api/v1/"  # the route by which the API answers whatever it does not know


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path, with dummy arguments, and name of every route of the site."""
    for pattern in patterns:
        path = prefix + filled(pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, str(pattern.name)


def filled(pattern: URLPattern | URLResolver) -> str:
    path = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = next(kind for kind in type(converter).__mro__ if kind in DUMMIES)
        for spelled in (f"<{name}>", *(f"<{word}:{name}>" for word in ("int", "str", "slug", "path"))):
            path = path.replace(spelled, str(DUMMIES[kind]))
    return path


ROUTES = dict(routes(get_resolver().url_patterns, "/"))


def test_the_walk_finds_the_site() -> None:
    names = {"studies", "study", "trial", "datasets", "dataset", "new_study", "compare", "workers", "team", "help"}
    assert names | PUBLIC <= set(ROUTES.values())
    assert all("<" not in path for path in ROUTES)


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_a_route_is_public_only_if_it_is_on_the_list(client: Client, path: str) -> None:
    name = ROUTES[path]
    for method in ("get", "post"):
        response = getattr(client, method)(path)
        if name in WITH_MAIL | NOT_THERE:
            assert response.status_code in ({404, 405} if name in NOT_THERE else {404})
        elif name in PUBLIC:
            assert response.status_code in {200, 403, 405, 410, 503}, f"{method} {path}"
        elif path == NOT_OF_THE_API:
            assert response.status_code == 404
        elif path.startswith(NOT_OF_THE_API):
            assert response.status_code in {401, 405}, f"{method} {path}"
        else:
            assert response.status_code == 302, f"{method} {path}"
            assert response["Location"].startswith(f"{reverse('sign_in')}?next="), f"{method} {path}"


@pytest.mark.parametrize("name", ["studies", "datasets", "new_dataset", "team", "help", "workers", "new_study"])
def test_pages_forbid_foreign_and_inline_scripts(client_of: Callable[[User], Client], alice: User, name: str) -> None:
    response = client_of(alice).get(reverse(name))
    assert response.status_code == 200
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == policy["default-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe-eval" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    page = response.content.decode()
    assert " onclick=" not in page
    assert "<style" not in page


@pytest.mark.parametrize("path", sorted(path for path in ROUTES if not path.startswith(NOT_OF_THE_API)))
def test_head_is_answered_as_get_is(client_of: Callable[[User], Client], alice: User, path: str) -> None:
    client = client_of(alice)
    assert client.head(path).status_code == client.get(path).status_code


def test_cookies_are_out_of_reach_of_scripts(client: Client, alice: User) -> None:
    client.post(reverse("sign_in"), {"username": alice.email, "password": "a long enough password"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


# -- every id of ours is as if it had never existed, for a stranger


def with_ids(patterns: list[URLPattern | URLResolver]) -> list[str]:
    """The routes that name a row: all with arguments, but those of the API, public ones and those for texts of ours."""
    routes = [
        pattern for pattern in patterns if isinstance(pattern, URLPattern) and pattern.name not in PUBLIC | WITH_MAIL
    ]
    return [str(pattern.pattern) for pattern in routes if pattern.pattern.converters and pattern.name not in OF_NOBODY]


OF_NOBODY = {"help_page", "add_sample"}  # texts and tables that come with the site
WITH_IDS = with_ids(get_resolver().url_patterns)


@pytest.fixture
def ids(alice: User, bob: User) -> dict[str, dict[str, object]]:
    """For the first words of a route, what its arguments stand for: rows of alice's team that are really there."""
    team = alice.teams.get()
    study = make_study(make_version(team, alice), alice, state="complete")
    trial = make_trial(study, 1, error="=1+1")
    proposal = Proposal.objects.create(study=study, trial=trial, reason="Good.", by=bob, by_name=str(bob))
    said = study.comments.create(text="Hm.", by=alice, by_name=str(alice))
    both = [study, make_study(study.dataset_version, alice)]
    comparison = Comparison.make(team, "Both", both, by=alice)
    owner, editor = team.memberships.get(user=alice), team.memberships.get(user=bob)
    ApiToken.make(owner, "a script")
    Invitation.make(owner, Role.VIEWER)
    of_study = {"proposal": proposal.pk, "comment": said.pk, "act": "approve", "number": 1, "slug": "convergence"}
    return {
        "studies/": {"pk": study.pk, **of_study},
        "datasets/": {"pk": study.dataset_version.dataset_id, "number": 1, "position": 0},
        "compare/charts/": {"slug": "best-so-far", "?": urlencode([("study", each.pk) for each in both])},
        "compare/": {"pk": comparison.pk, "slug": "best-so-far"},
        "team/<int:pk>/": {"pk": team.pk},
        "team/tokens/": {"pk": ApiToken.objects.get().pk},
        "team/invitations/": {"pk": Invitation.objects.get().pk},
        "team/members/": {"pk": editor.pk},
    }


def filled_in(route: str, ids: dict[str, dict[str, object]]) -> str:
    """The path of a real row. A new kind of row must be named in `ids`: then this walk covers it."""
    arguments = next((names for words, names in ids.items() if route.startswith(words)), None)
    assert arguments is not None, f"whose row is {route}? Name it in the fixture `ids`."
    for name, value in arguments.items():
        route = re.sub(rf"<(\w+:)?{name}>", str(value), route)
    assert "<" not in route, f"the fixture `ids` lacks an argument of {route}"
    return f"/{route}?{arguments.get('?', '')}"


@pytest.mark.parametrize("route", WITH_IDS)
def test_a_stranger_meets_404_at_every_id(
    client_of: Callable[[User], Client], alice: User, charlie: User, ids: dict, route: str
) -> None:
    path = filled_in(route, ids)
    before = {name: list(model.objects.order_by("pk").values()) for name, model in WATCHED.items()}
    stranger = client_of(charlie)
    answers = [stranger.get(path).status_code, stranger.post(path).status_code]
    assert set(answers) <= {404, 405}
    assert 404 in answers
    assert before == {name: list(model.objects.order_by("pk").values()) for name, model in WATCHED.items()}
    owner = client_of(alice)
    shown = owner.get(path)
    assert {shown.status_code, owner.post(path).status_code} != {404}, "the row is there for its owner"
    if shown["Content-Type"].startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(shown.getvalue().decode(), newline="")) for cell in row]
        assert "'=1+1" in cells, "what somebody wrote is in it"
        assert [csv_cell(cell) for cell in cells] == cells, "and is no formula"


ROWS = (Study, Proposal, Comment, Comparison, Invitation, ApiToken, Event, VersionDifference)
WATCHED = {model.__name__: model for model in ROWS}


def test_the_walk_covers_studies_datasets_reviews_and_teams() -> None:
    assert len(WITH_IDS) > 35
    assert {route.split("/")[0] for route in WITH_IDS} == {"studies", "datasets", "compare", "team"}


@pytest.mark.parametrize("path", ["/nope/", "/studies/999999/", "/datasets/999999/"])
def test_what_is_not_there_is_a_page_of_the_site(client_of: Callable[[User], Client], alice: User, path: str) -> None:
    response = client_of(alice).get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_stranger_learns_no_more_from_a_missing_page(client: Client) -> None:
    page = client.get("/nope/").content.decode()
    assert "There is no such page" in page
    assert "Studies</a>" not in page


def test_the_page_of_a_failure_needs_no_database(rf) -> None:
    # No database for this one: the marker of the module does not make the handler query.
    from django.db import OperationalError, connection
    from django.views.defaults import bad_request, server_error

    def refuse(*args: object) -> None:
        raise OperationalError("down")

    with connection.execute_wrapper(refuse):
        response = server_error(rf.get("/"))
        assert response.status_code == 500
        assert "Something broke on our side" in response.content.decode()
        assert bad_request(rf.get("/"), Exception("x")).status_code == 400


def test_a_host_that_is_not_ours_is_refused(client: Client) -> None:
    response = client.get("/accounts/login/", headers={"host": "evil.example.com"})
    assert response.status_code == 400
    assert "evil.example.com" not in response.content.decode()

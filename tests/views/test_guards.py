"""What the page of a dataset warns of: cards with remedies, reasons to keep a column, and the checks that passed."""

import pytest

from studies.engine.guards import keep_as_it_is
from studies.engine.intake import store_upload
from studies.engine.refused import Refused
from studies.engine.standing import kept_sentences, standing
from studies.models import DatasetVersion, Team, User
from studies.tabular.errors import condense, quote, warning
from studies.views.guards import split_message
from tests.factories import make_study, make_version
from tests.views.uploads import ClientOf, file_of

pytestmark = pytest.mark.django_db

ROWS = 300
DAYS = [1 + i * 7919 % 365 for i in range(ROWS)]
VISITS = "patient,days_to_next_visit,age,readmitted\n" + "\n".join(
    f"P-{1000 + i % 150},{day},{20 + i * 31 % 60},{'yes' if day <= 120 else 'no'}" for i, day in enumerate(DAYS)
)


@pytest.fixture
def version(team: Team, alice: User) -> DatasetVersion:
    """Its days to the next visit give the target away; its patients come back and are a group by themselves."""
    return store_upload(team, alice, file_of(VISITS), "Visits", target="readmitted")


def post(client: ClientOf, version: DatasetVersion, **data: str) -> str:
    path = f"/datasets/{version.dataset_id}/versions/{version.number}/guards/"
    return client.post(path, data, follow=True).content.decode()


def test_a_leak_is_kept_with_a_reason_and_asked_about_again(
    client_of: ClientOf, bob: User, vera: User, version: DatasetVersion
) -> None:
    client, path = client_of(bob), f"/datasets/{version.dataset_id}/"
    page = client.get(path).content.decode()
    assert "once <b>1 question</b> is answered" in page
    assert "“days_to_next_visit” may give the target away.</b>" in page
    assert "no duplicate rows" in page.casefold()
    leak = {"code": "telling", "column": "days_to_next_visit"}
    assert "Say why, in a few words." in post(client, version, act="keep", reason=" ", **leak)
    page = post(client, version, act="keep", reason="Known at discharge.", **leak)
    assert "<b>fit for tuning</b>" in page
    assert "Known at discharge." in page
    assert "kept the column “days_to_next_visit”" in version.dataset.team.events.first().what
    assert "settled in the meantime" in post(client, version, act="keep", reason="Twice", **leak)
    seen = client_of(vera).get(path).content.decode()
    assert "Known at discharge." in seen
    assert "Ask again" not in seen
    newer = store_upload(version.dataset.team, bob, file_of(VISITS + "\n"), "", dataset=version.dataset)
    assert "Known at discharge." in client.get(f"{path}?version={newer.number}").content.decode()
    assert "1 question" in post(client, newer, act="ask", **leak)


@pytest.fixture
def constants(team: Team, alice: User) -> DatasetVersion:
    """Seven columns of one value, the last two of them told in one warning."""
    warnings = [warning("constant", f"Column {quote(name)} is always 1.", name, "asks") for name in "abcdefg"]
    version = make_version(team, alice)
    version.warnings = condense(warnings)
    version.save()
    return version


def test_a_warning_of_many_columns_is_kept_for_each_by_name(
    client_of: ClientOf, alice: User, bob: User, constants: DatasetVersion
) -> None:
    client, many = client_of(bob), {"code": "constant", "column": ""}
    page = post(client, constants, act="keep", reason="Filled in later.", **many)
    assert "What is said of “a” holds for 2 more columns.</b><p>“f”, “g”." in page
    assert {answer.column for answer in constants.dataset.guard_answers.all()} == {"f", "g"}
    constants.warnings[-1]["figures"]["columns"] = ["f", "g", "h"]  # as a later version has it
    constants.save()
    page = client.get(f"/datasets/{constants.dataset_id}/").content.decode()
    assert "once <b>6 questions</b>" in page
    assert "holds for 1 more column.</b><p>“h”." in page
    keep_as_it_is(constants, alice, "constant", "", "Another reason.")
    page = client.get(f"/datasets/{constants.dataset_id}/").content.decode()
    assert "<b>“h”</b> kept by alice" in page
    with pytest.raises(Refused):
        keep_as_it_is(constants, alice, "constant", "", "Twice")
    post(client, constants, act="ask", **many)
    assert not constants.dataset.guard_answers.exists()


def test_what_is_kept_is_no_open_question_of_a_study(constants: DatasetVersion, bob: User) -> None:
    keep_as_it_is(constants, bob, "constant", "", "Filled in later.")
    found = standing(constants)
    assert [one.is_asked for one in found] == [True] * 5 + [False]
    (kept,) = kept_sentences(found)
    assert kept.startswith("The columns “f”, “g” are kept by bob")


def test_a_remedy_ignores_the_column_or_makes_a_new_version(
    client_of: ClientOf, bob: User, vera: User, version: DatasetVersion
) -> None:
    leak = {"code": "telling", "column": "days_to_next_visit", "act": "ignore"}
    path = f"/datasets/{version.dataset_id}/versions/1/guards/"
    assert client_of(vera).post(path, leak).status_code == 403
    make_study(version, bob, state="complete")
    client = client_of(bob)
    assert "becomes a new version" in client.get(f"/datasets/{version.dataset_id}/").content.decode()
    page = post(client, version, **leak)
    assert "this is version 2" in page
    newest = version.dataset.latest
    assert newest.columns.get(name="days_to_next_visit").role == "ignored"
    assert not any(warning["code"] == "telling" for warning in newest.warnings)
    assert "settled in the meantime" in post(client, newest, **leak)


def test_stray_words_and_numbers_are_read_as_missing_at_a_click(client_of: ClientOf, bob: User, team: Team) -> None:
    lines = [
        f"{'unknown' if i % 9 == 0 else i % 7},{-999 if i % 20 == 0 else 60 + i % 80},{i % 250 - 999},{i % 2}"
        for i in range(ROWS)
    ]
    version = store_upload(team, bob, file_of("stay,pulse,depth,y\n" + "\n".join(lines)), "Stays", target="y")
    client = client_of(bob)
    assert "Read -999 as missing" in client.get(f"/datasets/{version.dataset_id}/").content.decode()
    post(client, version, code="mixed", column="stay", act="missing")
    page = post(client, version, code="sentinel", column="pulse", act="missing")
    assert "“pulse”: read -999 as missing. Done." in page
    profiles = {column.name: (column.kind, column.profile["missing"]) for column in version.columns.all()}
    assert (profiles["stay"], profiles["pulse"]) == (("integer", 34), ("integer", 15))
    assert profiles["depth"] == ("integer", 0)  # there, -999 is a number like others
    page = client.get(f"/datasets/{version.dataset_id}/").content.decode()
    assert "“pulse”: “-999”, “-999.0” as missing" in page
    newer = file_of("stay,pulse,depth,y\n" + "\n".join(lines[:-1]))
    again = store_upload(team, bob, newer, "", dataset=version.dataset)
    assert again.columns.get(name="pulse").profile["missing"] == 15
    client.post(f"/datasets/{version.dataset_id}/versions/2/read-again/", {"read_as": ["stay"]})
    missing = {column.name: column.profile["missing"] for column in again.columns.all()}
    assert (missing["stay"], missing["pulse"]) == (34, 0)


def test_links_fill_in_the_new_study(client_of: ClientOf, bob: User, version: DatasetVersion) -> None:
    path = f"/studies/new/?dataset_version={version.pk}&metric=balanced_accuracy&folds=3&kind=kfold"
    page = client_of(bob).get(f"{path}&estimator=elastic_net")
    form = page.context["form"]
    assert (form["metric"].value(), str(form["folds"].value())) == ("balanced_accuracy", "3")
    assert (form["kind"].value(), form["estimator"].value()) == ("kfold", "elastic_net")


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("One sentence.", ("One sentence.", "")),
        ("Column “a: b. c” is odd: look at it.", ("Column “a: b. c” is odd.", "Look at it.")),
        ("Column “a”: 3 are odd. Look.", ("Column “a”: 3 are odd.", "Look.")),
        ("First. Second. Third.", ("First.", "Second. Third.")),
    ],
)
def test_the_first_clause_is_the_title(message: str, parts: tuple[str, str]) -> None:
    assert split_message(message) == parts

"""Every guard states its numbers and has a remedy, which does what its button says."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from studies import engine, tabular
from studies.engine.guards import OFFERED, offered
from studies.engine.intake import correct_schema, store_upload
from studies.models import Team, User
from studies.tabular import read_table
from studies.tabular.describe import describe
from tests.views.uploads import ClientOf, file_of

N = 120
NOISE = [i * 7919 % 1009 / 7 for i in range(N)]
OTHER = [i * 6101 % 997 / 3 for i in range(N)]
WORDS = ["abc"[i * 7 % 11 % 3] for i in range(N)]
DAYS = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(N)]
TEXTS = [f"some words on row {i}" for i in range(N)]
SPELT = ["Yes", "yes", "No", "no", "perhaps"] * 24
DECIDED = ["a" if value < 150 else "b" for value in OTHER]
GROUPED = {"g": "group", "y": "target"}

# code -> columns, what a person said of them, figures that the card states, buttons
FOUND = {
    "no_target": ({"x": NOISE, "y": WORDS}, {"x": "feature", "y": "feature"}, (), ("target",)),
    "unfit_target": ({"x": NOISE, "c": WORDS, "y": TEXTS}, {"y": "target"}, (), ("target",)),
    "constant": ({"x": NOISE, "k": [5] * N, "y": WORDS}, {}, ("5",), ("ignore",)),
    "missing_target": ({"x": NOISE, "y": [*WORDS[:50], *[""] * (N - 50)]}, {}, (70,), ()),
    "rare_class": ({"x": NOISE, "y": [*WORDS[:-3], "q", "r", "r"]}, {}, ("“q” (1 row)", "“r” (2 rows)"), ("missing",)),
    "numbers_as_classes": ({"x": NOISE, "y": [i % 40 for i in range(N)]}, {"y": "target"}, (40,), ("number",)),
    "duplicate_rows": ({"x": [i % 50 for i in range(N)], "y": [i % 50 % 2 for i in range(N)]}, {}, (70, N), ()),
    "imbalanced": ({"x": NOISE, "y": ["a"] * (N - 6) + ["b"] * 6}, {}, ("95%",), ()),
    "set_aside": ({"id": list(range(N)), "x": NOISE, "y": WORDS}, {}, (), ()),
    "target_copy": ({"x": NOISE, "z": [ord(word) for word in WORDS], "y": WORDS}, {}, (), ("ignore",)),
    "telling": ({"z": OTHER, "x": NOISE, "y": DECIDED}, {}, ("0.9",), ("ignore",)),
    "repeats": ({"badge": [f"P-{1000 + i % 60}" for i in range(N)], "x": NOISE, "y": WORDS}, {}, (N, 60), ("group",)),
    "grouped": ({"patient_id": [i % 30 + 7 for i in range(N)], "x": NOISE, "y": WORDS}, {}, (N, 30), ("ignore",)),
    "lone_groups": ({"g": TEXTS, "x": OTHER, "y": WORDS}, GROUPED, (), ("ignore",)),
    "large_group": ({"g": ["one"] * 60 + TEXTS[60:], "x": NOISE, "y": WORDS}, GROUPED, ("50%",), ("ignore",)),
    "timed": ({"date": DAYS, "x": NOISE, "y": WORDS}, {}, (), ("feature",)),
    "dated": ({"begin": DAYS, "x": NOISE, "y": WORDS}, {}, (N, "in its order"), ("time",)),
    "sorted_by_target": ({"x": NOISE, "y": sorted(WORDS)}, {}, (), ()),
    "wide": ({f"c{j}": [(i * 31 + j * 17) % 23 / 3 for i in range(12)] for j in range(20)}, {}, (19, 12), ()),
    "mostly_missing": ({"m": ["x", *[""] * (N - 1)], "x": NOISE, "y": WORDS}, {}, (N - 1, N), ("ignore",)),
    "high_cardinality": ({"c": TEXTS[1:] * 6, "x": NOISE[1:] * 6, "y": WORDS[1:] * 6}, {}, (N - 1,), ("ignore",)),
    "spelling": ({"c": SPELT, "x": NOISE, "y": WORDS}, {}, ("“No”, “no”", "1 more"), ("join",)),
    "mixed": ({"c": ["unknown", *range(N - 1)], "x": NOISE, "y": WORDS}, {}, (N - 1, N), ("missing",)),
    "decorated": ({"c": [f"{1000 + i} €" for i in range(N)], "x": NOISE, "y": WORDS}, {}, ("1000 €",), ("number",)),
    "sentinel": ({"c": [-999, -999, *range(N - 2)], "x": NOISE, "y": WORDS}, {}, (2, -999), ("missing",)),
    "huge": ({"c": [10**17 + i // 2 for i in range(N)], "x": NOISE, "y": WORDS}, {}, (), ("category",)),
}  # fmt: skip
# What needs no button: it is said of what was done, or of what nothing can be done about but in the file.
SAID = {
    "empty", "set_aside", "invisible", "missing_group", "missing_time", "missing_words", "decimal_comma", "not_carried",
    "blank_lines", "empty_rows", "renamed", "other_unit",
    "missing_target", "duplicate_rows", "sorted_by_target", "wide", "imbalanced",
}  # fmt: skip


def described(folder: Path, columns: dict[str, list[object]], roles: dict[str, str]) -> dict[str, Any]:
    path = folder / "table.csv"
    path.write_text(csv_of(columns), encoding="utf-8")
    return describe(read_table(path, roles=roles, kinds={"y": "category"} if roles.get("y") == "target" else {}))


def csv_of(columns: dict[str, list[object]]) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n"


@pytest.mark.parametrize("code", FOUND)
def test_a_guard_states_its_numbers_and_offers_its_remedy(tmp_path: Path, code: str) -> None:
    columns, roles, figures, acts = FOUND[code]
    found = described(tmp_path, columns, roles)
    warning = next(one for one in found["warnings"] if one["code"] == code)
    for figure in figures:
        assert (f"{figure:,}" if isinstance(figure, int) else figure) in warning["message"]
    rows = [SimpleNamespace(**column) for column in found["columns"]]
    of_role = {column.role: column for column in rows}
    version = SimpleNamespace(
        columns=SimpleNamespace(all=lambda: rows), group=of_role.get("group"), time=of_role.get("time")
    )
    assert offered(version, warning) == acts
    assert acts or code in SAID


def test_every_warning_is_known_here() -> None:
    folders = [Path(part.__file__).parent for part in (tabular, engine)]
    written = "".join(path.read_text() for folder in folders for path in folder.rglob("*.py"))
    codes = set(re.findall(r'warning\(\s*"([a-z_]+)"', written))
    assert codes <= set(FOUND) | SAID
    assert set(OFFERED) <= set(FOUND)


MESSY = {
    "begin": DAYS,
    "badge": [f"P-{1000 + i % 60}" for i in range(N)],
    "answer": [["Yes", "yes", "No"][i % 3] for i in range(N)],
    "price": [f"{1000 + i * 7 % 50} €" for i in range(N)],
    "always": [5] * N,
    "code": [10**17 + i // 2 for i in range(N)],
    "x": NOISE,
    "y": [*WORDS[:-1], "q"],
}
REMEDIES = [
    ("dated", "begin", "time", ("date", "time")),
    ("timed", "begin", "feature", ("date", "feature")),
    ("repeats", "badge", "group", ("text", "group")),
    ("grouped", "badge", "ignore", ("text", "ignored")),
    ("spelling", "answer", "join", ("boolean", "feature")),
    ("decorated", "price", "number", ("number", "feature")),
    ("constant", "always", "ignore", ("integer", "ignored")),
    ("huge", "code", "category", ("category", "feature")),
    ("rare_class", "y", "missing", ("category", "target")),
]


@pytest.mark.django_db
def test_each_button_does_what_it_says(client_of: ClientOf, team: Team, alice: User) -> None:
    client = client_of(alice)
    version = store_upload(team, alice, file_of(csv_of(MESSY)), "Messy", target="y")
    path = f"/datasets/{version.dataset_id}/versions/1/guards/"
    for code, column, act, after in REMEDIES:
        answer = client.post(path, {"code": code, "column": column, "act": act})
        assert answer.status_code == 302, answer.content.decode()
        found = version.columns.get(name=column)
        assert (found.kind, found.role) == after, code
    assert version.columns.get(name="answer").profile["distinct"] == 2
    assert version.columns.get(name="y").profile["missing"] == 1
    version.refresh_from_db()
    correct_schema(version, alice, roles={"y": "ignored"})
    client.post(path, {"code": "no_target", "column": "", "act": "target"})
    assert version.columns.get(role="target").name == "x"

"""One-click samples: each is read as its card says."""

import pytest

from studies.tabular import check_columns, check_target, content_hash, read_table, suggest_task
from studies.tabular.samples import SAMPLES, write_sample


@pytest.mark.parametrize("key", list(SAMPLES))
def test_samples_are_what_their_cards_say(key, tmp_path):
    sample = SAMPLES[key]
    write_sample(key, tmp_path / "s.csv")
    reading = read_table(tmp_path / "s.csv", roles={sample.target: "target", **sample.roles} if sample.roles else None)
    target = reading.columns[-1]
    assert (reading.rows, len(reading.columns)) == (sample.rows, sample.columns)
    assert (target.name, target.role, suggest_task(target)) == (sample.target, "target", sample.task)
    assert reading.warnings == []
    assert check_target(reading.columns, target.name, sample.task) == []
    if sample.task == "classification":
        assert all(word.isalpha() for word in target.levels)


def test_churn_shows_mixed_kinds_and_missing_values(tmp_path):
    write_sample("churn", tmp_path / "a.csv")
    write_sample("churn", tmp_path / "b.csv")
    assert content_hash(tmp_path / "a.csv") == content_hash(tmp_path / "b.csv")
    columns = read_table(tmp_path / "a.csv").columns
    assert {column.kind for column in columns} == {"id", "integer", "number", "category", "boolean"}
    assert sum(bool(column.missing.any()) for column in columns) == 5
    assert [item["code"] for item in check_columns(columns)] == ["set_aside"]
    leaving = columns[-1].values.mean()
    assert 0.2 < leaving < 0.5


@pytest.mark.parametrize(
    ("key", "group", "time"), [("visits", "patient_id", "visit_date"), ("bike_hires", None, "day")]
)
def test_visits_and_days_show_groups_and_time(key, group, time, tmp_path):
    write_sample(key, tmp_path / "s.csv")
    columns = read_table(tmp_path / "s.csv").columns
    roles = {column.role: column.name for column in columns}
    assert (roles.get("group"), roles["time"]) == (group, time)
    assert any(column.missing.any() for column in columns)
    assert {item["code"] for item in check_columns(columns)} <= {"grouped", "timed"}


def test_an_unknown_sample_is_refused_by_name(tmp_path):
    with pytest.raises(KeyError, match="no sample 'titanic'; the samples are churn, visits, bike_hires"):
        write_sample("titanic", tmp_path / "s.csv")

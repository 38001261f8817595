"""Dates as people write them."""

from datetime import date

import pytest

from studies.tabular.dates import not_dates, parse_date, parse_dates

DAY = date(2024, 3, 31).toordinal()


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-31", "2024/3/31", "2024.03.31", "31.3.2024", "31/03/2024", "31-03-2024"),
        *("31 March 2024", "31-Mar-2024", "Mar 31, 2024", "March 31 2024"),
    ],
)
def test_days(text):
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2024-03-31T06:00:00Z", 6),
        ("2024-03-31 06:00", 6),
        ("31.3.2024 6:00:00.123", 6),
        ("2024-03-31T06:00:00+02:00", 4),
        ("2024-03-31T06:00:00-0600", 12),
        ("2024-03-31T01:00:00+02:00", -1),
        ("Mar 31, 2024 18:00", 18),
    ],
)
def test_times_count_in_the_common_zone(text, hours):
    assert parse_date(text) == pytest.approx(DAY + hours / 24)


@pytest.mark.parametrize(
    "text",
    [
        *("2024", "20240331", "1.5", "3.14.15", "2024-13-01", "2023-02-29", "0000-01-01", "31/12-2024", "May", ""),
        *("31 Foo 2024", "2024-03-31T25:00", "2024-03-31 06:60", "2024-03-31 soon", "192.168.10.1000", "1-2-3"),
    ],
)
def test_what_is_no_date(text):
    assert parse_date(text) is None


def test_one_order_of_day_and_month_for_a_column():
    assert parse_dates(["3/4/2024", "31/3/2024"]) == [date(2024, 4, 3).toordinal(), DAY]
    assert parse_dates(["3/4/2024", "3/31/2024"]) == [date(2024, 3, 4).toordinal(), DAY]
    assert parse_dates(["31/3/2024", "3/31/2024"]) is None
    assert not_dates(["31/3/2024", "3/31/2024", "soon"]) == ["soon"]

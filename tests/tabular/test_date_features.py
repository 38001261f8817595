"""Plain numbers of a date."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.tabular.columns import Column
from studies.tabular.date_features import DAYS, HOUR, MONTH, WEEKDAY, date_part, numbers_of, parts_of


@given(st.datetimes())
def test_parts_are_those_of_the_calendar(moment):
    cells = [moment.strftime("%d.%m.") + f"{moment.year:04d} " + moment.strftime("%H:%M:%S"), "", "soon"]
    expected = {MONTH: moment.month, WEEKDAY: moment.isoweekday(), HOUR: moment.hour}
    for part, value in expected.items():
        np.testing.assert_array_equal(date_part(cells, part, True), [value, np.nan, np.nan])
    days = date_part(cells, DAYS, True)[0]
    assert int(np.floor(days)) == (moment.date() - date(2000, 1, 1)).days


def test_only_parts_that_vary_and_days_always():
    days = tuple((date(2024, 3, 1) + timedelta(days=i)).strftime("%m/%d/%Y") for i in range(20))
    column = Column("day", "date", "feature", np.array([3, -1, 19], np.int32), days)
    assert parts_of(column) == ((DAYS, WEEKDAY), False)
    numbers = numbers_of(column, (DAYS, WEEKDAY), False)
    np.testing.assert_array_equal(numbers, [[8829.0, np.nan, 8845.0], [1.0, np.nan, 3.0]])
    one = Column("day", "date", "feature", np.zeros(5, np.int32), ("2024-01-01",))
    assert parts_of(one) == ((DAYS,), True)


@pytest.mark.parametrize("part", [DAYS, MONTH, WEEKDAY, HOUR])
def test_nothing_at_all(part):
    assert date_part([], part, True).shape == (0,)

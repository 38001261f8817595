"""Digits by noise, and the typography of the rest."""

import math

import pytest

from studies.plots import numbers


@pytest.mark.parametrize(
    ("value", "stderr", "expected"),
    [
        (0.98123456, 0.006, "0.981"),
        (0.784123, 0.016, "0.784"),
        (0.784123, 0.02, "0.784"),
        (0.784123, 0.002, "0.784"),
        (0.784123, 0.03, "0.78"),
        (0.784123, 0.00041, "0.7841"),
        (38.2345, 0.9, "38.2"),
        (41.0, 1.2, "41.0"),
        (12345.6, 210.0, "12,350"),
        (47044.0, 2015.0, "47,000"),
        (125929.4, None, "125,900"),
        (-0.123, 0.01, "−0.123"),
        (0.981234, None, "0.981"),
        (0.981234, 0.0, "0.981"),
        (41.23456, None, "41.23"),
        (0.0, None, "0.000"),
        (None, 0.01, "–"),
        (math.nan, 0.01, "–"),
        (math.inf, None, "–"),
    ],
)
def test_a_score_has_as_many_digits_as_its_noise_deserves(value, stderr, expected):
    assert numbers.format_score(value, stderr) == expected


def test_score_and_error_have_the_same_decimals():
    assert numbers.format_uncertain(0.78412, 0.0162) == "0.784 ± 0.016"
    assert numbers.format_uncertain(0.78412, None) == "0.784"
    assert numbers.format_uncertain(None, None) == "–"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0432, "0.0432"),
        (0.1, "0.1"),
        (5e-8, "5e−8"),
        (1.23e-5, "1.2e−5"),
        (0.0088, "0.0088"),
        (1e-3, "0.001"),
        (10.0, "10"),
        (0.0, "0"),
        (123.456, "123.5"),
        (1234.5, "1,234"),
        (2e6, "2e6"),
        (-0.5, "−0.5"),
        (31, "31"),
        (10000, "10,000"),
        (-3, "−3"),
        (True, "True"),
        (None, "None"),
        ("scale", "scale"),
        ((50, 50), "(50, 50)"),
        (math.nan, "–"),
    ],
)
def test_a_parameter_keeps_three_digits_and_its_kind(value, expected):
    assert numbers.format_parameter(value) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.0001, "< 1 ms"),
        (0.04, "40 ms"),
        (0.25, "0.2 s"),
        (5.68, "5.7 s"),
        (9.96, "10 s"),
        (42.4, "42 s"),
        (59.7, "1 min"),
        (200, "3 min 20 s"),
        (720, "12 min"),
        (3599, "1 h"),
        (13260, "3 h 41 min"),
        (187200, "2 d 4 h"),
        (None, "–"),
        (-1, "–"),
        (math.nan, "–"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds, expected):
    assert numbers.format_duration(seconds) == expected


@pytest.mark.parametrize(
    ("difference", "expected"), [(0.036, "+3.6"), (-0.012, "−1.2"), (0.0001, "±0.0"), (None, "–"), (12.0, "+1,200.0")]
)
def test_points_are_always_signed(difference, expected):
    assert numbers.format_points(difference) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.42, "42 %"), (0.004, "< 1 %"), (0.997, "> 99 %"), (0.0, "0 %"), (1.0, "100 %"), (None, "–")],
)
def test_little_is_not_none(share, expected):
    assert numbers.format_percent(share) == expected


def test_counts_agree_with_their_noun():
    assert numbers.count_of(1, "trial") == "1 trial"
    assert numbers.count_of(1000, "trial") == "1,000 trials"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.2, 0.9, "under 1 s"),
        (0.2, 12, "up to 12 s"),
        (40, 90, "40 to 90 s"),
        (239, 541, "4 to 9 min"),
        (118, 122, "about 2 min"),
        (6120, 12240, "1.7 to 3.4 h"),
        (36 * 3600, 47 * 3600, "36 to 47 h"),
        (2 * 86400, 1200 * 86400, "2 to 1,200 days"),
    ],
)
def test_a_rough_estimate_is_a_span_in_one_unit(low: float, high: float, said: str) -> None:
    assert numbers.format_span(low, high) == said


@pytest.mark.parametrize(
    ("one", "other", "stderr", "shown"),
    [
        (0.91, 0.90, 0.01, ("0.910", "0.900")),
        (0.9064, 0.9058, 0.01, ("0.9064", "0.9058")),
        (0.90601, 0.90602, 0.01, None),
        (3.21, 3.2, None, ("3.210", "3.200")),
    ],
)
def test_scores_side_by_side_differ_or_are_not_shown(one, other, stderr, shown):
    assert numbers.format_apart(one, other, stderr) == shown

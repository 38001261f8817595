"""Many words in few bytes, and the numbers among them read at once: the same as one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.tabular.numbers import parse_number, parse_numbers
from studies.tabular.words import Words

WORDS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), unique=True)
NUMBERS = st.from_regex(r"[+-]?[0-9]{0,18}[.,]?[0-9]{0,18}(e[+-]?[0-9]{1,3})?", fullmatch=True)
NEARLY = st.text("0123456789+-.,e_ ٣", max_size=20)


def packed(words):
    return Words.of(word.encode() for word in words)


@given(WORDS, st.sampled_from([0, 3, 64, 70]))
def test_words_are_what_they_were_made_of(words, alike):
    words = ["x" * alike + word for word in words]
    found = packed(words)
    assert found == words
    assert [found[place] for place in range(-len(words), len(words))] == words * 2
    in_order, places = found.in_order()
    assert in_order == sorted(words)
    assert [in_order[place] for place in places] == words
    assert found.only(np.arange(len(words)) % 2 > 0) == words[1::2]
    assert found[1:-1] == words[1:-1]


MANY = [f"{sign}{place * 37}{tail}" for place in range(12) for sign in ("", "-") for tail in ("", ".5", ",")]


@settings(max_examples=60)
@given(st.lists(NUMBERS | NEARLY, max_size=9), st.sampled_from(".,"))
def test_numbers_are_read_at_once_as_one_by_one(drawn, mark):
    words = [*MANY, *drawn]
    expected = [np.nan if (number := parse_number(word, mark)) is None else number for word in words]
    found = parse_numbers(packed(words), mark)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))

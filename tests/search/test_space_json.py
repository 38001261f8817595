"""Spaces as JSON: there and back, and what is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studies.search import Int, Space, SpaceError
from tests.search.spaces import ENTANGLED, SPACES, anything


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_json_there_and_back(space: Space) -> None:
    text = json.dumps(space.to_json(), allow_nan=False)
    assert Space.from_json(json.loads(text)) == space
    assert Space.from_json(json.loads(text)).to_json() == json.loads(text)


def test_json_as_the_estimators_write_it() -> None:
    data = {
        "parameters": [
            {"name": "C", "type": "float", "low": 1e-4, "high": 1e4, "log": True, "why": "regularisation"},
            {"name": "degree", "type": "int", "low": 2, "high": 5, "step": None, "when": {"kernel": ["poly"]}},
            {"name": "kernel", "type": "categorical", "choices": ["rbf", "poly"], "when": None},
            {"name": "bootstrap", "type": "boolean", "when": {}},
            {"name": "max_iter", "type": "constant", "value": 500},
        ]
    }
    space = Space.from_json(data)
    assert space == Space.from_json(data["parameters"])
    assert space["C"].why == "regularisation"
    assert space["degree"] == Int("degree", 2, 5, when={"kernel": ["poly"]})
    assert (space.size, len(space), space.dimensions, "kernel" in space) == (None, 5, 4, True)


FLOAT = {"name": "x", "type": "float", "low": 0, "high": 1}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("null", "The space is None"),
        ('"x"', "The space is 'x'"),
        ('{"parameters": {}}', "The space is {}"),
        ('{"parameters": [], "comment": 1}', "'comment' is not a key of a space"),
        ("[1]", "1 is not a parameter"),
        ("[{}]", "type is None; it must be one of float, int"),
        ('[{"type": ["float"]}]', r"type is \['float'\]"),
        ('[{"type": "float", "low": 0, "high": 1}]', "name is missing"),
        ('[{"type": "float", "name": "x", "low": 0}]', "'x': high is missing; a float needs it"),
        ('[{"type": "boolean", "name": "x", "low": 0}]', "'x': 'low' is not a key of a boolean"),
        ('[{"type": "boolean", "name": "x", "self": 0}]', "'self' is not a key"),
        ('[{"type": "float", "name": "x", "low": NaN, "high": 1}]', "x: low is nan"),
        ('[{"type": "float", "name": "x", "low": 0, "high": 1e999}]', "x: high is inf"),
        ('[{"type": "float", "name": "x", "low": true, "high": 2}]', "x: low is True"),
        ('[{"type": "categorical", "name": "x", "choices": [{"a": 1}]}]', "choice {'a': 1} cannot be used"),
        ('[{"type": "categorical", "name": "x", "choices": {"a": 1}}]', "must be a list"),
        ('[{"type": "constant", "name": "x", "value": ' + "[" * 400 + "]" * 400 + "}]", "cannot be used"),
        ('[{"type": "boolean", "name": {"a": 1}}]', "A parameter is named"),
        ("[" + ",".join(['{"type": "boolean", "name": "x"}'] * 10_000) + "]", "There are 10000 parameters"),
    ],
)
def test_hostile_json_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(SpaceError, match=words):
        Space.from_json(json.loads(text))


entries = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "b", "c"]) | anything,
        "type": st.sampled_from(["float", "int", "categorical", "constant"]),
    },
    optional=dict.fromkeys(("low", "high", "step", "log", "choices", "value", "when", "why", "weights"), anything)
    | {"prior": anything | st.fixed_dictionaries({"centre": anything, "spread": anything})},
)

ENTANGLED_JSON = Space(ENTANGLED).to_json()["parameters"]
combinations = st.lists(
    st.dictionaries(
        st.sampled_from([p.name for p in ENTANGLED] + ["x"]),
        st.lists(st.sampled_from(["l1", "hinge", True]) | anything),
    )
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(entries, max_size=3)
    | st.fixed_dictionaries({"parameters": st.just(ENTANGLED_JSON), "forbidden": combinations | anything})
    | st.dictionaries(st.sampled_from(["parameters", "forbidden", "x"]), st.lists(entries, max_size=3) | anything)
    | anything
)
def test_any_json_is_read_or_refused_but_never_breaks(data: object) -> None:
    try:
        space = Space.from_json(data)
    except SpaceError:
        return
    assert Space.from_json(space.to_json()) == space

"""Making methods by name."""

import subprocess
import sys

import pytest

from studies.search import METHODS, Observation, make_method, method_options
from tests.search.spaces import SVM


def test_the_names_are_the_products() -> None:
    assert list(METHODS) == ["manual", "grid", "random", "bayesian", "evolutionary"]


def test_options_with_their_defaults() -> None:
    assert {name: method_options(name) for name in METHODS} == {
        "manual": {},
        "grid": {"levels": 5},
        "random": {"sampler": "sobol"},
        "bayesian": {"initial": 6},
        "evolutionary": {"population": 12},
    }


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("annealing", {}, "method is 'annealing'; it must be one of manual, grid"),
        ("grid", {"level": 3}, "'level' is not an option of the grid method; it has levels"),
        ("manual", {"levels": 3}, "'levels' is not an option of the manual method; it has none"),
        ("grid", {"levels": 0}, "levels is 0; it must be a whole number from 1 to 1000"),
        ("grid", {"levels": True}, "levels is True"),
        ("grid", {"levels": {"C": 2.5}}, "levels of C is 2.5"),
        ("grid", {"levels": {"D": 2}}, "levels names 'D'"),
        ("random", {"sampler": "halton"}, "sampler is 'halton'"),
        ("bayesian", {"initial": 0}, "initial is 0"),
        ("evolutionary", {"population": 3}, "population is 3; it must be a whole number from 4"),
        ("random", {"seed": -1}, "seed is -1"),
        ("random", {"seed": 1.5}, "seed is 1.5"),
        ("random", {"direction": "up"}, "direction is 'up'"),
    ],
)
def test_what_it_does_not_know_is_refused_by_name(name: str, arguments: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_method(name, SVM, **arguments)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="state is 'done'; it must be one of complete, pruned"):
        Observation({}, 1.0, "done")


def test_importing_loads_neither_django_nor_scikit_learn_nor_slow_statistics() -> None:
    program = (
        "import sys, studies.search as s; s.make_method('random', s.Space([s.Float('x', 0, 1)])).ask(3)\n"
        "print([m for m in ('django', 'sklearn', 'scipy.stats', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Search: spaces of configurations and the methods that propose from them. Knows neither Django nor scikit-learn.

space = Space([Float("C", 1e-3, 1e3, log=True), Categorical("kernel", ["rbf", "poly"])])
method = make_method("bayesian", space, seed=0, direction="maximize")
history = []
for start in range(20):
    for config in method.ask(n=1, history=history, start=start):
        history.append(Observation(config, value=evaluate(config)))
recommend(space, history).config  # believed best: not always the one with the best score
explain(space, history).importance  # what a model of the history says, whichever method proposed it
"""

from .bayesian.effects import Effect
from .bayesian.explanation import ENOUGH_TO_EXPLAIN, Explanation, Prediction, explain
from .bayesian.held_out import Check, Verdict
from .bayesian.sensitivity import Sensitivity
from .categories import Boolean, Categorical, Constant
from .errors import SpaceError
from .grid import Config, Grid
from .method import METHODS, Method, make_method, method_options
from .numeric import Float, Int
from .observation import Direction, Observation, State
from .parameters import Parameter, Plain
from .prior import Prior
from .proposal import Origin, Proposal
from .recommend import Recommendation, recommend
from .space import Space

__all__ = [
    "ENOUGH_TO_EXPLAIN",
    "METHODS",
    "Boolean",
    "Categorical",
    "Check",
    "Config",
    "Constant",
    "Direction",
    "Effect",
    "Explanation",
    "Float",
    "Grid",
    "Int",
    "Method",
    "Observation",
    "Origin",
    "Parameter",
    "Plain",
    "Prediction",
    "Prior",
    "Proposal",
    "Recommendation",
    "Sensitivity",
    "Space",
    "SpaceError",
    "State",
    "Verdict",
    "explain",
    "make_method",
    "method_options",
    "recommend",
]

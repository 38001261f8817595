"""An unfitted scikit-learn estimator as the expression that builds it, and the imports that the expression needs."""

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .layout import WIDTH, Group, Part, assign, quoted

POSITIONAL = {"Pipeline", "ColumnTransformer", "TransformedTargetRegressor"}  # their first argument is never named
SEED = "seed"


class Expressions:
    """Writes expressions and remembers what they import.

    seed: the number that stands for the random state; it is written as the name `seed`. own: called with a function or
    class that is no library's, so that its source can be written out.
    """

    def __init__(self, seed: int | None = None, own: Callable[[Any], None] | None = None) -> None:
        self.seed = seed
        self.own = own
        self.modules: set[tuple[str, str]] = set()
        self.names: dict[str, set[str]] = {}

    def expression(self, value: Any) -> Group | str:
        """Source that builds an equal value; TypeError for what has no such source."""
        if isinstance(value, (bool, np.bool_)) or value is None:
            return repr(value if value is None else bool(value))
        if isinstance(value, str):
            return quoted(value)
        if isinstance(value, (int, np.integer)):
            return SEED if self.seed is not None and int(value) == self.seed else repr(int(value))
        if isinstance(value, (float, np.floating)):
            return self._number(float(value))
        if isinstance(value, (list, tuple)):
            opening, closing = "[]" if isinstance(value, list) else "()"
            return Group(opening, [Part(self.expression(item)) for item in value], closing)
        if isinstance(value, dict):
            return Group("{", [Part(self.expression(v), f"{self._key(k)}: ") for k, v in value.items()], "}")
        if isinstance(value, (set, frozenset)):
            return Group("{", [Part(self.expression(item)) for item in sorted(value)], "}") if value else "set()"
        if isinstance(value, np.ndarray):
            self.import_module("numpy", "np")
            return Group("np.array(", [Part(self.expression(value.tolist()))], ")", is_call=True)
        if isinstance(value, re.Pattern):
            self.import_module("re")
            flags = [Part("re.IGNORECASE")] if value.flags & re.IGNORECASE else []
            return Group("re.compile(", [Part(quoted(value.pattern)), *flags], ")", is_call=True)
        if isinstance(value, type) or inspect.isroutine(value) or isinstance(value, np.ufunc):
            return self.import_name(value)
        return self._object(value)

    def assignment(self, name: str, value: Any) -> str:
        return assign(name, self.expression(value))

    def import_module(self, module: str, name: str = "") -> None:
        self.modules.add((module, name or module))

    def import_name(self, thing: Any) -> str:
        """The name under which a function or class can be used once the imports are written."""
        name = str(thing.__name__)
        if isinstance(thing, np.ufunc):
            self.import_module("numpy", "np")
            return f"np.{name}"
        module = str(thing.__module__)
        if module.split(".")[0] == __name__.split(".")[0]:
            if self.own is None:
                raise TypeError(f"{name} of {module} is no library's.")
            self.own(thing)
        else:
            self.names.setdefault(_public(module, name, thing), set()).add(name)
        return name

    def imports(self) -> str:
        """The import lines, in the order that linters ask for."""
        lines = {
            module: f"import {module}" + (f" as {name}" if name != module else "") for module, name in self.modules
        }
        standard = sorted(module for module in lines if module.split(".")[0] in sys.stdlib_module_names)
        others = sorted(set(lines) - set(standard))
        first = [lines[module] for module in standard] + self._from(sys.stdlib_module_names, True)
        second = [lines[module] for module in others] + self._from(sys.stdlib_module_names, False)
        return "\n\n".join("\n".join(block) for block in (first, second) if block)

    def _from(self, standard: frozenset[str], wanted: bool) -> list[str]:
        found = []
        for module in sorted(self.names):
            if (module.split(".")[0] in standard) == wanted:
                names = sorted(self.names[module], key=_import_order)
                line = f"from {module} import {', '.join(names)}"
                if len(line) > WIDTH:
                    line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
                found.append(line)
        return found

    def _number(self, value: float) -> str:
        if np.isnan(value) or np.isinf(value):
            self.import_module("numpy", "np")
            return "np.nan" if np.isnan(value) else ("np.inf" if value > 0 else "-np.inf")
        return repr(value)

    def _key(self, key: Any) -> str:
        found = self.expression(key)
        return found if isinstance(found, str) else found.flat

    def _object(self, value: Any) -> Group:
        """A call of the class with the arguments that differ from its defaults."""
        name = self.import_name(type(value))
        arguments = []
        for position, (parameter, default) in enumerate(_arguments(type(value))):
            given = getattr(value, parameter)
            if default is not inspect.Parameter.empty and repr(given) == repr(default):
                continue
            is_first = position == 0 and name in POSITIONAL
            arguments.append(Part(self.expression(given), "" if is_first else f"{parameter}="))
        return Group(f"{name}(", arguments, ")", is_call=True)


def _arguments(kind: type) -> list[tuple[str, Any]]:
    """What an object is made of: scikit-learn keeps each argument under its own name."""
    signature = inspect.signature(kind)
    wrong = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if any(parameter.kind in wrong for parameter in signature.parameters.values()):
        raise TypeError(f"{kind.__name__} does not say what it is made of.")
    return [(name, parameter.default) for name, parameter in signature.parameters.items()]


def _public(module: str, name: str, thing: Any) -> str:
    """sklearn.linear_model for sklearn.linear_model._logistic."""
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        if end < len(parts) and parts[end][0] != "_" and end + 1 < len(parts):
            continue
        found = ".".join(parts[:end])
        if getattr(sys.modules.get(found), name, None) is thing:
            return found
    return module


def _import_order(name: str) -> tuple[int, str]:
    """CONSTANTS, Classes, functions."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2), name

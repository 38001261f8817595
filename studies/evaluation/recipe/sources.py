"""The source of functions and classes of ours, with the imports, constants and further functions that they need."""

import ast
import builtins
import inspect
import sys
import textwrap
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from .expressions import Expressions

OURS, HERE = __name__.split(".")[0], __name__.rpartition(".")[0]


def is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).split(".")[0] == OURS


class Sources:
    """Gathers definitions in an order in which they can stand in one file."""

    def __init__(self, expressions: Expressions, given: Iterable[str] = ()) -> None:
        """`given`: names that the file defines otherwise."""
        self.expressions = expressions
        self.given = set(given)
        self.as_written: tuple[str, ...] = (HERE,)  # packages whose functions are written to be written out
        self.definitions: dict[str, str] = {}
        self.constants: dict[str, str] = {}

    def add(self, thing: Any, name: str = "") -> None:
        """The function or class, under another name if one is given, after all that it needs."""
        name = name or thing.__name__
        if name in self.definitions or name in self.given:
            return
        self.given.add(name)  # before what it needs, which may need it
        source = textwrap.dedent(inspect.getsource(thing)).rstrip()
        tree = ast.parse(source)
        if not thing.__module__.startswith(self.as_written):
            tree = ast.fix_missing_locations(_WithoutTypes().visit(tree))
            source = ast.unparse(tree)
        module = sys.modules[thing.__module__]
        for needed in sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}):
            if needed in vars(module):
                self._need(needed, vars(module)[needed])
        self.definitions[name] = source.replace(f"def {thing.__name__}(", f"def {name}(", 1)

    def _need(self, name: str, value: Any) -> None:
        if name in self.given or name in self.definitions or hasattr(builtins, name):
            return
        if isinstance(value, ModuleType):
            self.expressions.import_module(value.__name__, name)
        elif is_ours(value):
            self.add(value)
        elif callable(value):
            self.expressions.import_name(value)
        else:
            self.constants.setdefault(name, self.expressions.assignment(name, value))


class _WithoutTypes(ast.NodeTransformer):
    """Takes annotations away, and with them the need for what they name."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value), node)

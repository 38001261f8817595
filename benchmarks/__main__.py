"""List the benchmarks: modules and packages here with a `main`; the docstring's first line says what each does."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


def benchmarks() -> dict[str, str]:
    """First line of the docstring by name; nothing is imported."""
    found = {path.stem: path for path in HERE.glob("*.py")} | {
        path.parent.name: path for path in HERE.glob("*/__main__.py")
    }
    lines = {}
    for name, path in sorted(found.items()):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        has_main = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
        if has_main and not name.startswith("_"):
            lines[name] = (ast.get_docstring(tree) or "").split("\n")[0]
    return lines


if __name__ == "__main__":
    print("usage: script/bench NAME [options]\n")
    for name, line in benchmarks().items():
        print(f"  {name:<12} {line}")

"""The package starts light and knows nothing of the rest of the site."""

import subprocess
import sys

CODE = """
import sys
import studies.tabular, studies.tabular.child, studies.tabular.samples
heavy = {"django", "sklearn", "scipy", "pandas", "joblib", "redis", "rq"} & set(sys.modules)
rooms = {name for name in sys.modules if name.startswith("studies.") and not name.startswith("studies.tabular")}
print(sorted(heavy | rooms))
"""


def test_numpy_is_all_that_is_imported():
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

"""Our methods and the peers' behind one interface, each in a process of its own with its own Python.

| file | what |
|---|---|
| serve.py | the process: reads requests, a JSON object per line, and answers with processor seconds |
| client.py | its other end, in the benchmark |
| environments.py | a peer's Python, made when it is first wanted |
| conditions.py | which parameters of a space count, for peers that have no words for it |
| ours.py, with_optuna.py, with_smac.py | the optimisers themselves |

`serve.py` and what it loads for a peer import neither the product nor its dependencies.
"""

HOMES = {  # optimiser -> (environment, module, class); "product" is the Python that runs the benchmark
    "bayesian": ("product", "ours", "Bayesian"),
    "evolutionary": ("product", "ours", "Evolutionary"),
    "random": ("product", "ours", "Random"),
    "grid": ("product", "ours", "Grid"),
    "optuna_tpe": ("optuna", "with_optuna", "TPE"),
    "optuna_gp": ("optuna", "with_optuna", "GP"),
    "optuna_cmaes": ("optuna", "with_optuna", "CMAES"),
    "smac": ("smac", "with_smac", "SMAC"),
}
PRODUCT = "product"

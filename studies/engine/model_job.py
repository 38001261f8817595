"""The RQ job that fits a trial's configuration on all rows and stores it with skops.

The file is written under another name and renamed when it is whole and loads.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from studies.engine import errands, memory
from studies.engine.child import trial_seed
from studies.engine.errand_child import in_child
from studies.engine.model_files import can_be_made
from studies.engine.store.models import part_of, put_model
from studies.engine.tables import table_from_file, table_source
from studies.evaluation import Plan
from studies.evaluation.refit import fit_on_all
from studies.models import ModelFile

OURS = ("studies.", "tuningsite.")


def run_model(pk: int) -> None:
    """Make one model. May be delivered never, once or five times: the claim decides."""
    if can_be_made():
        errands.perform(ModelFile, pk, _made)
    else:
        errands.leave_to_another(ModelFile, pk)


def _made(wanted: ModelFile, beat: errands.Beat) -> errands.Values | None:
    part = part_of(wanted)
    try:
        return _fitted(wanted, part, beat)
    finally:
        part.unlink(missing_ok=True)


def _fitted(wanted: ModelFile, part: Path, beat: errands.Beat) -> errands.Values | None:
    """What is to be stored of it; None when the worker is being stopped."""
    limit = memory.limit_mb(wanted.trial.study.trial_memory_mb)
    ended = in_child(_work(wanted, part), limit, settings.MODEL_SECONDS, beat)
    if ended is None:
        return None
    if ended.error:
        return errands.failed(ended.error)
    size, digest = part.stat().st_size, hashlib.sha256(part.read_bytes()).hexdigest()
    put_model(part, wanted)
    return errands.done(size=size, sha256=digest)


def _work(wanted: ModelFile, part: Path) -> Callable[[], None]:
    """The fit, with all that it needs read while the database is open."""
    trial, study = wanted.trial, wanted.trial.study
    source = table_source(study.dataset_version, study.target, study.task)
    plan, seed = bytes(study.plan.fold_of_row), trial_seed(study.seed, trial.number)

    def work() -> None:
        table = table_from_file(*source)
        store(fit_on_all(table, Plan.from_bytes(plan), study.estimator, trial.config, seed), part, table.X)

    return work


def store(model: Any, path: Path, X: Any) -> None:
    """Write the model, and make sure that what loads is the same and needs nothing of ours; ValueError if not."""
    import skops.io

    skops.io.dump(model, path)
    types = skops.io.get_untrusted_types(file=path)
    if ours := [name for name in types if name.startswith(OURS)]:
        raise ValueError(f"The stored model would need {', '.join(ours)}.")
    rows = X[:1000]
    if not np.array_equal(skops.io.load(path, trusted=types).predict(rows), model.predict(rows)):
        raise ValueError("The stored model predicts otherwise than the fitted one.")

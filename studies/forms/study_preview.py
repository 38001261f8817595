"""The folds as they will be drawn, while one types: the real plan's first repeat, kept in memory."""

from studies.engine.plans import first_repeat, told_facts
from studies.engine.spec_examination import Examination
from studies.plots.fold_preview import FoldPreview, fold_preview


def preview_of(found: Examination) -> FoldPreview | None:
    """None while the plan cannot be drawn."""
    if found.plan is None or found.whole is None or found.version is None:
        return None
    drawn = first_repeat(found.whole, found.plan.kind, found.plan.folds, found.plan.rows)
    return fold_preview(told_facts(found.version, found.whole, drawn), found.plan.repeats)

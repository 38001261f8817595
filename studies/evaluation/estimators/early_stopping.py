"""Stopping a fit early on rows kept back from the training rows: when that is possible."""

from studies.evaluation.table import Table

STOPPING_CLASS_ROWS = 20  # the stopping rows are a stratified tenth of the training rows: each class needs some
LARGE = 10_000  # rows beyond which gradient boosting stops early by default


def can_stop_early(table: Table) -> bool:
    """Whether every class has rows enough to keep some back; with too few, the library refuses to split."""
    counts = table.class_counts[table.class_counts > 0]
    return counts.size == 0 or int(counts.min()) >= STOPPING_CLASS_ROWS

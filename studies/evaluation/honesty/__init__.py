"""A score that holds on new data: corrected for having been the best of many, with an interval.

    from studies.evaluation.honesty import expected_score
    found = expected_score(y, predictions, "accuracy")    # y (n,), predictions (T, n): .best .expected .low .high

What the product's job uses, from stored predictions:

    found = assess(y, trials, metric, kind=plan.kind, groups=None, defaults=0, complexity=None, seconds=None)

    .best .position .expected .low .high .bound .optimism .chosen (T,) .z (B,) .key .rows .groups     as ExpectedScore,
    and being an Assessment, too
    .values (T,) .tied [positions] .defaults, .baseline: Difference(gain, low, high, chance, sure) .pattern
    .picks [Pick(rule, trial, costs, low, high)] .keep: Recommendation(trial, why)
    .curve [Point(trials, trial, best, expected, low, high)] .last_help .recent (share) .verdict

    compare_searches(z, z, metric) and compare_methods({seed: score}, {seed: score}, metric) -> Comparison(better, same,
    worse, gain, low, high, zone, runs, paired); zone_of(metric, *levels); hand_picked(value, optimism, expected,
    maximize=True); covered_rows(trials); at_rows(predictions, rows);
    fresh_interval(y, predictions, metric) and gap_to(claim, error, interval, metric): one trial on rows nobody chose by

Trials are positions in the list given. ValueErrors carry a sentence for people. In words: docs/honest.
"""

from .answers import at_rows, covered_rows
from .assessment import Assessment, ExpectedScore, assess, expected_score
from .comparison import Comparison, compare_methods, compare_searches, zone_of
from .curve import Point
from .fresh import FreshInterval, Gap, fresh_interval, gap_to
from .intervals import Difference, wilson
from .picks import Pick, Recommendation, hand_picked

__all__ = [
    "Assessment",
    "Comparison",
    "Difference",
    "ExpectedScore",
    "FreshInterval",
    "Gap",
    "Pick",
    "Point",
    "Recommendation",
    "assess",
    "at_rows",
    "compare_methods",
    "compare_searches",
    "covered_rows",
    "expected_score",
    "fresh_interval",
    "gap_to",
    "hand_picked",
    "wilson",
    "zone_of",
]

"""Intervals, differences, gaps, ranks, classes and funnels: table in, table out, nothing read or written."""

from .differences import Difference, difference_from_counts, difference_from_margins, place_differences
from .funnel import funnel, funnel_limits
from .gaps import SEX_GAP, gender_gap, not_by_sex
from .intervals import byar, exact_poisson, poisson_interval, rate_interval, wilson
from .means import mean_over_places
from .quartiles import quartile_class, quartile_cuts
from .ranks import NoRank, RankRule, plausible_ranks, rank_changes, ranked
from .usable import UNUSABLE, usable

__all__ = [
    "SEX_GAP",
    "UNUSABLE",
    "Difference",
    "NoRank",
    "RankRule",
    "byar",
    "difference_from_counts",
    "difference_from_margins",
    "exact_poisson",
    "funnel",
    "funnel_limits",
    "gender_gap",
    "mean_over_places",
    "not_by_sex",
    "place_differences",
    "plausible_ranks",
    "poisson_interval",
    "quartile_class",
    "quartile_cuts",
    "rank_changes",
    "ranked",
    "rate_interval",
    "usable",
    "wilson",
]

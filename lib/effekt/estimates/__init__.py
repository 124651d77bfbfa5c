"""Estimators: a tidy frame in, an `Estimate` or a small frozen record of them out; no Study, no file, no global."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "ControlledChange": "controlled",
    "Estimate": "estimate",
    "DifferenceInDifferences": "comparison",
    "Pooled": "pooling",
    "RolloutTest": "rollout",
    "TimeSeriesChange": "time_series",
    "controlled_time_series": "controlled",
    "difference_in_differences": "comparison",
    "exact_rate_ratio": "before_after",
    "interrupted_time_series": "time_series",
    "leave_one_out": "pooling",
    "pool": "pooling",
    "rate_difference": "before_after",
    "rate_ratio": "before_after",
    "rollout_test": "rollout",
    "shared_variance": "pooling",
    "balance_weights": "balancing",
    "weighted_difference": "weighted",
    "staggered": "staggered_adoption",
    "StaggeredEffects": "staggered_adoption",
    "wild_cluster_bootstrap": "wild_bootstrap",
    "synthetic_control": "synthetic_comparison",
    "SyntheticControl": "synthetic_comparison",
    "one_part_cost": "cost_parts",
    "two_part_cost": "cost_parts",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

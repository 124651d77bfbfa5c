"""One re-simulated region, what each estimator says of it, and how a list of such regions adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from effekt.data.synthetic.counts import in_target, outcome_cells, person_months
from effekt.data.synthetic.region import Region, simulate_region
from effekt.data.synthetic.spec import ClusterSpec, RegionSpec
from effekt.data.synthetic.truth import PRIMARY, months_of
from effekt.estimates import controlled_time_series, cost_ratio, interrupted_time_series, rate_ratio
from effekt.estimates.estimate import Estimate

CONTROLLED = "controlled time series (primary)"
BEFORE_AFTER = "plain before/after"
OWN_TREND = "own trend carried forward"
TWICE_COMPARED = "before/after against the comparison"
COST = "cost_total"
FIRST_SEED = 1000


def replicate(spec: RegionSpec, seed: int, *, own_trends: bool = True) -> list[dict[str, Any]]:
    """Records of acute medical admissions in one region: cluster, estimator, truth, value, low, high, se, claim. `own_trends` False saves time."""
    region = simulate_region(spec.with_seed(seed))
    cells = outcome_cells(region, PRIMARY)
    records = []
    for cluster in spec.clusters:
        frame = person_months(region, PRIMARY, cluster.cluster_id, cells)
        own = frame[frame["treated"]]
        found = {CONTROLLED: controlled(spec, cluster, frame), BEFORE_AFTER: rate_ratio(persons(spec, cluster, own))}
        if own_trends:
            found[OWN_TREND] = own_trend(spec, cluster, own)
        records += told(seed, cluster, cluster.admissions, found, PRIMARY)
    return records


def replicate_cost(spec: RegionSpec, seed: int) -> list[dict[str, Any]]:
    """The same for total cost; the truth is that region's own: cost with the programme over cost of the same citizens without it."""
    region = simulate_region(spec.with_seed(seed))
    cells, without = outcome_cells(region, COST), outcome_cells(region.without_programme(), COST)
    records = []
    for cluster in spec.clusters:
        frame = person_months(region, COST, cluster.cluster_id, cells)
        compared = persons(spec, cluster, frame).rename(columns={"events": "cost_dkk"})
        found = {
            CONTROLLED: controlled(spec, cluster, frame),
            TWICE_COMPARED: cost_ratio(compared),
            BEFORE_AFTER: cost_ratio(compared, contrast="after_before"),
        }
        records += told(seed, cluster, true_ratio(region, cluster, cells, without), found, COST)
    return records


def controlled(spec: RegionSpec, cluster: ClusterSpec, frame: pd.DataFrame) -> Estimate:
    """The primary estimate as the notebooks make it."""
    month = spec.calendar.month_dates
    return controlled_time_series(
        frame,
        start=pd.Timestamp(month[cluster.start]),
        phase_in=spec.phase_in,
        contaminated=[(pd.Timestamp(month[first]), pd.Timestamp(month[last])) for first, last in cluster.contaminated],
    ).effect


def persons(spec: RegionSpec, cluster: ClusterSpec, frame: pd.DataFrame) -> pd.DataFrame:
    """Citizens before (clean months) and after (from the end of the phase-in), as `measures.persons` gives them."""
    clean, _, after = months_of(spec, cluster)
    period = dict(zip(pd.Series(spec.calendar.month_dates[:-1]), np.where(after, 1, np.where(clean, 0, -1)), strict=True))
    period = frame["month"].map(period)
    rows = frame.assign(after=period == 1)[period >= 0]
    by = ["citizen_id", "treated", "after"] if frame["treated"].nunique() > 1 else ["citizen_id", "after"]
    return rows.groupby(by, as_index=False)[["events", "exposure"]].sum()


def own_trend(spec: RegionSpec, cluster: ClusterSpec, own: pd.DataFrame) -> Estimate:
    """The ratio a year after the start by the cluster's own series."""
    series = own.groupby("month", as_index=False)[["events", "exposure"]].sum()
    return interrupted_time_series(series, start=pd.Timestamp(spec.calendar.month_dates[cluster.start])).ratio_at_12


def true_ratio(region: Region, cluster: ClusterSpec, with_it: np.ndarray, without: np.ndarray) -> float:
    """Potential outcomes after the phase-in, of whoever lived in the cluster: the sum with the programme over the sum without."""
    spec = region.spec
    here = np.append(spec.cluster_of, -9)[np.maximum(region.citizens.place, -1)] == spec.clusters.index(cluster)
    cells = in_target(region) & here & months_of(spec, cluster)[2]
    return float(with_it[cells].sum() / without[cells].sum())


def told(seed: int, cluster: ClusterSpec, truth: float, found: dict[str, Estimate], outcome: str) -> list[dict[str, Any]]:
    """One record an estimator."""
    known = {"outcome": outcome, "seed": seed, "cluster": cluster.cluster_id, "truth": truth}
    return [{**known, "estimator": name, **{key: getattr(e, key) for key in ("value", "low", "high", "se", "claim")}} for name, e in found.items()]


def summarise(records: list[dict[str, Any]]) -> pd.DataFrame:
    """One row an outcome, estimator and cluster: regions, intervals that hold the truth, bias of the log ratio with its Monte-Carlo error, spread."""
    frame = pd.DataFrame(records).sort_values("seed", kind="stable")
    frame["holds"] = (frame["low"] <= frame["truth"]) & (frame["truth"] <= frame["high"])
    frame["error"] = np.log(frame["value"] / frame["truth"])
    frame["excludes_1"] = (frame["low"] > 1) | (frame["high"] < 1)
    frame["identified"] = frame["claim"] == "identified"
    table = frame.groupby(["outcome", "estimator", "cluster"], sort=False).agg(
        truth=("truth", "mean"),
        regions=("holds", "size"),
        holds=("holds", "sum"),
        coverage=("holds", "mean"),
        bias=("error", "mean"),
        bias_mc_se=("error", "sem"),
        sd=("error", "std"),
        mean_se=("se", "mean"),
        excludes_1=("excludes_1", "mean"),
        identified=("identified", "mean"),
    )
    return table.reset_index()

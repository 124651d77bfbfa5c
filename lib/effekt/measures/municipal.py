"""Citizens before and after by municipality: the frames of a contrast of each municipality against the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.errors import UsageError
from effekt.measures.cluster_sums import sums_by_cluster
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def by_municipality(study: Study, outcome: str) -> tuple[pd.DataFrame, ...]:
    """One frame a municipality of the run's unit, in the order of the protocol: its own citizens and those of the comparison.

    Each is the frame of `persons` for an outcome in money (`cost_dkk`), at the dates of the municipality's cluster; `attrs`: outcome, unit (its
    code) and measure_unit. A citizen belongs to the municipality of the first month in the period. A municipality without citizens has a frame with
    the comparison's rows only.

    Raises
    ------
    UsageError
        The outcome is unknown or no cost. DataError: the derived table is missing or damaged.
    """
    if not study.outcome(outcome).is_cost:
        raise UsageError(f"by_municipality(..., {outcome!r}): the outcome must be in money.")
    about = {"outcome": outcome, "measure_unit": study.outcome(outcome).unit}
    clusters = [cluster for cluster in study.protocol.clusters if study.cluster in (None, cluster.id)]
    frames = []
    for cluster, rows in zip(clusters, sums_by_cluster(study, [outcome]), strict=True):
        told = rows.rename(columns={outcome: "cost_dkk"})
        for code in cluster.municipalities:
            if study.municipality in (None, code):
                own = told[~told["treated"] | (told["unit"] == code)].reset_index(drop=True)
                own.attrs = {**about, "unit": code}
                frames.append(own)
    return tuple(frames)

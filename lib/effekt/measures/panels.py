"""Units by month, with the month in which each began: the frames that comparison designs take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import COMPARISON, named, sums_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def panel(study: Study, outcome: str) -> pd.DataFrame:
    """Events and exposure by municipality and month, for every municipality of the region and of the comparison.

    Returns
    -------
    DataFrame
        `unit` (kommunekode), `month`, `events` (count, or kroner for a cost), `exposure` (person-years), `start` (first month of the unit's
        cluster; missing = never treated), `cluster` ("comparison" for the comparison). Months of earlier initiatives and of the phase-in are there
        as any other. A citizen counts where they lived on the first day of the month. `attrs`: outcome, unit, measure_unit.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    frame = sums_of(study.of(None), outcome, [*study.clusters, COMPARISON], ["kommunekode", "month", "cluster_id"])
    frame = frame.rename(columns={"kommunekode": "unit", "cluster_id": "cluster"})
    frame["start"] = _starts(study, frame["cluster"])
    return named(frame[["unit", "month", "events", "exposure", "start", "cluster"]], study, outcome)


def cluster_panel(study: Study, outcome: str) -> pd.DataFrame:
    """Events and exposure by cluster and month, clusters only: the frame of the roll-out test.

    Returns
    -------
    DataFrame
        `unit` (cluster id), `month`, `events`, `exposure`, `start`, as in `panel`. A cluster without citizens has no rows.
    """
    frame = sums_of(study.of(None), outcome, study.clusters, ["cluster_id", "month"]).rename(columns={"cluster_id": "unit"})
    frame["start"] = _starts(study, frame["unit"])
    return named(frame, study, outcome)


def _starts(study: Study, clusters: pd.Series) -> pd.Series:
    import pandas as pd

    starts = {cluster: study.of(cluster).start for cluster in study.clusters}
    return pd.to_datetime(clusters.map(starts))

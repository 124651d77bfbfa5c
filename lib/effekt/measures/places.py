"""One row a municipality: the frame of the tile map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import named, period_of, rows_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

_SUMS = ("events_before", "exposure_before", "events_after", "exposure_after")


def population(study: Study, outcome: str) -> pd.DataFrame:
    """Citizens, events and exposure of every municipality of the region, before and after the start of its cluster.

    Returns
    -------
    DataFrame
        `kommunekode`, `cluster`, `n_citizens` (ever in the target population), `events_before`, `exposure_before`, `events_after`, `exposure_after`
        (person-years; phase-in and months of an earlier initiative are in neither). A municipality without citizens has zeros. In the order of the
        protocol. `attrs`: outcome, unit, measure_unit.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    import pandas as pd

    rows = rows_of(study, outcome, study.clusters, ["citizen_id", "kommunekode", "cluster_id", "month"])
    parts = []
    for cluster in study.clusters:
        own = rows[rows["cluster_id"] == cluster]
        before, after = period_of(study, own["month"], cluster)
        for name in ("events", "exposure"):
            own = own.assign(**{f"{name}_before": own[name].where(before, 0), f"{name}_after": own[name].where(after, 0)})
        sums = own.groupby("kommunekode")[list(_SUMS)].sum()
        parts.append(sums.assign(n_citizens=own.groupby("kommunekode")["citizen_id"].nunique()))
    places = {code: cluster.id for cluster in study.protocol.clusters for code in cluster.municipalities}
    frame = pd.concat(parts).reindex(list(places)).fillna(0)
    frame = frame.rename_axis("kommunekode").reset_index().assign(cluster=list(places.values()))
    frame = frame.astype({"n_citizens": "int64"})
    return named(frame[["kommunekode", "cluster", "n_citizens", *_SUMS]], study, outcome)

"""One row a municipality: the frame of the tile map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import DAYS_A_YEAR, in_units, named, periods_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


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

    region = study.of(None)
    rows = periods_of(region, outcome, study.clusters)
    sums = rows.group_by(["kommunekode", "after"]).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas().set_index(["kommunekode", "after"])
    places = {code: cluster.id for cluster in study.protocol.clusters for code in cluster.municipalities}
    frame = pd.DataFrame({"kommunekode": list(places), "cluster": list(places.values())})
    frame["n_citizens"] = frame["kommunekode"].map(_citizens(study)).fillna(0).astype("int64")
    for name, after in (("before", False), ("after", True)):
        own = sums.reindex(pd.MultiIndex.from_product([list(places), [after]]), fill_value=0)
        frame[f"events_{name}"] = in_units(study, outcome, own[f"{outcome}_sum"].to_numpy())
        frame[f"exposure_{name}"] = own["days_sum"].to_numpy() / DAYS_A_YEAR
    return named(frame, study, outcome)


def _citizens(study: Study) -> pd.Series:
    """How many people were ever in the target population of each municipality of the region."""
    people = study.read_arrow("person_months", ["citizen_id", "kommunekode"], filters=[("cluster_id", "in", list(study.clusters))])
    counts = people.group_by("kommunekode").aggregate([("citizen_id", "count_distinct")]).to_pandas()
    return counts.set_index("kommunekode")["citizen_id_count_distinct"]

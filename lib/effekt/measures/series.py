"""One number a month: the frame that interrupted time series take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import clusters_of, named, sums_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def monthly(study: Study, outcome: str) -> pd.DataFrame:
    """Events and exposure of an outcome by calendar month, in the cluster of the study (in all clusters together for the region).

    Returns
    -------
    DataFrame
        `month` (first day), `events` (count, or kroner in fixed prices for a cost), `exposure` (person-years alive and resident of those who were in
        the target population on the first day of the month). A month with citizens and no event has 0 events; a month without citizens is not
        there, and a cluster without citizens has no rows. `attrs`: outcome, unit, measure_unit.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    return named(sums_of(study, outcome, clusters_of(study), ["month"]), study, outcome)

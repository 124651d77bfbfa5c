"""Several outcomes of one derived table side by side, so that its rows are read once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, clusters_of, in_units
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def outcome_months(study: Study, outcomes: Sequence[str]) -> pd.DataFrame:
    """Every citizen-month of the cluster (of all clusters for the region) and of the comparison, with a column for each of `outcomes`.

    outcomes : ids of one derived table that are registered up to the same month.

    Returns
    -------
    DataFrame
        `citizen_id`, `unit` (kommunekode on the first day of the month), `cluster_id`, `month`, `exposure` (person-years alive and resident),
        `treated` (False = comparison), and each outcome (count, or kroner for a cost; 0 = none; missing = not registered there and then). Rows as
        in `person_months`, which drops those where its one outcome is missing.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    own = ["citizen_id", "kommunekode", "cluster_id", "month"]
    where = [("cluster_id", "in", [*clusters_of(study), COMPARISON]), ("month", "<=", study.last_complete_month(outcomes[0]).date())]
    frame = study.read(study.outcome(outcomes[0]).table, [*own, "days", *outcomes], filters=where).rename(columns={"kommunekode": "unit"})
    for outcome in outcomes:
        frame[outcome] = in_units(study, outcome, frame[outcome])
    frame["exposure"] = frame.pop("days") / DAYS_A_YEAR
    frame["treated"] = frame["cluster_id"] != COMPARISON
    return frame

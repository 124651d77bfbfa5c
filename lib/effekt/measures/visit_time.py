"""Time after a discharge, split at the visit: nobody is counted as visited before the visit was held."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def visit_spells(visits: pd.DataFrame) -> pd.DataFrame:
    """The time from a discharge to the end of its follow-up, before the visit and from it on.

    Parameters
    ----------
    visits : DataFrame
        One row a discharge, as `measures.visits` gives it: citizen_id, days_followed, event (acute readmission), days_to_visit (missing = never).

    Returns
    -------
    DataFrame
        One row a stretch of time: `discharge` (number of the discharge), `citizen_id`, `entry`, `exit` (days since the discharge, exit after entry),
        `visited` (bool), `enrolled` (day of the visit; missing = none), `event` (whether the stretch ended with an acute readmission). A visit on
        the last day of a follow-up or later comes too late to be followed by anything, and counts as none. Discharges followed for no day have
        no row.
    """
    import pandas as pd

    rows = visits.loc[visits["days_followed"] > 0, ["citizen_id", "days_followed", "days_to_visit", "event"]].reset_index(drop=True)
    day = rows["days_to_visit"].astype("float64")
    day = day.where(day < rows["days_followed"])
    told = pd.DataFrame({"discharge": rows.index, "citizen_id": rows["citizen_id"], "enrolled": day})
    until = day.fillna(rows["days_followed"]).astype("float64")
    before = told.assign(entry=0.0, exit=until, visited=False, event=rows["event"] & day.isna())
    after = told.assign(entry=day, exit=rows["days_followed"].astype("float64"), visited=True, event=rows["event"])[day.notna()]
    both = pd.concat([before[before["exit"] > 0], after], ignore_index=True).sort_values(["discharge", "entry"], ignore_index=True)
    return both[["discharge", "citizen_id", "entry", "exit", "visited", "enrolled", "event"]]

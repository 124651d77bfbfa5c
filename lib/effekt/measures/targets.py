"""The goals of the programme with their indicators, and what is counted to see whether they are attained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import DAYS_A_YEAR, in_units
from effekt.measures.workbook import programme
from effekt.study import Study

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

ABOUT = ["aim_id", "label_da", "label_en", "unit", "direction", "outcome_id", "data_status"]
MONTHS_COUNTED = 12


def told_goals(study: Study) -> pd.DataFrame:
    """Every goal with the indicator that it is measured by, those of the whole region first.

    Returns
    -------
    DataFrame
        One row a goal: target_id, indicator_id, cluster_id (missing: of the whole region), baseline and target_value (as told, in the indicator's
        unit; missing where none is told: then the goal is a direction only), comparator (at_most, at_least), deadline, owner, followup_method, and of
        the indicator aim_id (missing: no aim of the agreement), label_da, label_en, unit, direction, outcome_id, data_status (available, partial,
        needs_collection; missing where nobody described the indicator). A share may be told as 0.19 or as 19: at most 1 is taken as the first.
    """
    import pandas as pd

    told, known = programme(study.of(None), "target"), programme(study.of(None), "indicator")
    frame = told.merge(known[["indicator_id", *ABOUT]], on="indicator_id", how="left")
    place = {cluster: number for number, cluster in enumerate(study.clusters, 1)}
    frame = frame.assign(_place=frame["cluster_id"].map(place).fillna(0), deadline=pd.to_datetime(frame["deadline"]))
    order = known["indicator_id"].tolist()
    frame["_order"] = frame["indicator_id"].map({name: number for number, name in enumerate(order)}).fillna(len(order))
    return frame.sort_values(["_order", "_place", "target_id"], ignore_index=True).drop(columns=["_place", "_order"])


def person_sums(study: Study, outcome: str, first: date, last: date) -> pd.DataFrame:
    """Events and person-years of each citizen of the clusters between two months, both included; only months in which the outcome is registered.

    Returns
    -------
    DataFrame
        One row a citizen and cluster: citizen_id, cluster_id, events (count, hours or kroner), exposure (person-years). `attrs`: outcome.
    """
    import pyarrow.compute as compute

    where = [("cluster_id", "in", list(study.clusters)), ("month", ">=", first), ("month", "<=", last)]
    rows = study.read_arrow(study.outcome(outcome).table, ["citizen_id", "cluster_id", "days", outcome], filters=where)
    rows = rows.filter(compute.is_valid(rows[outcome]))
    summed = rows.group_by(["citizen_id", "cluster_id"]).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas()
    frame = summed.sort_values(["cluster_id", "citizen_id"], ignore_index=True)
    events = in_units(study, outcome, frame[f"{outcome}_sum"])
    told = frame[["citizen_id", "cluster_id"]].assign(events=events, exposure=frame["days_sum"] / DAYS_A_YEAR)
    told.attrs = {"outcome": outcome}
    return told


def readmissions_after(study: Study, first: date, last: date) -> pd.DataFrame:
    """Discharges between two days and whether an acute readmission followed within 30 days.

    Returns
    -------
    DataFrame
        One row an admission that ended alive in the period, of a citizen who lived in a cluster and was of age on the first day of that month:
        citizen_id, cluster_id, readmitted (bool). Deaths within the 30 days count as not readmitted: this is the share as it is usually followed up,
        and not the probability that notebook 04 estimates.
    """
    import pandas as pd

    columns = ["stay_id", "citizen_id", "end", "is_admission", "discharged_alive", "readmission_of", "is_readmission_30"]
    stays = study.read("stays", columns)
    again = set(stays.loc[stays["is_readmission_30"] & stays["is_admission"], "readmission_of"].dropna())
    end = pd.to_datetime(stays["end"])
    ended = stays[stays["is_admission"] & stays["discharged_alive"].fillna(False).astype(bool) & (end >= pd.Timestamp(first))]
    ended = ended[pd.to_datetime(ended["end"]) < pd.Timestamp(last) + pd.Timedelta(days=1)]
    month = pd.to_datetime(ended["end"]).dt.to_period("M").dt.to_timestamp().dt.date
    where = [("cluster_id", "in", list(study.clusters)), ("month", ">=", first.replace(day=1)), ("month", "<=", last)]
    lived = study.read("person_months", ["citizen_id", "cluster_id", "month"], filters=where)
    lived = lived.assign(month=pd.to_datetime(lived["month"]).dt.date)
    frame = ended.assign(month=month).merge(lived, on=["citizen_id", "month"])
    return frame.assign(readmitted=frame["stay_id"].isin(again))[["citizen_id", "cluster_id", "readmitted"]].reset_index(drop=True)

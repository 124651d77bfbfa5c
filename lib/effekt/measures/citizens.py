"""Citizens by month, and citizens before and after: the frames of estimators whose errors are clustered by citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from effekt.errors import UsageError
from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, UNREGISTERED, clusters_of, in_units, named, periods_of, rows_of
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def person_months(study: Study, outcome: str) -> pd.DataFrame:
    """Every citizen-month of the cluster (of all clusters for the region) and of the comparison.

    Returns
    -------
    DataFrame
        `citizen_id`, `unit` (kommunekode on the first day of the month), `month`, `events` (count, or kroner for a cost; 0 = none), `exposure`
        (person-years alive and resident), `treated` (False = comparison). Months of an earlier initiative and of the phase-in are kept: the
        estimator is told of them. A citizen who moves has rows in both places; after death or emigration there are none. `attrs`: outcome, unit,
        measure_unit.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: the derived table is missing or damaged.
    """
    frame = rows_of(study, outcome, [*clusters_of(study), COMPARISON], ["citizen_id", "kommunekode", "cluster_id", "month"])
    frame["treated"] = frame.pop("cluster_id") != COMPARISON
    frame = frame.rename(columns={"kommunekode": "unit"})
    return named(frame[["citizen_id", "unit", "month", "events", "exposure", "treated"]], study, outcome)


def persons(study: Study, outcome: str, value: Literal["events", "cost_dkk"] = "events") -> pd.DataFrame:
    """Every citizen before and after the start: one row a citizen, group and period.

    Before is from the first month of the data to the start, without months of an earlier initiative; after is from the end of the phase-in to the
    last month. Citizens of the comparison are split at the same dates. For the region each cluster has its own dates and there is no comparison.

    Parameters
    ----------
    value : name of the column with the outcome: "events", or "cost_dkk" for an outcome in money.

    Returns
    -------
    DataFrame
        `citizen_id`, `unit` (kommunekode of the citizen's first month in the period), `treated`, `after`, `events` or `cost_dkk` (sum over the
        period), `exposure` (person-years alive and resident in it). Without a month in a period a citizen has no row there; whoever moves between
        cluster and comparison has a row in each. `attrs`: outcome, unit, measure_unit.

    Raises
    ------
    UsageError
        Unknown outcome, or `cost_dkk` asked of an outcome that is no cost. DataError: the derived table is missing or damaged.
    """
    if value not in ("events", "cost_dkk") or (value == "cost_dkk" and not study.outcome(outcome).is_cost):
        raise UsageError(f"persons(..., {outcome!r}, value={value!r}): value is 'events', or 'cost_dkk' for an outcome in money.")
    compared = [COMPARISON] if study.cluster is not None else []
    rows = periods_of(study, outcome, [*clusters_of(study), *compared]).sort_by("month")
    by = ["citizen_id", "treated", "after"]
    sums = rows.group_by(by, use_threads=False).aggregate([("kommunekode", "first"), (outcome, "sum"), ("days", "sum")]).to_pandas()
    frame = sums.sort_values(by, ignore_index=True).rename(columns={"kommunekode_first": "unit"})
    frame[value] = in_units(study, outcome, frame[f"{outcome}_sum"])
    frame["exposure"] = frame["days_sum"] / DAYS_A_YEAR
    frame = frame[["citizen_id", "unit", "treated", "after", value, "exposure"]]
    frame.attrs[UNREGISTERED] = UNREGISTERED.encode() in (rows.schema.metadata or {})
    return named(frame, study, outcome)

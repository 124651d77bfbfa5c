"""What is followed month by month: every outcome beside the same in the comparison, and citizens in the latest rounds of measurement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from effekt.errors import UsageError
from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, clusters_of, in_units
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

MONTHLY = ("outcome", "month", "events", "exposure", "n_citizens", "other_events", "other_exposure")
ROUNDS = ("latest", "before", "year_before")


def monitored(study: Study, outcomes: Iterable[str]) -> pd.DataFrame:
    """Each outcome by month, in this unit (all clusters added up for the region) and in the comparison.

    Returns
    -------
    DataFrame
        One row an outcome and month in which it is registered and fully delivered: outcome, month, events (kroner for a cost), exposure
        (person-years), n_citizens, and of the comparison other_events and other_exposure (missing where there is none). `attrs`: unit.
    """
    import pandas as pd

    parts = [_months(study, table, ids) for table, ids in _by_table(study, outcomes).items()]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MONTHLY))
    frame.attrs = {"unit": study.unit}
    return frame


def rounds(study: Study, outcomes: Iterable[str], *, months: int = 3) -> pd.DataFrame:
    """Citizens of this unit in the latest complete round of measurement, in the one before it, and in the same round a year earlier.

    A round is `months` whole months of the calendar year (3 = quarters), the latest one being the last whose months are all fully registered.

    Returns
    -------
    DataFrame
        One row a citizen, outcome and round: outcome, citizen_id, round (latest, before, year_before), first (first month of the round), events,
        exposure. A round that begins before the data has no row. `attrs`: unit.

    Raises
    ------
    UsageError
        months does not divide a year.
    """
    import pandas as pd

    if months not in (1, 2, 3, 4, 6, 12):
        raise UsageError(f"A round of {months} months does not divide a year: give 1, 2, 3, 4, 6 or 12.")
    parts = [_rounds(study, table, ids, months) for table, ids in _by_table(study, outcomes).items()]
    columns = ["outcome", "citizen_id", "round", "first", "events", "exposure"]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    frame.attrs = {"unit": study.unit}
    return frame


def first_of_rounds(study: Study, outcome: str, months: int) -> dict[str, pd.Timestamp]:
    """Round -> its first month; without those that begin before the data."""
    import pandas as pd

    after = study.last_complete_month(outcome) + pd.DateOffset(months=1)
    latest = after - pd.DateOffset(months=(after.month - 1) % months + months)
    starts = {"latest": latest, "before": latest - pd.DateOffset(months=months), "year_before": latest - pd.DateOffset(years=1)}
    return {name: first for name, first in starts.items() if first >= study.period[0]}


def _by_table(study: Study, outcomes: Iterable[str]) -> dict[tuple[str, Any], list[str]]:
    """The outcomes by derived table and last complete month, so that each table is read once."""
    grouped: dict[tuple[str, Any], list[str]] = {}
    for outcome in outcomes:
        grouped.setdefault((study.outcome(outcome).table, study.last_complete_month(outcome)), []).append(outcome)
    return grouped


def _months(study: Study, table: tuple[str, Any], ids: list[str]) -> pd.DataFrame:
    import pandas as pd

    name, last = table
    columns = ["month", "days", *ids]
    own = study.read_arrow(name, columns, filters=[*_own(study), ("month", "<=", last.date())])
    other = study.read_arrow(name, columns, filters=[("cluster_id", "==", COMPARISON), ("month", "<=", last.date())])
    parts = []
    for outcome in ids:
        mine, theirs = (_sums(study, rows, outcome, ["month"]) for rows in (own, other))
        beside = theirs[["month", "events", "exposure"]].rename(columns={"events": "other_events", "exposure": "other_exposure"})
        parts.append(mine.merge(beside, how="left", on="month").assign(outcome=outcome))
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(month=pd.to_datetime(frame["month"]))[list(MONTHLY)]


def _rounds(study: Study, table: tuple[str, Any], ids: list[str], months: int) -> pd.DataFrame:
    import pandas as pd
    import pyarrow.compute as compute

    columns = ["outcome", "citizen_id", "round", "first", "events", "exposure"]
    firsts = first_of_rounds(study, ids[0], months)
    if not firsts:
        return pd.DataFrame(columns=columns)
    rows = study.read_arrow(table[0], ["citizen_id", "month", "days", *ids], filters=[*_own(study), ("month", ">=", min(firsts.values()).date())])
    parts = []
    for told, first in firsts.items():
        after = (first + pd.DateOffset(months=months)).date()
        within = rows.filter(compute.and_(compute.greater_equal(rows["month"], first.date()), compute.less(rows["month"], after)))
        parts += [_sums(study, within, outcome, ["citizen_id"]).assign(outcome=outcome, round=told, first=first) for outcome in ids]
    return pd.concat(parts, ignore_index=True)[columns]


def _own(study: Study) -> list[tuple[str, str, Any]]:
    if study.municipality is not None:
        return [("cluster_id", "in", clusters_of(study)), ("kommunekode", "==", study.municipality)]
    return [("cluster_id", "in", clusters_of(study))]


def _sums(study: Study, rows: Any, outcome: str, by: list[str]) -> pd.DataFrame:
    """Events, exposure and rows (citizens, where `by` is the month) of the outcome where it is registered; oere and days summed as integers."""
    import pyarrow.compute as compute

    told = rows if rows[outcome].null_count == 0 else rows.filter(compute.is_valid(rows[outcome]))
    sums = told.group_by(by).aggregate([(outcome, "sum"), ("days", "sum"), ("days", "count")]).to_pandas(date_as_object=False)
    sums = sums.sort_values(by, ignore_index=True)
    events = in_units(study, outcome, sums[f"{outcome}_sum"])
    return sums[by].assign(events=events, exposure=sums["days_sum"] / DAYS_A_YEAR, n_citizens=sums["days_count"])

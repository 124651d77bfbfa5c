"""What the readers share: the rows of one outcome from the derived tables, the periods, and the facts a frame carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from effekt.study import COMPARISON, Study

if TYPE_CHECKING:
    import pandas as pd

DAYS_A_YEAR = 365.25
UNREGISTERED = "unregistered"


def rows_of(study: Study, outcome: str, clusters: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Rows of the derived table that holds `outcome`, for these clusters: `columns`, `events` (money in kroner) and `exposure` (person-years)."""
    read = study.read(study.outcome(outcome).table, [*columns, "days", outcome], filters=_rows_to_read(study, outcome, clusters))
    missing = read[outcome].isna()   # not registered there and then, which is not 0
    places = read.loc[missing, "cluster_id"].unique() if "cluster_id" in read else ()
    if missing.any():
        read = _of_both(read[~missing].astype({outcome: "int64"})).reset_index(drop=True)
    frame = read.rename(columns={outcome: "events"})
    frame.attrs[UNREGISTERED] = any(place != COMPARISON for place in places)
    frame["events"] = in_units(study, outcome, frame["events"])
    frame["exposure"] = frame.pop("days") / DAYS_A_YEAR
    return frame


def sums_of(study: Study, outcome: str, clusters: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """As `rows_of`, summed by the columns `by` and sorted by them; oere and days are summed as integers first."""
    read = study.read_arrow(study.outcome(outcome).table, [*by, "days", outcome], filters=_rows_to_read(study, outcome, clusters))
    read = keep_registered(read, outcome)
    summed = read.group_by(list(by)).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas(date_as_object=False)
    ordered = summed.sort_values(list(by), ignore_index=True)
    return ordered[list(by)].assign(events=in_units(study, outcome, ordered[f"{outcome}_sum"]), exposure=ordered["days_sum"] / DAYS_A_YEAR)


def clusters_of(study: Study) -> list[str]:
    """The cluster of this run, or all of them for the region."""
    return [study.cluster] if study.cluster is not None else list(study.clusters)


def named(frame: pd.DataFrame, study: Study, outcome: str) -> pd.DataFrame:
    """The frame, carrying what it is about: estimators copy this into their estimates; `unregistered` where months of its place are not in it."""
    unregistered = {UNREGISTERED: True} if frame.attrs.get(UNREGISTERED) else {}
    frame.attrs = {"outcome": outcome, "unit": study.unit, "measure_unit": study.outcome(outcome).unit, **unregistered}
    return frame


def periods_of(study: Study, outcome: str, clusters: Sequence[str], more: Sequence[str] = ()) -> Any:
    """Arrow rows of an outcome in these clusters that count as before or after, with `treated` and `after`; `days` and the outcome as stored.

    more : outcomes of the same table that are read beside it.

    Before: from the first month of the data to the start; after: from the end of the phase-in to the last month. Contaminated months and the phase-in
    are in neither. Rows of the comparison are split at the dates of the study's cluster; for the region each cluster has its own. The
    schema's metadata say "unregistered" where months of these clusters are left out because the outcome is not registered in them.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    columns = ["citizen_id", "kommunekode", "cluster_id", "month", "days", outcome, *more]
    rows = study.read_arrow(study.outcome(outcome).table, columns, filters=_rows_to_read(study, outcome, clusters))
    is_missing = compute.and_(compute.is_null(rows[outcome]), compute.not_equal(rows["cluster_id"], COMPARISON))
    about = {UNREGISTERED: ""} if compute.any(is_missing).as_py() else None
    rows = keep_registered(rows, outcome)
    rows = rows.append_column("treated", compute.not_equal(rows["cluster_id"], COMPARISON))
    parts = []
    for cluster in clusters_of(study):
        own = rows if study.cluster is not None else rows.filter(compute.equal(rows["cluster_id"], cluster))
        for is_after, chosen in zip((False, True), _months(study.of(cluster), own["month"]), strict=True):
            part = own.filter(chosen)
            parts.append(part.append_column("after", pa.array([is_after]).take(pa.array([0] * part.num_rows, pa.int8()))))
    return pa.concat_tables(parts).replace_schema_metadata(about)


def _rows_to_read(study: Study, outcome: str, clusters: Sequence[str]) -> list[list[tuple[str, str, Any]]]:
    """The rows of months in which the outcome is fully registered, in these clusters; of the study's cluster its one municipality, if it has one."""
    complete = ("month", "<=", study.last_complete_month(outcome).date())
    if study.municipality is None:
        return [[("cluster_id", "in", list(clusters)), complete]]
    own = [[("kommunekode", "==", study.municipality), complete]] if study.cluster in clusters else []
    return [*own, *([[("cluster_id", "==", COMPARISON), complete]] if COMPARISON in clusters else [])]


def _months(study: Study, months: Any) -> tuple[Any, Any]:
    """(before, after): masks over months, as the cluster of the study sees them."""
    import pandas as pd
    import pyarrow.compute as compute

    before = compute.less(months, study.start.date())
    for first, last in study.contaminated:
        within = compute.and_(compute.greater_equal(months, first.date()), compute.less_equal(months, last.date()))
        before = compute.and_(before, compute.invert(within))
    return before, compute.greater_equal(months, (study.start + pd.DateOffset(months=study.phase_in)).date())


def in_units(study: Study, outcome: str, sums: Any) -> Any:
    """Sums of an outcome as frames show them: oere as kroner, minutes as hours, counts as they are."""
    stored = study.outcome(outcome).stored_in_a_unit
    return sums if stored == 1 else sums / stored


def keep_registered(rows: Any, outcome: str) -> Any:
    """Arrow rows of months in which the outcome is registered: elsewhere it is missing, which is not 0.

    With rows of the clusters and of the comparison only months in which both have any: a change of one over months that the other lacks is none of
    the contrast. Where one has none at all the other's rows are kept.
    """
    import pyarrow as pa
    import pyarrow.compute as compute

    if rows[outcome].null_count == 0:
        return rows
    rows = rows.filter(compute.is_valid(rows[outcome]))
    if not {"month", "cluster_id"} <= set(rows.column_names):
        return rows
    compared = compute.equal(rows["cluster_id"], COMPARISON)
    months = [rows.filter(chosen)["month"].unique() for chosen in (compared, compute.invert(compared))]
    if not all(len(found) for found in months):
        return rows
    both = sorted(set(months[0].to_pylist()) & set(months[1].to_pylist()))
    return rows.filter(compute.is_in(rows["month"], value_set=pa.array(both, rows["month"].type)))


def _of_both(rows: pd.DataFrame) -> pd.DataFrame:
    """As `keep_registered`, of a frame whose missing rows are gone."""
    if not {"month", "cluster_id"} <= set(rows.columns):
        return rows
    compared = rows["cluster_id"] == COMPARISON
    both = set(rows.loc[compared, "month"]) & set(rows.loc[~compared, "month"])
    return rows[rows["month"].isin(both)] if compared.any() and not compared.all() else rows


__all__ = ["COMPARISON", "clusters_of", "in_units", "keep_registered", "named", "periods_of", "rows_of", "sums_of"]

"""What each citizen used before and after the start, several outcomes at once: the frame of the mix of services and of substitution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from effekt.errors import DataError
from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, _months, clusters_of, in_units
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

ROW = ("citizen_id", "month", "kommunekode", "cluster_id", "days")


def use_of_services(study: Study, outcomes: Iterable[str]) -> pd.DataFrame:
    """Several outcomes of every citizen before and after the start: one row a citizen, cluster, group and period.

    Before and after are those of `persons`. Only months count in which every outcome is registered both in the study's place and in the
    comparison, where there is one; what is not registered is not 0. For the region the comparison is there once for each cluster, split at the dates
    of that cluster.

    Parameters
    ----------
    outcomes : ids in the catalogue, at least one.

    Returns
    -------
    DataFrame
        `citizen_id`, `cluster` (whose dates the row is split at), `unit` (kommunekode of the first month in the period), `treated`, `after`,
        `exposure` (person-years alive and resident), and one column an outcome (count, kroner or hours; 0 = none). No row where no month is
        registered in both groups. `attrs`: unit, first_month (the first that counts), left_out (months of the data that are not registered).

    Raises
    ------
    UsageError
        Unknown outcome. DataError: a derived table is missing or damaged, or the delivery has no data for an outcome.
    """
    import pandas as pd
    import pyarrow.compute as compute

    names = list(outcomes)
    rows, months = _registered_in_both(_rows(study, names), names)
    parts = []
    for cluster in clusters_of(study):
        place = study.of(cluster) if study.municipality is None else study
        within = rows.filter(compute.is_in(rows["cluster_id"], value_set=_texts([cluster, COMPARISON])))
        for after, chosen in zip((False, True), _months(place, within["month"]), strict=True):
            part = _added_up(within.filter(chosen), names)
            parts.append(part.assign(cluster=cluster, after=after))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.assign(treated=frame["cluster_id"] != COMPARISON, exposure=frame["days"] / DAYS_A_YEAR)
    frame = frame.assign(**{name: in_units(study, name, frame[name]) for name in names}).rename(columns={"kommunekode": "unit"})
    by = ["cluster", "treated", "after", "citizen_id"]
    frame = frame.sort_values(by, ignore_index=True)[["citizen_id", "cluster", "unit", "treated", "after", "exposure", *names]]
    every = len(pd.period_range(*study.period, freq="M"))
    frame.attrs = {"unit": study.unit, "first_month": months[0] if months else None, "left_out": every - len(months)}
    return frame


def parts_of(study: Study, outcome: str) -> pd.DataFrame:
    """The parts of an outcome that is a sum, and which of them it adds.

    Returns
    -------
    DataFrame
        One row a part: `part` (outcome), `first_month`, `first_month_comparison` (as in `registered_from`), `added` (bool: whether it counts).
    """
    record = study.outcome(outcome)
    frame = registered_from(study, (*record.parts, *record.also)).rename(columns={"outcome": "part"})
    everywhere = (frame["first_month"] <= study.period[0]) & ((frame["first_month_comparison"] <= study.period[0]) | _alone(study))
    return frame.assign(added=everywhere | frame["part"].isin(record.parts))


def registered_from(study: Study, outcomes: Iterable[str]) -> pd.DataFrame:
    """The first month in which each outcome is registered, in the clusters of the region and in the comparison.

    Returns
    -------
    DataFrame
        One row an outcome: `outcome`, `first_month`, `first_month_comparison`; missing = never, or not delivered.
    """
    import pandas as pd

    columns = ["outcome", "first_month", "first_month_comparison"]
    return pd.DataFrame([_first_months(study, name) for name in outcomes], columns=columns).astype(dict.fromkeys(columns[1:], "datetime64[ns]"))


def _first_months(study: Study, outcome: str) -> tuple[str, Any, Any]:
    import pandas as pd
    import pyarrow.compute as compute

    if study.lacking(outcome):
        return outcome, pd.NaT, pd.NaT
    rows = study.read_arrow(study.outcome(outcome).table, ["cluster_id", "month", outcome])
    rows = rows.filter(compute.is_valid(rows[outcome]))
    compared = compute.equal(rows["cluster_id"], COMPARISON)
    firsts = [compute.min(rows.filter(chosen)["month"]).as_py() for chosen in (compute.invert(compared), compared)]
    return outcome, *(pd.NaT if first is None else pd.Timestamp(first) for first in firsts)


def _alone(study: Study) -> bool:
    return not study.protocol.comparison.municipalities


def _rows(study: Study, names: Sequence[str]) -> Any:
    """The rows of the outcomes' tables beside each other; the tables have the same rows in the same order."""
    import pyarrow.compute as compute

    last = min(study.last_complete_month(name) for name in names).date()
    own = [("cluster_id", "in", clusters_of(study)), ("month", "<=", last)]
    if study.municipality is not None:
        own = [("kommunekode", "==", study.municipality), ("month", "<=", last)]
    filters = [own, [("cluster_id", "==", COMPARISON), ("month", "<=", last)]]
    joined = None
    for table in dict.fromkeys(study.outcome(name).table for name in names):
        held = [name for name in names if study.outcome(name).table == table]
        rows = study.read_arrow(table, [*ROW, *held], filters=filters)
        if joined is None:
            joined = rows
            continue
        if rows.num_rows != joined.num_rows or not all(compute.all(compute.equal(rows[key], joined[key])).as_py() in (True, None) for key in ROW[:2]):
            raise DataError(f"The derived tables do not have the same rows. Make them again with: python -m effekt prepare --study {study.path}")
        for name in held:
            joined = joined.append_column(name, rows[name])
    return joined


def _registered_in_both(rows: Any, names: Sequence[str]) -> tuple[Any, list[Any]]:
    """The rows of months in which every outcome is registered in each group that is there, and those months in order."""
    import pyarrow.compute as compute

    anybody = compute.any(_is_compared(rows)).as_py()
    for name in names:
        rows = rows.filter(compute.is_valid(rows[name]))
    compared = _is_compared(rows)
    own, other = (set(rows.filter(chosen)["month"].unique().to_pylist()) for chosen in (compute.invert(compared), compared))
    months = sorted(own & other if anybody else own)
    return rows.filter(compute.is_in(rows["month"], value_set=_dates(months))), months


def _added_up(rows: Any, names: Sequence[str]) -> pd.DataFrame:
    """One row a citizen and group: the sums of the months, and the municipality of the first of them."""
    compared = rows.append_column("is_compared", _is_compared(rows)).sort_by("month")
    measured = [(name, "sum") for name in (*names, "days")]
    by = ["citizen_id", "is_compared"]
    sums = compared.group_by(by, use_threads=False).aggregate([("kommunekode", "first"), ("cluster_id", "first"), *measured]).to_pandas()
    first = {f"{name}_first": name for name in ("kommunekode", "cluster_id")}
    return sums.rename(columns={f"{name}_sum": name for name in (*names, "days")} | first)


def _is_compared(rows: Any) -> Any:
    import pyarrow.compute as compute

    return compute.equal(rows["cluster_id"], COMPARISON)


def _texts(values: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string())


def _dates(values: Sequence[Any]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.date32())

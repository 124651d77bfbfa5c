"""What the readers share: the rows of one outcome from the derived tables, the periods, and the facts a frame carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from effekt.study import COMPARISON, Study

if TYPE_CHECKING:
    import pandas as pd

DAYS_A_YEAR = 365.25


def rows_of(study: Study, outcome: str, clusters: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Rows of the derived table that holds `outcome`, for these clusters: `columns`, `events` (money in kroner) and `exposure` (person-years)."""
    record = study.outcome(outcome)
    table = "cost_months" if record.is_cost else "person_months"
    read = study.read(table, [*columns, "days", outcome], filters=[("cluster_id", "in", list(clusters))])
    frame = read.rename(columns={outcome: "events"})
    if record.is_cost:
        frame["events"] = frame["events"] / 100
    frame["exposure"] = frame.pop("days") / DAYS_A_YEAR
    return frame


def sums_of(study: Study, outcome: str, clusters: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """As `rows_of`, summed by the columns `by` and sorted by them; oere and days are summed as integers first."""
    record = study.outcome(outcome)
    table = "cost_months" if record.is_cost else "person_months"
    read = study.read_arrow(table, [*by, "days", outcome], filters=[("cluster_id", "in", list(clusters))])
    summed = read.group_by(list(by)).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas(date_as_object=False)
    frame = summed.sort_values(list(by), ignore_index=True)[list(by)]
    ordered = summed.sort_values(list(by), ignore_index=True)
    frame["events"] = ordered[f"{outcome}_sum"] / 100 if record.is_cost else ordered[f"{outcome}_sum"]
    frame["exposure"] = ordered["days_sum"] / DAYS_A_YEAR
    return frame


def clusters_of(study: Study) -> list[str]:
    """The cluster of this run, or all of them for the region."""
    return [study.cluster] if study.cluster is not None else list(study.clusters)


def named(frame: pd.DataFrame, study: Study, outcome: str) -> pd.DataFrame:
    """The frame, carrying what it is about: estimators copy this into their estimates."""
    frame.attrs = {"outcome": outcome, "unit": study.unit, "measure_unit": study.outcome(outcome).unit}
    return frame


def period_of(study: Study, months: Any, cluster: str) -> tuple[Any, Any]:
    """(before, after) for months seen from one cluster: two boolean arrays. Contaminated months and the phase-in are in neither.

    Before: from the first month of the data to the start; after: from the end of the phase-in to the last month of the data.
    """
    import pandas as pd

    own = study.of(cluster)
    before = months < own.start
    for first, last in own.contaminated:
        before &= ~((months >= first) & (months <= last))
    after = months >= own.start + pd.DateOffset(months=study.phase_in)
    return before, after


__all__ = ["COMPARISON", "clusters_of", "named", "period_of", "rows_of", "sums_of"]

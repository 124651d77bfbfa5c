"""What citizens cost in the last year of their life, beside what everybody cost in the same months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.frames import COMPARISON, DAYS_A_YEAR, clusters_of, in_units, named, periods_of
from effekt.measures.last_year import LAST_YEAR
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd


def last_year_of_life(study: Study, outcome: str = "cost_total") -> pd.DataFrame:
    """Every citizen before and after the start, with the part of the cost that fell in the last twelve months of a life.

    A month is in the last year of life where the citizen died in it or in one of the eleven months after it. Who dies after the data is not known, so
    the last eleven months of the data are left out of everything here.

    Returns
    -------
    DataFrame
        One row a citizen, group and period, as `persons`: `citizen_id`, `treated` (False = comparison; the region has none), `after`, `cost_dkk` (all
        months of the period), `exposure` (person-years), `last_dkk` and `last_exposure` (the months of it in the last year of life; 0 for those who
        lived on). `attrs`: outcome, unit, measure_unit, and last_month, the last month that counts.

    Raises
    ------
    UsageError
        Unknown outcome. DataError: a derived table is missing or damaged.
    """
    import pandas as pd
    import pyarrow.compute as compute

    clusters = [*clusters_of(study), *([COMPARISON] if study.cluster is not None else [])]
    last = min(study.last_complete_month(outcome), study.period[1] - pd.DateOffset(months=LAST_YEAR - 1))
    rows = periods_of(study, outcome, clusters)
    rows = rows.filter(compute.less_equal(rows["month"], last.date()))
    final = study.read_arrow("last_months", ["citizen_id", "month"], filters=[("cluster_id", "in", clusters)])
    final = final.append_column("is_last", compute.greater_equal(final["citizen_id"], -1))
    rows = rows.join(final, keys=["citizen_id", "month"], join_type="left outer")
    by = ["citizen_id", "treated", "after"]
    everything = rows.group_by(by).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas()
    ending = rows.filter(compute.is_valid(rows["is_last"])).group_by(by).aggregate([(outcome, "sum"), ("days", "sum")]).to_pandas()
    sums = everything.merge(ending, on=by, how="left", suffixes=("", "_last")).sort_values(by, ignore_index=True)
    sums = sums.fillna({f"{outcome}_sum_last": 0, "days_sum_last": 0})
    frame = sums[by].assign(
        cost_dkk=in_units(study, outcome, sums[f"{outcome}_sum"]),
        exposure=sums["days_sum"] / DAYS_A_YEAR,
        last_dkk=in_units(study, outcome, sums[f"{outcome}_sum_last"]),
        last_exposure=sums["days_sum_last"] / DAYS_A_YEAR,
    )
    frame = named(frame, study, outcome)
    frame.attrs |= {"last_month": last}
    return frame

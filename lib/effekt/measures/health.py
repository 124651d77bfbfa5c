"""How citizens live: days at home and deaths after a discharge, what they answer of their health, and who of those asked had died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from effekt.measures.frames import COMPARISON, clusters_of
from effekt.measures.units import rows_of_unit
from effekt.measures.windows import WINDOW_DAYS
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

KEPT = ("citizen_id", "kommunekode", "discharge_date", "sex", "age", "days_home", "days_away", "days_dead", "dead")


def home_days(study: Study) -> pd.DataFrame:
    """The 180 days after the first acute medical discharge of each citizen before the start, and of each after the phase-in.

    Before: the whole window lies before the start and touches no month of an earlier initiative. After: the discharge lies after the phase-in. The
    comparison is split at the same dates. For the region each cluster has its own dates, and the comparison stands once beside each cluster.

    Returns
    -------
    DataFrame
        One row a citizen, period and cluster whose dates they are (`cluster`): citizen_id, kommunekode, discharge_date, sex, age, days_home (alive
        and outside hospital), days_away, days_dead (they add up to 180), dead (bool), treated, after, cluster. Discharges that were not followed for
        the whole window or to the death are left out; the dead are not. Nobody: no row. `attrs`: outcome, unit, measure_unit.
    """
    import pandas as pd

    parts = [_of_cluster(study if study.cluster else study.of(cluster)) for cluster in clusters_of(study)]
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs = {"outcome": "days_home", "unit": study.unit, "measure_unit": "days_of_180"}
    return frame


def health_answers(study: Study, version: Literal["3L", "5L"] | None = None) -> pd.DataFrame:
    """Responses of patients of this unit and, where it was asked too, of the comparison: what `measures.responses` gives, with `treated`.

    version : only those with a complete profile of that version of EQ-5D.
    """
    import pandas as pd

    told = [("respondent", "==", "patient")]
    own = rows_of_unit(study, "responses", None, told).assign(treated=True)
    other = study.read("responses", None, filters=[*told, ("cluster_id", "==", COMPARISON)]).assign(treated=False)
    frame = pd.concat([part for part in (own, other) if len(part)] or [own], ignore_index=True).drop(columns="respondent")
    if version is not None:
        frame = frame[(frame["version"] == version) & frame["profile"].notna()].reset_index(drop=True)
    frame = frame.assign(after=frame["wave"] == "after")
    frame.attrs = {"unit": study.unit}
    return frame


def _of_cluster(study: Study) -> pd.DataFrame:
    import pandas as pd

    columns = [*KEPT, "cluster_id", "complete"]
    whole = [("complete", "==", True)]
    other = study.read("followed", columns, filters=[*whole, ("cluster_id", "==", COMPARISON)])
    own = rows_of_unit(study, "followed", columns, whole)
    frame = pd.concat([own.assign(treated=True), other.assign(treated=False)], ignore_index=True)
    day = pd.to_datetime(frame["discharge_date"])
    end = day + pd.Timedelta(days=WINDOW_DAYS)
    before = end <= study.start
    for first, last in study.contaminated:
        before &= (end <= first) | (day >= last + pd.DateOffset(months=1))
    after = day >= study.start + pd.DateOffset(months=study.phase_in)
    counted = frame.assign(after=after, cluster=study.cluster)[before | after]
    first = counted.sort_values(["discharge_date", "citizen_id"], kind="stable").drop_duplicates(["citizen_id", "treated", "after"])
    return first.drop(columns=["cluster_id", "complete"]).sort_values(["treated", "after", "citizen_id"], ignore_index=True)

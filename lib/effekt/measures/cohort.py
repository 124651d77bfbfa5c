"""Who the target population is: what was known of it before the start, how citizens reach the programme, and how they come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.units import rows_of_unit
from effekt.study import COMPARISON, Study

if TYPE_CHECKING:
    import pandas as pd


def traits(study: Study) -> pd.DataFrame:
    """The target population on the day of the start, in this unit and in the comparison: what was known of each citizen the day before.

    For the region each cluster has its own day (a citizen who moved and was there on two is seen on the first), and the comparison is seen on the
    first of them all.

    Returns
    -------
    DataFrame
        One row a citizen: citizen_id, cluster_id, kommunekode, start_of, start, age, sex, lives_alone (missing where not told), n_chronic, n_drugs,
        n_acute, care_minutes (missing where the source of that time is not in the data; 0 = none), rolling_on, enrolled_on (missing = never),
        treated (False = comparison). Whoever dies or moves later stays. A unit without citizens has no treated row. `attrs`: unit.
    """
    import pandas as pd

    own = rows_of_unit(study, "traits").sort_values(["start", "citizen_id"]).drop_duplicates("citizen_id").assign(treated=True)
    reference = study.cluster or min(study.clusters, key=lambda cluster: (study.of(cluster).start, cluster))
    compared = study.read("traits", filters=[("cluster_id", "==", COMPARISON), ("start_of", "==", reference)]).assign(treated=False)
    frame = pd.concat([own, compared], ignore_index=True)
    frame["lives_alone"] = frame["lives_alone"].astype("boolean")
    for name in ("n_chronic", "n_drugs", "care_minutes"):
        frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    frame.attrs = {"unit": study.unit}
    return frame


def residents(study: Study) -> pd.DataFrame:
    """Everybody the delivery knows who lived in this unit on the day of the start, by age: one row a municipality and age (cluster_id, kommunekode,
    age, n). Ages that were not delivered are not there."""
    return rows_of_unit(study, "residents")


def enrolled(study: Study) -> pd.DataFrame:
    """Whom the programme enrolled among those who lived in this unit on that day.

    Returns
    -------
    DataFrame
        One row a citizen, first enrolment: citizen_id, cluster_id, kommunekode, enrolled_on, sex, age, n_acute (acute admissions in the 365 days
        before), at_start (in the target population on the day of the cluster's start). Nobody enrolled: no row. `attrs`: unit.
    """
    return rows_of_unit(study, "enrolled")


def treatments(study: Study) -> pd.DataFrame:
    """Admissions of the citizens of this unit, with the cluster whose hospital treated.

    Returns
    -------
    DataFrame
        One row an admission: citizen_id, cluster_id and kommunekode (home), month, after (from the start on), acute, hospital_cluster (missing where
        the hospital is unknown or of no cluster of the study). `attrs`: unit.
    """
    return rows_of_unit(study, "treatments")


def movements(study: Study) -> pd.DataFrame:
    """How citizens came into the target population of this unit and left it, before and from the start.

    Returns
    -------
    DataFrame
        One row a citizen and change: citizen_id, month (first in the new state), after (bool), enters
        (bool; False = leaves), reason (first_month, age, move, death, last_month). Moves within the unit are no change; the region is its clusters
        added up, so that a move from one to another leaves the one and enters the other. `attrs`: unit.
    """
    import pandas as pd

    if study.cluster is None:
        frame = pd.concat([movements(study.of(cluster)) for cluster in study.clusters], ignore_index=True)
        frame.attrs = {"unit": study.unit}
        return frame
    place = "code" if study.municipality is not None else "cluster"
    rows = study.read("movements", filters=[[(f"{side}_{place}", "==", study.unit)] for side in ("from", "to")])
    was, became = rows[f"from_{place}"].eq(study.unit), rows[f"to_{place}"].eq(study.unit)
    rows = rows.assign(enters=became)[was != became].reset_index(drop=True)
    frame = rows[["citizen_id", "month", "enters", "reason"]].assign(after=rows["month"] > study.start)
    frame.attrs = {"unit": study.unit}
    return frame


def fixed_cohort(study: Study, persons: pd.DataFrame) -> pd.DataFrame:
    """Of `persons` (as from `measures.persons`) those of this unit who were in its target population on the day of the start: nobody enters later.

    Raises DataError where the derived table is missing.
    """
    there = rows_of_unit(study, "traits", ["citizen_id", "cluster_id", "kommunekode"])
    kept = persons[persons["treated"] & persons["citizen_id"].isin(there["citizen_id"])].reset_index(drop=True)
    kept.attrs = dict(persons.attrs)
    return kept

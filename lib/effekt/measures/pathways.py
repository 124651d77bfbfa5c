"""Audits of pathways and follow-up home visits: the frames of notebooks 09 and 10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.units import rows_of_unit
from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("eligible", "offered", "accepted", "held", "within_7_days", "second_held", "third_held")


def audits(study: Study) -> pd.DataFrame:
    """The audited pathways of this unit.

    Returns
    -------
    DataFrame
        One row a pathway: case_id, cluster_id, kommunekode, audit_date, discharge_date, sectors, auditors, round, n_findings, n_severe (severity 2
        and 3), n_preventable (0 = none found) and n_distinct. Findings of several auditors are added up: errors a pathway are n_findings / auditors,
        so `auditors` is the exposure of a rate. No row: the unit has delivered no audits. `attrs`: unit.
    """
    return rows_of_unit(study, "audits")


def audit_findings(study: Study) -> pd.DataFrame:
    """The findings of the audits of this unit: one row a finding of one auditor.

    Returns
    -------
    DataFrame
        finding_id, case_id, auditor_id (a study key), cluster_id, kommunekode, round, phase, sector_from, sector_to, error_type, severity (0 to 3),
        preventable (missing where not judged), border ("hospital > practice"; the sector alone where it is the same on both sides).
    """
    frame = rows_of_unit(study, "audit_findings")
    border = (frame["sector_from"] + " > " + frame["sector_to"]).where(frame["sector_from"] != frame["sector_to"], frame["sector_from"])
    return frame.assign(border=border)


def audit_pairs(study: Study, error_type: str | None = None) -> pd.DataFrame:
    """What two auditors of one pathway each found, for `estimates.kappa` and `estimates.gwet_ac1`.

    Returns
    -------
    DataFrame
        One row a pathway with two auditors and a type of error: case_id, cluster_id, round, error_type, first, second (bool). For one `error_type`
        it is one row a pathway. Types pooled share their pathways: an interval over them is too narrow. A municipality has no rows of its own: those
        of its cluster are given.
    """
    own = [study.cluster] if study.cluster is not None else list(study.clusters)
    where = [("cluster_id", "in", own), *([("error_type", "==", error_type)] if error_type else [])]
    frame = study.read("audit_pairs", filters=where).reset_index(drop=True)
    frame.attrs = {"unit": study.unit}
    return frame


def visits(study: Study, *, eligible_only: bool = True) -> pd.DataFrame:
    """Discharges of this unit that could be followed by a home visit, what came of it, and how the citizens fared for 180 days.

    Returns
    -------
    DataFrame
        One row a discharge: the columns of the derived table `visits` (see its builder), with `days_followed` (from the discharge to exit_date),
        `event` (the follow-up ended with an acute readmission) and `visited_after_days` (missing = never). Before a visit its citizen was at home
        and alive: give `held_date` to `estimates.immortal_time_audit` as `enrolled`. A citizen has a row for each discharge. `attrs`: unit.
    """
    frame = rows_of_unit(study, "visits", None, [("eligible", "==", True)] if eligible_only else [])
    days = (frame["exit_date"] - frame["discharge_date"]).dt.days
    return frame.assign(days_followed=days, event=frame["exit_reason"] == "readmission", visited_after_days=frame["days_to_visit"])


def visit_funnel(study: Study, by: str | None = None) -> pd.DataFrame:
    """The funnel of follow-up home visits in this unit: how many discharges reach each step.

    by : "kommunekode" or "cluster_id" for one funnel each.

    Returns
    -------
    DataFrame
        One row a step (and value of `by`): step (eligible, offered, accepted, held, within_7_days, second_held, third_held), n, of_eligible (share;
        missing where nobody is eligible). A discharge without a row in the visit lists was not offered a visit; where the unit has no list at all
        every step after the first is missing, not 0.
    """
    import pandas as pd

    frame = visits(study)
    groups = [(None, frame)] if by is None else list(frame.groupby(by, sort=True))
    told = []
    for value, rows in groups:
        known = bool(rows["listed"].any())
        for step in STEPS:
            n = int(rows[step].sum()) if step == "eligible" or known else None
            share = n / len(rows) if n is not None and len(rows) else None
            told.append({**({by: value} if by else {}), "step": step, "n": n, "of_eligible": share})
    columns = [*([by] if by else []), "step", "n", "of_eligible"]
    return pd.DataFrame(told, columns=columns).astype({"n": "Int64", "of_eligible": "float64"})

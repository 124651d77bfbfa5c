"""The overview that the agreement says is missing: initiatives by cluster, resource persons, milestones and obligations, planned against actual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.measures.workbook import programme

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

SIDES = ("regional", "municipal")


def initiatives(study: Study) -> pd.DataFrame:
    """The initiatives of the clusters of the protocol, whatever the cluster of the run.

    Returns
    -------
    DataFrame
        One row an initiative: the columns of the table, in the order of the protocol's clusters. `reach_n` is citizens (for an audit: pathways),
        `fidelity_pct` the share carried out as planned; missing where not stated, which is not 0. Money in oere, nominal. `attrs`: unit.

    Raises
    ------
    DataError
        The derived table is missing.
    """
    return _in_order(study, programme(study.of(None), "initiative"), ["type", "initiative_id"])


def initiative_types(study: Study) -> pd.DataFrame:
    """Which cluster has which type of initiative, and with what status.

    Returns
    -------
    DataFrame
        One row a type and cluster of the protocol, also where there is none: `type`, `cluster_id`, `n` (initiatives of the type there), `status`
        (that of the newest of them; "" where there is none). Types in alphabetical order of their ids.
    """
    import pandas as pd

    held = initiatives(study)
    told = []
    for kind in sorted(held["type"].dropna().unique()):
        for cluster in study.clusters:
            own = held[(held["type"] == kind) & (held["cluster_id"] == cluster)].sort_values("start", na_position="first", kind="stable")
            told.append((kind, cluster, len(own), own["status"].iloc[-1] if len(own) else ""))
    return pd.DataFrame(told, columns=["type", "cluster_id", "n", "status"])


def resource_persons(study: Study) -> pd.DataFrame:
    """One regional and one municipal resource person a cluster: who is appointed, when, and for how much of the time.

    Returns
    -------
    DataFrame
        One row a cluster and side, also where the table has none: `cluster_id`, `side`, `appointed_date` (missing: not appointed), `dedicated_pct`,
        `appointed` (bool).
    """
    import pandas as pd

    wanted = pd.DataFrame([(cluster, side) for cluster in study.clusters for side in SIDES], columns=["cluster_id", "side"])
    held = programme(study.of(None), "resource_person").drop_duplicates(["cluster_id", "side"])
    frame = wanted.merge(held, on=["cluster_id", "side"], how="left")
    return frame.assign(appointed_date=pd.to_datetime(frame["appointed_date"]), appointed=frame["appointed_date"].notna())


def milestones(study: Study, source: str = "") -> pd.DataFrame:
    """Every milestone planned against actual, with the step labels of the source kept as they are.

    source : only those whose source begins so ("MidtKraft memo"); "" = all.

    Returns
    -------
    DataFrame
        One row a milestone, the steps first: `milestone_id`, `cluster_id` (missing: of the whole region), `step_label` (missing: no step; two are
        "Step 1", none is "Step 4"), `text_da`, `text_en`, `planned_from`, `planned_to`, `actual` (missing: no date), `known` (the data reach the
        planned end, so that a missing date means not reached), `days_late` (actual after the planned end; 0 = within it; missing without a date).
    """
    import pandas as pd

    frame = programme(study.of(None), "milestone")
    frame = frame[frame["source"].fillna("").str.startswith(source)] if source else frame
    dates = ["planned_from", "planned_to", "actual"]
    frame = frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})
    frame = frame.sort_values(["step_label", "planned_from", "milestone_id"], ignore_index=True)
    last = study.period[1] + pd.offsets.MonthEnd(1)
    late = (frame["actual"] - frame["planned_to"]).dt.days.clip(lower=0)
    return frame.assign(known=frame["actual"].notna() | (frame["planned_to"] <= last), days_late=late.astype("Int64"))


def obligations(study: Study) -> pd.DataFrame:
    """Which cluster met which obligation of the agreement.

    Returns
    -------
    DataFrame
        One row an obligation and cluster of the protocol, also where nothing is told: `obligation_id`, `cluster_id`, `met` (missing: not told),
        `met_date`.
    """
    import pandas as pd

    held = programme(study.of(None), "obligation").drop_duplicates(["cluster_id", "obligation_id"])
    ids = sorted(held["obligation_id"].unique())
    wanted = pd.DataFrame([(one, cluster) for one in ids for cluster in study.clusters], columns=["obligation_id", "cluster_id"])
    frame = wanted.merge(held[["obligation_id", "cluster_id", "met", "met_date"]], on=["obligation_id", "cluster_id"], how="left")
    return frame.assign(met=frame["met"].astype("boolean"))


def reporting_lines(study: Study) -> pd.DataFrame:
    """Who reports to whom, by when, and whether it is delivered.

    Returns
    -------
    DataFrame
        One row a line: from_body, to_body, from_da, from_en, to_da, to_en (a body that the table of bodies lacks goes by its id), due and delivered
        (missing: no date told).
    """
    import pandas as pd

    lines, body = programme(study.of(None), "reporting_line"), programme(study.of(None), "body").set_index("body_id")
    for side in ("from", "to"):
        for language in ("da", "en"):
            names = lines[f"{side}_body"].map(body[f"name_{language}"])
            lines[f"{side}_{language}"] = names.fillna(lines[f"{side}_body"])
    return lines.assign(due=pd.to_datetime(lines["due"]), delivered=pd.to_datetime(lines["delivered"]))


def _in_order(study: Study, frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    place = {cluster: number for number, cluster in enumerate(study.clusters)}
    own = frame[frame["cluster_id"].isin(place)]
    ordered = own.assign(_place=own["cluster_id"].map(place)).sort_values(["_place", *by], ignore_index=True).drop(columns="_place")
    ordered.attrs = {"unit": study.unit}
    return ordered

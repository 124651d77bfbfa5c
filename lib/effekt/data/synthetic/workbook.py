"""The programme workbook of a synthetic study: the facts of the two agreements (data/reference) and what the synthetic years made of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.region import Region
from effekt.paths import REPOSITORY

REFERENCE = REPOSITORY / "data" / "reference"
USED = ("milestones", "obligations", "bodies", "reporting_lines", "consultant_posts", "indicators", "targets", "pools")
MIDTKRAFT_YEAR = 2020
LATE_DAYS = (0, 12, 0, 35, 21)

# made-up targets, so that the page on targets has something to hold: indicator, baseline, target, at least or at most, owner, how followed up
TARGETS = (
    ("adm_acute_medical", 0.28, 0.25, "at_most", "hospital_cluster", "registers"),
    ("readm30", 0.21, 0.19, "at_most", "hospital_cluster", "registers"),
    ("sat_pt", 3.7, 4.0, "at_least", "project_group", "survey"),
    ("visit_reach", None, 50.0, "at_least", "hospital_cluster", "home visit lists"),
    ("audit_err", 1.6, 1.2, "at_most", "project_group", "audit"),
    ("polypharm", None, 25.0, "at_most", "pharmaceutical_consultant", "data package"),
)
PLANNED_MEETINGS = {"rkt": ((2, 5, 9, 11), (True, True, True, False)), "dkt": ((1, 3, 5, 8, 10, 12), (True,) * 6)}
MUNICIPAL_MEETINGS = ((3, 9), (2, 5, 8, 11), (4, 10), (3, 6, 10), (5,))


def read_reference(name: str) -> list[dict[str, str]]:
    """The rows of one file of data/reference. Semicolons and quotation marks are exchanged: the raw files have no quoting."""
    with open(REFERENCE / f"{name}.csv", encoding="utf-8", newline="") as file:
        return [{key: value.replace(";", ",").replace('"', "'") for key, value in row.items()} for row in csv.DictReader(file)]


def workbook_tables(region: Region) -> Iterator[tuple[str, pa.Table]]:
    """(file name without .csv, table) of every sheet but the initiatives, resource persons and funding."""
    clusters = [(one.cluster_id, _active(one)) for one in region.spec.clusters]
    starts = region.spec.calendar.month_dates[[one.start for one in region.spec.clusters]].astype(object).tolist()
    yield "milestones", _table(_milestones(clusters, starts))
    yield "obligations", _table(_obligations(clusters, starts))
    bodies = read_reference("bodies")
    yield "bodies", _table(_only(bodies, "body_id name_da name_en per_year_min per_year_max per_cluster source"))
    yield "meetings", _table(_meetings(clusters))
    lines = read_reference("reporting_lines")
    told = [{**row, "delivered": "2013-06-21" if row["from_body"] == "hospital_cluster" else ""} for row in lines]
    yield "reporting_lines", _table(_only(told, "from_body to_body due delivered source"))
    posts = "post_id role role_da role_en unit cluster_id n_posts hours fte pool_dkk funder new status source_table is_inferred source"
    yield "consultant_posts", _table(_only(read_reference("consultant_posts"), posts))
    indicators = (
        "indicator_id aim_id triple_aim label_da label_en unit direction outcome_id numerator denominator national verified data_status source"
    )
    checked = [{**row, "verified": int(row["verified"] == "true")} for row in read_reference("indicators")]
    yield "indicators", _table(_only(checked, indicators))
    columns = "target_id indicator_id cluster_id baseline target_value comparator deadline owner followup_method"
    yield "targets", _table(_only([*read_reference("targets"), *_synthetic_targets(clusters)], columns))


def further_funding() -> list[dict[str, str]]:
    """Pools beside the national grant: those of the memo of 2019."""
    return read_reference("pools")


def _active(cluster: Any) -> bool:
    return cluster.admissions != 1 or cluster.home_care != 1


def _milestones(clusters: list[tuple[str, bool]], starts: list[date]) -> list[dict[str, Any]]:
    rows = []
    for k, row in enumerate(read_reference("milestones")):
        first, last = _first_day(row["planned_from"]), _last_day(row["planned_to"])
        late = LATE_DAYS[k % len(LATE_DAYS)]
        reached = last + timedelta(days=late) if last.year < 2016 else last if row["milestone_id"] == "midtkraft_in_force" else None
        told = {"text_da": row["da"], "text_en": row["en"], "planned_from": first, "planned_to": last, "source": row["source"]}
        shared = {"step_label": row["step_label"], **told}
        rows.append({"milestone_id": row["milestone_id"], "cluster_id": "", **shared, "actual": reached or ""})
        if row["milestone_id"] in ("operation", "local_agreement"):
            for (cluster_id, active), start in zip(clusters, starts, strict=True):
                done = start if row["milestone_id"] == "operation" else last + timedelta(days=5) if active else ""
                rows.append({"milestone_id": f"{row['milestone_id']}_{cluster_id}", "cluster_id": cluster_id, **shared, "actual": done})
    return _only(rows, "milestone_id cluster_id step_label text_da text_en planned_from planned_to actual source")


def _obligations(clusters: list[tuple[str, bool]], starts: list[date]) -> list[dict[str, Any]]:
    rows = []
    for (cluster_id, active), start in zip(clusters, starts, strict=True):
        for row in read_reference("obligations"):
            name = row["obligation_id"]
            met = active or name in ("develop_test", "resource_persons")
            rows.append({"cluster_id": cluster_id, "obligation_id": name, "met": int(met), "met_date": start if met else ""})
    return rows


def _meetings(clusters: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(body: str, cluster_id: str, day: date, held: bool, number: int) -> None:
        name = "_".join(part for part in (body, cluster_id, str(day.year), str(number)) if part)
        took_place = day + timedelta(days=7 * (number % 2)) if held else ""
        rows.append({"meeting_id": name, "body_id": body, "cluster_id": cluster_id, "planned": day, "held": took_place})

    for body, (months, held) in PLANNED_MEETINGS.items():
        for number, (month, took_place) in enumerate(zip(months, held, strict=True), 1):
            add(body, "", date(MIDTKRAFT_YEAR, month, 12), took_place, number)
    for k, (cluster_id, _) in enumerate(clusters):
        for number, month in enumerate(MUNICIPAL_MEETINGS[k % len(MUNICIPAL_MEETINGS)], 1):
            add("coordinator_municipal", cluster_id, date(MIDTKRAFT_YEAR, month, 20), True, number)
    for year in (2013, 2014, 2015):
        for number, month in enumerate((2, 5, 9, 11), 1):
            add("project_group", "", date(year, month, 18), (year, month) != (2014, 11), number)
        for number, month in enumerate((4, 10), 1):
            add("steering_group", "", date(year, month, 8), True, number)
    return rows


def _synthetic_targets(clusters: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    rows = []
    for indicator, baseline, value, comparator, owner, method in TARGETS:
        for cluster_id, _ in clusters:
            told = {"baseline": "" if baseline is None else baseline, "target_value": value, "comparator": comparator}
            promised = {"deadline": "2015-12-31", "owner": owner, "followup_method": method}
            rows.append({"target_id": f"demo_{indicator}_{cluster_id}", "indicator_id": indicator, "cluster_id": cluster_id, **told, **promised})
    return rows


def _only(rows: list[dict[str, Any]], columns: str) -> list[dict[str, Any]]:
    return [{name: row.get(name, "") for name in columns.split()} for row in rows]


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """Everything as text, empty where missing: these sheets are written by people."""
    return pa.table({name: pa.array([str(row[name]) if row[name] != "" else None for row in rows], pa.string()) for name in rows[0]})


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _last_day(month: str) -> date:
    return (np.datetime64(month, "M") + 1).astype("datetime64[D]").astype(object) - timedelta(days=1)

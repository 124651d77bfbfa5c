"""The plan of the programme drawn: each milestone that the data reach, when it was planned and when it was reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.report import making, tables
from effekt.report.initiatives import NO_DATE, YEAR, Names, how_it_went, month_of
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


def milestone_plan(study: Study, milestones: pd.DataFrame, *, name: str = "milestone_plan") -> Shown:
    """The figure of planned against reached, one line a milestone: by planned end, each of the region followed by the same of the clusters.

    milestones : `measures.milestones`. Those whose planned end lies after the data, and those without one, are not drawn: it cannot be said how
    they went. One that was reached is in time up to the last day of its plan.
    """
    known = milestones[milestones["known"] & milestones["planned_to"].between(study.period[0], study.period[1] + pd.offsets.MonthEnd(1))]
    place = known["cluster_id"].map({cluster: number for number, cluster in enumerate(study.clusters)}).fillna(-1)
    ordered = known.assign(_place=place).sort_values(["planned_to", "planned_from", "text_da", "_place"], kind="stable").to_dict("records")
    labels: Names = dict(NO_DATE)
    rows: list[Facts] = []
    for item in ordered:
        labels[f"milestone.{item['milestone_id']}"] = {"da": YEAR.sub("", item["text_da"]), "en": YEAR.sub("", item["text_en"])}
        rows.append(
            {
                "name": (Column("name", "label"), f"milestone.{item['milestone_id']}"),
                "place": (Column("place", "label"), item["cluster_id"] if isinstance(item["cluster_id"], str) else "region"),
                "planned_from": (Column("planned_from", "month"), month_of(item["planned_from"])),
                "planned_to": (Column("planned_to", "month"), month_of(item["planned_to"])),
                "actual": (Column("actual", "month"), month_of(item["actual"])),
                "went": (Column("went", "label"), f"went.{how_it_went(item)}"),
                "days_late": (Column("days_late", "count"), None if pd.isna(item["days_late"]) else int(item["days_late"])),
            }
        )
    in_time = sum(row["went"][1] == "went.in_time" for row in rows)
    blank: Facts = {key: (column, None) for key, (column, _) in rows[0].items()} if rows else {}
    head: Facts = {"n_told": (Column("n_told", "count"), len(rows)), "n_met": (Column("n_met", "count"), in_time)} | blank
    keys = ("planned_from", "planned_to", "actual", "went", "days_late")
    show = [("column.milestone", "name"), ("column.place", "place"), *((f"column.{key}", key) for key in keys)]
    order = tuple(range(1, len(rows) + 1))
    plan = tables.layout("caption.milestone_plan", show if rows else show[:0], rows=order, empty={"days_late": "signal.dash"})
    stem = "figure.milestone_plan"
    context = {"title": f"{stem}.title", "subtitle": f"{stem}.subtitle", "alt": f"{stem}.alt", "order": list(order), "table": plan}
    return making.shown(study, "milestone_plan", name, [head, *rows], context=context, labels=labels)

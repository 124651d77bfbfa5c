"""The result behind the figure of how soon readmissions come: curves with death competing, drawn only as far as enough are still followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from effekt.estimates.time_to_event import cumulative_incidence
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.readmissions import CELLS, _cell, _side
from effekt.report.results import Column
from effekt.report.shares import PERCENT, head_of
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 150, 180, 240, 300)
"""The days that are shown: close together where most readmissions come."""
AT_RISK = 5


def readmission_curves(study: Study, spells: pd.DataFrame, *, name: str = "readmission_curves") -> Shown:
    """The figure: the share readmitted by chosen days after the discharge, before and after, here and (for a place) in the comparison.

    spells : `measures.discharges`. Aalen-Johansen with death competing, intervals over citizens. A curve ends where fewer than five are followed, and
    a group with fewer citizens than the protocol asks for has none.
    """
    horizon = int(spells.attrs["horizon_days"])
    own = spells[spells["treated"]]
    facts = head_of(study) | {
        "window": (Column("window", "count"), horizon),
        "n_discharges": (Column("n_discharges", "count"), len(own)),
        "n_citizens": (Column("n_citizens", "count"), int(own["citizen_id"].nunique()) if len(own) else 0),
    }
    shown = CELLS if study.cluster else CELLS[:2]
    points = [row for treated, after in shown for row in _curve(study, _cell(spells, treated, after), treated, after, horizon)]
    here = any(row["group"][1] in ("side.own_before", "side.own_after") for row in points)
    told = "" if here else "_few"
    stem = "figure.readmission_curves"
    show = [("column.group", "group"), ("column.day", "day"), ("column.share_readmitted", "share"), ("column.interval", "cells.interval")]
    show += [("column.at_risk", "at_risk")]
    context = {
        "title": f"{stem}.title",
        "subtitle": f"{stem}.subtitle{told}",
        "alt": f"{stem}.alt{told}",
        "table": tables.layout("caption.readmission_curves", show, rows=tuple(range(1, len(points) + 1)), notes=("note.readmission_curves",)),
    }
    empty: Facts = {key: (column, None) for key, column in _COLUMNS.items()}
    return making.shown(study, "incidence", name, [empty | facts, *points], context=context)


_COLUMNS = {
    "group": Column("group", "label"),
    "day": Column("day", "number"),
    "share": Column("share", "percent", 1, n="at_risk"),
    "low": Column("low", "percent", 1, n="at_risk"),
    "high": Column("high", "percent", 1, n="at_risk"),
    "at_risk": Column("at_risk", "count"),
}


def _curve(study: Study, part: pd.DataFrame, treated: bool, after: bool, horizon: int) -> list[Facts]:
    if part["citizen_id"].nunique() < study.protocol.too_few.citizens:
        return []
    days = np.array([*(day for day in DAYS if day < horizon), horizon], dtype=float)
    days = days[days <= part["exit"].max()]
    found = cumulative_incidence(part, at=days, groups="citizen_id", level=study.level)
    rows = []
    for day, estimate, low, high, at_risk in found[["time", "estimate", "low", "high", "at_risk"]].itertuples(index=False):
        if at_risk < AT_RISK:
            break
        values = {"group": _side(treated, after), "day": float(day), "share": PERCENT * estimate, "low": PERCENT * low, "high": PERCENT * high}
        rows.append({key: (_COLUMNS[key], value) for key, value in (values | {"at_risk": int(at_risk)}).items()})
    return rows

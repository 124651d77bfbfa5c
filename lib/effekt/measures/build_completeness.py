"""The derived table `completeness`: how many rows of each source fall in each month and municipality, so that a hole or a break can be seen."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.rules import whole
from effekt.protocol import Protocol

# Canonical table, the column that dates its rows, the column that tells its parts apart. All have citizen_id.
DATED = (("contact", "start", "kind"), ("service", "date", "sector"))


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a table, part of it, month and municipality of residence.

    Columns
    -------
    source : canonical table. part : kind of contact, or sector of the service. month : date, its first day.
    kommunekode, cluster_id : where the citizens of the rows lived on the day; missing for rows outside every period of residence, and
    `cluster_id` for municipalities outside the study. n : int64, rows. Rows outside the data period are not counted.
    """
    first, last = protocol.data_period.first, protocol.data_period.last
    places = ibis.memtable({"kommunekode": list(protocol.municipalities()), "cluster_id": list(protocol.municipalities().values())})
    parts = []
    for name, dated, part in DATED:
        rows = tables[name].select("citizen_id", day=tables[name][dated].cast("date"), part=tables[name][part])
        rows = rows.mutate(month=rows.day.truncate("M"), source=ibis.literal(name))
        rows = rows.filter(rows.month >= ibis.date(first), rows.month <= ibis.date(last))
        home = tables["residence"].select(owner="citizen_id", kommunekode="kommunekode", begins="start", stops="end")
        lived = rows.left_join(home, [rows.citizen_id == home.owner, rows.day >= home.begins, rows.day < home.stops])
        parts.append(lived.group_by("source", "part", "month", "kommunekode").agg(n=whole(lived.count())))
    return ibis.union(*parts, distinct=False).left_join(places, "kommunekode").select("source", "part", "month", "kommunekode", "cluster_id", "n")

"""The derived table `audit_pairs`: what two auditors of the same pathway each found, for their agreement."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a pathway with two auditors and a type of error that anybody found anywhere in the study.

    Columns
    -------
    case_id, cluster_id, round, error_type, first, second : whether each of the two found it. An auditor who found nothing in a pathway has no row in
    the delivery and counts as having found none of it. Which of the two is first means nothing.
    """
    cases = tables["audit_case"]
    cases = cases.filter(cases.auditors == 2).select("case_id", "cluster_id", "round")
    found = tables["audit_finding"].select("case_id", "auditor_id", "error_type").distinct()
    kinds = found.select("error_type").distinct()
    order = ibis.window(group_by="case_id", order_by="auditor_id")
    seats = found.select("case_id", "auditor_id").distinct().mutate(seat=ibis.row_number().over(order))
    placed = found.inner_join(seats, ["case_id", "auditor_id"]).group_by("case_id", "error_type")
    seen = placed.agg(one=(_.seat == 0).any(), two=(_.seat == 1).any())
    grid = cases.cross_join(kinds)
    joined = grid.left_join(seen, ["case_id", "error_type"])
    return joined.select(
        "case_id", "cluster_id", "round", "error_type", first=ibis.coalesce(joined.one, False), second=ibis.coalesce(joined.two, False)
    )

"""The derived table `audits`: every audited pathway with what was found in it."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.protocol import Protocol

SEVERE = 2


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row an audited pathway.

    Columns
    -------
    case_id, cluster_id, kommunekode, audit_date, discharge_date, sectors, auditors, round.
    n_findings, n_severe (severity 2 and 3), n_preventable : findings of all its auditors together, so divide by `auditors` for errors a pathway;
    0 = none found. n_distinct : different pairs of phase and error type.
    """
    found = tables["audit_finding"].mutate(pair=_.phase + " " + _.error_type)
    counted = found.group_by("case_id").agg(
        findings=_.count().cast("int32"),
        severe=(_.severity >= SEVERE).sum().cast("int32"),
        preventable=ibis.coalesce(_.preventable, False).sum().cast("int32"),
        distinct=_.pair.nunique().cast("int32"),
    )
    cases = tables["audit_case"].left_join(counted, "case_id")
    zeros = {f"n_{name}": ibis.coalesce(cases[name], 0) for name in ("findings", "severe", "preventable", "distinct")}
    return cases.select("case_id", "cluster_id", "kommunekode", "audit_date", "discharge_date", "sectors", "auditors", "round", **zeros)

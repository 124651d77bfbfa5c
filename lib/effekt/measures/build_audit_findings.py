"""The derived table `audit_findings`: every finding with the cluster and the round of its pathway."""

from __future__ import annotations

from collections.abc import Mapping

from ibis.expr.types import Table

from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a finding of one auditor: finding_id, case_id, auditor_id, cluster_id, kommunekode, round, phase, sector_from, sector_to, error_type,
    severity (0 to 3), preventable. Two auditors who found the same are two rows.
    """
    cases = tables["audit_case"].select("case_id", "cluster_id", "kommunekode", "round")
    found = tables["audit_finding"].inner_join(cases, "case_id")
    named = ("phase", "sector_from", "sector_to", "error_type", "severity", "preventable")
    return found.select("finding_id", "case_id", "auditor_id", "cluster_id", "kommunekode", "round", *named)

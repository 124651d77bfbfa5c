"""Findings of audits that come again from cluster to cluster: faults of the common way of working rather than of one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.findings import recurring_findings
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import enough, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study


def recurring_table(study: Study, findings: pd.DataFrame, *, k: int = 3, name: str = "recurring") -> Shown:
    """One row a type of error found in at least `k` clusters: the clusters, the pathways with it, the findings.

    findings : `measures.audit_findings` of the region. No findings, or none that recur, is said in words.
    """
    counts: Facts = {
        "limit_clusters": (Column("limit_clusters", "count"), k),
        "n_clusters": (Column("n_clusters", "count"), len(study.clusters)),
        "n_clusters_audited": (Column("n_clusters_audited", "count"), findings["cluster_id"].nunique()),
        "n_findings": (Column("n_findings", "count"), len(findings)),
    }
    if not enough(study, len(findings)):
        return told(study, [("text", f"synthesis.recurring_{'few' if len(findings) else 'none'}")], counts, name)
    found = recurring_findings(findings, k=k, case="case_id")
    if found.empty:
        return told(study, [("text", "synthesis.recurring_nothing")], counts, name)
    names, rows, labels = study.labels(), [], {}
    for item in found.to_dict("records"):
        where = [cluster for cluster in study.clusters if cluster in item["clusters"]]
        listed = "clusters." + "+".join(where)
        labels[listed] = {language: ", ".join(names[cluster][language] for cluster in where) for language in ("da", "en")}
        rows.append(
            counts
            | {
                "error_type": (Column("error_type", "label"), f"error_type.{item['error_type']}"),
                "n_clusters_there": (Column("n_clusters_there", "count"), int(item["n_clusters"])),
                "where": (Column("where", "label"), listed),
                "n_with": (Column("n_with", "count", n="n_with"), int(item["n_cases"])),
                "n_found": (Column("n_found", "count"), int(item["n_findings"])),
            }
        )
    show = [("column.error_type", "error_type"), ("column.n_there", "n_clusters_there"), ("column.where_found", "where")]
    show += [("column.pathways", "n_with"), ("column.n_findings", "n_found")]
    plan = tables.layout("synthesis.recurring", show, notes=("synthesis.recurring_note",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)

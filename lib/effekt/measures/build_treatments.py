"""The derived table `treatments`: which cluster's hospital treated the citizens of the target population."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.protocol import Protocol
from effekt.study import COMPARISON


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row an admission of a resident of a cluster who was in the target population on the first day of the month in which it began.

    Columns: citizen_id, cluster_id, kommunekode (of that day), month (first day), after (bool: from the cluster's start on), acute (bool),
    hospital_cluster (missing where the hospital is unknown or belongs to no cluster of the study).
    """
    stays = tables["stays"].filter(_.is_admission)
    begun = stays.select("citizen_id", "hospital_cluster", acute=ibis.coalesce(stays.acute, False), month=stays.start.date().truncate("M"))
    homes = tables["person_months"].filter(_.cluster_id != COMPARISON).select("citizen_id", "month", "cluster_id", "kommunekode")
    starts = ibis.memtable({"begun": [one.id for one in protocol.clusters], "since": [one.start for one in protocol.clusters]})
    rows = begun.inner_join(homes, ["citizen_id", "month"])
    rows = rows.inner_join(starts, rows.cluster_id == starts.begun)
    return rows.select("citizen_id", "cluster_id", "kommunekode", "month", "acute", "hospital_cluster", after=rows.month >= rows.since)

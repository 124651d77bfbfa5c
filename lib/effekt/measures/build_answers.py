"""The derived table `answers`: every answer of the surveys, with the cluster it belongs to."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.people import add_cluster, add_home
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row an item of a response.

    Columns
    -------
    response_id, citizen_id (missing for an anonymous response), respondent (patient, relative), wave (before, after), cluster_id, kommunekode: as
    the survey told it, else where the citizen lived on the day. instrument, item_id, date, value : missing where there is no answer, and then
    `missing_reason` says why. EQ-5D-3L and EQ-5D-5L are two instruments.
    """
    rows = add_home(tables["survey_answer"], tables["residence"], "date")
    rows = add_cluster(rows.mutate(kommunekode=ibis.coalesce(rows.kommunekode, rows.home)), protocol)
    return rows.select(
        "response_id", "citizen_id", "respondent", "wave", "cluster_id", "kommunekode", "instrument", "item_id", "date", "value", "missing_reason"
    )

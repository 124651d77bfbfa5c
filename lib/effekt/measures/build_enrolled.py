"""The derived table `enrolled`: whom the programme enrolled, and how bad a year they had behind them."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.build_traits import YEAR_DAYS
from effekt.measures.people import add_cluster, add_home, add_person
from effekt.protocol import Protocol
from effekt.study import COMPARISON


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen who was enrolled in an initiative and lived in a cluster on the day of the first enrolment.

    Columns
    -------
    citizen_id. enrolled_on : that day. cluster_id, kommunekode, sex, age : on that day. n_acute : acute admissions begun in the 365 days before.
    at_start : in the target population of that cluster on the day of its start (enrolled then or later).
    """
    first = tables["enrolment"].group_by("citizen_id").agg(enrolled_on=_.start.min())
    rows = add_cluster(add_home(first, tables["residence"], "enrolled_on").rename(kommunekode="home"), protocol)
    rows = add_person(rows.filter(rows.cluster_id.notnull(), rows.cluster_id != COMPARISON), tables["citizen"], "enrolled_on")
    stays = tables["stays"]
    acute = stays.filter(stays.is_admission, stays.acute).select(stayer="citizen_id", day=stays.start.date())
    near = rows.inner_join(acute, rows.citizen_id == acute.stayer)
    near = near.filter(near.day < near.enrolled_on, near.day >= near.enrolled_on - ibis.interval(days=YEAR_DAYS))
    rows = rows.left_join(near.group_by("citizen_id").agg(n_acute=_.count().cast("int32")), "citizen_id").drop("citizen_id_right")
    starts = ibis.memtable({"start_of": [one.id for one in protocol.clusters], "start": [one.start for one in protocol.clusters]})
    there = tables["person_months"].inner_join(starts, [tables["person_months"].cluster_id == starts.start_of, _.month == starts.start])
    there = there.select("citizen_id", "start_of", at_start=ibis.literal(True))
    joined = rows.left_join(there, [rows.citizen_id == there.citizen_id, rows.cluster_id == there.start_of])
    return joined.select(
        "citizen_id", "cluster_id", "kommunekode", "enrolled_on", "sex", "age",
        n_acute=ibis.coalesce(joined.n_acute, 0), at_start=ibis.coalesce(joined.at_start, False),
    )  # fmt: skip

"""The derived table `residents`: how many people of which age the delivery knows in each municipality on the day of the start."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.build_person_months import age_at
from effekt.measures.people import clusters_of_places
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a municipality of a cluster and age: n citizens of whole years `age` living there on the day of the cluster's start.

    Also those too young for the target population, as far as the delivery holds them. An age that nobody has is no row.
    Columns: cluster_id, kommunekode, age, n.
    """
    starts = ibis.memtable({"start_of": [one.id for one in protocol.clusters], "day": [one.start for one in protocol.clusters]})
    places = clusters_of_places(protocol)
    lived = tables["residence"].inner_join(places, tables["residence"].kommunekode == places.code_of_place)
    lived = lived.inner_join(starts, lived.cluster_id == starts.start_of)
    there = lived.filter(lived.start <= lived.day, lived.end > lived.day).inner_join(tables["citizen"], "citizen_id")
    alive = there.left_join(tables["death"], "citizen_id")
    alive = alive.filter(alive.death_date.isnull() | (alive.death_date >= alive.day))
    aged = alive.mutate(age=age_at(alive.birth_date, alive.day))
    return aged.group_by("cluster_id", "kommunekode", "age").agg(n=aged.citizen_id.nunique().cast("int32"))

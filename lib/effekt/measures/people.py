"""Where a citizen lived, and how old he or she was, on the day of a row: what the builders of the sources beside the registers share."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from effekt.measures.build_person_months import age_at
from effekt.protocol import Protocol


def clusters_of_places(protocol: Protocol) -> Table:
    """One row a municipality of the study: `code_of_place` and the `cluster_id` it belongs to ("comparison" for the comparison)."""
    return ibis.memtable({"code_of_place": list(protocol.municipalities()), "cluster_id": list(protocol.municipalities().values())})


def add_home(rows: Table, residence: Table, day: str) -> Table:
    """`rows` with `home`: the municipality in which the citizen lived on the day of the column `day`; missing outside every period of residence."""
    lived = residence.select(home_citizen="citizen_id", home="kommunekode", home_from="start", home_until="end")
    there = [rows.citizen_id == lived.home_citizen, rows[day] >= lived.home_from, rows[day] < lived.home_until]
    return rows.left_join(lived, there).drop("home_citizen", "home_from", "home_until")


def add_cluster(rows: Table, protocol: Protocol) -> Table:
    """`rows` with the `cluster_id` of their `kommunekode`; missing for municipalities outside the study."""
    places = clusters_of_places(protocol)
    return rows.left_join(places, rows.kommunekode == places.code_of_place).drop("code_of_place")


def add_person(rows: Table, citizen: Table, day: str) -> Table:
    """`rows` with `sex` (1 male, 2 female) and `age` (whole years on the day of the column `day`); missing where the citizen is not known."""
    people = citizen.select(person_id="citizen_id", sex=citizen.sex.cast("int32"), birth_date="birth_date")
    joined = rows.left_join(people, rows.citizen_id == people.person_id).drop("person_id")
    return joined.mutate(age=age_at(joined.birth_date, joined[day])).drop("birth_date")

"""The derived table `listed`: who was on which practice's list in each year, the people a practice's prescribing is counted on."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.people import add_cluster, add_home, add_person
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen and year: who was listed with a practice on 1 January of the year, alive, and of at least `target.age_min` years that day.

    Columns: citizen_id, year, practice_id, quality_cluster_id (missing where the practice is in none), kommunekode and cluster_id of the citizen's
    residence on that day, sex, age. Years are those that begin within the data period.
    """
    first, last = protocol.data_period.first, protocol.data_period.last
    years = [year for year in range(first.year, last.year + 1) if year > first.year or first.month == 1]
    calendar = ibis.memtable({"year": years, "day": [first.replace(year=year, month=1, day=1) for year in years]})
    listing = tables["listing"]
    on = listing.inner_join(calendar, [listing.start <= calendar.day])
    on = on.filter(on.end.isnull() | (on.end >= on.day)).drop("start", "end")
    on = on.left_join(tables["death"], "citizen_id")
    on = on.filter(on.death_date.isnull() | (on.death_date >= on.day)).select("citizen_id", "year", "practice_id", "day")
    practices = tables["practice"].select("practice_id", "quality_cluster_id")
    on = on.left_join(practices, "practice_id").drop("practice_id_right")
    home = add_cluster(add_home(on, tables["residence"], "day").rename(kommunekode="home"), protocol)
    aged = add_person(home, tables["citizen"], "day")
    aged = aged.filter(aged.age >= protocol.target.age_min)
    return aged.select("citizen_id", "year", "practice_id", "quality_cluster_id", "kommunekode", "cluster_id", "sex", "age")

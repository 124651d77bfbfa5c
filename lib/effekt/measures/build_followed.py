"""The derived table `followed`: every acute medical discharge with where its citizen spent the days after it, and whether he or she died."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.build_person_months import next_month
from effekt.measures.people import add_cluster, add_home, add_person
from effekt.measures.windows import WINDOW_DAYS
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a day on which a citizen of the study was discharged alive from an acute medical admission, of at least `target.age_min` years.

    The window is half-open, [discharge, discharge + 180 days). A day counts as away for each midnight of it spent in hospital, whatever the cause;
    as dead from the day of death on; else as home: what is known of homes is the hospital alone, so a nursing home is home and a temporary
    municipal place is too. The three add up to 180.

    Columns
    -------
    citizen_id, cluster_id, kommunekode : where the citizen lived on the day. discharge_date, sex, age. days_home, days_away, days_dead. dead : died
    in the window. complete : the whole window lies within the data, also for the dead (else the last half-year would hold the dead alone), and the
    citizen did not move out of the study before its end or the death.
    """
    rows = add_home(_discharges(tables["stays"]), tables["residence"], "discharge_date").rename(kommunekode="home")
    rows = add_person(add_cluster(rows, protocol), tables["citizen"], "discharge_date")
    rows = rows.filter(rows.cluster_id.notnull(), rows.age >= protocol.target.age_min).left_join(tables["death"], "citizen_id")
    rows = rows.filter(ibis.coalesce(rows.death_date >= rows.discharge_date, True)).drop("citizen_id_right")
    rows = rows.mutate(until=rows.discharge_date + ibis.interval(days=WINDOW_DAYS))
    rows = rows.mutate(until=rows.until.cast("date"))
    rows = rows.mutate(alive_until=ibis.least(rows.until, ibis.coalesce(rows.death_date, rows.until)))
    keys = ["citizen_id", "discharge_date"]
    rows = rows.left_join(_nights(rows, tables["stays"]), keys).drop("citizen_id_right", "discharge_date_right")
    rows = rows.left_join(_left(rows, tables["residence"], protocol), keys)
    after = ibis.date(next_month(protocol.data_period.last))
    away = ibis.coalesce(rows.nights, 0).cast("int32")
    lived = rows.alive_until.delta(rows.discharge_date, unit="day").cast("int32")
    return rows.select(
        *keys, "cluster_id", "kommunekode", "sex", "age",
        days_home=lived - away, days_away=away, days_dead=ibis.literal(WINDOW_DAYS, "int32") - lived,
        dead=ibis.coalesce(rows.death_date < rows.until, False),
        complete=(rows.until <= after) & (rows.alive_until <= ibis.coalesce(rows.leaves, rows.discharge_date)),
    )  # fmt: skip


def _discharges(stays: Table) -> Table:
    """citizen_id and discharge_date, each pair once."""
    ended = stays.filter(stays.is_admission, stays.acute, stays.medical, stays.discharged_alive, stays.end.notnull())
    return ended.select("citizen_id", discharge_date=ended.end.date()).distinct()


def _nights(rows: Table, stays: Table) -> Table:
    """Midnights in hospital while alive in the window; a stay that has not ended lasts the window out. Stays of a citizen do not overlap."""
    stays = stays.filter(stays.is_admission).select(stayer="citizen_id", came=stays.start.date(), went=stays.end.date())
    met = [rows.citizen_id == stays.stayer, stays.came < rows.alive_until, ibis.coalesce(stays.went, rows.until) > rows.discharge_date]
    joined = rows.inner_join(stays, met)
    first = ibis.greatest(joined.came, joined.discharge_date)
    nights = ibis.least(ibis.coalesce(joined.went, joined.until), joined.alive_until).delta(first, unit="day")
    return joined.mutate(n=nights).group_by("citizen_id", "discharge_date").agg(nights=_.n.sum())


def _left(rows: Table, residence: Table, protocol: Protocol) -> Table:
    """The day on which the citizen had left the study's municipalities: the end of the last residence there that reaches into the window."""
    lived = residence.filter(residence.kommunekode.isin(list(protocol.municipalities())))
    lived = lived.select(owner="citizen_id", begins="start", leaves="end")
    there = [rows.citizen_id == lived.owner, lived.begins <= rows.until, lived.leaves > rows.discharge_date]
    return rows.inner_join(lived, there).group_by("citizen_id", "discharge_date").agg(leaves=_.leaves.max())

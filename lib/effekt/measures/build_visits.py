"""The derived table `visits`: the funnel of follow-up home visits, from the discharges that could have had one, and what happened afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.build_person_months import next_month
from effekt.measures.people import add_cluster, add_home, add_person
from effekt.protocol import Protocol

FOLLOW_UP_DAYS = 180
SOON_DAYS = 7


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a discharge of a resident of a cluster, from the cluster's start on, that was eligible for a visit or had one planned.

    Eligible by rule: an acute medical admission of 24 hours or more, discharged alive, of somebody of at least `target.age_min` years on that day.
    What the visit lists tell is joined on citizen and day of discharge.

    Columns
    -------
    citizen_id, cluster_id, kommunekode, discharge_date, sex, age, eligible (by rule), listed (in the visit list at all), offered, accepted, held : of
    the first contact; False where the list does not know the discharge. held_date, days_to_visit, within_7_days, second_held, third_held, initiator,
    performer, place, not_held_reason : of the first contact.
    readmitted_on : first acute admission after the discharge. death_date. exit_date : the earliest of the readmission, the death, the end of
    residence in the study, 180 days and the end of the data: the follow-up ends there; exit_reason : readmission, death, moved, end. Whoever was
    visited lived at home until the visit: count the time before it as unvisited.
    """
    discharges = add_eligible(tables, protocol)
    joined = discharges.outer_join(add_funnel(tables["home_visit"]), ["citizen_id", "discharge_date"])
    rows = joined.select(
        citizen_id=ibis.coalesce(joined.citizen_id, joined.citizen_id_right),
        discharge_date=ibis.coalesce(joined.discharge_date, joined.discharge_date_right),
        eligible=ibis.coalesce(joined.eligible, False),
        listed=joined.offered.notnull(),
        **{name: ibis.coalesce(joined[name], False) for name in ("offered", "accepted", "held", "second_held", "third_held")},
        **{name: joined[name] for name in ("held_date", "initiator", "performer", "place", "not_held_reason")},
    )
    rows = add_home(rows.view(), tables["residence"], "discharge_date").rename(kommunekode="home")
    rows = add_person(add_cluster(rows, protocol), tables["citizen"], "discharge_date")
    starts = ibis.memtable({"begun": [one.id for one in protocol.clusters], "since": [one.start for one in protocol.clusters]})
    rows = rows.inner_join(starts, [rows.cluster_id == starts.begun, rows.discharge_date >= starts.since]).drop("begun", "since")
    rows = rows.filter(rows.discharge_date < ibis.date(next_month(protocol.data_period.last)))
    days = rows.held_date.delta(rows.discharge_date, unit="day").cast("int32")
    rows = rows.mutate(days_to_visit=days, within_7_days=ibis.coalesce(days <= SOON_DAYS, False))
    return add_follow_up(rows, tables, protocol)


def add_eligible(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """citizen_id, discharge_date and eligible (always True) of the discharges that the rule asks a visit for."""
    stays = tables["stays"]
    stays = stays.filter(stays.is_admission, stays.acute, stays.medical, ~stays.short_stay, stays.discharged_alive)
    days = stays.select("citizen_id", discharge_date=stays.end.date()).distinct()
    aged = add_person(days, tables["citizen"], "discharge_date")
    return aged.filter(aged.age >= protocol.target.age_min).select("citizen_id", "discharge_date", eligible=ibis.literal(True))


def add_funnel(home_visit: Table) -> Table:
    """One row a citizen and discharge of the visit lists: what became of the first, second and third contact."""
    first = home_visit.contact_no == 1
    facts = ("initiator", "performer", "place", "not_held_reason")
    return home_visit.group_by("citizen_id", "discharge_date").agg(
        offered=ibis.coalesce(_.offered.any(where=first), False),
        accepted=ibis.coalesce(_.accepted.any(where=first), False),
        held=ibis.coalesce(_.held_date.notnull().any(where=first), False),
        held_date=_.held_date.min(where=first),
        second_held=ibis.coalesce(_.held_date.notnull().any(where=home_visit.contact_no == 2), False),
        third_held=ibis.coalesce(_.held_date.notnull().any(where=home_visit.contact_no == 3), False),
        **{name: home_visit[name].max(where=first) for name in facts},
    )


def add_follow_up(rows: Table, tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """`rows` with the first acute readmission, the death, and where and why the follow-up ends."""
    keys = ["citizen_id", "discharge_date"]
    stays = tables["stays"]
    again = stays.filter(stays.is_admission, stays.acute).select(stayer="citizen_id", day=stays.start.date())
    later = rows.inner_join(again, [rows.citizen_id == again.stayer, again.day > rows.discharge_date])
    rows = rows.left_join(later.group_by(*keys).agg(readmitted_on=_.day.min()), keys).drop("citizen_id_right", "discharge_date_right")
    lived = tables["residence"]
    lived = lived.filter(lived.kommunekode.isin(list(protocol.municipalities()))).select(owner="citizen_id", begins="start", leaves="end")
    within = rows.discharge_date + ibis.interval(days=FOLLOW_UP_DAYS)
    there = [rows.citizen_id == lived.owner, lived.begins <= within, lived.leaves > rows.discharge_date]
    left = rows.inner_join(lived, there).group_by(*keys).agg(leaves=_.leaves.max())
    rows = rows.left_join(left, keys).drop("citizen_id_right", "discharge_date_right").left_join(tables["death"], "citizen_id")
    last = ibis.date(next_month(protocol.data_period.last) - timedelta(days=1))
    horizon = ibis.least(rows.discharge_date + ibis.interval(days=FOLLOW_UP_DAYS), last)
    exit_date = ibis.least(horizon, *(ibis.coalesce(rows[name], horizon) for name in ("readmitted_on", "death_date", "leaves")))
    rows = rows.mutate(exit_date=exit_date)
    why = ibis.cases(
        (rows.readmitted_on == rows.exit_date, "readmission"),
        (rows.death_date == rows.exit_date, "death"),
        (rows.leaves == rows.exit_date, "moved"),
        else_="end",
    )
    return rows.mutate(exit_reason=why).select(
        "citizen_id", "cluster_id", "kommunekode", "discharge_date", "sex", "age", "eligible", "listed", "offered", "accepted", "held", "held_date",
        "days_to_visit", "within_7_days", "second_held", "third_held", "initiator", "performer", "place", "not_held_reason", "readmitted_on",
        "death_date", "exit_date", "exit_reason",
    )  # fmt: skip

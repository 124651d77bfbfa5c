"""The derived table `person_months`: who was in the target population in each month, for how many days, and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.rules import amount_that_counts, whole
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen and month, for citizens in the target population on the first day of the month.

    In the target are those who are alive, live in a municipality of the study and are at least `target.age_min` years old on that day. Whoever
    moves in, turns 65 or dies within the month changes the next row only; what they have of days in this one is in `days`.

    Columns
    -------
    citizen_id : int64. month : date, its first day. kommunekode, cluster_id : where they live on that day ("comparison" for the comparison).
    age : whole years on that day. sex : 1 male, 2 female.
    days : days of the month alive and living in the study's area; the day of death counts. Exposure in person-years is days / 365.25.
    one int32 column an outcome of the catalogue with source `stays`: stays that start in the month, or the sum of what it measures. 0 = none.
    """
    people = add_month_rows(tables["residence"], tables["citizen"], tables["death"], protocol)
    counts = count_events(tables["stays"], protocol)
    names = [name for name in counts.columns if name not in ("citizen_id", "month")]
    joined = people.left_join(counts, ["citizen_id", "month"])
    zeros = {name: ibis.coalesce(joined[name], 0).cast("int32") for name in names}
    return joined.select("citizen_id", "month", "kommunekode", "cluster_id", "age", "sex", "days", **zeros)


def add_month_rows(residence: Table, citizen: Table, death: Table, protocol: Protocol) -> Table:
    """The rows of the target population, without events."""
    first, after = protocol.data_period.first, next_month(protocol.data_period.last)
    places = ibis.memtable({"kommunekode": list(protocol.municipalities()), "cluster_id": list(protocol.municipalities().values())})
    spells = residence.inner_join(places, "kommunekode").inner_join(citizen, "citizen_id").left_join(death, "citizen_id")
    spells = spells.select(
        "citizen_id",
        "kommunekode",
        "cluster_id",
        "birth_date",
        sex=_.sex.cast("int32"),
        begins=ibis.greatest(_.start, ibis.date(first)),
        stops=ibis.least(_.end, ibis.coalesce(_.death_date, ibis.date(after)) + ibis.interval(days=1), ibis.date(after)),
    )
    spells = spells.filter(spells.stops > spells.begins)
    last_day = spells.stops - ibis.interval(days=1)
    pieces = spells.mutate(number=ibis.range(month_number(spells.begins), month_number(last_day) + 1).unnest())
    pieces = pieces.mutate(month=ibis.date(pieces.number // 12, pieces.number % 12 + 1, 1))
    pieces = pieces.mutate(next=pieces.month + ibis.interval(months=1))
    pieces = pieces.mutate(
        on_first_day=pieces.begins <= pieces.month,
        days=ibis.least(pieces.stops, pieces.next).delta(ibis.greatest(pieces.begins, pieces.month), unit="day"),
    )
    rows = pieces.group_by("citizen_id", "month").agg(
        kommunekode=_.kommunekode.max(where=_.on_first_day),
        cluster_id=_.cluster_id.max(where=_.on_first_day),
        birth_date=_.birth_date.max(),
        sex=_.sex.max(),
        days=_.days.sum().cast("int32"),
    )
    rows = rows.filter(rows.kommunekode.notnull())
    rows = rows.mutate(age=age_at(rows.birth_date, rows.month))
    return rows.filter(rows.age >= protocol.target.age_min)


def count_events(stays: Table, protocol: Protocol) -> Table:
    """Outcomes counted in stays, by citizen and the month in which the stay starts."""
    outcomes = [outcome for outcome in protocol.catalogue().values() if outcome.source == "stays"]
    dated = stays.mutate(month=stays.start.date().truncate("M"))
    return dated.group_by("citizen_id", "month").agg(**{outcome.id: whole(amount_that_counts(dated, outcome).sum()) for outcome in outcomes})


def age_at(birth_date: Table, day: Table) -> Table:
    """Age in whole years; a birthday on `day` has been reached."""
    ahead = (birth_date.month() > day.month()) | ((birth_date.month() == day.month()) & (birth_date.day() > day.day()))
    return (day.year() - birth_date.year() - ahead.cast("int32")).cast("int32")


def month_number(day: Table) -> Table:
    """Months since year 0: year * 12 + month - 1."""
    return day.year().cast("int32") * 12 + day.month().cast("int32") - 1


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)

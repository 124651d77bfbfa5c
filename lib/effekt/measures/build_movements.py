"""The derived table `movements`: how citizens come into the target population of a municipality, and how they leave it."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.build_person_months import month_number, next_month
from effekt.protocol import Protocol

FIRST, LAST = "first_month", "last_month"


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a change of place: a citizen was counted in one place in one month and in another, or nowhere, in the next.

    Columns
    -------
    citizen_id. month : the first month in the new place (for the data's beginning, its first month; for its end, the month after its last).
    from_code, to_code : kommunekode; missing = not in the target population (too young, dead, or living outside the study).
    from_cluster, to_cluster : the clusters of these places. reason : first_month (there when the data begin), age (reached the age of the target),
    move, death, last_month (still there when the data end).
    """
    rows = tables["person_months"].select("citizen_id", "month", "kommunekode", "cluster_id")
    own = ibis.window(group_by=rows.citizen_id, order_by=rows.month)
    rows = rows.mutate(
        number=month_number(rows.month),
        **{f"{key}_before": rows[key].lag().over(own) for key in ("month", "kommunekode", "cluster_id")},
        month_after=rows.month.lead().over(own),
    )
    rows = rows.mutate(follows=ibis.coalesce(month_number(rows.month_before) == rows.number - 1, False))
    rows = rows.mutate(goes_on=ibis.coalesce(month_number(rows.month_after) == rows.number + 1, False))
    nothing = ibis.null("string")
    came = rows.filter(~rows.follows | (rows.kommunekode != rows.kommunekode_before))
    came = came.select(
        "citizen_id",
        "month",
        from_code=came.follows.ifelse(came.kommunekode_before, nothing),
        to_code="kommunekode",
        from_cluster=came.follows.ifelse(came.cluster_id_before, nothing),
        to_cluster="cluster_id",
    )
    gone = rows.filter(~rows.goes_on)
    gone = gone.select(
        "citizen_id",
        month=gone.month + ibis.interval(months=1),
        from_code="kommunekode",
        to_code=nothing,
        from_cluster="cluster_id",
        to_cluster=nothing,
    )
    return add_reason(came.union(gone), tables, protocol)


def add_reason(changes: Table, tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """`changes` with why; whoever died before the month in which he or she was missed has died, whatever else happened."""
    people = tables["citizen"].select(person="citizen_id", birth_date="birth_date")
    joined = changes.inner_join(people, changes.citizen_id == people.person)
    dead = tables["death"].select(dead="citizen_id", death_date="death_date")
    joined = joined.left_join(dead, joined.citizen_id == dead.dead)
    first, after = protocol.data_period.first, next_month(protocol.data_period.last)
    old_enough = joined.birth_date + ibis.interval(years=protocol.target.age_min)
    reached = joined.from_code.isnull() & (old_enough > joined.month - ibis.interval(months=1)) & (old_enough <= joined.month)
    reason = ibis.cases(
        (joined.from_code.isnull() & (joined.month == ibis.date(first)), FIRST),
        (joined.to_code.isnull() & ibis.coalesce(joined.death_date < joined.month, False), "death"),
        (joined.to_code.isnull() & (joined.month == ibis.date(after)), LAST),
        (reached, "age"),
        else_="move",
    )
    return joined.select(
        "citizen_id", "from_code", "to_code", "from_cluster", "to_cluster", month=joined.month.cast("date"), reason=reason
    )

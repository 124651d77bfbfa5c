"""The derived table `service_months`: what the citizens of `person_months` received in each month, where and when it is registered at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import ibis
from ibis.expr.types import Table

from effekt.catalogue.outcomes import Outcome
from effekt.measures.rules import amount_that_counts, whole
from effekt.protocol import Protocol
from effekt.study import COMPARISON

KEYS = ("citizen_id", "month", "kommunekode", "cluster_id", "days")


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row for each row of `person_months`, with one int64 column an outcome of the catalogue with source `services` or `sums`.

    A service counts in the month of its date (of a week: of its Thursday). 0 = none. Missing = not registered: the clusters together, and the
    comparison, are registered from January of the year of their first service of the outcome, and not at all where there is none. Time is in minutes.
    A sum is missing where one of its `parts` is, and leaves out those of `also` that are not registered from the first month on in both groups.
    """
    sums = count_services(tables["service"], protocol)
    names = [name for name in sums.columns if name not in ("citizen_id", "month")]
    added = [outcome for outcome in protocol.catalogue().values() if outcome.source == "sums"]
    stays = stays_added(added, protocol)
    joined = tables["person_months"].select(*KEYS, *stays).left_join(sums, ["citizen_id", "month"])
    joined = joined.select(*KEYS, *stays, *names, is_compared=joined.cluster_id == COMPARISON)
    if not names:
        return joined.select(*KEYS)
    first = joined.group_by("is_compared").agg(**{f"{name}_from": joined.month.min(where=joined[name] != 0).truncate("Y") for name in names})
    begun = ibis.date(protocol.data_period.first)
    whole_period = first.agg(**{f"{name}_whole": (ibis.coalesce(first[f"{name}_from"] <= begun, False)).all() for name in names})
    known = joined.view().left_join(first, "is_compared").cross_join(whole_period)
    nothing = ibis.null("int64")
    told = {name: (known.month >= known[f"{name}_from"]).ifelse(ibis.coalesce(known[name], 0), nothing) for name in names}
    counted = known.select(*KEYS, *stays, *(f"{name}_whole" for name in names), **told)
    return counted.select(*KEYS, *names, **{outcome.id: add_parts(counted, outcome) for outcome in added})


def count_services(service: Table, protocol: Protocol) -> Table:
    """Outcomes counted in services, by citizen and month."""
    outcomes = [outcome for outcome in protocol.catalogue().values() if outcome.source == "services"]
    dated = service.mutate(month=service.date.truncate("M"))
    return dated.group_by("citizen_id", "month").agg(**{outcome.id: whole(amount_that_counts(dated, outcome).sum()) for outcome in outcomes})


def stays_added(sums: list[Outcome], protocol: Protocol) -> list[str]:
    """The outcomes counted in stays that are part of a sum: columns of `person_months`."""
    catalogue = protocol.catalogue()
    parts = dict.fromkeys(name for outcome in sums for name in (*outcome.parts, *outcome.also))
    return [name for name in parts if catalogue[name].source == "stays"]


def add_parts(counted: Table, outcome: Outcome) -> Table:
    """The sum of an outcome's parts; missing where one of them is, but for those of `also`."""
    parts = [counted[name].cast("int64") for name in outcome.parts]
    parts += [counted[f"{name}_whole"].ifelse(counted[name], 0).cast("int64") for name in outcome.also if f"{name}_whole" in counted.columns]
    parts += [counted[name].cast("int64") for name in outcome.also if f"{name}_whole" not in counted.columns]
    return reduce(lambda one, other: one + other, parts)

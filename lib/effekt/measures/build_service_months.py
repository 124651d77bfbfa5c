"""The derived table `service_months`: what the citizens of `person_months` received in each month, where and when it is registered at all."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.rules import amount_that_counts, whole
from effekt.protocol import Protocol
from effekt.study import COMPARISON

KEYS = ("citizen_id", "month", "kommunekode", "cluster_id", "days")


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row for each row of `person_months`, with one int64 column an outcome of the catalogue with source `services`.

    A service counts in the month of its date (of a week: of its Thursday). 0 = none. Missing = not registered: the clusters together, and the
    comparison, are registered from January of the year of their first service of the outcome, and not at all where there is none. Time is in minutes.
    """
    sums = count_services(tables["service"], protocol)
    names = [name for name in sums.columns if name not in ("citizen_id", "month")]
    joined = tables["person_months"].select(*KEYS).left_join(sums, ["citizen_id", "month"])
    joined = joined.select(*KEYS, *names, is_compared=joined.cluster_id == COMPARISON)
    if not names:
        return joined.select(*KEYS)
    first = joined.group_by("is_compared").agg(**{f"{name}_from": joined.month.min(where=joined[name] != 0).truncate("Y") for name in names})
    known = joined.view().left_join(first, "is_compared")
    nothing = ibis.null("int64")
    return known.select(*KEYS, **{name: (known.month >= known[f"{name}_from"]).ifelse(ibis.coalesce(known[name], 0), nothing) for name in names})


def count_services(service: Table, protocol: Protocol) -> Table:
    """Outcomes counted in services, by citizen and month."""
    outcomes = [outcome for outcome in protocol.catalogue().values() if outcome.source == "services"]
    dated = service.mutate(month=service.date.truncate("M"))
    return dated.group_by("citizen_id", "month").agg(**{outcome.id: whole(amount_that_counts(dated, outcome).sum()) for outcome in outcomes})

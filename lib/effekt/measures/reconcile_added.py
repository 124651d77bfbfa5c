"""What must add up of outcomes that are sums of others: the total of every part, over the rows where the sum is told."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from effekt.catalogue.outcomes import Outcome
from effekt.protocol import Protocol
from effekt.study import COMPARISON


def find_sums_that_differ(made: Table, people: Table, protocol: Protocol) -> list[str]:
    """One line for each sum that is not the total of its parts: made : `service_months`; people : `person_months`, which holds the stays."""
    return [line for outcome in protocol.catalogue().values() if outcome.source == "sums" for line in _differ(made, people, outcome, protocol)]


def _differ(made: Table, people: Table, outcome: Outcome, protocol: Protocol) -> list[str]:
    if outcome.id not in made.columns:
        return []
    told = made.filter(made[outcome.id].notnull())
    catalogue, total = protocol.catalogue(), 0
    for name in (*outcome.parts, *(also for also in outcome.also if _everywhere(made, catalogue[also]))):
        rows = told
        if catalogue[name].source == "stays":
            rows = people.select("citizen_id", "month", name).semi_join(told, ["citizen_id", "month"])
        total += _total(rows, name)
    found = _total(told, outcome.id)
    return [] if found == total else [f"{outcome.id}: {found:,}, expected {total:,} from its parts"]


def _everywhere(made: Table, part: Outcome) -> bool:
    """Whether a part has a value in the first month that anybody is there, in every group."""
    if part.source == "stays":
        return True
    first = made.filter(made.month == made.month.min().as_scalar()).mutate(group=made.cluster_id == COMPARISON)
    told = first.group_by("group").agg(told=first[part.id].notnull().any()).execute()
    return bool(len(told)) and bool(told["told"].all())


def _total(rows: Table, name: str) -> int:
    return int(rows.agg(total=ibis.coalesce(rows[name].sum(), 0)).execute()["total"].iloc[0])

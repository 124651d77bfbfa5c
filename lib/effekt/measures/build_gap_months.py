"""The derived table `gap_months`: the outcomes counted in stays, had contacts been merged into stays by another gap."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.catalogue.alternatives import load_alternatives
from effekt.measures import build_stays
from effekt.measures.build_person_months import count_events
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a gap (of catalogue/alternatives.yml, the protocol's own not among them), citizen and month in which a stay starts.

    Columns
    -------
    gap_hours : contacts at most this many hours apart are one stay. citizen_id : int64. month : date, its first day.
    one int32 column an outcome of the catalogue with source `stays`, as in `person_months`. A citizen and month without a stay has no row, and
    whether the citizen was in the target population then is told by `person_months` alone.
    """
    counted = [_counted(tables, protocol, gap) for gap in gaps(protocol)]
    return ibis.union(*counted) if counted else _counted(tables, protocol, protocol.stays.gap_hours).limit(0)


def gaps(protocol: Protocol) -> tuple[int, ...]:
    """The other gaps, in hours, that the study tries."""
    ways = [way for way in load_alternatives() if way.choice == "gap_hours" and way.id not in protocol.sensitivity.without]
    return tuple(int(way.value) for way in ways if way.value != protocol.stays.gap_hours)


def _counted(tables: Mapping[str, Table], protocol: Protocol, gap: int) -> Table:
    other = protocol.model_copy(update={"stays": protocol.stays.model_copy(update={"gap_hours": gap})})
    counts = count_events(build_stays.build(tables, other), protocol)
    names = [name for name in counts.columns if name not in ("citizen_id", "month")]
    whole = {name: counts[name].cast("int32") for name in names}
    return counts.select(gap_hours=ibis.literal(gap, "int32"), citizen_id=counts.citizen_id, month=counts.month, **whole)

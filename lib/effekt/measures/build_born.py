"""The derived table `born`: sex and date of birth of everybody who was ever in the target population."""

from __future__ import annotations

from collections.abc import Mapping

from ibis.expr.types import Table

from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen of `person_months`: citizen_id, sex (1 male, 2 female), birth_date."""
    people = tables["person_months"].select("citizen_id").distinct()
    known = tables["citizen"].semi_join(people, "citizen_id")
    return known.select("citizen_id", sex=known.sex.cast("int32"), birth_date="birth_date")

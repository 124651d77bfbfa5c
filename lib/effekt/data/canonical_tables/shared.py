"""Columns that several canonical tables have."""

from __future__ import annotations

from effekt.data.contracts import Column


def citizen(required: bool = True) -> Column:
    """The study key of a citizen."""
    return Column("citizen_id", "integer", "Borgerens studienøgle", "Study key of the citizen", required=required)


CLUSTER = Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster", required=False)

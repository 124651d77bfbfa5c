"""Derived tables that are canonical ones as they are: those of the programme and its prices, which hold no person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from effekt.protocol import Protocol

COPIED = {
    "initiative": ("initiative_id",),
    "resource_person": ("cluster_id", "side"),
    "funding": ("funding_id",),
    "milestone": ("milestone_id",),
    "obligation": ("cluster_id", "obligation_id"),
    "body": ("body_id",),
    "meeting": ("meeting_id",),
    "reporting_line": ("from_body", "to_body"),
    "consultant_post": ("post_id",),
    "indicator": ("indicator_id",),
    "target": ("target_id",),
    "survey_wave": ("wave", "respondent", "kommunekode"),
    "practice": ("practice_id",),
    "price_index": ("year",),
    "population": ("kommunekode", "year", "age_group", "sex"),
}


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """The one table given, as it is."""
    (table,) = tables.values()
    return table

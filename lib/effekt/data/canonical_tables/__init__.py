"""The canonical tables that every delivery becomes, one module an area, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from effekt.data.canonical_tables import experience, hospital, organisation, pathways, people, practice, programme, services
from effekt.data.contracts import Table

AREAS = (people, hospital, practice, services, programme, experience, pathways, organisation)
TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for area in AREAS for table in area.TABLES})

"""Units a sender may count in, and by what their numbers are multiplied to be ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from effekt.data.contracts import Column

_MINUTES: Mapping[str, int] = MappingProxyType({"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60})
_OERE: Mapping[str, int] = MappingProxyType({"oere": 1, "dkk": 100, "thousand_dkk": 100_000, "million_dkk": 100_000_000})
_PERCENT: Mapping[str, Fraction] = MappingProxyType({"share": Fraction(100), "percent": Fraction(1)})
_FAMILIES: tuple[Mapping[str, int | Fraction], ...] = (_MINUTES, _PERCENT)


def tells_hours(column: Column, theirs: str) -> bool:
    """Whether their column by its name holds hours, where ours is in minutes."""
    return column.unit == "minute" and re.search(r"(?i)(?<![^\W_])(timer?|hours?|t|h)(?![^\W_])", theirs) is not None


def factor(unit: str, column: Column) -> Fraction | None:
    """What a number in `unit` is multiplied by to be in the unit of the column; None where the two do not measure the same."""
    if column.type == "money":
        return Fraction(_OERE[unit], column.scale) if unit in _OERE else None
    family = next((family for family in _FAMILIES if unit in family and column.unit in family), None)
    return Fraction(family[unit]) / Fraction(family[column.unit]) if family else None


def units_for(column: Column) -> tuple[str, ...]:
    """The units that can be declared for a column; none where it counts nothing that has another unit."""
    if column.type == "money":
        return tuple(_OERE)
    return next((tuple(family) for family in _FAMILIES if column.unit in family), ())

"""Groups of diagnosis codes as Ibis expressions."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
from ibis.expr.types import BooleanValue, StringValue

Range = tuple[str, str, str]


def group_of(code: StringValue, ranges: Sequence[Range]) -> StringValue:
    """The first group of `ranges` (group, first, last; both ends included, ends of equal length) that holds `code`; missing where none does."""
    return ibis.cases(*((within(code, first, last), group) for group, first, last in ranges), else_=ibis.null("string"))


def within(code: StringValue, first: str, last: str) -> BooleanValue:
    """Whether as many characters of `code` as `first` has lie between `first` and `last`."""
    return ibis.coalesce(code.left(len(first)).between(first, last), False)

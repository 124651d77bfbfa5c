"""The derived table `medicine_use`: what each listed citizen collected of each medicine in each year."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.protocol import Protocol

LAST_DAYS = 120


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen of `listed`, year and medicine (ATC code as delivered) that was collected more often than it was returned.

    Columns: citizen_id, year, practice_id, quality_cluster_id, cluster_id, kommunekode, sex, age (as in `listed`), atc7. n_dispensings : reversals
    subtracted. n_last_120 : of the last 120 days of the year. ddd : defined daily doses; missing where no line tells them. Medicine of hospitals
    and of the stock of nursing homes is not in the register.
    """
    rows = tables["prescription"]
    sign = rows.is_reversal.ifelse(-1, 1)
    year_end = ibis.date(rows.dispensed.year() + 1, 1, 1)
    rows = rows.mutate(year=rows.dispensed.year().cast("int64"), sign=sign, late=rows.dispensed >= year_end - ibis.interval(days=LAST_DAYS))
    used = rows.group_by("citizen_id", "year", "atc7").agg(
        n_dispensings=_.sign.sum().cast("int32"),
        n_last_120=ibis.coalesce(_.sign.sum(where=_.late), 0).cast("int32"),
        ddd=_.ddd.sum(),
    )
    joined = tables["listed"].inner_join(used.filter(used.n_dispensings > 0), ["citizen_id", "year"])
    return joined.select(*tables["listed"].columns, "atc7", "n_dispensings", "n_last_120", "ddd")

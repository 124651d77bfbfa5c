"""The rules of the outcome catalogue as Ibis expressions."""

from __future__ import annotations

from functools import reduce

from ibis.expr.types import BooleanValue, IntegerValue, Table

from effekt.catalogue.outcomes import Outcome


def whole(number: IntegerValue) -> IntegerValue:
    """A sum of integers as int64.

    DuckDB sums into 128 bits, which parquet would store as a float; Ibis takes the sum for int64 and leaves a plain cast out.
    """
    return number.cast("decimal(38, 0)").cast("int64")


def rows_that_count(rows: Table, outcome: Outcome) -> BooleanValue:
    """True for the rows of the outcome's source that meet every condition; a missing value meets none."""
    import ibis

    met = [ibis.coalesce(rows[condition.column].isin(condition.values), False) for condition in outcome.where]
    return reduce(lambda one, other: one & other, met, ibis.literal(True))


def amount_that_counts(rows: Table, outcome: Outcome) -> IntegerValue:
    """What each row adds to the outcome: 1 or the measured column where the row counts, else 0. Integers, so that sums do not depend on order."""
    one = 1 if outcome.measure == "count" else rows[outcome.measure].cast("int64")
    return rows_that_count(rows, outcome).ifelse(one, 0).cast("int64")

"""The derived table `cost_months`: what the citizens of `person_months` cost in each month, by sector, in the prices of one year."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import IntegerValue, Table

from effekt.measures.rules import amount_that_counts, whole
from effekt.protocol import Protocol


KEYS = ("citizen_id", "month", "kommunekode", "cluster_id", "days")
INDEX_DIGITS = 1_000_000
MINUTES = {"minute": 1, "hour": 60}


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row for each row of `person_months`, with one int64 column of oere an outcome of the catalogue with source `costs`. 0 = no cost.

    Hospital cost falls in the month of discharge (open contacts: the last day of the data), practice and municipal services in the month of
    their week's Thursday. Lines without a price of their own (attendances, delayed days) are not in it. Amounts are in the prices of
    `price_year`; every line is rounded to whole oere before it is summed, so that the sums are the same in any order. Co-financing between payers
    is no cost and not part of any column.
    """
    lines = add_fixed_prices(keep_priced(tables["service"]), tables["unit_cost"], tables["price_index"], protocol.price_year)
    sums = sum_costs(lines, protocol)
    names = [name for name in sums.columns if name not in ("citizen_id", "month")]
    joined = tables["person_months"].select(*KEYS).left_join(sums, ["citizen_id", "month"])
    return joined.select(*KEYS, **{name: ibis.coalesce(joined[name], 0) for name in names})


def keep_priced(service: Table) -> Table:
    """The lines that have a price: those with the basis "none" are counted as services elsewhere, and their cost is in another line or unknown."""
    return service.filter(service.cost_basis != "none")


def add_fixed_prices(service: Table, unit_cost: Table, price_index: Table, price_year: int) -> Table:
    """Every line with `nominal_oere` (as delivered, or quantity times unit cost) and `amount_fixed_oere`.

    Missing where there is no price of the line's type and year, or no index of its year: `reconcile` refuses such lines.
    """
    prices = unit_cost.select(priced_type="service_type", priced_year="year", price_oere="amount_oere", price_unit="unit")
    index = price_index.select(index_year="year", index_from=(_["index"] * INDEX_DIGITS).round().cast("int64"))
    base = index.filter(index.index_year == price_year).index_from.max().as_scalar()
    same_type = service.service_type == prices.priced_type
    joined = service.left_join(prices, [same_type, service.price_year == prices.priced_year])
    joined = joined.left_join(index, [joined.price_year == index.index_year])
    times = joined.quantity.cast("int64") * joined.price_oere
    same = joined.unit == joined.price_unit
    minutes = (joined.unit == "minute") & (joined.price_unit == "hour")
    priced = ibis.cases((same, times), (minutes, divide_rounded(times, ibis.literal(MINUTES["hour"]))), else_=ibis.null("int64"))
    lines = joined.mutate(nominal_oere=ibis.coalesce(joined.amount_oere, priced))
    return lines.mutate(amount_fixed_oere=divide_rounded(lines.nominal_oere * base, lines.index_from))


def sum_costs(lines: Table, protocol: Protocol) -> Table:
    """Outcomes summed over cost lines, by citizen and month."""
    outcomes = [outcome for outcome in protocol.catalogue().values() if outcome.source == "costs"]
    dated = lines.mutate(month=lines.date.truncate("M"))
    return dated.group_by("citizen_id", "month").agg(**{outcome.id: whole(amount_that_counts(dated, outcome).sum()) for outcome in outcomes})


def divide_rounded(amount: IntegerValue, by: IntegerValue) -> IntegerValue:
    """`amount / by` rounded to whole numbers, halves up, in integers only."""
    doubled = 2 * amount + by
    remainder = ((doubled % (2 * by)) + 2 * by) % (2 * by)
    return ((doubled - remainder) / (2 * by)).cast("int64")

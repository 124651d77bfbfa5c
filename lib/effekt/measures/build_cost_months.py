"""The derived table `cost_months`: what the citizens of `person_months` cost in each month, by sector, in the prices of one year."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_

import ibis
from ibis import _
from ibis.expr.types import IntegerValue, Table

from effekt.catalogue.outcomes import Outcome
from effekt.measures.rules import amount_that_counts, whole
from effekt.protocol import Protocol
from effekt.study import COMPARISON

SECTORS = ("hospital", "practice", "municipality", "medicine")
SELDOM = ("medicine",)
"""Sectors that are often delivered for some of the years or places only: without many lines they count as not delivered."""
MANY = 0.1
"""The least share of citizens with a line of a sector in a year in which it is registered, relative to the largest share in any year and group."""
FEW = 10
"""Where so few would have a line at the largest share, no line is chance, and the year counts as registered; not for those of `SELDOM`."""
KEYS = ("citizen_id", "month", "kommunekode", "cluster_id", "days")
INDEX_DIGITS = 1_000_000
MINUTES = {"minute": 1, "hour": 60}


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row for each row of `person_months`, with one int64 column of oere an outcome of the catalogue with source `costs`. 0 = no cost.

    Missing = not registered: a sector is registered for the clusters together, and for the comparison, from the first year in which many there have a
    line of it, and not at all where there is no such year; an outcome that sums over a sector is missing where that is. So a register that was
    delivered from a later year on is no rise from 0.

    Hospital cost falls in the month of discharge (open contacts: the last day of the data), practice and municipal services in the month of their
    week's Thursday. Lines without a price of their own (attendances, delayed days) are not in it. Amounts are in the prices of `price_year`; every
    line is rounded to whole oere before it is summed, so that the sums are the same in any order. Co-financing between payers is no cost and not
    part of any column.
    """
    lines = add_fixed_prices(keep_priced(tables["service"]), tables["unit_cost"], tables["price_index"], protocol.price_year)
    sums = sum_costs(lines, protocol)
    people = tables["person_months"].select(*KEYS)
    joined = people.left_join(sums, ["citizen_id", "month"])
    names = [name for name in sums.columns if name not in ("citizen_id", "month")]
    joined = joined.select(*KEYS, *names, is_compared=joined.cluster_id == COMPARISON)
    known = joined.view().left_join(find_first_years(lines, people), "is_compared")
    return known.select(*KEYS, **{outcome.id: _registered(known, outcome) for outcome in cost_outcomes(protocol)})


def cost_outcomes(protocol: Protocol) -> list[Outcome]:
    """The outcomes of the catalogue that are money."""
    return [outcome for outcome in protocol.catalogue().values() if outcome.source == "costs"]


def sectors_of(outcome: Outcome) -> tuple[str, ...]:
    """The sectors that an outcome in money sums over: those it names, or all."""
    named = [condition.values for condition in outcome.where if condition.column == "sector"]
    return tuple(str(value) for value in named[0]) if named else SECTORS


def find_first_years(lines: Table, people: Table) -> Table:
    """`is_compared`, and for each sector `<sector>_from`: January of the first year in which many of those there have a line of it (see `MANY`).

    Missing where there is no such year: a few lines are those of people who moved in from where the sector is registered. A year with too few people
    to tell counts as registered (see `FEW`), and so does every year of a sector without a line anywhere, of which the import has told.
    """
    dated = lines.mutate(month=lines.date.truncate("M")).select("citizen_id", "month", "sector").distinct()
    there = people.left_join(dated, ["citizen_id", "month"])
    there = there.mutate(is_compared=there.cluster_id == COMPARISON, year=there.month.truncate("Y"))
    shares = {sector: there.citizen_id.nunique(where=there.sector == sector) / there.citizen_id.nunique() for sector in SECTORS}
    years = there.group_by("is_compared", "year").agg(n_citizens=there.citizen_id.nunique(), **shares)
    largest = {sector: years[sector].max().as_scalar() for sector in SECTORS}
    many = {sector: (largest[sector] > 0) & (years[sector] >= largest[sector] * MANY) for sector in SECTORS}
    told = {sector: many[sector] if sector in SELDOM else many[sector] | (largest[sector] * years.n_citizens < FEW) for sector in SECTORS}
    return years.group_by("is_compared").agg(**{f"{sector}_from": years.year.min(where=told[sector]) for sector in SECTORS})


def _registered(known: Table, outcome: Outcome) -> IntegerValue:
    """The sum of an outcome, 0 without a line; missing where one of its sectors is not registered."""
    there = [known.month >= known[f"{sector}_from"] for sector in sectors_of(outcome)]
    return reduce(and_, there).ifelse(ibis.coalesce(known[outcome.id], 0), ibis.null("int64"))


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
    lines = joined.mutate(nominal_oere=ibis.coalesce(joined.amount_oere, priced), index_to=base)
    return lines.mutate(amount_fixed_oere=in_fixed_prices(lines, lines.nominal_oere))


def in_fixed_prices(lines: Table, nominal: IntegerValue) -> IntegerValue:
    """Nominal oere of the lines of `add_fixed_prices` in oere of the price year."""
    return divide_rounded(nominal * lines.index_to, lines.index_from)


def sum_costs(lines: Table, protocol: Protocol) -> Table:
    """Outcomes summed over cost lines, by citizen and month."""
    dated = lines.mutate(month=lines.date.truncate("M"))
    sums = {outcome.id: whole(amount_that_counts(dated, outcome).sum()) for outcome in cost_outcomes(protocol)}
    return dated.group_by("citizen_id", "month").agg(**sums)


def divide_rounded(amount: IntegerValue, by: IntegerValue) -> IntegerValue:
    """`amount / by` rounded to whole numbers, halves up, in integers only."""
    doubled = 2 * amount + by
    remainder = ((doubled % (2 * by)) + 2 * by) % (2 * by)
    return ((doubled - remainder) / (2 * by)).cast("int64")

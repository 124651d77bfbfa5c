"""What must add up before a derived table counts as made: nobody lost, nothing twice, every event and every oere accounted for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import ibis
from ibis.expr.types import Table

from effekt.errors import DataError
from effekt.measures.build_completeness import DATED
from effekt.measures.build_cost_months import KEYS, add_fixed_prices, cost_outcomes, keep_priced, sum_costs
from effekt.measures.build_person_months import count_events, next_month
from effekt.measures.build_service_months import count_services
from effekt.measures.build_stays import MERGED_KINDS
from effekt.measures.reconcile_added import find_sums_that_differ
from effekt.protocol import Protocol


def check_table(name: str, made: Table, inputs: Mapping[str, Table], protocol: Protocol) -> None:
    """Check one derived table against what it was made of; raises DataError with every sum that does not agree. A table without checks passes."""
    checks = {
        "stays": check_stays,
        "person_months": check_person_months,
        "cost_months": check_cost_months,
        "service_months": check_service_months,
        "completeness": check_completeness,
    }
    problems = checks[name](made, inputs, protocol) if name in checks else []
    if problems:
        raise DataError("\n".join([f"The derived table {name} does not add up:", *(f"- {problem}" for problem in problems)]))


def check_stays(stays: Table, inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """Every contact is in one stay, and stays of a citizen lie more than the gap apart."""
    after = ibis.timestamp(f"{next_month(protocol.data_period.last)} 00:00:00")
    contact = inputs["contact"]
    n_contacts = _number(contact.filter(contact.kind.isin(MERGED_KINDS), contact.start < after).count())
    following = ibis.window(group_by=stays.citizen_id, order_by=[stays.start, stays.stay_id])
    looked = stays.mutate(next_start=stays.start.lead().over(following))
    return [
        *_differ("contacts in stays", _number(stays.n_contacts.sum()), n_contacts),
        *_differ("stays with an id of their own", _number(stays.stay_id.nunique()), _number(stays.count())),
        *_differ("stays that end before they start", _number((stays.end < stays.start).sum()), 0),
        *_differ("stays that overlap the next", _number((looked.next_start <= looked.end).sum()), 0),
    ]


def check_person_months(made: Table, inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """One row a citizen and month, as many as a count that goes another way finds; events inside and outside the target make up all events."""
    n = _number(made.count())
    return [
        *_differ("citizen-months", n, _number(_count_target(inputs, protocol))),
        *_differ("citizen-months told once", _number(made.select("citizen_id", "month").distinct().count()), n),
        *_differ("rows with no day or more than 31", _number(((made.days < 1) | (made.days > 31)).sum()), 0),
        *_check_sums(made, count_events(inputs["stays"], protocol)),
    ]


def check_cost_months(made: Table, inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """The rows of `person_months`, every line with a price, and all oere inside or outside the target."""
    problems = _check_prices(inputs, protocol)
    if problems:
        return problems
    people = inputs["person_months"].select(*KEYS)
    lines = add_fixed_prices(keep_priced(inputs["service"]), inputs["unit_cost"], inputs["price_index"], protocol.price_year)
    partly = [outcome.id for outcome in cost_outcomes(protocol) if _number(made[outcome.id].isnull().sum())]
    return [
        *_differ("rows", _number(made.count()), _number(people.count())),
        *_differ("rows of person_months", _number(people.semi_join(made, list(KEYS)).count()), _number(people.count())),
        *_check_sums(made, sum_costs(lines, protocol), partly),
    ]


def check_service_months(made: Table, inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """The rows of `person_months`, and every service inside or outside the target: none falls where nothing is registered."""
    people = inputs["person_months"].select(*KEYS)
    return [
        *_differ("rows", _number(made.count()), _number(people.count())),
        *_check_sums(made, count_services(inputs["service"], protocol)),
        *find_sums_that_differ(made, inputs["person_months"], protocol),
    ]


def check_completeness(made: Table, inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """Every row of the data period is counted in one place."""
    first, after = protocol.data_period.first, next_month(protocol.data_period.last)
    problems = []
    for name, dated, _part in DATED:
        day = inputs[name][dated].cast("date")
        expected = _number(inputs[name].filter(day >= ibis.date(first), day < ibis.date(after)).count())
        problems += _differ(f"rows of {name}", _number(made.n.sum(where=made.source == name)), expected)
    return problems


def _check_prices(inputs: Mapping[str, Table], protocol: Protocol) -> list[str]:
    """Lines within the data without a price or an index, looked up once for each kind of line instead of for each line.

    A list of prices that was not delivered at all prices nothing: the import has then said which outcomes are not available.
    """
    if not _number(inputs["price_index"].count()):
        return []
    service = keep_priced(inputs["service"])
    if not _number(inputs["unit_cost"].count()):
        service = service.filter(service.cost_basis != "unit_cost")
    service = service.filter(service.date >= protocol.data_period.first, service.date < next_month(protocol.data_period.last))
    kinds = service.mutate(amount_oere=service.amount_oere.notnull().ifelse(0, ibis.null("int64")))
    kinds = kinds.group_by("service_type", "price_year", "unit", "amount_oere").agg(n=kinds.count()).mutate(quantity=1.0)
    priced = add_fixed_prices(kinds, inputs["unit_cost"], inputs["price_index"], protocol.price_year)
    no_price = _number(priced.n.sum(where=priced.nominal_oere.isnull()))
    no_index = _number(priced.n.sum(where=priced.nominal_oere.notnull() & priced.amount_fixed_oere.isnull()))
    problems = []
    if no_price:
        unpriced = ", ".join(_kinds_without(priced))
        problems.append(f"{no_price:,} service lines have neither an amount nor a unit cost of their type and year (see unit_cost.csv): {unpriced}")
    if no_index:
        problems.append(f"{no_index:,} service lines are of a year without a price index, or {protocol.price_year} has none (see price_index.csv)")
    return problems


def _kinds_without(priced: Table) -> list[str]:
    """Type, years and unit of the lines without a price."""
    kinds = priced.filter(priced.nominal_oere.isnull()).group_by("service_type", "unit")
    rows = kinds.agg(first=priced.price_year.min(), last=priced.price_year.max()).order_by("service_type", "unit").execute().to_dict("records")
    return [f"{row['service_type']} in {row['unit']}s, {row['first']} to {row['last']}" for row in rows]


def _check_sums(made: Table, sums: Table, partly: Collection[str] = ()) -> list[str]:
    """Of every outcome: what stands in `made`, and what falls outside it, make up all of `sums` (by citizen and month).

    partly : outcomes that are missing in some rows of `made`; what falls there counts as outside.
    """
    names = [name for name in sums.columns if name not in ("citizen_id", "month")]
    kept = sums.cache()
    totals = [_sums(table, names) for table in (made, kept.anti_join(made, ["citizen_id", "month"]), kept)]
    for name in partly:
        totals[1][name] = _sums(kept.anti_join(made.filter(made[name].notnull()), ["citizen_id", "month"]), [name])[name]
    return [line for name in names for line in _differ(f"{name} inside and outside the target", totals[0][name] + totals[1][name], totals[2][name])]


def _sums(table: Table, names: list[str]) -> dict[str, int]:
    row = table.agg(**{name: ibis.coalesce(table[name].sum(), 0) for name in names}).execute().iloc[0]
    return {name: int(row[name]) for name in names}


def _count_target(inputs: Mapping[str, Table], protocol: Protocol) -> Table:
    """Citizen-months of the target, counted month by month from who lives where on its first day."""
    months, month = [], protocol.data_period.first
    while month <= protocol.data_period.last:
        months.append(month)
        month = next_month(month)
    calendar = ibis.memtable({"month": months, "born_by": [month.replace(year=month.year - protocol.target.age_min) for month in months]})
    lived = inputs["residence"].filter(inputs["residence"].kommunekode.isin(list(protocol.municipalities())))
    lived = lived.inner_join(inputs["citizen"], "citizen_id").left_join(inputs["death"], "citizen_id")
    there = lived.inner_join(calendar, [lived.start <= calendar.month, lived.end > calendar.month, lived.birth_date <= calendar.born_by])
    alive = there.filter(there.death_date.isnull() | (there.death_date >= there.month))
    return alive.select("citizen_id", "month").distinct().count()


def _differ(what: str, found: int, expected: int) -> list[str]:
    return [] if found == expected else [f"{what}: {found:,}, expected {expected:,}"]


def _number(scalar: Table) -> int:
    value = scalar.execute()
    return 0 if value is None or value != value else int(value)

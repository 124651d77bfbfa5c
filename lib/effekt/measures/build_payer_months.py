"""The derived table `payer_months`: who paid for what in each municipality and month, and what one payer then paid another for it."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import IntegerValue, Table

from effekt.catalogue.codes import load_co_financing
from effekt.measures.build_cost_months import add_fixed_prices, divide_rounded, in_fixed_prices, keep_priced
from effekt.measures.rules import whole
from effekt.protocol import Protocol

PLACE = ("kommunekode", "cluster_id", "month")


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a municipality, month, sector, type of service and payer with lines of citizens of `person_months`; none where there are none.

    Columns
    -------
    kommunekode, cluster_id, month : where the citizen of the line counts in the month of the line, as in `cost_months`.
    n_lines : int64. amount_fixed_oere : int64, what `payer` paid for the services, in prices of `price_year`; reversals are subtracted.
    transfer_from : the payer who paid `payer` a share of it afterwards (co-financing), by the rules of `catalogue/codelists/co_financing.csv`;
    missing where no rule holds. transfer_fixed_oere : int64, that share, line by line up to the limit of the rule; 0 without a rule. It is in no
    amount.
    """
    lines = add_fixed_prices(keep_priced(tables["service"]), tables["unit_cost"], tables["price_index"], protocol.price_year)
    lines = add_transfers(lines).mutate(month=lines.date.truncate("M"))
    told = tables["person_months"].select("citizen_id", *PLACE).inner_join(lines, ["citizen_id", "month"])
    return told.group_by(*PLACE, "sector", "service_type", "payer", "transfer_from").agg(
        n_lines=whole(told.count()),
        amount_fixed_oere=whole(ibis.coalesce(told.amount_fixed_oere, 0).sum()),
        transfer_fixed_oere=whole(ibis.coalesce(told.transfer_fixed_oere, 0).sum()),
    )


def add_transfers(lines: Table) -> Table:
    """Lines of `add_fixed_prices` with `transfer_from` and `transfer_fixed_oere` by the rule of their type, payer and date; missing without one."""
    rules = load_co_financing()
    columns = ("first", "last", "service_type", "payer_from", "payer_to", "share_pct", "cap_oere")
    listed = {f"rule_{name}": [getattr(rule, name) for rule in rules] for name in columns}
    table = ibis.memtable(listed, schema={**dict.fromkeys(listed, "string"), **_TYPES})
    holds = [
        lines.service_type == table.rule_service_type,
        lines.payer == table.rule_payer_to,
        lines.date >= table.rule_first,
        lines.date <= table.rule_last,
    ]
    ruled = lines.left_join(table, holds)
    nominal = _up_to(divide_rounded(ruled.nominal_oere * ruled.rule_share_pct, ibis.literal(100)), ruled.rule_cap_oere)
    return ruled.mutate(transfer_from=ruled.rule_payer_from, transfer_fixed_oere=in_fixed_prices(ruled, nominal))


_TYPES = {"rule_first": "date", "rule_last": "date", "rule_share_pct": "int64", "rule_cap_oere": "int64"}


def _up_to(amount: IntegerValue, cap: IntegerValue) -> IntegerValue:
    """The amount, at most the limit where there is one; a reversal at most the limit below zero."""
    limit = ibis.coalesce(cap, amount.abs())
    return ibis.greatest(ibis.least(amount, limit), -limit)

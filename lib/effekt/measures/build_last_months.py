"""The derived table `last_months`: what citizens cost in the months of the last year of their life."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from effekt.measures.build_cost_months import KEYS, cost_outcomes
from effekt.measures.build_person_months import month_number, next_month
from effekt.measures.last_year import LAST_YEAR
from effekt.protocol import Protocol


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """The rows of `cost_months` of citizens who died within the data, from eleven months before the month of death to that month.

    Columns
    -------
    those of `cost_months`, and months_left : int32, 0 in the month of death, 11 in the first. Of a citizen who came to live in the area, or reached
    the age of the target population, during the year, only the months since are there. Deaths after the data are not known: of the last eleven
    months of the data some rows are missing, and readers leave those months out.
    """
    costs, death = tables["cost_months"], tables["death"].select("citizen_id", died=tables["death"].death_date)
    within = death.filter(death.died < ibis.date(next_month(protocol.data_period.last)))
    joined = costs.inner_join(within, "citizen_id")
    left = (month_number(joined.died) - month_number(joined.month)).cast("int32")
    names = [outcome.id for outcome in cost_outcomes(protocol)]
    rows = joined.mutate(months_left=left)
    return rows.filter(rows.months_left >= 0, rows.months_left < LAST_YEAR).select(*KEYS, "months_left", *names)



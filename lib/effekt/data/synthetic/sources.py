"""The sources beside the registers of hospital, practice and home care: one raw file after the other, each with the rows planted and its truth.

Every source draws from random numbers of its own, so that adding one changes no other file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from effekt.data.synthetic.audits import audit_tables
from effekt.data.synthetic.care import delayed_table, nursing_table, population_table
from effekt.data.synthetic.dirt import MORE_DIRT, plant
from effekt.data.synthetic.files import Names
from effekt.data.synthetic.practices import draw_practices, medicine_table, practice_tables
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.surveys import survey_tables
from effekt.data.synthetic.visits import Visits, visits_table
from effekt.data.synthetic.workbook import workbook_tables

REVERSALS = ("lmdb.korr.reversed", "lmdb.korr.reversal")   # a dispensing and its reversal, both set aside


def source_tables(region: Region, names: Names, visits: Visits, dead: pa.Table) -> Iterator[tuple[str, pa.Table, dict[str, int], dict[str, Any]]]:
    """(file name without .csv, table, rows planted a rule, truth) of every file. `dead` : dod.csv, for rows after death."""
    for name, table, truth in _tables(region, names, visits):
        dirty, planted = plant(name, table, region.spec.draws(f"dirt in {name}"), dead, MORE_DIRT)
        reversed_ones = {rule: truth["reversals"] for rule in REVERSALS} if name == "lmdb" else {}
        yield name, dirty, {rule: n for rule, n in (planted | reversed_ones).items() if n}, truth


def _tables(region: Region, names: Names, visits: Visits) -> Iterator[tuple[str, pa.Table, dict[str, Any]]]:
    practices = draw_practices(region)
    for name, table in practice_tables(region, names, practices).items():
        yield name, table, {}
    yield "lmdb", *medicine_table(region, names, practices)
    yield "homenursing", *nursing_table(region, names)
    yield "delayed_discharge", *delayed_table(region, names)
    yield "folk1a", *population_table(region)
    yield from survey_tables(region, names)
    yield from audit_tables(region)
    yield "home_visits", visits_table(region, names, visits), {}
    for name, table in workbook_tables(region):
        yield name, table, {}

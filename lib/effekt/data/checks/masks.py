"""The form of a value without the value: letters as A, digits as d."""

from __future__ import annotations

import duckdb

from effekt.data.contracts import Rule
from effekt.data.reading import Found

_TOLD = ("type", "shape", "scientific", "leading_zero_lost", "decimal_comma", "thousands_dot", "excel_serial", "sas_date", "two_digit_year")
_LONGEST = 24


def first_mask(connection: duckdb.DuckDBPyConnection, found: Found, rule: Rule, row: int) -> str:
    """The form of what stands in row `row` of the column a rule is about; "" where the rule is not about a form.

    Letters of any script become A, digits d; other signs than those of numbers, dates and codes become ?.
    """
    name, what = rule.id.split(".", 1)[1].rsplit(".", 1)
    position = found.positions.get(name)
    if what not in _TOLD or position is None:
        return ""
    digits = f"regexp_replace(left(trim(c{position}), {_LONGEST}), '\\pN', 'd', 'g')"
    letters = f"regexp_replace({digits}, '[\\pL\\pM]', 'A', 'g')".replace("'d'", "'\x01'")
    sql = f"replace(regexp_replace({letters}, '[^A\x01 .,:/+-]', '?', 'g'), '\x01', 'd')"
    told = connection.execute(f"SELECT {sql} FROM raw_{found.source.name} WHERE rowid = {row - 1}").fetchone()
    return told[0] or "" if told else ""

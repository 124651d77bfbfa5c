"""Typing by our contracts and the verdict on every row, in one pass a file: the first rule it breaks, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import duckdb

from effekt.data.checks import keys_of_rows
from effekt.data.checks.broken import Broken, Checked, rule_broken
from effekt.data.checks.columns import ColumnSql, plan_column
from effekt.data.checks.masks import first_mask
from effekt.data.checks.people import PERSON_COLUMNS, make_people
from effekt.data.checks.stays import count_stays
from effekt.data.checks.whole_files import check_whole_file
from effekt.data.contracts import DUCKDB_TYPES, Column, Rule
from effekt.data.reading import Found
from effekt.data.registers.source import Source

MOST_OF_ANYTHING = 99_999_999

__all__ = ["Broken", "Checked", "check_rows", "empty_view"]


def check_rows(connection: duckdb.DuckDBPyConnection, found: Found, trusts_people: bool = True) -> Checked:
    """Make `checked_<name>` (typed columns, `row_no`, `verdict`) and the view `kept_<name>` from `raw_<name>`; return what broke which rule.

    trusts_people : False where the file that people are in was refused, so that it says nothing that other files' persons are unknown.
    """
    source = found.source
    plans = [plan_column(source.name, _no_person_number(source, column), _raw(found.positions[column.name])) for column in source.columns]
    rules = {rule.id: rule for plan in plans for check in plan.checks for rule in check.rules} | {rule.id: rule for rule in source.rules}
    soon, late = _split(source)
    marks = [*(mark.rule for plan in plans for mark in plan.marks), *(rule for rule in soon if rule.reaction in ("warn", "fix"))]
    if _asks_people(source.rules):
        make_people(connection)
    connection.execute(f"CREATE OR REPLACE TABLE typed_{source.name} AS {_typed_rows(source, plans, soon)}")
    _views(connection, source)
    rules |= keys_of_rows.settle_keys(connection, source)
    counted = [each for rule in late for each in _apply_late(connection, source, rule)]
    totals = connection.execute(
        f"SELECT verdict, count(*), min(row_no, 5), bit_or(marks) FROM typed_{source.name} GROUP BY verdict ORDER BY verdict"
    ).fetchall()
    n_in = sum(n for _, n, _, _ in totals)
    set_marks = next((bits for verdict, _, _, bits in totals if verdict is None), 0)
    marked = [*_count_marks(connection, source, marks, set_marks), *counted, *count_stays(connection, source)]
    broken, problems = _verdicts(connection, found, rules, [total[:3] for total in totals if total[0] is not None], n_in)
    files = check_whole_file(connection, found, broken, n_in, trusts_people)
    connection.execute(f"DROP TABLE raw_{source.name}")
    return Checked(tuple(broken), (*marked, *files.marked), (*problems, *files.problems))


def empty_view(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`kept_<name>` and `checked_<name>` without rows, for an optional file that was not delivered."""
    columns = ", ".join(f'NULL::{DUCKDB_TYPES[column.type]} AS "{column.name}"' for column in source.columns)
    connection.execute(f"CREATE OR REPLACE VIEW kept_{source.name} AS SELECT 0 AS row_no, {columns} WHERE false")
    connection.execute(f"CREATE OR REPLACE VIEW checked_{source.name} AS SELECT *, NULL::VARCHAR AS verdict FROM kept_{source.name}")


def _no_person_number(source: Source, column: Column) -> Column:
    """In files about persons a number without bounds of its own has at most eight digits: one of a person has at least nine."""
    about_persons = any(other.kind == "person" for other in source.columns)
    if not about_persons or column.type not in ("integer", "number", "money") or column.high is not None:
        return column
    most = MOST_OF_ANYTHING * (column.scale if column.type == "money" else 1)
    return replace(column, high=most, low=-most if column.low is None else column.low)


def _typed_rows(source: Source, plans: list[ColumnSql], rules: list[Rule]) -> str:
    """From the innermost: the texts after the fixes, the values, the verdict of the columns, the verdict of the rules."""
    texts = "".join(f", {sql} AS {name}" for plan in plans for name, sql in plan.texts)
    named = "".join(f", {name}" for plan in plans for name, _ in plan.texts)
    values = "".join(f', {plan.value} AS "{plan.column.name}"' for plan in plans)
    columns = ", ".join(f'"{plan.column.name}"' for plan in plans)
    branches = " ".join(check.sql for plan in plans for check in plan.checks)
    column_marks = [mark.holds for plan in plans for mark in plan.marks]
    breaking = " ".join(f"WHEN {rule.breaks} THEN '{rule.id}'" for rule in rules if rule.reaction not in ("warn", "fix") and rule.breaks)
    noted = [rule.breaks for rule in rules if rule.reaction in ("warn", "fix")]
    verdict = f"CASE {branches} END" if branches else "NULL::VARCHAR"
    final = f"CASE WHEN verdict IS NOT NULL THEN verdict {breaking} END" if breaking else "verdict"
    people = f"LEFT JOIN people ON people.person_pnr = checked_{source.name}.pnr" if _asks_people(rules) else ""
    return f"""
        SELECT row_no, {columns}, {final} AS verdict, column_marks + {_bits(noted, len(column_marks))} AS marks FROM (
            SELECT row_no, {columns}, {verdict} AS verdict, {_bits(column_marks, 0)} AS column_marks FROM (
                SELECT row_no{named}{values} FROM (SELECT rowid + 1 AS row_no{texts} FROM raw_{source.name})
            )
        ) AS checked_{source.name} {people}
    """


def _bits(conditions: Iterable[str], first: int) -> str:
    bits = [f"CASE WHEN {condition} THEN {1 << place}::BIGINT ELSE 0 END" for place, condition in enumerate(conditions, start=first)]
    if first + len(bits) > 62:
        raise ValueError("more than 62 fixes and warnings in one file")
    return " + ".join(["0::BIGINT", *bits])


def _split(source: Source) -> tuple[list[Rule], list[Rule]]:
    """The rules that look at one row (and at other files), and those that look at other rows of the same file."""
    looks_at_itself = re.compile(rf"(?:FROM|JOIN)\s+(?:checked|kept)_{source.name}\b", re.IGNORECASE)
    late = [rule for rule in source.rules if looks_at_itself.search(rule.breaks)]
    return [rule for rule in source.rules if rule not in late], late


def _asks_people(rules: Iterable[Rule]) -> bool:
    return any(name in rule.breaks for rule in rules for name in PERSON_COLUMNS)


def _views(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    name = source.name
    connection.execute(f"CREATE OR REPLACE VIEW checked_{name} AS SELECT * EXCLUDE (marks) FROM typed_{name}")
    connection.execute(f"CREATE OR REPLACE VIEW kept_{name} AS SELECT * EXCLUDE (verdict) FROM checked_{name} WHERE verdict IS NULL")


def _apply_late(connection: duckdb.DuckDBPyConnection, source: Source, rule: Rule) -> list[Broken]:
    if not rule.breaks:
        return []
    hits = f"SELECT row_no FROM checked_{source.name} WHERE verdict IS NULL AND ({rule.breaks})"
    if rule.reaction in ("warn", "fix"):
        n, rows = connection.execute(f"SELECT count(*), min(row_no, 5) FROM ({hits})").fetchone() or (0, ())
        return [rule_broken(rule, n, rows)] if n else []
    keys_of_rows.judge(connection, source, hits, rule.id)
    return []


def _count_marks(connection: duckdb.DuckDBPyConnection, source: Source, marks: list[Rule], set_marks: int) -> list[Broken]:
    """The fixes and warnings of the rows that were kept; `set_marks` has the bits that any of them has."""
    there = [(1 << place, rule) for place, rule in enumerate(marks) if set_marks & (1 << place)]
    if not there:
        return []
    columns = ", ".join(f"count(*) FILTER (WHERE marks & {bit} <> 0), min(row_no, 5) FILTER (WHERE marks & {bit} <> 0)" for bit, _ in there)
    query = f"SELECT {columns} FROM typed_{source.name} WHERE verdict IS NULL AND marks <> 0"
    counted = connection.execute(query).fetchone() or ()
    return [rule_broken(rule, n, rows) for (_, rule), n, rows in zip(there, counted[::2], counted[1::2], strict=True) if n]


def _verdicts(
    connection: duckdb.DuckDBPyConnection, found: Found, rules: dict[str, Rule], counted: list[tuple[str, int, list[int]]], n_in: int
) -> tuple[list[Broken], list[str]]:
    """The rules that took rows out, and the problems where more than a tolerated share broke a rule that rejects."""
    broken, problems = [], []
    for rule_id, n, rows in counted:
        rule = rules[rule_id]
        mask = first_mask(connection, found, rule, rows[0])
        item = rule_broken(rule, n, rows, "quarantine" if rule.reaction == "reject" else None, mask)
        broken.append(item)
        if rule.reaction == "reject" and n > rule.tolerated * n_in:
            problems.append(told_problem(found, item, n_in))
    return broken, problems


def told_problem(found: Found, item: Broken, n_in: int) -> str:
    """Why a delivery is refused: the file, the rule, how many rows and which, what to do."""
    rows = ", ".join(str(row) for row in item.rows) + (" ..." if item.n > len(item.rows) else "")
    mask = f" Form: {item.mask}." if item.mask else ""
    return f"{found.source.file} [{item.rule}]: {item.n:,} of {n_in:,} rows, first rows {rows}.{mask} {item.en.rstrip('.')}."


def _raw(position: int | None) -> str | None:
    return None if position is None else f"c{position}"

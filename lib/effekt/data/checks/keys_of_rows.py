"""Rows that share the key of their file: copies, corrections, retractions, contradictions."""

from __future__ import annotations

import duckdb

from effekt.data.contracts import Rule
from effekt.data.registers.source import Source

_HIT = "judged_now"


def judge(connection: duckdb.DuckDBPyConnection, source: Source, rows: str, rule_id: str) -> None:
    """Give `rule_id` as the verdict of `rows` (a query of row_no), which have none yet."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_HIT} AS {rows}")
    count = connection.execute(f"SELECT count(*) FROM {_HIT}").fetchone()
    if count and count[0]:
        connection.execute(f"UPDATE typed_{source.name} SET verdict = '{rule_id}' WHERE row_no IN (SELECT row_no FROM {_HIT})")


def settle_keys(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, Rule]:
    """Give their verdict to rows that share the key. Returns the rules by id.

    Exact copies: the first stays, the others are set aside. Where a status is told, the last row holds and the earlier ones are set aside, and the
    last one too where it retracts. Other rows that share the key and differ contradict each other: all are quarantined.
    """
    if not source.key:
        return {}
    rules = key_rules(source)
    key = ", ".join(f'"{name}"' for name in source.key)
    shared = f"SELECT hash({key}) AS key_hash FROM typed_{source.name} WHERE verdict IS NULL GROUP BY 1 HAVING count(*) > 1"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE twins AS SELECT * EXCLUDE (marks) FROM typed_{source.name} WHERE verdict IS NULL AND hash({key}) IN ({shared})"
    )
    if source.status:
        _drop_retracted(connection, source, rules)
    count = connection.execute("SELECT count(*) FROM twins").fetchone()
    if not count or not count[0]:
        return {rule.id: rule for rule in rules.values()}
    whole = ", ".join(f'"{column.name}"' for column in source.columns)
    copies = f"SELECT row_no FROM twins QUALIFY row_number() OVER (PARTITION BY {whole} ORDER BY row_no) > 1"
    _settle(connection, source, copies, rules["duplicate"].id)
    if source.status:
        told = f"bool_or(\"{source.status}\" IS NOT NULL) OVER (PARTITION BY {key})"
        earlier = f"SELECT row_no FROM twins QUALIFY {told} AND row_number() OVER (PARTITION BY {key} ORDER BY row_no DESC) > 1"
        _settle(connection, source, earlier, rules["superseded"].id)
    _settle(connection, source, f"SELECT row_no FROM twins QUALIFY count(*) OVER (PARTITION BY {key}) > 1", rules["contradicts"].id)
    return {rule.id: rule for rule in rules.values()}


def key_rules(source: Source) -> dict[str, Rule]:
    """The rules of the key, by what they are about."""
    name, first = source.name, source.key[0]
    rules = {
        "duplicate": Rule(f"{name}.row.duplicate", "", "set_aside", "Nøjagtig kopi af en tidligere række", "Exact copy of an earlier row"),
        "contradicts": Rule(
            f"{name}.{first}.contradicts_row",
            "",
            "reject" if source.base else "quarantine",
            "To rækker om det samme siger hver sit",
            "Two rows about the same thing disagree" + (". Ask which of them holds" if source.base else ""),
        ),
    }
    if source.status:
        words = ("Afløst af en senere, rettet række", "Replaced by a later, corrected row")
        rules["superseded"] = Rule(f"{name}.row.superseded", "", "set_aside", *words)
        rules["retracted"] = Rule(f"{name}.row.retracted", "", "set_aside", "Trukket tilbage af afsenderen", "Withdrawn by the sender")
    return rules


def _drop_retracted(connection: duckdb.DuckDBPyConnection, source: Source, rules: dict[str, Rule]) -> None:
    """A row that retracts is no contact itself; it takes the earlier ones of its key with it."""
    key = ", ".join(f'"{name}"' for name in source.key)
    withdrawn = f"SELECT {key}, max(row_no) AS last FROM checked_{source.name} WHERE verdict IS NULL AND \"{source.status}\" = 'D' GROUP BY ALL"
    rows = f"SELECT row_no FROM checked_{source.name} JOIN ({withdrawn}) USING ({key}) WHERE verdict IS NULL AND row_no <= last"
    _settle(connection, source, rows, rules["retracted"].id)


def _settle(connection: duckdb.DuckDBPyConnection, source: Source, rows: str, rule_id: str) -> None:
    judge(connection, source, rows, rule_id)
    connection.execute(f"DELETE FROM twins WHERE row_no IN (SELECT row_no FROM {_HIT})")

"""Stays that overlap, lie inside one another or follow within the hour: `prepare` merges and chains them; here they are counted."""

from __future__ import annotations

import duckdb

from effekt.data.checks.broken import Broken, rule_broken
from effekt.data.contracts import Rule
from effekt.data.registers.source import Source

_WHATS = {
    "nested": ("warn", "Et ophold inde i et andet af samme person", "A stay inside another one of the same person"),
    "overlap": ("fix", "Overlapper et ophold på samme sygehus; de lægges sammen", "Overlaps a stay in the same hospital; they are merged"),
    "overlap_elsewhere": ("warn", "Overlapper et ophold på et andet sygehus", "Overlaps a stay in another hospital"),
    "transfer": ("fix", "Begynder i den time, et ophold et andet sted slutter: én kæde", "Starts in the hour a stay elsewhere ends: one chain"),
    "open": ("fix", "Har ingen slutdato og regnes til datas sidste dag", "Has no end and is counted to the last day of the data"),
}


def stay_rules(source: Source) -> tuple[Rule, ...]:
    """The rules about stays, in the order of `count_stays`."""
    return tuple(Rule(f"{source.name}.stay.{what}", "", reaction, da, en) for what, (reaction, da, en) in _WHATS.items())  # type: ignore[arg-type]


def count_stays(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Broken]:
    """How many kept stays start before an earlier one of the person has ended, or in the hour it ends; the earlier one is that which ends last."""
    stays = source.stays
    if stays is None:
        return []
    told = f"""
        SELECT row_no, hospital, start, stop, max(stop) OVER before AS last_stop, arg_max(hospital, stop) OVER before AS last_hospital
        FROM (SELECT row_no, pnr, {stays.hospital} AS hospital, ({stays.start})::TIMESTAMP AS start, ({stays.end})::TIMESTAMP AS stop
              FROM kept_{source.name} WHERE {stays.where})
        WINDOW before AS (PARTITION BY pnr ORDER BY start, stop DESC, row_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    """
    overlaps = "start < last_stop AND NOT coalesce(stop <= last_stop, false)"
    same = "hospital IS NOT DISTINCT FROM last_hospital"
    conditions = (
        "start < last_stop AND stop <= last_stop",
        f"{overlaps} AND {same}",
        f"{overlaps} AND NOT {same}",
        f"start >= last_stop AND date_trunc('hour', start) = date_trunc('hour', last_stop) AND NOT {same}",
        "stop IS NULL",
    )
    columns = ", ".join(f"count(*) FILTER (WHERE {each}), min(row_no, 5) FILTER (WHERE {each})" for each in conditions)
    counted = connection.execute(f"SELECT {columns} FROM ({told})").fetchone() or ()
    pairs = zip(stay_rules(source), counted[::2], counted[1::2], strict=True)
    return [rule_broken(rule, n, rows) for rule, n, rows in pairs if n]

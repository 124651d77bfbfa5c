"""Every Ibis call that the measures use, on the locked pair of ibis and duckdb: this is the test that lets the lock be raised.

`test_every_call_is_here` walks the source: a call that is new there must be shown to work here.
"""

from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path

import ibis
import ibis.expr.types as types
import pyarrow as pa
import pytest
from ibis import _

from effekt.measures.rules import whole
from effekt.paths import LIBRARY

ROWS = pa.table(
    {
        "who": pa.array([1, 1, 1, 2], pa.int64()),
        "n": pa.array([3, 1, None, 5], pa.int64()),
        "text": ["b", "", "a", None],
        "yes": [True, None, False, True],
        "at": pa.array([datetime(2012, 2, 29, 23, 50), datetime(2012, 3, 1), datetime(2013, 3, 1), datetime(2014, 1, 1)], pa.timestamp("us")),
        "day": pa.array([date(2012, 2, 29), date(2012, 3, 1), date(2013, 3, 1), date(2014, 1, 1)]),
    }
)
OTHER = pa.table({"who": pa.array([1, 3], pa.int64()), "name": ["one", "three"]})
table, other = ibis.memtable(ROWS), ibis.memtable(OTHER)
owners = table.filter(table.who == 2).select(owner="who")
by_day = ibis.window(group_by=table.who, order_by=table.day)
before = ibis.window(group_by=table.who, order_by=table.day, preceding=(None, 1), following=None)
so_far = ibis.window(group_by=table.who, order_by=table.day, preceding=None, following=0)
first_of_march = ibis.date(date(2012, 3, 1))

VALUES: dict[str, tuple[ibis.Value, list]] = {
    "ifelse": (table.yes.ifelse(1, 0), [1, 0, 0, 1]),
    "coalesce": (ibis.coalesce(table.yes, False), [True, False, False, True]),
    "isin": (table.text.isin(["a", "b"]), [True, False, True, None]),
    "abs": ((table.who - 3).abs(), [2, 2, 2, 1]),
    "all": ((table.who > 0).all().as_scalar(), [True] * 4),
    "isnull": (table.n.isnull(), [False, False, True, False]),
    "notnull": (table.n.notnull(), [True, True, False, True]),
    "nullif": (table.text.nullif(""), ["b", None, "a", None]),
    "null": (ibis.coalesce(ibis.null("int64"), table.who), [1, 1, 1, 2]),
    "literal": (ibis.literal(True) & (table.who == 1), [True, True, True, False]),
    "left": (ibis.coalesce(table.text, "xyz").left(2), ["b", "", "a", "xy"]),
    "cast": ((table.who == 1).cast("int32"), [1, 1, 1, 0]),
    "sum into 64 bits": (whole(table.n.sum()).as_scalar(), [9, 9, 9, 9]),
    "round": ((table.who * 2.5).round().cast("int64"), [3, 3, 3, 5]),
    "cases": (ibis.cases((table.who == 1, 10), (table.who == 3, 30), else_=0), [10, 10, 10, 0]),
    "greatest": (ibis.greatest(table.who, 2), [2, 2, 2, 2]),
    "least": (ibis.least(table.day, first_of_march), [date(2012, 2, 29), *[date(2012, 3, 1)] * 3]),
    "epoch_seconds": (table.at.epoch_seconds(), [1330559400, 1330560000, 1362096000, 1388534400]),
    "date": (table.at.date(), ROWS["day"].to_pylist()),
    "date of numbers": (ibis.date(table.who // 12 + 2012, table.who % 12 + 1, 1), [date(2012, 2, 1)] * 3 + [date(2012, 3, 1)]),
    "timestamp": (table.at < ibis.timestamp("2013-01-01 00:00:00"), [True, True, False, False]),
    "truncate": (table.at.date().truncate("M"), [date(2012, 2, 1), date(2012, 3, 1), date(2013, 3, 1), date(2014, 1, 1)]),
    "interval": (table.day + ibis.interval(months=1) - ibis.interval(days=1), None),
    "delta": (table.day.delta(first_of_march, unit="day"), [-1, 0, 365, 671]),
    "year": (table.day.year() * 100 + table.day.month(), [201202, 201203, 201303, 201401]),
    "day": (table.day.day(), [29, 1, 1, 1]),
    "over": (table.n.sum().over(so_far), [3, 4, 4, 5]),
    "max over rows before": (table.n.max().over(before), [None, 3, 3, None]),
    "row_number": (ibis.row_number().over(by_day), [0, 1, 2, 0]),
    "lag": (table.who.lag().over(by_day), [None, 1, 1, None]),
    "lead": (table.day.lead().over(by_day), [date(2012, 3, 1), date(2013, 3, 1), None, None]),
    "as_scalar": (table.who + table.filter(table.who == 2).n.max().as_scalar(), [6, 6, 6, 7]),
}
TABLES: dict[str, tuple[types.Table, list[dict]]] = {
    "agg": (
        table.group_by("who").agg(
            n=_.count(),
            low=_.n.min(),
            high=_.n.max(where=_.yes),
            any=_.yes.any(),
            first=ibis.coalesce(_.text, "").argmin(_.day),
            kinds=_.text.nunique(),
        ),
        [
            {"who": 1, "n": 3, "low": 1, "high": 3, "any": True, "first": "b", "kinds": 3},
            {"who": 2, "n": 1, "low": 5, "high": 5, "any": True, "first": "", "kinds": 0},
        ],
    ),
    "inner_join": (table.inner_join(other, "who").select("who", "name").distinct(), [{"who": 1, "name": "one"}]),
    "left_join": (
        table.select("who").distinct().left_join(other, "who").select("who", "name"),
        [{"who": 1, "name": "one"}, {"who": 2, "name": None}],
    ),
    "left_join on expressions": (
        other.left_join(table, [other.who == table.who, table.n > 2]).select(other.who, "n"),
        [{"who": 1, "n": 3}, {"who": 3, "n": None}],
    ),
    "semi_join": (other.semi_join(table, "who"), [{"who": 1, "name": "one"}]),
    "cross_join": (other.select("who").cross_join(other.select("name").limit(1)).select("who"), [{"who": 1}, {"who": 3}]),
    "union": (ibis.union(other.select("who"), other.select("who"), distinct=False), [{"who": 1}, {"who": 1}, {"who": 3}, {"who": 3}]),
    "rename": (other.rename(person="who").drop("name"), [{"person": 1}, {"person": 3}]),
    "view": (other.inner_join(other.view(), "who").select("who"), [{"who": 1}, {"who": 3}]),
    "outer_join": (
        other.outer_join(owners, [other.who == owners.owner]).select("who", "owner"),
        [{"who": 1, "owner": None}, {"who": 3, "owner": None}, {"who": None, "owner": 2}],
    ),
    "argmax": (table.group_by("who").agg(last=table.who.argmax(table.day)), [{"who": 1, "last": 1}, {"who": 2, "last": 2}]),
    "anti_join": (other.anti_join(table, ["who"]), [{"who": 3, "name": "three"}]),
    "unnest": (
        other.mutate(k=ibis.range(other.who, other.who + 2).unnest()).select("who", "k"),
        [{"who": 1, "k": 1}, {"who": 1, "k": 2}, {"who": 3, "k": 3}, {"who": 3, "k": 4}],
    ),
    "cache": (other.cache().select("who"), [{"who": 1}, {"who": 3}]),
    "column of its own in order_by": (other.order_by([other.name.cases(("three", 0), else_=1)]).select("who"), [{"who": 3}, {"who": 1}]),
    "first in order": (
        table.group_by(table.who).agg(n=_.n.first(order_by=_.day.desc(), include_null=True)),
        [{"who": 1, "n": None}, {"who": 2, "n": 5}],
    ),
    "sum where": (table.agg(n=ibis.coalesce(table.n.sum(where=table.n.isnull()), 0).cast("int64")), [{"n": 0}]),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_column_of_values(name: str) -> None:
    expression, expected = VALUES[name]
    rows = table.select("who", "day", value=expression).order_by("who", "day").to_pyarrow()["value"].to_pylist()
    if name == "interval":
        assert [str(value)[:10] for value in rows] == ["2012-03-28", "2012-03-31", "2013-03-31", "2014-01-31"]
    else:
        assert rows == expected


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_rows(name: str) -> None:
    expression, expected = TABLES[name]
    rows = expression.to_pyarrow().to_pylist()
    assert rows == expected if "order_by" in name else sorted(rows, key=str) == sorted(expected, key=str)


def test_a_file_is_read_written_in_order_and_let_go(tmp_path: Path) -> None:
    connection = ibis.duckdb.connect(temp_directory=str(tmp_path / "spill"))
    connection.to_parquet(other.order_by(other.who.desc()), tmp_path / "a.parquet", compression="zstd")
    read = connection.read_parquet(tmp_path / "a.parquet", table_name="made")
    assert list(read.columns) == ["who", "name"] and read.count().execute() == 2
    assert read.to_pyarrow()["who"].to_pylist() == [3, 1]
    connection.disconnect()


def test_every_call_is_here() -> None:
    sources = [*(LIBRARY / "measures").glob("build_*.py"), *(LIBRARY / "measures" / f"{name}.py" for name in ("rules", "reconcile", "prepare"))]
    interface = {name for kind in vars(types).values() if isinstance(kind, type) for name in dir(kind)}
    interface |= {*dir(ibis), "to_parquet", "read_parquet"}
    not_ibis = {"get", "hexdigest", "join", "replace", "values"}
    used = {call for path in sources for call in _calls(path)} & interface - not_ibis
    assert used - _calls(Path(__file__)) == set()


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}

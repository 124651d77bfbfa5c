"""The worked example of data/README.md is what the import does, and its tables of keys are the keys there are."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from effekt.data.date_forms import PARTS
from effekt.data.declaration import ColumnSpec, Declaration, Defaults, Entry, read_declaration
from effekt.data.forms.packed import MOST_BYTES, MOST_RATIO
from effekt.data.forms.text_scan import ENCODINGS
from effekt.data.reading import find_file, load_text
from effekt.data.registers.lpr2 import ADM
from effekt.packaging.delivery_page import PAGE

TEXT = Path(PAGE).read_text(encoding="utf-8").split("## When files look otherwise")[1]


def block(name: str) -> str:
    """What stands in the code block below `<!-- example: name -->`."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found, name
    return found.group(1)


def keys(table: str) -> set[str]:
    """The keys in the first column of the table whose header begins with `table`."""
    rows = TEXT.split(f"| {table} | says")[1].split("\n\n")[0].splitlines()[2:]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_the_example_becomes_what_it_says(tmp_path: Path) -> None:
    delivery, workspace = tmp_path / "delivery", tmp_path / "workspace"
    delivery.mkdir()
    workspace.mkdir()
    (delivery / "Indlaeggelser 2013.txt").write_bytes(block("file").encode("cp1252"))
    found, problems = find_file(ADM, delivery, read_declaration(block("declaration")), [], workspace)
    assert found is not None and problems == []
    header, *expected = ([cell.strip() for cell in line.split("|")] for line in block("rows").splitlines())
    with duckdb.connect() as connection:
        assert load_text(connection, found).problems == ()
        columns = ", ".join(f"coalesce(c{found.positions[name]}, '')" for name in header)
        assert [list(row) for row in connection.execute(f"SELECT {columns} FROM raw_lpr_adm ORDER BY rowid").fetchall()] == expected


def test_every_key_is_in_its_table_and_no_other() -> None:
    assert keys("key") >= set(Declaration.model_fields) and set(Defaults.model_fields) <= keys_of_form()
    assert keys("of an entry") == set(Entry.model_fields)
    assert keys("of a column") == {field.alias or name for name, field in ColumnSpec.model_fields.items()} - {"join"}


def keys_of_form() -> set[str]:
    """The keys that the row of `form` names."""
    return set(re.findall(r"`(\w+)`", next(line for line in TEXT.splitlines() if line.startswith("| `form`"))))


def test_parts_encodings_and_limits_are_the_real_ones() -> None:
    parts = next(line for line in TEXT.splitlines() if line.startswith("| `dates`, `part`"))
    assert set(re.findall(r"`(\w+)`", parts)) - {"dates", "part"} == set(PARTS)
    encodings = next(line for line in TEXT.splitlines() if line.startswith("| `encoding`"))
    assert set(re.findall(r"`([\w-]+)`", encodings)) - {"encoding"} <= set(ENCODINGS)
    assert f"more than {MOST_RATIO} times its size or {MOST_BYTES // 1024**3} GB" in TEXT

"""data/README.md says what the protocol and the readers say."""

from __future__ import annotations

import re
from pathlib import Path

from effekt.packaging.delivery_page import PAGE, page
from effekt.protocol import Protocol

TEXT = Path(PAGE).read_text(encoding="utf-8")
FIELDS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT.split("## What to ask")[0].split("## Every field")[1], re.MULTILINE))


def test_every_field_of_the_protocol_is_there_and_no_other() -> None:
    assert list(FIELDS) == list(Protocol.model_fields)


def test_the_fields_marked_needed_are_those_without_a_default() -> None:
    needed = {name for name, field in Protocol.model_fields.items() if field.is_required()}
    assert {name for name, said in FIELDS.items() if "*needed*" in said} == needed


def test_plain_defaults_are_the_real_ones() -> None:
    plain = {name: field.default for name, field in Protocol.model_fields.items() if isinstance(field.default, str | int | float)}
    assert plain
    for name, default in plain.items():
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        assert FIELDS[name].endswith(f"(`{shown}`)"), name


def test_the_list_of_files_and_columns_is_what_the_readers_expect() -> None:
    assert page(TEXT) == TEXT, "run: python -m effekt.packaging.delivery_page"
    assert "### lpr_adm.csv" in TEXT

"""Bad inputs that are met after the import: by `prepare`, and where results are shown."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from effekt.data.delivery import import_delivery
from effekt.measures.prepare import prepare
from effekt.measures.reconcile import check_person_months
from effekt.protocol import load_protocol
from effekt.report.results import Column, Result
from effekt.report.sentences import cell, label
from tests.delivered import key_of, rows_of
from tests.tiny import BENT, write_study


def _prepared(folder: Path) -> Path:
    study = write_study(folder / "study")
    import_delivery(study / "delivery", study)
    prepare(study)
    return study


def _derived(study: Path, table: str) -> pa.Table:
    return parquet.read_table(study / "derived" / f"{table}.parquet")


def shows_no_rate_without_a_denominator(_: Path) -> None:
    """A rate that could not be divided is told in words, in both languages, and never as 0."""
    for language, words in (("da", "ikke"), ("en", "not")):
        shown = cell(Result("r", "table", (Column("rate", "number"),), ((None,),), language=language), 0, "rate")
        assert words in shown.text and "0" not in shown.text and not shown.cell


def keeps_people_without_contacts(folder: Path) -> None:
    """Bent was never in hospital and counts with all his days."""
    study = _prepared(folder)
    bent = [row for row in _derived(study, "person_months").to_pylist() if row["citizen_id"] == key_of(study, BENT)]
    assert bent and sum(row["days"] for row in bent) > 900 and not sum(row["adm_rate"] for row in bent)


def finds_rows_that_were_doubled(folder: Path) -> None:
    """A derived table in which a join doubled a citizen's months is refused by its sums."""
    import ibis

    study = _prepared(folder)
    tables = {path.stem: ibis.memtable(parquet.read_table(path)) for place in ("tables", "derived") for path in (study / place).glob("*.parquet")}
    protocol = load_protocol(study)
    made = _derived(study, "person_months")
    assert check_person_months(ibis.memtable(made), tables, protocol) == []
    doubled = pa.concat_tables([made, made.slice(0, 7)])
    assert any("citizen-months" in problem for problem in check_person_months(ibis.memtable(doubled), tables, protocol))


def holds_no_formula(study: Path) -> None:
    """No table begins a text with a sign that a spreadsheet calculates on."""
    assert [row["name"] for row in rows_of(study, "initiative")] == ["'=1+1"]


def holds_no_markup(study: Path) -> None:
    """Nor does it hold the signs of code."""
    assert not any("<" in row["name"] or ">" in row["name"] for row in rows_of(study, "initiative"))


def shows_labels_as_text(_: Path) -> None:
    """A study's own label with code in it is shown as it is written, and not run."""
    names = {"x": {"da": "<script>alert(1)</script>", "en": "=1+1<b>"}}
    for language in ("da", "en"):
        result = Result("r", "table", (Column("who", "label"),), (("x",),), labels=names, language=language)
        assert "<" not in cell(result, 0, "who").html() and label(result, "x") == names["x"][language]

"""delivery.yml: what it may say, and what a person is told where it says something wrong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from effekt.data.contracts import Column
from effekt.data.date_forms import read_form
from effekt.data.declaration import ColumnSpec, Declaration, Writing, find_declaration, read_declaration
from effekt.data.mapping import mapped
from effekt.data.units import factor
from effekt.errors import DeliveryError


def problems(text: str) -> list[str]:
    with pytest.raises(DeliveryError) as told:
        read_declaration(text)
    assert told.value.exit_code == 3
    return str(told.value).splitlines()


def value(text: str | None, kind: str = "text", writing: dict[str, object] | None = None, **spec: object) -> str | None:
    """What a text becomes."""
    column = Column("x", kind, "", "", unit=str(spec.pop("ours", "")), scale=int(str(spec.pop("scale", 100))))  # type: ignore[arg-type]
    sql = mapped(column, ColumnSpec(**({"from": ["x"]} | spec)), Writing(**(writing or {})), ["x"])
    return duckdb.execute(f"SELECT ({sql})::VARCHAR FROM (SELECT ?::VARCHAR AS x)", [text]).fetchone()[0]


def test_a_short_and_a_long_way_of_writing_mean_the_same() -> None:
    short = read_declaration("files: {dod: dod.csv, vnds: {path: v.csv, columns: {pnr: CPR}, where: {TYPE: U}}}")
    long = read_declaration(
        "files:\n  dod: [{path: dod.csv}]\n  vnds:\n    - path: v.csv\n      columns: {pnr: {from: [CPR]}}\n      where: {TYPE: [U]}\n"
    )
    assert short == long
    assert read_declaration("") == Declaration() == read_declaration("columns:\n")


def test_all_problems_are_told_at_once_and_by_line() -> None:
    told = problems(
        """\
files:
  dodd: dod.csv
  dod:
    path: ../dod.csv
    dates: dd-mm-yy
    columns:
      CPR: pnr
  vnds:
    path: v.csv
    encoding: utf8x
    columns:
      indud_kode: {from: KODE, codes: {ud: "X"}}
      haend_dato: {value: "2013-01-01", from: DATO}
  sssy: {path: s.csv, database: d, table: t, columns: {bruhon: {from: A, unit: hour}, honuge: {from: B, dates: dd-mm-yyyy}}}
databases:
  d: {kind: postgres, environment: "postgresql://me:CANARY@host/x"}
"""
    )
    assert [line.split(" [file.declaration]")[0] for line in told] == [f"delivery.yml line {n}" for n in (2, 4, 5, 7, 10, 12, 13, 14, 14, 14, 16)]
    said = "\n".join(told)
    assert "did you mean 'dod'" in said and "a path stays inside the delivery" in said and "ask for four" in said
    assert "our name stands first" in said and "'X' is no code of ours: U, I" in said and "CANARY" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("file: {}", "line 1 [file.declaration]: unknown key 'file'; did you mean 'files'?"),
        ("files:\n  dod: {pth: a}", "line 2 [file.declaration]: unknown key 'pth'; did you mean 'path'?"),
        ("files:\n  bef:\n    path: a\n    columns:\n      koen: {from: K, codes: {Mand: 1}}", "line 5 [file.declaration]: Mand: expected text"),
        ("files: {dod: {path: a, rows: ten}}", "rows: expected a whole number"),
        ("files: {dod: {path: 'a*.csv', sha256: '" + "0" * 64 + "'}}", "a sum holds for one file"),
        ("files: {dod: {path: /etc/passwd}}", "a path stays inside the delivery"),
        ("files: {dod: {path: 'C:\\x.csv'}}", "a path stays inside the delivery"),
        ("a: [", "not valid YAML"),
        ("- a", "expected keys and values"),
    ],
)
def test_a_wrong_key_or_value_is_told_with_what_was_expected(text: str, told: str) -> None:
    assert told in "\n".join(problems(text))


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("31-12-2013", "dd-mm-yyyy", "2013-12-31"),
        ("1.2.2013", "dd.mm.yyyy", "2013-02-01"),
        ("31122013", "ddmmyyyy", "2013-12-31"),
        ("20131231", "yyyymmdd", "2013-12-31"),
        ("31DEC2013", "ddmonyyyy", "2013-12-31"),
        ("01OKT2013", "ddmonyyyy", "2013-10-01"),
        ("31/12/2013 10:30", "dd/mm/yyyy hh:mm", "2013-12-31"),
        ("19000", "sas", "2012-01-08"),
        ("-5.0", "sas", "1959-12-27"),
        ("1672531200", "sas_datetime", "2012-12-31"),
        ("41640", "excel", "2014-01-01"),
        ("31-02-2013", "dd-mm-yyyy", "?31-02-2013"),
        ("31-12-13", "dd-mm-yyyy", "?31-12-13"),
        ("2013-12-31", "dd-mm-yyyy", "?2013-12-31"),
        ("1122013", "ddmmyyyy", "?1122013"),
        ("", "dd-mm-yyyy", None),
        (None, "sas", None),
    ],
)
def test_dates_in_a_declared_form_become_iso_and_others_become_nothing_that_is_a_date(text: str | None, form: str, expected: str | None) -> None:
    assert value(text, "date", dates=form) == expected


@pytest.mark.parametrize("form", ["dd-mm-yy", "dd-mm", "yyyy", "x", "", "dd-mm-yyyy'", "dd-mm-yyyy %d", "yyyy-mm-dd-dd"])
def test_what_is_no_form_of_dates_is_none(form: str) -> None:
    assert read_form(form) is None


@pytest.mark.parametrize(
    ("text", "writing", "expected"),
    [
        ("1234,5", {"decimal": ","}, "1234.5"),
        ("1.234,50", {"decimal": ",", "thousands": "."}, "1234.50"),
        ("1.234", {"decimal": ",", "thousands": "."}, "1234"),
        ("1.234", {"decimal": ","}, "?1.234"),
        ("1234.5", {"decimal": ",", "thousands": "."}, "?1234.5"),
        ("1,234.5", {"thousands": ","}, "1234.5"),
        ("1 234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
        ("-0,5", {"decimal": ","}, "-0.5"),
        ("abc", {"decimal": ","}, "?abc"),
        ("1234,5", {}, "1234,5"),
    ],
)
def test_numbers_in_a_declared_form_get_a_point_and_others_become_no_number(text: str, writing: dict[str, object], expected: str) -> None:
    assert value(text, "number", writing) == expected


@pytest.mark.parametrize(
    ("text", "kind", "spec", "expected"),
    [
        ("1.5", "integer", {"unit": "hour", "ours": "minute"}, "90"),
        ("0.333333", "integer", {"unit": "hour", "ours": "minute"}, "20"),
        ("20125", "money", {"unit": "dkk", "scale": 100_000}, "20.125"),
        ("150000", "money", {"unit": "oere", "scale": 100_000}, "1.5"),
        ("2", "number", {"times": 7}, "14"),
        ("1e3", "number", {"times": 7}, "?1e3"),
        ("Indlagt", "text", {"codes": {"indlagt": "0"}}, "0"),
        (" ukendt ", "text", {"codes": {"indlagt": "0"}}, "ukendt"),
        ("a", "text", {"codes": {"a": "lille", "A": "stor"}}, "lille"),
        ("A", "text", {"codes": {"a": "lille", "A": "stor"}}, "stor"),
        ("1", "text", {"digits": 2}, "01"),
        ("6620011", "text", {"characters": [5, 7]}, "011"),
        ("I500", "text", {"prefix": "D"}, "DI500"),
        ("DI500", "text", {"prefix": "D"}, "DI500"),
        ("NULL", "text", {"missing": ["NULL", "."]}, None),
        ("31-12-2013 09:05", "integer", {"dates": "dd-mm-yyyy hh:mm", "part": "minute"}, "5"),
        ("30-12-2013", "integer", {"dates": "dd-mm-yyyy", "part": "yyww"}, "1401"),
    ],
)
def test_a_column_is_cut_coded_converted_and_completed(text: str, kind: str, spec: dict[str, object], expected: str | None) -> None:
    assert value(text, kind, **spec) == expected


def test_a_unit_is_known_by_what_the_column_counts() -> None:
    price = Column("p", "money", "", "", scale=100_000)
    assert factor("dkk", price) == Fraction(1, 1000) and factor("hour", price) is None
    assert factor("share", Column("p", "number", "", "", unit="percent")) == 100


def test_the_delivery_speaks_before_the_study(tmp_path: Path) -> None:
    delivery, study = tmp_path / "delivery", tmp_path / "study"
    for place in (delivery, study):
        place.mkdir()
    assert find_declaration(delivery, study) is None
    (study / "delivery.yml").write_text("", encoding="utf-8")
    assert find_declaration(delivery, study) == study / "delivery.yml"
    (delivery / "delivery.yml").write_text("", encoding="utf-8")
    assert find_declaration(delivery, study) == delivery / "delivery.yml"

"""A delivery that is tables in a database: read only, and never a word of its address."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from effekt.data.delivery import ImportReport, import_delivery
from effekt.errors import DeliveryError
from tests.postgres import OWNER, PASSWORD, READER, Server, find_programs, running_server
from tests.tiny import tiny_files, write_study

DECLARED = """\
databases:
  register: {kind: %s}
files:
  sssy: {database: register, table: %s, columns: {pnr: Person_ID}}
  dod: {database: register, table: %s}
"""
VARIABLE = "EFFEKT_TEST_REGISTER"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    programs = find_programs()
    if programs is None:
        pytest.skip("needs the program initdb of PostgreSQL, which is not on this machine")
    import psycopg

    with running_server(programs) as server:
        with psycopg.connect(server.address(OWNER), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA dst")
            connection.execute(
                'CREATE TABLE dst.sssy ("Person_ID" text, speciale integer, ydlant smallint, bruhon numeric(12, 2), honuge text, barnmak boolean)'
            )
            connection.execute("CREATE TABLE dst.dod (pnr varchar(12), doddato date, navn text)")
            for row in tiny_files()["sssy"]:
                values = (row["pnr"], row["speciale"], row["ydlant"], row["bruhon"], row["honuge"], bool(row["barnmak"]))
                connection.execute("INSERT INTO dst.sssy VALUES (%s, %s, %s, %s, %s, %s)", values)
            for row in tiny_files()["dod"]:
                connection.execute("INSERT INTO dst.dod VALUES (%s, %s, 'CANARY-Kirsten')", (row["pnr"], row["doddato"]))
            connection.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'")
            connection.execute(f"GRANT USAGE ON SCHEMA dst TO {READER}")
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA dst TO {READER}")
        yield server


@pytest.fixture
def study(tmp_path: Path) -> Path:
    files = {name: rows for name, rows in tiny_files().items() if name not in ("sssy", "dod")}
    return write_study(tmp_path / "study", files=files)


def declare(study: Path, where: str, sssy: str, dod: str) -> None:
    text = DECLARED % ("postgres", sssy, dod) if where.startswith("environment") else DECLARED % ("duckdb", sssy, dod)
    kind = text.replace("}\nfiles", f", {where}}}\nfiles")
    (study / "delivery" / "delivery.yml").write_text(kind, encoding="utf-8")


def imported(study: Path, **options: bool) -> ImportReport:
    return import_delivery(study / "delivery", study, **options)


def test_tables_of_postgresql_are_read_as_if_they_were_files(study: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server.address())
    declare(study, f"environment: {VARIABLE}", "dst.sssy", "dst.dod")
    report = imported(study)
    plain = imported(write_study(study.parent / "plain"))
    assert (report.tables["service"], report.tables["death"]) == (plain.tables["service"], plain.tables["death"])
    assert {item.file: (item.n_in, item.n_kept) for item in report.accounts} == {item.file: (item.n_in, item.n_kept) for item in plain.accounts}
    assert any("register.dst.sssy: read from the database register" in line for line in report.warnings)
    written = b"".join(path.read_bytes() for path in (study / "tables").iterdir())
    assert PASSWORD.encode() not in written and b"CANARY" not in written


def test_the_session_cannot_write_even_where_the_user_may(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from effekt.data.forms import database

    monkeypatch.setenv(VARIABLE, server.address())
    place = database.Database("register", "postgres", variable=VARIABLE)
    with database.connected(place) as source, pytest.raises(Exception, match="read-only"):
        source.raw_sql("DELETE FROM dst.dod")


def test_a_table_of_a_database_is_read_again_when_asked_and_only_then(study: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, server.address())
    declare(study, f"environment: {VARIABLE}", "dst.sssy", "dst.dod")
    imported(study)
    assert imported(study).unchanged
    assert not imported(study, databases_again=True).unchanged


@pytest.mark.parametrize("wrong", ["password", "host", "nothing", "table"])
def test_what_a_driver_says_about_itself_is_never_told(
    study: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], wrong: str
) -> None:
    addresses = {
        "password": server.address(password="CANARY-wrong"),
        "host": server.address().replace("127.0.0.1", "canary-host.invalid"),
        "nothing": "",
        "table": server.address(),
    }
    monkeypatch.setenv(VARIABLE, addresses[wrong])
    declare(study, f"environment: {VARIABLE}", "dst.sssy", "dst.nowhere" if wrong == "table" else "dst.dod")
    with pytest.raises(DeliveryError) as told:
        imported(study)
    said = str(told.value) + "".join(capfd.readouterr())
    assert "[file.database]" in said and "register" in said
    assert not any(secret in said.lower() for secret in ("canary", READER + ":", str(server.port), "127.0.0.1"))
    assert told.value.__cause__ is None and (told.value.__context__ is None or told.value.__suppress_context__)


def test_a_duckdb_file_is_read_and_not_changed(study: Path) -> None:
    path = study / "delivery" / "register.duckdb"
    with duckdb.connect(str(path)) as base:
        rows = [tuple(row[name] for name in ("pnr", "speciale", "ydlant", "bruhon", "honuge", "barnmak")) for row in tiny_files()["sssy"]]
        base.execute("CREATE TABLE sssy (Person_ID VARCHAR, speciale VARCHAR, ydlant DOUBLE, bruhon DECIMAL(12, 2), honuge VARCHAR, barnmak BOOLEAN)")
        base.executemany("INSERT INTO sssy VALUES (?, ?, ?, ?, ?, ?)", rows)
        base.execute("CREATE TABLE dod (pnr VARCHAR, doddato TIMESTAMP)")
        died = [(row["pnr"], datetime.datetime.fromisoformat(str(row["doddato"]))) for row in tiny_files()["dod"]]
        base.executemany("INSERT INTO dod VALUES (?, ?)", died)
    before = path.read_bytes()
    declare(study, "path: register.duckdb", "sssy", "dod")
    report = imported(study)
    assert report.tables["death"] == 1 and path.read_bytes() == before

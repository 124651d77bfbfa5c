"""What leaves DuckDB: Ctrl-C as Ctrl-C, and errors without the rows they quote."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path

import duckdb
import pytest

from effekt.data.delivery import import_delivery
from effekt.data.engine import engine_errors
from effekt.errors import DataError, DeliveryError
from tests.tiny import write_study

ENDLESS = """
import os, signal, threading, time
import duckdb
from effekt.data.engine import engine_errors

def press() -> None:
    while True:
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

connection = duckdb.connect()
threading.Thread(target=press, daemon=True).start()
try:
    with engine_errors(RuntimeError):
        connection.execute("SELECT count(*) FROM range(200_000_000_000) WHERE range % 7 = 3").fetchall()
except KeyboardInterrupt:
    os.write(1, b"interrupted")
    os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX only: Windows has no SIGINT to send to a process")
def test_ctrl_c_during_a_query_is_a_keyboard_interrupt() -> None:
    ran = subprocess.run([sys.executable, "-c", ENDLESS], capture_output=True, text=True, timeout=120, check=False)
    assert ran.stdout == "interrupted", ran.stderr


def test_an_error_of_the_engine_is_replaced_and_its_message_is_in_no_traceback() -> None:
    with pytest.raises(DataError) as told, engine_errors(lambda name: DataError(f"could not ({name})")):
        duckdb.connect().execute("SELECT CAST('0101701234-CANARY' AS INTEGER)")
    assert str(told.value) == "could not (ConversionException)"
    assert "CANARY" not in "".join(traceback.format_exception(told.value))


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(RuntimeError, match="something else"), engine_errors(DataError):
        raise RuntimeError("something else")


def test_an_import_that_the_engine_refuses_says_so_without_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path)
    monkeypatch.setattr("effekt.data.delivery.write_tables", lambda connection, *_: connection.execute("SELECT CAST('CANARY' AS DATE)"))
    with pytest.raises(DeliveryError, match=r"\[import.engine\]: the rows could not be typed or checked \(ConversionException\)") as told:
        import_delivery(study / "delivery", study)
    assert "CANARY" not in "".join(traceback.format_exception(told.value))
    assert not (study / "tables").exists()

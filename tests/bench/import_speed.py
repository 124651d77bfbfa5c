"""Ten million rows of the LPR2 contact table, from csv text to a verdict on every row: our import, and the same rules as SQL written by hand.

`python tests/bench/import_speed.py [--rows 10000000] [--runs 1] [--json FILE]` prints CPU seconds, wall seconds and peak memory of both, and their
ratio. That both give the same verdicts is held by tests/unit/test_hand_sql.py.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from effekt.data.checking import check_rows, empty_view  # noqa: E402
from effekt.data.opening import opened  # noqa: E402
from effekt.data.reading import load_text  # noqa: E402
from tests.bench import hand_sql  # noqa: E402

MEMORY, THREADS = "3GB", 2
ROWS_A_PERSON = 20


def write_delivery(folder: Path, rows: int) -> None:
    """A delivery whose contact table has `rows` rows: one in four a stay, one in a thousand a copy, a stranger or ends before it starts."""
    people = max(1, rows // ROWS_A_PERSON)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        pnr = "lpad((700000000000 + {}::BIGINT)::VARCHAR, 12, '0')"
        _write(
            connection,
            folder / "bef.csv",
            f"SELECT {pnr.format('i')} AS pnr, 1 + i % 2 AS koen, DATE '1925-01-01' + (i % 9000)::INTEGER AS foed_dag, '751' AS kom, "
            f"DATE '2014-10-01' AS referencetid FROM range({people}) t(i)",
        )
        _write(connection, folder / "dod.csv", f"SELECT {pnr.format('i')} AS pnr, DATE '2014-12-01' AS doddato FROM range(0, {people}, 50) t(i)")
        who = f"CASE WHEN hash(i) % 1000 = 1 THEN 900000000000 + i % 1000 ELSE 700000000000 + hash(i) % {people} END"
        start = "DATE '2012-01-01' + (hash(i, 7) % 1095)::INTEGER"
        length = "CASE WHEN hash(i) % 1000 = 2 THEN -2 WHEN stay THEN (hash(i, 8) % 9)::INTEGER ELSE 0 END"
        _write(
            connection,
            folder / "lpr_adm.csv",
            f"""
            SELECT 'R' || lpad((CASE WHEN hash(i) % 1000 = 3 AND i > 0 THEN i - 1 ELSE i END)::VARCHAR, 11, '0') AS recnum, ({who})::VARCHAR AS pnr,
                   '6620' AS c_sgh, lpad((hash(i, 1) % 90)::VARCHAR, 3, '0') AS c_afd, '01' AS c_spec,
                   CASE WHEN stay THEN '0' ELSE '2' END AS c_pattype,
                   1 + i % 2 AS c_indm, '1' AS c_udm, {start} AS d_inddto, hash(i, 2) % 24 AS v_indtime, hash(i, 3) % 60 AS v_indminut,
                   {start} + {length} AS d_uddto, 23 AS v_udtime, 'DI50' || i % 10 AS c_adiag,
                   CASE WHEN stay THEN (hash(i, 8) % 9)::INTEGER END AS v_sengdage, NULL AS status
            FROM (SELECT i, hash(i, 9) % 4 = 0 AS stay FROM range({rows}) t(i))
            """,
        )


def _write(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, DELIMITER ';', HEADER)")


def prepare_people(connection: duckdb.DuckDBPyConnection, found: dict) -> None:
    """What the contact table is held against."""
    for name in ("bef", "dod"):
        load_text(connection, found[name])
    connection.execute("CREATE TABLE municipality AS SELECT '0751' AS kommunekode")
    check_rows(connection, found["bef"])
    connection.execute("CREATE TABLE citizen_key AS SELECT DISTINCT pnr, 1 AS citizen_id FROM kept_bef")
    check_rows(connection, found["dod"])


def run_one(way: str, folder: Path) -> dict[str, float]:
    """One run; seconds of CPU that the contact table took (reading people, the same for both, is left out)."""
    with opened(folder, folder.parent) as delivery, duckdb.connect(config=_config(folder)) as connection:
        from effekt.data.registers.bef import VNDS

        empty_view(connection, VNDS)
        prepare_people(connection, delivery.found)
        start, wall = time.process_time(), time.perf_counter()
        if way == "ours":
            load_text(connection, delivery.found["lpr_adm"])
            check_rows(connection, delivery.found["lpr_adm"])
        else:
            from effekt.data.checks.people import make_people

            make_people(connection)
            hand_sql.read(connection, folder / "lpr_adm.csv")
            hand_sql.judge(connection)
        used = {"cpu_s": time.process_time() - start, "wall_s": time.perf_counter() - wall}
    return used | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def _config(folder: Path) -> dict[str, str | int]:
    return {"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(folder.parent / "spill")}


def main() -> int:
    """Make the files, run both ways in processes of their own, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FOLDER"))
    told = parser.parse_args()
    if told.one:
        print(json.dumps(run_one(told.one[0], Path(told.one[1]))))
        return 0
    with tempfile.TemporaryDirectory() as place:
        write_delivery(Path(place) / "delivery", told.rows)
        figures = {"rows": told.rows, **{way: _measured(way, Path(place) / "delivery", told.runs) for way in ("ours", "hand")}}
    figures["ratio_cpu"] = round(figures["ours"]["cpu_s"] / figures["hand"]["cpu_s"], 2)
    print(json.dumps(figures, indent=1))
    if told.json:
        told.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


def _measured(way: str, folder: Path, runs: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", way, str(folder)]
    times = [json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(runs)]
    return {key: round(statistics.median(each[key] for each in times), 1) for key in times[0]}


if __name__ == "__main__":
    sys.exit(main())

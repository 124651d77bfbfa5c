"""What other files know of a person: born, dead, moved away. One row a person of the population register."""

from __future__ import annotations

import duckdb

PERSON_COLUMNS = ("person_pnr", "person_born", "person_died", "person_left", "person_back")
_FILES = ("kept_bef", "kept_dod", "kept_vnds")


def make_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `people` once the files it is made of have been read; an empty one before that.

    person_left, person_back : the last emigration and immigration. Rules name these columns; people nobody knows have them missing.
    """
    there = {row[0] for row in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    if not set(_FILES) <= there:
        types = ("VARCHAR", "DATE", "DATE", "DATE", "DATE")
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(PERSON_COLUMNS, types, strict=True))
        connection.execute(f"CREATE TABLE IF NOT EXISTS people ({columns})")
        return
    if "people_known" in there:
        return
    connection.execute(
        """
        CREATE OR REPLACE TABLE people AS
        SELECT pnr AS person_pnr, born AS person_born, died AS person_died, gone AS person_left, back AS person_back
        FROM (SELECT pnr, any_value(foed_dag) AS born FROM kept_bef GROUP BY pnr)
        LEFT JOIN (SELECT pnr, min(doddato) AS died FROM kept_dod GROUP BY pnr) USING (pnr)
        LEFT JOIN (SELECT pnr, max(haend_dato) FILTER (WHERE indud_kode = 'U') AS gone, max(haend_dato) FILTER (WHERE indud_kode = 'I') AS back
                   FROM kept_vnds GROUP BY pnr) USING (pnr)
        """
    )
    connection.execute("CREATE TABLE people_known AS SELECT true AS done")

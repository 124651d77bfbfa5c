"""The rules of the LPR2 contact table written by hand as DuckDB SQL, as somebody would who knew the file and wanted nothing else.

`read` makes table `hand` from a csv file with the columns in the order of `COLUMNS`; `judge` gives every row its verdict; both use `people`
and `citizen_key` that the import makes of the population register.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

COLUMNS = (
    "recnum pnr c_sgh c_afd c_spec c_pattype c_indm c_udm d_inddto v_indtime v_indminut d_uddto v_udtime c_adiag v_sengdage status".split()
)
_START, _END = "(d_inddto + to_hours(coalesce(v_indtime, 0)))", "(d_uddto + to_hours(coalesce(v_udtime, 23)))"
_DATES = ("d_inddto", "d_uddto")
_HOURS = (("v_indtime", 23), ("v_indminut", 59), ("v_udtime", 24), ("v_sengdage", 99_999_999))


def read(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """All columns as text, in the order of the file."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    connection.execute(
        f"CREATE OR REPLACE TABLE hand_text AS SELECT * FROM read_csv('{path}', columns = {{{columns}}}, header = true, delim = ';', quote = '\"', "
        "escape = '\"', auto_detect = false, strict_mode = true, null_padding = false, nullstr = '')"
    )


def judge(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `hand`: row_no, verdict (a rule or missing), and `hand_noted`: rule and number of rows kept under it."""
    dates = ", ".join(
        f"CASE WHEN {name}_t LIKE '____-__-__' AND {name}_t NOT IN ('1900-01-01', '9999-12-31') THEN TRY_CAST({name}_t AS DATE) END AS {name}"
        for name in _DATES
    )
    hours = ", ".join(
        f"CASE WHEN regexp_full_match({name}_t, '[0-9]{{1,15}}') AND {name}_t::BIGINT <= {high} THEN {name}_t::BIGINT END AS {name}"
        for name, high in _HOURS
    )
    texts = ", ".join(f"trim({name}) AS {name}_t" for name in (*_DATES, *(name for name, _ in _HOURS)))
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE hand AS
        SELECT row_no, recnum, pnr, c_sgh, c_afd, c_spec, c_pattype, c_indm, c_udm, d_inddto, v_indtime, v_indminut, d_uddto, v_udtime, c_adiag,
               v_sengdage, status, {_verdict()} AS verdict,
               d_inddto > person_died AS after_death, c_pattype = '0' AND d_uddto - d_inddto > 365 AS is_long,
               v_indtime = 2 AND month(d_inddto) IN (3, 10) AND day(d_inddto) >= 25 AND isodow(d_inddto) = 7 AS is_clock,
               c_pattype = '3' AND d_inddto >= DATE '2014-01-01' AS is_retired,
               d_inddto > person_left AND coalesce(person_back, DATE '1800-01-01') <= person_left AS has_moved
        FROM (
            SELECT rowid + 1 AS row_no, trim(recnum) AS recnum, replace(replace(trim(pnr), '-', ''), ' ', '') AS pnr, trim(c_sgh) AS c_sgh,
                   trim(c_afd) AS c_afd, trim(c_spec) AS c_spec, trim(c_pattype) AS c_pattype, trim(c_indm) AS c_indm, trim(c_udm) AS c_udm,
                   CASE WHEN substr(c_adiag, 2, 1) BETWEEN '0' AND '9' THEN 'D' || upper(trim(c_adiag)) ELSE upper(trim(c_adiag)) END AS c_adiag,
                   upper(trim(status)) AS status, {texts}, {dates.replace("_t", "_t")}, {hours}
            FROM hand_text
        ) LEFT JOIN people ON person_pnr = pnr
        """
    )
    _copies(connection)
    _noted(connection)


def _verdict() -> str:
    no_day = "substr(pnr, 3, 2) NOT BETWEEN '01' AND '12' OR substr(pnr, 1, 2) NOT BETWEEN '01' AND '31'"
    shapes = " ".join(
        f"WHEN NOT regexp_full_match({name}, '{shape}') THEN 'lpr_adm.{name}.shape'"
        for name, shape in (("c_sgh", r"\w{4}"), ("c_afd", r"\w{3}"), ("c_spec", r"\d{2}"))
    )
    clocks = {
        name: f"WHEN {name}_t IS NOT NULL AND {name} IS NULL THEN CASE WHEN regexp_full_match({name}_t, '-?[0-9]{{1,15}}') "
        f"THEN 'lpr_adm.{name}.range' ELSE 'lpr_adm.{name}.type' END"
        for name, _ in _HOURS
    }
    day = {
        name: f"WHEN {name}_t IS NOT NULL AND {name}_t NOT IN ('1900-01-01', '9999-12-31') AND {name} IS NULL THEN 'lpr_adm.{name}.type' "
        f"WHEN {name} < DATE '1850-01-01' THEN 'lpr_adm.{name}.range' WHEN {name} > current_date + 1 THEN 'lpr_adm.{name}.future'"
        for name in _DATES
    }
    return f"""CASE
        WHEN recnum IS NULL THEN 'lpr_adm.recnum.missing'
        WHEN length(recnum) > 10000 THEN 'lpr_adm.recnum.too_long'
        WHEN regexp_matches(recnum, '[\\x00-\\x1f\\x7f]') THEN 'lpr_adm.recnum.control'
        WHEN pnr IS NULL THEN 'lpr_adm.pnr.missing'
        WHEN ltrim(pnr, '0') = '' THEN 'lpr_adm.pnr.zero'
        WHEN length(pnr) = 10 AND TRY_CAST(pnr AS BIGINT) IS NOT NULL AND ({no_day}) THEN 'lpr_adm.pnr.impossible_date'
        WHEN NOT regexp_full_match(pnr, '\\d{{10}}(\\d{{2}})?|\\d{{6}}[A-Z][A-Z0-9]{{3}}') THEN 'lpr_adm.pnr.shape'
        {shapes}
        WHEN c_pattype IS NULL THEN 'lpr_adm.c_pattype.missing'
        WHEN c_pattype NOT IN ('0', '1', '2', '3') THEN 'lpr_adm.c_pattype.code'
        WHEN c_indm NOT IN ('1', '2') THEN 'lpr_adm.c_indm.code'
        WHEN regexp_matches(c_udm, '[\\x00-\\x1f\\x7f]') THEN 'lpr_adm.c_udm.control'
        WHEN regexp_matches(c_udm, '\\d{{6}}[- ]?\\d{{4}}') THEN 'lpr_adm.c_udm.person_number'
        WHEN d_inddto_t IS NULL OR d_inddto_t IN ('1900-01-01', '9999-12-31') THEN 'lpr_adm.d_inddto.missing'
        {day["d_inddto"]} {clocks["v_indtime"]} {clocks["v_indminut"]} {day["d_uddto"]} {clocks["v_udtime"]}
        WHEN NOT regexp_full_match(c_adiag, '[A-Z]\\w{{2,9}}') THEN 'lpr_adm.c_adiag.shape'
        {clocks["v_sengdage"]}
        WHEN status NOT IN ('N', 'R', 'D') THEN 'lpr_adm.status.code'
        WHEN person_pnr IS NULL AND length(pnr) = 10 AND TRY_CAST(pnr AS BIGINT) IS NULL THEN 'lpr_adm.pnr.without_cpr'
        WHEN person_pnr IS NULL THEN 'lpr_adm.pnr.unknown'
        WHEN c_pattype = '1' AND d_inddto >= DATE '2002-01-01' THEN 'lpr_adm.c_pattype.closed'
        WHEN {_END} < {_START} THEN 'lpr_adm.d_uddto.before_admission'
        WHEN d_inddto > person_died + 30 THEN 'lpr_adm.d_inddto.after_death'
        WHEN d_inddto < person_born THEN 'lpr_adm.d_inddto.before_birth'
    END"""


def _copies(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(COLUMNS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE hand_twins AS SELECT * FROM hand WHERE verdict IS NULL AND recnum IN "
        "(SELECT recnum FROM hand WHERE verdict IS NULL GROUP BY recnum HAVING count(*) > 1)"
    )
    for rule, rows in (
        ("lpr_adm.row.retracted", "SELECT a.row_no FROM hand_twins a JOIN hand_twins b USING (recnum) WHERE b.status = 'D' AND a.row_no <= b.row_no"),
        ("lpr_adm.row.duplicate", f"SELECT row_no FROM hand_twins QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY row_no) > 1"),
        (
            "lpr_adm.row.superseded",
            "SELECT row_no FROM hand_twins QUALIFY bool_or(status IS NOT NULL) OVER (PARTITION BY recnum) "
            "AND row_number() OVER (PARTITION BY recnum ORDER BY row_no DESC) > 1",
        ),
        ("lpr_adm.recnum.contradicts_row", "SELECT row_no FROM hand_twins QUALIFY count(*) OVER (PARTITION BY recnum) > 1"),
    ):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE hand_hits AS {rows}")
        connection.execute(f"UPDATE hand SET verdict = '{rule}' WHERE row_no IN (SELECT row_no FROM hand_hits)")
        connection.execute("DELETE FROM hand_twins WHERE row_no IN (SELECT row_no FROM hand_hits)")
    connection.execute("UPDATE hand SET verdict = 'lpr_adm.row.retracted' WHERE verdict IS NULL AND status = 'D'")


def _noted(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE hand_noted AS
        WITH stay AS (SELECT pnr, row_no, c_sgh, {_START} AS start, {_END} AS stop FROM hand WHERE verdict IS NULL AND c_pattype = '0'),
        seen AS (
            SELECT *, max(stop) OVER before AS last_stop, arg_max(c_sgh, stop) OVER before AS last_sgh FROM stay
            WINDOW before AS (PARTITION BY pnr ORDER BY start, stop DESC, row_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        )
        SELECT 'lpr_adm.stay.nested' AS rule, count(*) AS n FROM seen WHERE start < last_stop AND stop <= last_stop
        UNION ALL SELECT 'lpr_adm.stay.overlap', count(*) FROM seen
            WHERE start < last_stop AND (stop > last_stop OR stop IS NULL) AND c_sgh IS NOT DISTINCT FROM last_sgh
        UNION ALL SELECT 'lpr_adm.stay.overlap_elsewhere', count(*) FROM seen
            WHERE start < last_stop AND (stop > last_stop OR stop IS NULL) AND c_sgh IS DISTINCT FROM last_sgh
        UNION ALL SELECT 'lpr_adm.stay.transfer', count(*) FROM seen
            WHERE start >= last_stop AND date_trunc('hour', start) = date_trunc('hour', last_stop) AND c_sgh IS DISTINCT FROM last_sgh
        UNION ALL SELECT 'lpr_adm.stay.open', count(*) FROM seen WHERE stop IS NULL
        UNION ALL SELECT unnest(['lpr_adm.d_inddto.soon_after_death', 'lpr_adm.d_uddto.long', 'lpr_adm.v_indtime.clock_change',
                                 'lpr_adm.c_pattype.retired', 'lpr_adm.d_inddto.moved']),
                         unnest([count(*) FILTER (after_death), count(*) FILTER (is_long), count(*) FILTER (is_clock), count(*) FILTER (is_retired),
                                 count(*) FILTER (has_moved)]) FROM hand WHERE verdict IS NULL
        """
    )

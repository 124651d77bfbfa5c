"""The benchmark's SQL, written by hand, gives every row of the contact table the same verdict as the import: the two may be compared for speed."""

from __future__ import annotations


import duckdb
import pytest

from effekt.data.checking import check_rows, empty_view
from effekt.data.opening import opened
from effekt.data.reading import load_text
from effekt.data.registers.bef import VNDS
from tests.bench import hand_sql, import_speed
from tests.tiny import ANNA, CARL, EVA, contact, tiny_files, write_study

COPIES = ({}, {"status": "R", "c_adiag": "DJ189"}, {"c_adiag": "DJ180"})
SPOILT = (
    *({name: value} for name in ("pnr", "c_sgh", "c_pattype", "d_inddto", "d_uddto", "v_indtime", "v_sengdage") for value in ("", "x", "2093-01-01")),
    {"v_indtime": "25"},
    {"v_sengdage": "999999999"},
    {"pnr": "000000-0000"},
    {"pnr": "3201301235"},
    {"pnr": "010530B1C2"},
    {"pnr": "999999999999"},
    {"pnr": EVA, "d_inddto": "2013-05-01", "d_uddto": "2013-05-02"},
    {"pnr": EVA, "d_inddto": "2013-02-20", "d_uddto": "2013-02-21"},
    {"d_inddto": "1900-01-01"},
    {"d_inddto": "1849-01-01"},
    {"d_uddto": "9999-12-31"},
    {"d_uddto": "2012-05-01"},
    {"d_inddto": "1920-01-01"},
    {"c_pattype": "1"},
    {"c_udm": "010170-1234"},
    {"c_adiag": "i500 "},
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[list, list, dict[str, int], dict[str, int]]:
    """Row numbers and verdicts of the import and of the hand; what both count over kept rows."""
    files = tiny_files()
    rows = [row | {"status": ""} for row in files["lpr_adm"]]
    rows += [rows[0] | {"recnum": f"s{place}"} | change for place, change in enumerate(SPOILT)]
    for place, change in enumerate(COPIES):
        rows += [rows[2] | {"recnum": f"c{place}"}, rows[2] | {"recnum": f"c{place}"} | change]
    rows += [rows[0] | {"recnum": "w1", "status": "D"}]
    for place, (start, end) in enumerate((("2013-12-01 12:00", "2013-12-05 12"), ("2013-12-05 12:30", "2013-12-09 12"), ("2013-12-06 12:00", ""))):
        rows.append(contact(f"o{place}", CARL, start, end, c_sgh=("6620", "7005", "6620")[place], status=""))
    rows.append(contact("dst", ANNA, "2012-03-25 02:30", "2013-04-01 12", status=""))
    files["lpr_adm"] = [{name: row[name] for name in hand_sql.COLUMNS} for row in rows]
    study = write_study(tmp_path_factory.mktemp("hand"), files=files)
    with opened(study / "delivery", study) as delivery, duckdb.connect() as connection:
        empty_view(connection, VNDS)
        import_speed.prepare_people(connection, delivery.found)
        load_text(connection, delivery.found["lpr_adm"])
        checked = check_rows(connection, delivery.found["lpr_adm"])
        hand_sql.read(connection, study / "delivery" / "lpr_adm.csv")
        hand_sql.judge(connection)
        verdicts = "SELECT row_no, verdict FROM {} ORDER BY row_no"
        ours, theirs = (connection.execute(verdicts.format(table)).fetchall() for table in ("checked_lpr_adm", "hand"))
        noted = dict(connection.execute("SELECT rule, n FROM hand_noted WHERE n > 0").fetchall())
    return ours, theirs, {item.rule: item.n for item in checked.marked if item.rule in noted}, noted


def test_every_row_gets_the_same_verdict(judged: tuple) -> None:
    ours, theirs, *_ = judged
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]] == []
    assert len({verdict for _, verdict in ours}) > 20


def test_overlaps_and_warnings_are_counted_alike(judged: tuple) -> None:
    *_, ours, theirs = judged
    assert ours == theirs and len(theirs) >= 5

"""44 to 65: when things happened."""

from __future__ import annotations

from tests.badinputs.case import Case, added, both, every, row
from tests.tiny import BENT, CARL, DORA, EVA, FINN, Files, contact


def _stay(recnum: str, person: str, start: str, end: str, **changes: object):
    return lambda files: files["lpr_adm"].append(contact(recnum, person, start, end, **changes))


def _days(origin: str):
    from datetime import date

    first = date.fromisoformat(origin)
    return lambda day: str((date.fromisoformat(day) - first).days) if day else ""


def _danish(day: object) -> str:
    year, month, first = str(day).split("-")
    return f"{first}{month}{year}"


def _mixed(files: Files) -> None:
    files["lpr_adm"][1]["d_inddto"] = _danish(files["lpr_adm"][1]["d_inddto"])


_BOTH_DATES = ("d_inddto", "d_uddto")

CASES = (
    Case(44, "ddmmyyyy among yyyy-mm-dd", "Q", "lpr_adm.d_inddto.type", (2,), _mixed),
    Case(45, "SAS days, undeclared", "R", "file.dates", (), every("lpr_adm", **dict.fromkeys(_BOTH_DATES, _days("1960-01-01")))),
    Case(46, "Excel days, undeclared", "R", "file.dates", (), every("lpr_adm", **dict.fromkeys(_BOTH_DATES, _days("1899-12-30")))),
    Case(47, "31-12-9999", "W", "lpr_adm.d_uddto.sentinel", (5,), row("lpr_adm", 5, d_uddto="9999-12-31")),
    Case(47, "01-01-1900", "W", "lpr_adm.d_uddto.sentinel", (5,), row("lpr_adm", 5, d_uddto="1900-01-01")),
    Case(48, "a date in the future", "Q", "lpr_adm.d_inddto.future", (6,), _stay("r9", DORA, "2093-02-01 12:00", "2093-02-02 12")),
    Case(49, "years of two digits", "R", "file.dates", (), every("lpr_adm", **dict.fromkeys(_BOTH_DATES, lambda day: day[2:]))),
    Case(50, "the hour that does not exist", "W", "lpr_adm.v_indtime.clock_change", (6,), _stay("r9", DORA, "2012-03-25 02:30", "2012-03-26 12")),
    Case(51, "discharge before admission", "Q", "lpr_adm.d_uddto.before_admission", (6,), _stay("r9", DORA, "2012-04-05 12:00", "2012-04-04 12")),
    Case(52, "a stay of no length", "ok", files=_stay("r9", DORA, "2012-04-05 12:00", "2012-04-05 12")),
    Case(53, "a stay of more than a year", "W", "lpr_adm.d_uddto.long", (6,), _stay("r9", DORA, "2012-04-05 12:00", "2013-04-07 12")),
    Case(54, "overlap in the same hospital", "F", "lpr_adm.stay.overlap", (6,), _stay("r9", CARL, "2013-12-01 12:00", "2013-12-05 12")),
    Case(54, "overlap elsewhere", "W", "lpr_adm.stay.overlap_elsewhere", (6,), _stay("r9", CARL, "2013-12-01 12:00", "2013-12-05 12", c_sgh="7005")),
    Case(55, "transfer in the same hour", "F", "lpr_adm.stay.transfer", (6,), _stay("r9", CARL, "2013-12-02 08:30", "2013-12-05 12", c_sgh="7005")),
    Case(56, "a stay inside another", "W", "lpr_adm.stay.nested", (6,), _stay("r9", CARL, "2013-12-01 12:00", "2013-12-01 20")),
    Case(57, "exact copy", "F", "lpr_adm.row.duplicate", (6,), added("lpr_adm")),
    Case(58, "corrected row", "F", "lpr_adm.row.superseded", (1,), both(every("lpr_adm", status=""), added("lpr_adm", status="R", c_adiag="DJ189"))),
    Case(58, "withdrawn row", "F", "lpr_adm.row.retracted", (1, 6), both(every("lpr_adm", status=""), added("lpr_adm", status="D"))),
    Case(59, "contact long after death", "Q", "lpr_adm.d_inddto.after_death", (6,), _stay("r9", EVA, "2013-03-13 12:00", "2013-03-14 12")),
    Case(60, "death before birth", "Q", "dod.doddato.before_birth", (2,), added("dod", pnr=DORA, doddato="1934-12-31")),
    Case(61, "contact soon after death", "W", "lpr_adm.d_inddto.soon_after_death", (6,), _stay("r9", EVA, "2013-03-12 12:00", "2013-03-14 12")),
    Case(62, "contact after emigration", "W", "lpr_adm.d_inddto.moved", (6,), _stay("r9", BENT, "2014-12-01 12:00", "2014-12-02 12")),
    Case(63, "open at the end of the data", "F", "lpr_adm.stay.open", (5,)),
    Case(64, "contact before birth", "Q", "lpr_adm.d_inddto.before_birth", (6,), _stay("r9", FINN, "1946-12-30 12:00", "1946-12-31 12")),
    Case(65, "more than 115 years old", "Q", "bef.foed_dag.too_old", (66,), added("bef", pnr="100000000001", foed_dag="1890-01-01")),
)

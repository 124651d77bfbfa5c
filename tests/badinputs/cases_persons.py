"""31 to 43: who a row is about."""

from __future__ import annotations

from tests.badinputs.case import CPR, STRANGER, Case, added, both, every, numbered, row
from tests.tiny import ANNA, QUARTERS, Files


def _without_zero(pnr: str) -> str:
    return pnr.lstrip("0").zfill(9)


def _two_persons(files: Files) -> None:
    for line in files["bef"][6:12]:
        line.update(koen=2, foed_dag="1941-02-02")


CASES = (
    Case(31, "leading zero lost", "R", "lpr_adm.pnr.leading_zero_lost", (1, 2), numbered(CPR, every("lpr_adm", pnr=_without_zero))),
    Case(32, "dash in a CPR number", "F", "lpr_adm.pnr.dash", (1,), numbered(CPR, row("lpr_adm", 1, pnr="010530-1235"))),
    Case(32, "space in a CPR number", "F", "lpr_adm.pnr.dash", (2,), numbered(CPR, row("lpr_adm", 2, pnr="010530 1235"))),
    Case(33, "31 February", "Q", "sssy.pnr.impossible_date", (5,), numbered(CPR, added("sssy", pnr="3102301235"))),
    Case(34, "replacement number with a letter", "W", "bef.pnr.replacement", (1, 2, 3, 4, 5), numbered("010530A123")),
    Case(34, "replacement number nobody lives under", "Q", "lpr_adm.pnr.without_cpr", (6,), added("lpr_adm", recnum="r9", pnr="010530B1C2")),
    Case(35, "check digit that is wrong", "ok", files=numbered(CPR)),
    Case(36, "century digit against the date of birth", "Q", "bef.foed_dag.century", (1, 2, 3, 4, 5), numbered("0105305235")),
    Case(37, "sex digit against the sex", "W", "bef.koen.sex_digit", (1, 2, 3, 4, 5), numbered("0105301234")),
    Case(38, "no number", "Q", "sssy.pnr.missing", (5,), added("sssy", pnr="")),
    Case(38, "000000-0000", "Q", "sssy.pnr.zero", (5,), added("sssy", pnr="000000-0000")),
    Case(39, "test number", "W", "bef.pnr.test_number", (1, 2, 3, 4, 5), numbered("2512489996", koen=2, foed_dag="1948-12-25")),
    Case(40, "one number, two persons", "R", "bef.pnr.two_persons", (1, 2, 3, 4, 5), _two_persons),
    Case(41, "pseudonyms of another project", "R", "lpr_adm.pnr.linkage", (), every("lpr_adm", pnr=lambda pnr: "77" + pnr[2:])),
    Case(
        41,
        "few of the pseudonyms are known",
        "W",
        "lpr_adm.pnr.linkage",
        (),
        both(*(added("lpr_adm", recnum=f"x{place}", pnr=STRANGER) for place in range(6))),
    ),
    Case(42, "scientific notation", "R", "lpr_adm.pnr.scientific", (2,), row("lpr_adm", 2, pnr="1.01702E+08")),
    Case(43, "one person twice in a snapshot", "R", "bef.pnr.contradicts_row", (1, 66), added("bef", pnr=ANNA, referencetid=QUARTERS[0], kom="461")),
)

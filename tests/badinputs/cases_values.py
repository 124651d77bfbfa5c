"""66 to 93: what is told, and what it is told about."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

from tests.badinputs import elsewhere
from tests.badinputs.case import PROTOCOL, Case, added, both, every, row
from tests.tiny import BENT, DORA, Files, contact, homecare_week

_RTL = "\u202e"


def _services(fees: Callable[[int], str]) -> Callable[[Files], object]:
    """Twelve services in each half of 2013."""
    weeks = [*range(1301, 1313), *range(1330, 1342)]
    return lambda files: files.update(sssy=[files["sssy"][0] | {"honuge": str(week), "bruhon": fees(week)} for week in weeks])


def _weeks(minutes: Callable[[int], int]) -> Callable[[Files], object]:
    """Twelve weeks of home care in each half of 2013."""
    return lambda files: files.update(homecare=[homecare_week(DORA, 2013, week, minutes(week), 30) for week in (*range(1, 13), *range(30, 42))])


def _old_population(files: Files) -> None:
    files["bef"] = [line for line in files["bef"] if str(line["referencetid"]) < "2013"]


def _protocol(old: str, new: str) -> Callable[[Path], object]:
    def spoil(study: Path) -> None:
        path = study / "evaluation.yml"
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return spoil


def _two_halves(files: Files) -> None:
    """Half the weeks in words."""
    kinds = itertools.cycle(("90", "halvanden time"))
    for line in files["homecare"]:
        line["personlig_pleje_min"] = next(kinds)


CASES = (
    Case(66, "decimal comma, undeclared", "R", "file.decimal", (), every("sssy", bruhon=lambda fee: fee.replace(".", ","))),
    Case(67, "1.234 is two things", "R", "sssy.bruhon.thousands_dot", (1,), row("sssy", 1, bruhon="1.234")),
    Case(68, "reversal of a fee", "F", "sssy.bruhon.reversal", (5,), added("sssy", bruhon="-271.50")),
    Case(68, "reversal of nothing", "W", "sssy.bruhon.unmatched_reversal", (5,), added("sssy", bruhon="-99.00")),
    Case(69, "kroner become oere", "R", "sssy.bruhon.unit_jump", (), _services(lambda week: "271.50" if week < 1320 else "27150")),
    Case(69, "ten times the cost", "R", "sssy.bruhon.unit_jump", (), _services(lambda week: "27.15" if week < 1320 else "271.50")),
    Case(70, "inf", "Q", "sssy.bruhon.type", (5,), added("sssy", bruhon="inf")),
    Case(70, "NaN", "Q", "sssy.ydlant.type", (5,), added("sssy", ydlant="NaN")),
    Case(71, "a cost of 0", "W", "sssy.bruhon.zero", (5,), added("sssy", bruhon="0.00")),
    Case(72, "no municipality", "Q", "bef.kom.missing", (66,), added("bef", pnr="100000000001", kom="")),
    Case(73, "a municipality from before 2007", "R", "bef.kom.pre_2007", (66,), added("bef", pnr="100000000001", kom="729")),
    Case(74, "code 999", "Q", "bef.kom.unknown", (66,), added("bef", pnr="100000000001", kom="999")),
    Case(75, "a region for a municipality", "R", "bef.kom.region", (66,), added("bef", pnr="100000000001", kom="1082")),
    Case(76, "moved within the year", "F", "bef.kom.moved", (3,), lambda files: [line.update(kom="461") for line in files["bef"][2:12]]),
    Case(77, "NA for a diagnosis", "R", "lpr_diag.c_diag.null_word", (1,), row("lpr_diag", 1, c_diag="NA")),
    Case(77, "NULL for a diagnosis", "R", "lpr_diag.c_diag.null_word", (2,), row("lpr_diag", 2, c_diag="null")),
    Case(78, "D lost", "F", "lpr_diag.c_diag.prefix", (1, 2), both(row("lpr_diag", 1, c_diag="I500"), row("lpr_diag", 2, c_diag="D50"))),
    Case(79, "small letters", "W", "lpr_diag.c_diag.case", (1,), row("lpr_diag", 1, c_diag="di500")),
    Case(79, "a blank behind", "W", "lpr_diag.c_diag.blank", (1,), row("lpr_diag", 1, c_diag="DI500  ")),
    Case(80, "diagnosis that was retired", "W", "lpr_diag.c_diag.retired", (1,), row("lpr_diag", 1, c_diag="DK359")),
    Case(
        80,
        "emergency code after 2013",
        "W",
        "lpr_adm.c_pattype.retired",
        (6,),
        lambda files: files["lpr_adm"].append(contact("r9", BENT, "2014-02-01 12:00", "2014-02-01 15", c_pattype="3")),
    ),
    Case(81, "weeks become days", "R", "homecare.personlig_pleje_min.unit_jump", (), _weeks(lambda week: 840 if week < 20 else 120)),
    Case(82, "population older than the contacts", "R", "lpr_adm.day.population_older", (), _old_population),
    Case(83, "a denominator of 0", "F", also=elsewhere.shows_no_rate_without_a_denominator),
    Case(84, "people without contacts lost in a join", "F", also=elsewhere.keeps_people_without_contacts),
    Case(85, "a join that doubles rows", "F", also=elsewhere.finds_rows_that_were_doubled),
    Case(
        86,
        "a cluster without municipalities",
        "R",
        folder=_protocol('municipalities: ["0615"]', "municipalities: []"),
        exit_code=PROTOCOL,
        told="municipalities: at least one is needed",
    ),
    Case(87, "a municipality in two clusters", "R", folder=_protocol('["0615"]', '["0615", "0741"]'), exit_code=PROTOCOL, told="in two places"),
    Case(88, "a formula", "F", "initiatives.name.formula", (1,), row("initiatives", 1, name="=1+1"), also=elsewhere.holds_no_formula),
    Case(88, "a formula in a label on a page", "F", also=elsewhere.shows_labels_as_text),
    Case(89, "a script", "F", "initiatives.name.markup", (1,), row("initiatives", 1, name="<script>a()</script>"), also=elsewhere.holds_no_markup),
    Case(90, "a CPR number in a free text", "R", "initiatives.name.person_number", (1,), row("initiatives", 1, name="Besøg hos 010170-1234")),
    Case(90, "a name in a free text", "R", "initiatives.name.person_name", (1,), row("initiatives", 1, name="Ring til Kirsten Jensen")),
    Case(91, "text that runs backwards", "R", "initiatives.name.control", (1,), row("initiatives", 1, name=f"Besøg{_RTL} CANARY")),
    Case(91, "a bell in a code", "R", "lpr_diag.c_diag.control", (1,), row("lpr_diag", 1, c_diag="DI5\x0700")),
    Case(92, "a field of a million characters", "R", "initiatives.name.too_long", (1,), row("initiatives", 1, name="CANARY" * 170_000)),
    Case(93, "a column of two kinds", "R", "homecare.personlig_pleje_min.mixed", (), both(_weeks(lambda week: 90), _two_halves)),
)

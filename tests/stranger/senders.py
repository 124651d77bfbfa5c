"""Raw deliveries as different senders would write the same facts, from the public descriptions of the registers and nothing of the readers."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import duckdb
from openpyxl import Workbook

from tests.sas_files import Variable, write_xport
from tests.stranger.facts import MUNICIPALITIES, Contact, Facts

SAS_EPOCH = date(1960, 1, 1)


def sas(day: date | None) -> int | None:
    """Days since 1960."""
    return None if day is None else (day - SAS_EPOCH).days


def comma(number: float, digits: int = 2) -> str:
    """A number with a decimal comma."""
    return f"{number:.{digits}f}".replace(".", ",")


def yyww(day: date) -> str:
    """Billing week."""
    year, week, _ = day.isocalendar()
    return f"{year % 100:02d}{week:02d}"


def write_text(path: Path, header: str | Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ";", encoding: str = "utf-8") -> None:
    """A text file as office programs write it; header is names, or one text with blanks between them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(header.split() if isinstance(header, str) else header)
        writer.writerows(rows)


def write_statistics_denmark(folder: Path, facts: Facts) -> None:
    """One file a year, names in capitals, dates as SAS numbers, xport and csv, columns that nobody asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    for year in facts.years():
        people = [each for each in facts.snapshots() if each[0].year == year]
        bef = [(who.pnr, who.sex, sas(who.born), year - who.born.year, int(home), 81, "E", 1, sas(day)) for day, who, home in people]
        write_text(folder / f"BEF{year}12.csv", "PNR KOEN FOED_DAG ALDER KOM REG CIVST ANTPERSH REFERENCETID", bef)
        contacts = [contact for contact in facts.contacts if contact.start.year == year]
        write_xport(folder / f"LPR_ADM{year}.xpt", _ADM, [_adm(contact) for contact in contacts])
        codes = [(each.key, *code, "") for each in contacts for code in each.codes]
        write_text(folder / f"LPR_DIAG{year}.csv", "RECNUM C_DIAG C_DIAGTYPE C_TILDIAG", codes)
        write_text(folder / f"LPR_BES{year}.csv", "RECNUM D_AMBDTO", [(each.key, sas(day)) for each in contacts for day in each.attendances])
        for name, column, admitted in (("HEL", "V_TOTPRIS_GENOP", True), ("AMB", "V_PRIS_GENOP", False)):
            values = [(each.key, comma(each.hundreds / 10, 1)) for each in contacts if each.admitted == admitted]
            write_text(folder / f"DRGSOMA_{name}{year}.csv", f"RECNUM {column}", values)
        billed = [row for row in facts.services if row[1].year == year]
        sssy = [(pnr, "012345", what, what[:2], "01", n, n, comma(oere / 100), yyww(day), "1", 0) for pnr, day, what, n, oere in billed]
        write_text(folder / f"SSSY{year}.csv", "PNR YDERNR SPECIALE SPEC2 YDTYP YDLANT KONTAKT BRUHON HONUGE SIKGRUP BARNMAK", sssy)
    dead = [(who.pnr, sas(who.died)) for who in facts.people if who.died]
    write_xport(folder / "DOD.xpt", [Variable("PNR", length=12), Variable("DODDATO", "DATE")], dead)
    write_text(folder / "VNDS_UD.csv", "PNR INDUD_KODE HAEND_DATO LAND", [(who.pnr, "U", sas(who.left), "5110") for who in facts.people if who.left])
    bought = [
        (pnr, sas(day), atc, item, n, comma(ddd, 3), comma(oere / 100), comma(own / 100), "", 851)
        for pnr, day, atc, item, n, ddd, oere, own in facts.medicine
    ]
    taken_back = [(*row[:4], -int(str(row[4])), row[5], f"-{row[6]}", f"-{row[7]}", 1, 851) for row in bought[:3]]
    write_text(folder / "LMDB.csv", "PNR EKSD ATC VNR APK VOLUME EKSP PTP KORR CPR_KOM", [*bought, *taken_back])


_ADM = [
    *(Variable(name, length=length) for name, length in (("RECNUM", 18), ("PNR", 12), ("C_SGH", 4), ("C_AFD", 3), ("C_SPEC", 2), ("C_PATTYPE", 1))),
    *(Variable(name, length=length) for name, length in (("C_INDM", 1), ("C_KOM", 3), ("C_ADIAG", 6))),
    *(Variable(name) for name in ("D_INDDTO", "V_INDTIME", "V_INDMINUT", "D_UDDTO", "V_UDTIME", "V_ALDER")),
]


def _adm(contact: Contact) -> tuple[object, ...]:
    kind, acute = "0" if contact.admitted else "2", "1" if contact.acute else "2"
    texts = (contact.key, contact.pnr, contact.ward[:4], contact.ward[4:], "01", kind, acute, "851", contact.codes[0][0])
    return (*texts, sas(contact.start.date()), contact.start.hour, contact.start.minute, sas(contact.end.date()), contact.end.hour, 80)


def write_health_data_authority(folder: Path, contacts: Sequence[Contact]) -> None:
    """t_adm, t_diag and t_bes: tabs, Windows-1252, 31-12-2018, a column of free text."""

    def write(name: str, header: str, rows: Iterable[Sequence[object]]) -> None:
        write_text(folder / name, header, rows, "\t", "cp1252")

    adm = []
    for c in contacts:
        kind, acute = "0" if c.admitted else "2", "1" if c.acute else "2"
        when = (f"{c.start:%d-%m-%Y}", f"{c.start:%H}", f"{c.start:%M}", f"{c.end:%d-%m-%Y}", f"{c.end:%H}")
        adm.append((c.key, c.pnr, c.ward[:4], c.ward[4:], "01", kind, acute, *when, c.codes[0][0], "ikke mødt – ø"))
    names = "k_recnum v_cpr c_sgh c_afd c_spec c_pattype c_indm d_inddto v_indtime v_indminut d_uddto v_udtime c_adiag bemærkning"
    write("t_adm.txt", names, adm)
    write("t_diag.txt", "v_recnum c_diag c_diagtype", [(each.key, *code) for each in contacts for code in each.codes])
    write("t_bes.txt", "v_recnum d_ambdto", [(each.key, f"{day:%d-%m-%Y}") for each in contacts for day in each.attendances])
    write("drg.txt", "recnum totalpris_drg", [(each.key, comma(each.hundreds * 100)) for each in contacts])


def write_lpr_a(folder: Path, contacts: Sequence[Contact]) -> None:
    """LPR_A: commas, points of time with a T between day and time."""
    names = "dw_ek_kontakt dw_ek_forloeb pnr kont_starttidspunkt kont_sluttidspunkt kont_type prioritet adiag kont_ans"
    rows = [
        (c.key, "f", c.pnr, c.start.isoformat(), c.end.isoformat(), "ALCA00", _priority(c), c.codes[0][0], c.ward, "intern medicin", "LPR3")
        for c in contacts
    ]
    write_text(folder / "lpr_a_kontakt.csv", f"{names} kont_ans_hovedspec lprindberetningssystem", rows, ",")
    codes = [(each.key, *code, "Ja" if code[0] == "DZ755" else "") for each in contacts for code in each.codes]
    write_text(folder / "lpr_a_diagnose.csv", "dw_ek_kontakt diag_kode diag_kode_type senere_afkraeftet", codes, ",")
    write_text(folder / "drg.csv", "dw_ek_kontakt totalpris_drg", [(each.key, each.hundreds * 100) for each in contacts])


def write_lpr_f(folder: Path, contacts: Sequence[Contact]) -> None:
    """LPR3_F: capitals, days and times of day in columns of their own."""
    names = "DW_EK_KONTAKT PERSONNUMMER DATO_START TIDSPUNKT_START DATO_SLUT TIDSPUNKT_SLUT KONTAKTTYPE PRIORITET AKTIONSDIAGNOSE"
    rows = [
        (c.key, c.pnr, c.start.date(), c.start.time(), c.end.date(), c.end.time(), "ALCA00", _priority(c), c.codes[0][0], c.ward, "Intern medicin")
        for c in contacts
    ]
    write_text(folder / "LPR_F_KONTAKTER.csv", f"{names} SORENHED_ANS HOVEDSPECIALE_ANS", rows)
    codes = [(each.key, *code, "Nej") for each in contacts for code in each.codes]
    write_text(folder / "LPR_F_DIAGNOSER.csv", "DW_EK_KONTAKT DIAGNOSEKODE DIAGNOSETYPE SENERE_AFKRAEFTET", codes)


def _priority(contact: Contact) -> str:
    return "ATA1" if contact.acute else "ATA3"


def write_municipality(folder: Path, facts: Facts) -> None:
    """A workbook of hours a week below a title, allocated and delivered one under the other; names of municipalities; nursing, visits, prices."""
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Hjemmehjælp"
    sheet.append(["Udtræk fra omsorgssystemet"])
    sheet.append([])
    sheet.append(["Borger", "Kommune", "År", "Uge", "Personlig pleje (timer)", "Praktisk hjælp (timer)", "Visiteret/leveret"])
    for pnr, code, year, week, personal, practical, delivered in facts.care:
        sheet.append([pnr, MUNICIPALITIES[code], year, week, personal / 60, practical / 60, "Leveret" if delivered else "Visiteret"])
    book.save(folder / "Hjemmehjælp.xlsx")
    nursing = [(pnr, MUNICIPALITIES[code], f"{day:%d.%m.%Y}", "A1", n) for pnr, code, day, n in facts.nursing]
    write_text(folder / "sygepleje.csv", "Borger Kommune Dato Ydelse Antal", nursing, encoding="cp1252")
    visits = []
    for pnr, code, out, yes, planned, held in facts.visits:
        answer, done, why = "Ja" if yes else "Nej", f"{held:%d/%m/%Y}" if held else "", "" if held else "Ønskede det ikke"
        visits.append((pnr, MUNICIPALITIES[code], f"{out:%d/%m/%Y}", answer, f"{planned:%d/%m/%Y}", done, why))
    header = ["Borger", "Kommune", "Udskrevet", "Sagde ja", "Planlagt", "Gennemført", "Årsag"]
    write_text(folder / "opfølgende hjemmebesøg.csv", header, visits, encoding="cp1252")
    prices = [(kind, year, comma(460.5), "time") for year in facts.years() for kind in ("Personlig pleje", "Praktisk hjælp")]
    write_text(folder / "enhedspriser.csv", "Ydelse År Kroner Pr.", prices)
    write_text(folder / "prisindeks.csv", "År Indeks", [(year, comma(100 + place)) for place, year in enumerate(facts.years())])


def write_evaluators_files(folder: Path, facts: Facts) -> None:
    """FOLK1A as StatBank gives it, audits, and EQ-5D in wide form: one row a response."""
    rows = [
        (f"{int(code)} {name}", f"{sex} {told}", f"{age} år", "TOT I alt", f"{year}K1", 10 * age + sex)
        for year in facts.years()
        for code, name in MUNICIPALITIES.items()
        for sex, told in ((1, "Mænd"), (2, "Kvinder"))
        for age in (64, 65, 70, 99)
    ]
    write_text(folder / "FOLK1A.csv", "OMRÅDE KØN ALDER CIVILSTAND TID INDHOLD", rows, encoding="cp1252")
    places = (("aalborg", "0851"), ("thy", "0787")) * 3
    cases = [(f"A{place}", cluster, code, f"0{place + 1}-03-{facts.first.year}", 2) for place, (cluster, code) in enumerate(places)]
    write_text(folder / "audit_forløb.csv", "Forløb Klynge Kommunekode Auditdato Auditorer", cases)
    found = [(place, f"A{place % 6}", "ab"[place % 2], "udskrivelse", "epikrise for sent", place % 4, "ja", "fri tekst") for place in range(12)]
    write_text(folder / "audit_fund.csv", "Nr Forløb Auditor Fase Fejl Alvor Undgås Bemærkning", found)
    answers = [(f"R{place}", pnr, code, wave, day, *values) for place, (pnr, code, wave, day, values) in enumerate(facts.answers)]
    write_text(folder / "svar.csv", "Nr Patient Kommunekode Måling Dato MO SC UA PD AD", answers)


def write_database(path: Path, facts: Facts, kind: str) -> None:
    """The same registers as tables of a SQLite file (days as text) or a DuckDB file (days as dates)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    day = "text" if kind == "sqlite" else "date"
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "befolkning": (
            f"PNR text, KOEN integer, FOED_DAG {day}, KOM integer, REG integer, REFERENCETID {day}",
            [(who.pnr, who.sex, str(who.born), int(home), 81, str(then)) for then, who, home in facts.snapshots()],
        ),
        "doede": (f"PNR text, DODDATO {day}", [(who.pnr, str(who.died)) for who in facts.people if who.died]),
        "vandringer": (f"PNR text, INDUD_KODE text, HAEND_DATO {day}", [(who.pnr, "U", str(who.left)) for who in facts.people if who.left]),
        "sygesikring": (
            "PNR text, SPECIALE text, YDLANT integer, BRUHON double, HONUGE text, BARNMAK integer",
            [(pnr, what, n, oere / 100, yyww(then), 0) for pnr, then, what, n, oere in facts.services],
        ),
    }
    connection = sqlite3.connect(path) if kind == "sqlite" else duckdb.connect(str(path))
    for name, (columns, rows) in tables.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
        connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns.split(',')))})", rows)
    connection.commit()
    connection.close()

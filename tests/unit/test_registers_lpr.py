"""The hospital registers: LPR2 by both senders' names, attendances, and LPR3 in its two models."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from effekt.data.delivery import import_delivery
from effekt.errors import DeliveryError
from tests.delivered import broken, counts, imported, key_of, marked, rows_of
from tests.tiny import ANNA, BENT, CARL, DORA, EVA, Files, contact, tiny_files, write_rows, write_study

HOSPITAL = ("lpr_adm", "lpr_diag", "drg_hel", "drg_amb")
KONTAKTER = (
    *"dw_ek_kontakt cpr dato_start tidspunkt_start dato_slut tidspunkt_slut".split(),
    *"kontakttype prioritet aktionsdiagnose sorenhed_ans hovedspeciale_ans".split(),
)


def kontakt(key: str, pnr: str, start: str, end: str, **changes: object) -> dict[str, object]:
    """A row of LPR3_F: an acute physical contact; `start` and `end` as 2014-03-04 10:30 ("" for an open one)."""
    day, time = start.split(" ")
    out_day, out_time = end.split(" ") if end else ("", "")
    said = (key, pnr, day, f"{time}:00", out_day, out_time and f"{out_time}:00", "ALCA00", "ATA1", "DI500", "6620011", "geriatri")
    return dict(zip(KONTAKTER, said, strict=True)) | changes


def kontakt_a(key: str, pnr: str, start: str, end: str, **changes: object) -> dict[str, object]:
    """The same in LPR_A."""
    row = {
        "dw_ek_kontakt": key,
        "pnr": pnr,
        "kont_starttidspunkt": f"{start}:00",
        "kont_sluttidspunkt": end and f"{end}:00",
        "kont_type": "ALCA00",
        "prioritet": "ATA1",
        "adiag": "DI500",
        "kont_ans": "6620011",
        "kont_ans_hovedspec": "Geriatri",
        "flag_kont_afsluttet": "1" if end else "0",
        "lprindberetningssystem": "LPR3",
    }
    return row | changes


def with_lpr3(lpr2: bool = False, **files: list) -> Files:
    """The tiny delivery with LPR3 tables, and without those of LPR2 and the DRG values that hang on them."""
    return {name: rows for name, rows in tiny_files().items() if lpr2 or name not in HOSPITAL} | files


EVALUATION = """\
name: {da: Lille, en: Little}
region: {id: region, da: Regionen, en: The region}
data_period: {from: 2012-01, to: 2014-12}
clusters: [{id: alfa, name: {da: Alfa, en: Alpha}, start: 2013-03, municipalities: ["0751", "0741", "0615"]}]
primary_outcome: adm_acute_medical
price_year: 2013
"""


def test_the_names_of_the_other_sender_in_capitals_give_the_same_tables(tmp_path: Path) -> None:
    """SDS: t_adm with v_recnum and v_cpr, t_diag, t_bes; DST: lpr_adm with recnum and pnr. The key numbers follow the seed."""
    bes = [{"recnum": "r4", "d_ambdto": "2014-02-01"}]
    seeded = EVALUATION + "synthetic: true\nseed: 5\n"
    imported(tmp_path / "dst", tiny_files() | {"lpr_bes": bes}, seeded)
    study = write_study(tmp_path / "sds", seeded, {name: rows for name, rows in tiny_files().items() if name not in ("lpr_adm", "lpr_diag")})
    for name, rows in {"T_ADM": tiny_files()["lpr_adm"], "t_diag": tiny_files()["lpr_diag"], "T_bes": bes}.items():
        theirs = {"recnum": "V_RECNUM", "pnr": "V_CPR"}
        write_rows(study / "delivery" / f"{name}.csv", [{theirs.get(key, key.upper()): value for key, value in row.items()} for row in rows])
    import_delivery(study / "delivery", study)
    for table in ("contact", "diagnosis", "service"):
        assert rows_of(study, table) == rows_of(tmp_path / "dst", table)


def test_an_attendance_is_a_service_without_a_price_and_two_on_a_day_are_one(tmp_path: Path) -> None:
    days = ["2014-02-01", "2014-02-01", "2014-02-03", "2014-01-31"]
    report = imported(tmp_path, tiny_files() | {"lpr_bes": [{"recnum": "r4", "d_ambdto": day} for day in days]}, EVALUATION)
    assert counts(report, "lpr_bes") == (4, 2, 1, 1)
    assert broken(report)["lpr_bes.d_ambdto.before_contact"] == (1, (4,))
    lines = [row for row in rows_of(tmp_path, "service") if row["service_type"] == "outpatient_attendance"]
    assert [(row["date"], row["quantity"], row["amount_oere"], row["cost_basis"]) for row in lines] == [
        (date(2014, 2, 1), 1.0, None, "none"),
        (date(2014, 2, 3), 1.0, None, "none"),
    ]


def test_part_day_patients_are_outpatients_and_there_are_none_after_2001(tmp_path: Path) -> None:
    files = tiny_files()
    files["lpr_adm"] = [
        contact("r1", ANNA, "2001-12-31 08:00", "2001-12-31 15", c_pattype="1"),
        contact("r2", ANNA, "2002-01-01 08:00", "2002-01-01 15", c_pattype="1"),
    ]
    report = imported(tmp_path, files, EVALUATION)
    assert [row["kind"] for row in rows_of(tmp_path, "contact")] == ["outpatient"]
    assert broken(report)["lpr_adm.c_pattype.closed"] == (1, (2,))


@pytest.mark.parametrize("model", ["lpr3f", "lpr3a"])
def test_both_models_of_lpr3_tell_the_same_contacts(tmp_path: Path, model: str) -> None:
    told = [
        ("k1", ANNA, "2013-05-03 10:35", "2013-05-06 14:10", {}),
        ("k2", BENT, "2013-05-03 10:30", "", {}),
        ("k3", CARL, "2013-05-03 10:30", "2013-05-03 10:50", {"prioritet": "ATA3"}),
    ]
    if model == "lpr3f":
        files = with_lpr3(kontakter=[kontakt(*row, **changes) for *row, changes in told])
    else:
        files = with_lpr3(lpr_a_kontakt=[kontakt_a(*row, **changes) for *row, changes in told])
    imported(tmp_path, files, EVALUATION)
    rows = {row["citizen_id"]: row for row in rows_of(tmp_path, "contact")}
    anna, bent, carl = (rows[key_of(tmp_path, pnr)] for pnr in (ANNA, BENT, CARL))
    assert (anna["start"], anna["end"]) == (datetime(2013, 5, 3, 10, 35), datetime(2013, 5, 6, 14, 10))
    assert (anna["source"], anna["time_precision"], anna["kind"], anna["acute"]) == (model, "minute", "unknown", True)
    assert (anna["specialty"], anna["shak"], anna["action_diagnosis"], anna["discharge_mode"]) == ("02", "6620011", "DI500", None)
    assert bent["end"] is None and carl["acute"] is False
    planned = [row for row in rows_of(tmp_path, "service") if row["service_type"] == "outpatient_attendance"]
    assert [row["citizen_id"] for row in planned] == [key_of(tmp_path, CARL)]


def test_the_type_of_an_lpr3_contact(tmp_path: Path) -> None:
    kinds = {"ALCA00": "unknown", "ALCA03": "virtual", "": "unknown", "0": "inpatient", "3": "emergency", "ALCA10": "outpatient", "alca00": "unknown"}
    rows = [kontakt(f"k{n}", ANNA, f"2013-05-0{n} 10:35", f"2013-05-0{n} 14:10", kontakttype=code) for n, code in enumerate(kinds, start=1)]
    imported(tmp_path, with_lpr3(kontakter=rows), EVALUATION)
    contacts = sorted(rows_of(tmp_path, "contact"), key=lambda row: row["start"])
    assert [row["kind"] for row in contacts] == list(kinds.values())


def test_who_dies_on_a_day_of_an_lpr3_contact_was_not_discharged_alive(tmp_path: Path) -> None:
    imported(tmp_path, with_lpr3(kontakter=[kontakt("k1", EVA, "2013-02-08 10:35", "2013-02-10 14:10")]), EVALUATION)
    assert [row["discharge_mode"] for row in rows_of(tmp_path, "contact")] == ["dead"]


def test_contacts_of_another_reporting_system_are_set_aside(tmp_path: Path) -> None:
    stay = (ANNA, "2013-05-03 10:35", "2013-05-06 14:10")
    rows = [kontakt_a(f"k{n}", *stay, lprindberetningssystem=said) for n, said in enumerate(("LPR3", "LPR_F", ""))]
    report = imported(tmp_path, with_lpr3(lpr_a_kontakt=rows), EVALUATION)
    assert counts(report, "lpr_a_kontakt") == (3, 1, 0, 2)
    assert broken(report)["lpr_a_kontakt.lprindberetningssystem.other"] == (2, (2, 3))


def test_retracted_diagnoses_are_set_aside_and_those_nobody_said_it_of_are_kept(tmp_path: Path) -> None:
    said = ["Ja", "JA", "Nej", "", "måske"]
    diagnoses = [
        {"dw_ek_kontakt": "k1", "diagnosekode": f"DI50{n}", "diagnosetype": "B", "diagnosekode_parent": "", "senere_afkraeftet": each}
        for n, each in enumerate(said)
    ]
    files = with_lpr3(kontakter=[kontakt("k1", ANNA, "2013-05-03 10:35", "2013-05-06 14:10")], diagnoser=diagnoses)
    report = imported(tmp_path, files, EVALUATION)
    assert counts(report, "diagnoser") == (5, 2, 1, 2)
    assert {row["code"]: row["retracted"] for row in rows_of(tmp_path, "diagnosis")} == {"DI502": False, "DI503": None}


def test_an_additional_code_under_two_diagnoses_is_one_diagnosis_of_the_contact(tmp_path: Path) -> None:
    diagnoses = [
        {"dw_ek_kontakt": "k1", "diag_kode": "DZ030", "diag_type": "+", "diag_parent_kode": parent, "senere_afkraeftet": "Nej"}
        for parent in ("DI500", "DJ189", "DJ189")
    ]
    files = with_lpr3(lpr_a_kontakt=[kontakt_a("k1", ANNA, "2013-05-03 10:35", "2013-05-06 14:10")], lpr_a_diagnose=diagnoses)
    report = imported(tmp_path, files, EVALUATION)
    assert counts(report, "lpr_a_diagnose") == (3, 2, 0, 1)
    assert [(row["code"], row["type"]) for row in rows_of(tmp_path, "diagnosis")] == [("DZ030", "+")]


def test_a_delivery_with_both_models_of_lpr3_is_rejected_with_a_sentence(tmp_path: Path) -> None:
    row = ("k1", ANNA, "2013-05-03 10:35", "2013-05-06 14:10")
    study = write_study(tmp_path, EVALUATION, with_lpr3(kontakter=[kontakt(*row)], lpr_a_kontakt=[kontakt_a(*row)]))
    with pytest.raises(DeliveryError, match=r"kontakter.csv and lpr_a_kontakt.csv \[file.told_twice\]: the same contacts in two models"):
        import_delivery(study / "delivery", study)


def test_lpr2_and_lpr3_in_one_study_have_contact_keys_of_their_own(tmp_path: Path) -> None:
    """Both registers number their contacts as they like: the same text in both is two contacts."""
    row = kontakt("r1", DORA, "2014-11-03 10:35", "2014-11-06 14:10", hovedspeciale_ans="akutmedicin")
    report = imported(tmp_path, with_lpr3(lpr2=True, kontakter=[row]), EVALUATION)
    assert marked(report)["kontakter.dato_start.before_break"] == marked(report)["kontakter.hovedspeciale_ans.unknown"] == (1, (1,))
    rows = rows_of(tmp_path, "contact")
    assert sorted(row["contact_id"] for row in rows) == [1, 2, 3, 4, 5, 6]
    assert [row["source"] for row in rows] == ["lpr2"] * 5 + ["lpr3f"]
    assert {row["contact_id"] for row in rows_of(tmp_path, "diagnosis")} == {1, 2, 3, 4, 5}


def test_an_lpr3_contact_that_breaks_a_rule_is_quarantined(tmp_path: Path) -> None:
    breaks = {
        "kontakter.tidspunkt_start.shape": [{"tidspunkt_start": time} for time in ("25:00:00", "1030", "10.30")],
        "kontakter.dato_slut.before_start": [{"dato_slut": "2013-05-03", "tidspunkt_slut": "10:34:00"}],
        "kontakter.pnr.unknown": [{"cpr": "999999999999"}],
        "kontakter.dato_start.after_death": [{"cpr": EVA, "dato_start": "2013-05-03"}],
    }
    changes = [{}, *(change for each in breaks.values() for change in each)]
    rows = [kontakt(f"k{n}", ANNA, "2013-05-03 10:35", "2013-05-06 14:10") | change for n, change in enumerate(changes)]
    report = imported(tmp_path, with_lpr3(kontakter=rows), EVALUATION)
    assert {rule: told for rule, told in broken(report).items() if rule.startswith("kontakter")} == {
        "kontakter.tidspunkt_start.shape": (3, (2, 3, 4)),
        "kontakter.dato_slut.before_start": (1, (5,)),
        "kontakter.pnr.unknown": (1, (6,)),
        "kontakter.dato_start.after_death": (1, (7,)),
    }


def test_drg_values_from_2018_are_in_kroner_and_belong_to_contacts_of_either_register(tmp_path: Path) -> None:
    values = [("r1", "", "20125.00"), ("", "r1", "31000.50"), ("", "r2", "1.00"), ("", "", "2.00")]
    drg = [dict(zip(("recnum", "dw_ek_kontakt", "totalpris_drg"), row, strict=True)) for row in values]
    files = with_lpr3(lpr2=True, kontakter=[kontakt("r1", DORA, "2014-11-03 10:35", "2014-11-06 14:10")], drg_kontakt=drg)
    del files["drg_hel"], files["drg_amb"]
    report = imported(tmp_path, files, EVALUATION)
    assert broken(report)["drg_kontakt.dw_ek_kontakt.unknown"] == (2, (3, 4)) and "cost_hosp" not in report.blocked
    lines = [row for row in rows_of(tmp_path, "service") if row["service_type"] == "drg_contact"]
    assert sorted((row["date"], row["amount_oere"]) for row in lines) == [(date(2012, 5, 6), 2_012_500), (date(2014, 11, 6), 3_100_050)]


def test_the_stays_that_the_register_merged_itself_are_a_table(tmp_path: Path) -> None:
    stay = {"DW_EK_SYGEHUSOPHOLD": "s1", "PNR": ANNA, "SGH_OPH_STARTTIDSPUNKT": "2013-05-03 10:35:00", "SGH_OPH_SLUTTIDSPUNKT": "2013-05-06 14:10:00"}
    files = with_lpr3(lpr_a_kontakt=[kontakt_a("k1", ANNA, "2013-05-03 10:35", "2013-05-06 14:10")], lpr_a_sghophold=[stay])
    imported(tmp_path, files, EVALUATION)
    assert rows_of(tmp_path, "register_stay") == [
        {"citizen_id": key_of(tmp_path, ANNA), "start": datetime(2013, 5, 3, 10, 35), "end": datetime(2013, 5, 6, 14, 10)}
    ]

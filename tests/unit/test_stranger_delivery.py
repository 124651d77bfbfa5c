"""Deliveries of a region and years that nothing else here knows, written by the registers' own descriptions: no code, one delivery.yml each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from effekt.batch.chain import import_tables
from effekt.cli import main
from effekt.data.contracts import Column
from effekt.data.units import tells_hours
from tests.delivered import rows_of
from tests.stranger import senders
from tests.stranger.facts import EQ5D, Facts, draw_facts

DECLARED = Path(__file__).parents[1] / "stranger"
NEW_REGISTER = datetime(2019, 3, 1)
EVALUATION = """
name: {{da: Nordjyske forløb, en: Northern pathways}}
synthetic: true
region: {{id: nord, da: Region Nordjylland, en: North Denmark Region}}
data_period: {{from: {first}-01, to: {last}-12}}
clusters:
  - {{id: aalborg, name: {{da: Aalborg, en: Aalborg}}, start: {first}-08, municipalities: ["0851", "0840"]}}
  - {{id: vendsyssel, name: {{da: Vendsyssel, en: Vendsyssel}}, start: {first}-10, municipalities: ["0860", "0813"]}}
  - {{id: thy, name: {{da: Thy, en: Thy}}, start: {last}-01, municipalities: ["0820", "0787"]}}
comparison: {{municipalities: ["0326", "0306"]}}
primary_outcome: adm_acute
price_year: {first}
"""


def study_of(folder: Path, facts: Facts) -> Path:
    study = folder / "study"
    study.mkdir(parents=True)
    (study / "evaluation.yml").write_text(EVALUATION.format(first=facts.first.year, last=facts.last.year), encoding="utf-8")
    return study


def delivered(folder: Path, study: Path, declaration: str, kind: str = "sqlite") -> None:
    text = (DECLARED / f"{declaration}.yml").read_text(encoding="utf-8")
    (folder / "delivery.yml").write_text(text.replace("kind: sqlite", f"kind: {kind}"), encoding="utf-8")
    assert main(["import", str(folder), "--study", str(study)]) == 0


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """LPR2 and Statistics Denmark, 2011 and 2012, with a municipality's workbook and an evaluator's own files."""
    folder, facts = tmp_path_factory.mktemp("old"), draw_facts(2011, 2012, 30, seed=7)
    senders.write_statistics_denmark(folder / "sent", facts)
    senders.write_municipality(folder / "sent", facts)
    senders.write_evaluators_files(folder / "sent", facts)
    study = study_of(folder, facts)
    delivered(folder / "sent", study, "statistics_denmark")
    return study, facts


@pytest.fixture(scope="module", params=["lpr_a", pytest.param("lpr_f", marks=pytest.mark.thorough)])
def new(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """2018 to 2019: LPR2 until February 2019 and registers in a database; then LPR_A in a further delivery, or LPR3_F beside them."""
    folder, facts = tmp_path_factory.mktemp(request.param), draw_facts(2018, 2019, 24, seed=8)
    kind = "sqlite" if request.param == "lpr_a" else "duckdb"
    senders.write_health_data_authority(folder / "first", [each for each in facts.contacts if each.start < NEW_REGISTER])
    senders.write_database(folder / "first" / "registre.db", facts, kind)
    later = [each for each in facts.contacts if each.start >= NEW_REGISTER]
    study = study_of(folder, facts)
    if request.param == "lpr_f":
        senders.write_lpr_f(folder / "first", later)
    delivered(folder / "first", study, "health_data_authority", kind)
    if request.param == "lpr_a":
        senders.write_lpr_a(folder / "second", later)
        delivered(folder / "second", study, "lpr_a")
    return study, facts


def keys_of(study: Path) -> dict[str, int]:
    return {row["pnr"]: row["citizen_id"] for row in parquet.read_table(study / "keys" / "citizen_key.parquet").to_pylist()}


def told(study: Path, table: str, columns: str) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row[name] for name in columns.split()) for row in rows_of(study, table))


def same(found: Iterable[tuple[object, ...]], expected: Iterable[tuple[object, ...]]) -> bool:
    found, expected = Counter(found), Counter(expected)
    assert found == expected and expected
    return True


def people_are_there(study: Path, facts: Facts) -> None:
    key = keys_of(study)
    same(told(study, "citizen", "citizen_id sex birth_date"), [(key[who.pnr], who.sex, who.born) for who in facts.people])
    same(told(study, "death", "citizen_id death_date"), [(key[who.pnr], who.died) for who in facts.people if who.died])
    homes = rows_of(study, "residence")
    lived = [(row["citizen_id"], day, row["kommunekode"]) for row in homes for day in facts.quarters() if row["start"] <= day < row["end"]]
    same(lived, [(key[who.pnr], day, home) for day, who, home in facts.snapshots()])


def contacts_are_there(study: Path, facts: Facts, *, lpr_a: bool = False) -> None:
    """LPR2 tells the hour of a discharge and who is admitted; LPR3 the minute, and not who. LPR_A came with prices and retracted diagnoses."""
    key, expected = keys_of(study), []
    for each in facts.contacts:
        before = each.start < NEW_REGISTER
        kind = ("inpatient" if each.admitted else "outpatient") if before else "unknown"
        end = each.end.replace(minute=0) if before else each.end
        expected.append((key[each.pnr], each.start, end, kind, each.acute, each.ward, each.codes[0][0]))
    same(told(study, "contact", "citizen_id start end kind acute shak action_diagnosis"), expected)
    who = {row["contact_id"]: (row["citizen_id"], row["start"]) for row in rows_of(study, "contact")}
    kept = [(each, code) for each in facts.contacts for code in each.codes if each.start < NEW_REGISTER or not lpr_a or code[0] != "DZ755"]
    codes = [(key[each.pnr], each.start, *code) for each, code in kept]
    same([(*who[row["contact_id"]], row["code"], row["type"]) for row in rows_of(study, "diagnosis")], codes)
    services = rows_of(study, "service")
    before = [each for each in facts.contacts if each.start < NEW_REGISTER]
    attended = [(key[each.pnr], day) for each in before for day in each.attendances]
    visits = Counter((row["citizen_id"], row["date"]) for row in services if row["service_type"] == "outpatient_attendance")
    assert attended and not Counter(attended) - visits
    paid = [(*who[row["contact_id"]], row["amount_oere"]) for row in services if row["cost_basis"] == "drg"]
    same(paid, [(key[each.pnr], each.start, each.hundreds * 10_000) for each in (facts.contacts if lpr_a else before)])


def practice_is_there(study: Path, facts: Facts) -> None:
    key = keys_of(study)
    lines = [row for row in rows_of(study, "service") if row["sector"] == "practice"]
    found = [(row["citizen_id"], senders.yyww(row["date"]), row["quantity"], row["amount_oere"]) for row in lines]
    same(found, [(key[pnr], senders.yyww(day), n, oere) for pnr, day, _, n, oere in facts.services])


def test_extracts_of_statistics_denmark_hold_what_happened(old: tuple[Path, Facts]) -> None:
    study, facts = old
    people_are_there(study, facts)
    contacts_are_there(study, facts)
    practice_is_there(study, facts)
    key = keys_of(study)
    kept = [(key[pnr], day, atc, n, n * ddd, oere, own) for pnr, day, atc, _, n, ddd, oere, own in facts.medicine[3:]]
    same(told(study, "prescription", "citizen_id dispensed atc7 packages ddd amount_oere patient_oere"), kept)


def test_a_workbook_of_hours_becomes_minutes_and_what_was_allocated_stays_apart(old: tuple[Path, Facts]) -> None:
    study, facts = old
    key = keys_of(study)
    for table, given in (("service", 1), ("allocated_care", 0)):
        lines = [row for row in rows_of(study, table) if row["service_type"] in ("personal_care", "practical_help")]
        found = [(row["citizen_id"], senders.yyww(row["date"]), row["service_type"], row["quantity"]) for row in lines]
        weeks = [row for row in facts.care if row[-1] == given]
        care = [(key[pnr], f"{year % 100:02d}{week:02d}", "personal_care", n) for pnr, _, year, week, n, _, _ in weeks]
        help_given = [(key[pnr], f"{year % 100:02d}{week:02d}", "practical_help", n) for pnr, _, year, week, _, n, _ in weeks]
        same(found, care + help_given)
    nursed = [(row["citizen_id"], row["date"], row["quantity"]) for row in rows_of(study, "service") if row["service_type"] == "home_nursing"]
    same(nursed, [(key[pnr], day, n) for pnr, _, day, n in facts.nursing])
    visits = [(key[pnr], code, out, yes, planned, held) for pnr, code, out, yes, planned, held in facts.visits]
    same(told(study, "home_visit", "citizen_id kommunekode discharge_date accepted planned_date held_date"), visits)


def test_files_of_the_evaluator_hold_what_was_counted_asked_and_found(old: tuple[Path, Facts]) -> None:
    study, facts = old
    key = keys_of(study)
    answers = [(key[row[0]], *row[1:4], item, value) for row in facts.answers for item, value in zip(EQ5D, row[4], strict=True)]
    same(told(study, "survey_answer", "citizen_id kommunekode wave date item_id value"), answers)
    assert len(rows_of(study, "audit_case")) == 6 and len(rows_of(study, "audit_finding")) == 12
    people = {(row["kommunekode"], row["year"], row["age_group"], row["sex"]): row["n"] for row in rows_of(study, "population")}
    assert people["0787", 2012, "65-69", 2] == 652 and people["0851", 2011, "90+", 1] == 991


def test_lpr2_and_the_register_that_came_after_it_are_one_history(new: tuple[Path, Facts]) -> None:
    study, facts = new
    people_are_there(study, facts)
    contacts_are_there(study, facts, lpr_a="lpr_a" in str(study))
    practice_is_there(study, facts)


def test_the_study_is_described_with_its_months(old: tuple[Path, Facts], capsys: pytest.CaptureFixture[str]) -> None:
    study, facts = old
    assert main(["describe", str(study)]) == 0
    shown = capsys.readouterr().out
    first, last = min(each.start for each in facts.contacts), max(each.start for each in facts.contacts)
    contact = next(line for line in shown.splitlines() if "tables/contact.parquet" in line)
    assert f"{len(facts.contacts)} " in contact and f"{first:%Y-%m} to {last:%Y-%m}" in contact
    assert "vendsyssel" in shown and "no: the delivery" in shown and not any(who.pnr in shown for who in facts.people)


def test_nothing_is_made_up_for_a_synthetic_study_that_somebody_delivered_to(old: tuple[Path, Facts]) -> None:
    study, facts = old
    import_tables(study, True, lambda line: None)
    assert not (study / "delivery").exists() and len(rows_of(study, "citizen")) == len(facts.people)


def test_files_that_somebody_put_where_a_delivery_would_be_generated_stay(tmp_path: Path) -> None:
    study = study_of(tmp_path, draw_facts(2018, 2019, 3, seed=1))
    (study / "delivery").mkdir()
    (study / "delivery" / "bef.csv").write_text("pnr\n", encoding="utf-8")
    assert main(["prepare", "--study", str(study)]) == 3
    assert (study / "delivery" / "bef.csv").read_text(encoding="utf-8") == "pnr\n"


def test_a_synthetic_study_of_places_that_the_generator_does_not_know_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = study_of(tmp_path, draw_facts(2018, 2019, 3, seed=1))
    assert main(["prepare", "--study", str(study)]) == 2
    assert "Nothing was delivered" in capsys.readouterr().err


def test_a_draft_sees_hours_and_names_what_it_does_not_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    senders.write_municipality(tmp_path, draw_facts(2011, 2012, 3, seed=2))
    assert main(["import", str(tmp_path), "--study", str(study_of(tmp_path / "other", draw_facts(2011, 2012, 3, seed=2)))]) == 3
    assert f"python -m effekt import {tmp_path} --draft" in capsys.readouterr().err
    assert main(["import", str(tmp_path), "--draft"]) == 0
    draft = (tmp_path / "delivery.yml").read_text(encoding="utf-8")
    assert draft.count('unit: "hour"   # check this') == 2 and '"prisindeks.csv"' in draft


@pytest.mark.parametrize(
    ("theirs", "hours"),
    [("Personlig pleje (timer)", True), ("timer_leveret", True), ("Hours", True), ("minutter", False), ("Total", False), ("thorax", False)],
)
def test_a_column_that_is_called_hours_is_noticed_where_ours_is_in_minutes(theirs: str, hours: bool) -> None:
    minutes, count = (Column("n", "integer", "antal", "number", unit=unit) for unit in ("minute", ""))
    assert tells_hours(minutes, theirs) is hours and not tells_hours(count, theirs)


def test_names_of_municipalities_that_nobody_translated_refuse_the_delivery(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = draw_facts(2011, 2012, 12, seed=3)
    senders.write_statistics_denmark(tmp_path, facts)
    senders.write_municipality(tmp_path, facts)
    text = (DECLARED / "statistics_denmark.yml").read_text(encoding="utf-8")
    begins, ends = text.index("columns:\n  kommunekode"), text.index("files:")
    own = text[:begins] + "columns: {kommunekode: Kommune}\n" + text[ends : text.index("  audit_cases:")].replace("  folk1a:", "  practices:")
    own = "\n".join(line for line in own.splitlines() if "practices:" not in line)
    (tmp_path / "delivery.yml").write_text(own + "\nwithout: [initiatives, resource_persons, funding]\n", encoding="utf-8")
    assert main(["import", str(tmp_path), "--study", str(study_of(tmp_path / "other", facts))]) == 3
    shown = capsys.readouterr().err
    assert "[homecare.kommunekode.foreign]: not one of 144 rows" in shown and "`codes`" in shown and "Aalborg" not in shown

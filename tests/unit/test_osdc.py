"""The simulated registers of osdc are read with the delivery.yml that ships: what they lack is told, and nothing is rejected for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from effekt.data.delivery import ImportReport, import_delivery
from effekt.errors import DeliveryError
from effekt.paths import REPOSITORY
from tests.delivered import counts, rows_of
from tests.osdc import COLUMNS, N_PERSONS, write_registers

SHIPPED = REPOSITORY / "data" / "reference" / "delivery_osdc.yml"
EVALUATION = """\
name: {da: Simulerede registre, en: Simulated registers}
region: {id: region, da: Regionen, en: The region}
data_period: {from: 2010-01, to: 2014-12}
clusters: [{id: alfa, name: {da: Alfa, en: Alpha}, start: 2013-03, municipalities: ["0751"]}]
primary_outcome: adm_acute_medical
price_year: 2013
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    study = tmp_path_factory.mktemp("osdc")
    (study / "evaluation.yml").write_text(EVALUATION, encoding="utf-8")
    shutil.copy(SHIPPED, write_registers(study / "delivery") / "delivery.yml")
    return study, import_delivery(study / "delivery", study)


def test_every_register_we_read_is_read_and_one_model_of_lpr3_is_left_alone(told: tuple[Path, ImportReport]) -> None:
    _, report = told
    read = {account.file.removesuffix(".csv") for account in report.accounts}
    assert read == set(COLUMNS) - {"lpr_a_kontakt", "lpr_a_diagnose", "lab_forsker"}


def test_rows_are_kept_where_their_columns_are_there(told: tuple[Path, ImportReport]) -> None:
    study, report = told
    assert report.tables["citizen"] == counts(report, "bef")[1] == N_PERSONS
    assert report.tables["prescription"] == 4 * N_PERSONS
    assert {row["source"] for row in rows_of(study, "contact")} == {"lpr2", "lpr3f"} and report.tables["contact"] == 4 * N_PERSONS
    assert "02" in {row["specialty"] for row in rows_of(study, "contact") if row["source"] == "lpr3f"}
    assert {row["retracted"] for row in rows_of(study, "diagnosis")} == {None, False}


def test_tables_whose_columns_are_not_there_have_no_rows(told: tuple[Path, ImportReport]) -> None:
    _, report = told
    assert [report.tables[name] for name in ("residence", "death", "service", "household")] == [0, 0, 0, 0]


def test_each_absent_column_is_named_with_the_outcomes_and_notebooks_it_blocks(told: tuple[Path, ImportReport]) -> None:
    _, report = told
    absent = {line.split("there is no column ")[1].split(".")[0]: line for line in report.warnings if "[column.absent]" in line}
    assert set(absent) >= {"kom", "referencetid", "c_pattype", "c_indm", "d_uddto", "prioritet", "dato_slut", "ydlant", "bruhon"}
    for column in ("kom", "referencetid", "c_pattype"):
        assert "adm_acute_medical" in absent[column] and "03_admissions" in absent[column] and "21_synthesis" in absent[column]
    assert "cost_total" in absent["bruhon"] and "06_cost_per_citizen" in absent["bruhon"] and "03_admissions" not in absent["bruhon"]
    files = {line.split(" ")[0] for line in report.warnings if "[file.absent]" in line}
    assert {"dod.csv", "vnds.csv", "drg_hel.csv", "homecare.csv", "price_index.csv"} <= files


def test_what_is_not_declared_to_be_lacking_is_asked_for(told: tuple[Path, ImportReport], tmp_path: Path) -> None:
    study = Path(shutil.copytree(told[0] / "delivery", tmp_path / "delivery")).parent
    (study / "evaluation.yml").write_text(EVALUATION, encoding="utf-8")
    declared = SHIPPED.read_text(encoding="utf-8").replace("  - bef.kom\n", "").replace("  - dod\n", "")
    (study / "delivery" / "delivery.yml").write_text(declared, encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"(?s)2 problems:.*bef.csv \[file.column_missing\]: kom.*dod.csv \[file.missing\]"):
        import_delivery(study / "delivery", study)

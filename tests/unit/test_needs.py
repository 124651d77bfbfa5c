"""What needs what: which missing file rejects a delivery, which is only told, and that what it blocks is not available instead of 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from effekt.catalogue.outcomes import CONDITIONS, MEASURES, load_outcomes
from effekt.data import needs
from effekt.data.canonical_tables import TABLES
from effekt.data.delivery import import_delivery
from effekt.data.needs import PRODUCTS, lacking, notebooks_about, products_of, settle
from effekt.data.registers import REGISTERS
from effekt.errors import DataError, DeliveryError
from effekt.measures.prepare import prepare
from effekt.paths import REPOSITORY
from effekt.protocol import read_protocol
from effekt.report import outcomes_of
from effekt.study import Study
from tests.tiny import EVALUATION, tiny_files, write_study

SOURCES = {source.name: source for register in REGISTERS for source in register.sources}
ALL = {name: {column.name for column in source.columns} for name, source in SOURCES.items() if name not in ("lpr_a_kontakt", "lpr_a_diagnose")}
ONLY_PRIMARY = EVALUATION.replace("needed_outcomes: [cost_total]\n", "")


def test_the_catalogue_of_needs_names_only_what_there_is() -> None:
    for product, ways in PRODUCTS.items():
        table, _, column = product.partition(".")
        assert table in TABLES, product
        assert table == "service" or not column or column in {each.name for each in TABLES[table].columns}, product
        for item in (item for way in ways for item in way):
            name, _, column = item.partition(".")
            assert name in SOURCES and (not column or column in {each.name for each in SOURCES[name].columns}), item


def test_every_outcome_is_made_of_products_and_every_condition_of_the_catalogue_is_known() -> None:
    assert set(needs.SOURCES) >= {outcome.source for outcome in load_outcomes().values()}
    stays = {"is_admission", *needs.CONDITIONS}
    assert stays >= set(CONDITIONS["stays"]) and set(needs.MEASURES) | {"count"} >= set(MEASURES["stays"])
    for outcome in load_outcomes().values():
        assert not set(products_of(outcome)) - set(PRODUCTS), outcome.id


def test_with_every_file_nothing_is_blocked() -> None:
    settled = settle(ALL, read_protocol(EVALUATION), Path("."))
    assert (settled.problems, settled.warnings, dict(settled.blocked)) == ((), (), {})


def test_of_two_registers_of_contacts_each_must_tell_its_own_years() -> None:
    only = {"lpr_adm": ALL["lpr_adm"]}
    assert lacking("contact.acute", only) == ()
    assert lacking("contact.acute", only | {"kontakter": ALL["kontakter"] - {"prioritet"}}) == ("kontakter.prioritet",)
    assert lacking("contact.acute", {}) == ("lpr_adm",)


@pytest.mark.parametrize("column", ["c_indm", "c_spec", "c_pattype", "d_uddto"])
def test_a_column_that_an_outcome_would_be_0_without_blocks_it(column: str) -> None:
    settled = settle(ALL | {"lpr_adm": ALL["lpr_adm"] - {column}}, read_protocol(EVALUATION), Path("."))
    assert "adm_acute_medical" in settled.blocked
    assert settled.problems[0].startswith(f"lpr_adm.csv [file.column_missing]: {column}. Expected:")


def test_what_the_primary_outcome_needs_rejects_and_the_rest_is_told_with_what_it_blocks(tmp_path: Path) -> None:
    files = {name: rows for name, rows in tiny_files().items() if name not in ("sssy", "funding")}
    study = write_study(tmp_path, ONLY_PRIMARY, files)
    report = import_delivery(study / "delivery", study)
    assert report.blocked["cost_prac"] == report.blocked["cost_total"] == ["sssy"] and "adm_acute" not in report.blocked
    told = {line.split(" ")[0]: line for line in report.warnings if "[file.absent]" in line}
    assert {"sssy.csv", "funding.csv"} <= set(told) and not {"lpr_adm.csv", "enrolments.csv"} & set(told)
    assert "cost_prac" in told["sssy.csv"] and "Notebooks that stand on it:" in told["sssy.csv"] and "06_cost_per_citizen" in told["sssy.csv"]
    assert "Ask for the practice register SSSY" in told["sssy.csv"] and "No outcome needs it." in told["funding.csv"]
    (study / "delivery" / "dod.csv").unlink()
    with pytest.raises(DeliveryError, match=r"1 problem:\n- dod.csv \[file.missing\]: looked for .*Ask for the register of deaths DOD"):
        import_delivery(study / "delivery", study)


def test_a_needed_outcome_of_the_protocol_rejects_as_the_primary_does(tmp_path: Path) -> None:
    study = write_study(tmp_path, EVALUATION, {name: rows for name, rows in tiny_files().items() if name != "sssy"})
    with pytest.raises(DeliveryError, match=r"sssy.csv \[file.missing\]"):
        import_delivery(study / "delivery", study)


def test_what_the_sender_does_not_have_is_told_and_not_asked_for_again() -> None:
    protocol = read_protocol(ONLY_PRIMARY)
    lacks = {name: columns for name, columns in ALL.items() if name != "dod"} | {"bef": ALL["bef"] - {"kom"}}
    assert len(settle(lacks, protocol, Path(".")).problems) == 2
    settled = settle(lacks, protocol, Path("."), without=("dod", "bef.kom"))
    assert settled.problems == () and settled.blocked["adm_acute_medical"] == ("bef.kom", "dod")
    told = next(line for line in settled.warnings if line.startswith("bef.csv"))
    assert "[column.absent]: there is no column kom." in told and "03_admissions" in told and "21_synthesis" in told


def test_an_outcome_without_data_is_not_available_and_never_0(tmp_path: Path) -> None:
    """Without a price index nothing can be priced: the study is prepared for the rest, and no cost is shown."""
    study = write_study(tmp_path, ONLY_PRIMARY, {name: rows for name, rows in tiny_files().items() if name not in ("price_index", "unit_cost")})
    import_delivery(study / "delivery", study)
    prepare(study)
    opened = Study.open(study)
    assert opened.read("person_months", ["adm_acute"])["adm_acute"].sum() == 3
    with pytest.raises(DataError, match="The outcome cost_hosp is not available: the delivery lacks price_index"):
        opened.read("cost_months", ["cost_hosp"])
    assert not [name for name in outcomes_of(opened, "A3") if name.startswith("cost")] and "adm_acute" in outcomes_of(opened, "A1")


def test_a_column_that_a_file_may_lack_leaves_its_table_without_rows_and_the_others_whole(tmp_path: Path) -> None:
    files = tiny_files()
    files["sssy"] = [{name: value for name, value in row.items() if name != "ydlant"} for row in files["sssy"]]
    study = write_study(tmp_path, ONLY_PRIMARY, files)
    report = import_delivery(study / "delivery", study)
    assert report.blocked["cost_prac"] == ["sssy.ydlant"]
    account = next(account for account in report.accounts if account.file == "sssy.csv")
    assert (account.n_in, account.n_kept, account.n_quarantined) == (4, 3, 0)
    assert report.tables["service"] > 0 and report.tables["contact"] == 5


def test_notebooks_are_found_by_what_their_cells_name() -> None:
    protocol = read_protocol(EVALUATION)
    assert "06_cost_per_citizen" in notebooks_about(["cost_total"], protocol, REPOSITORY / "notebooks")
    assert {"03_admissions", "21_synthesis"} <= set(notebooks_about(["adm_acute_medical"], protocol, REPOSITORY / "notebooks"))
    assert notebooks_about(["prevent_bladder"], protocol, REPOSITORY / "notebooks") == ()


def test_services_that_are_counted_need_no_prices() -> None:
    for outcome in load_outcomes().values():
        if outcome.source != "costs":
            assert not {f"service.{sector}" for sector in needs.SECTORS} & set(products_of(outcome)), outcome.id

"""`prepare`: what is built when, what must add up, and what a person is told when something is missing or broken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from effekt.data.delivery import import_delivery
from effekt.errors import DataError, UsageError
from effekt.measures import prepare as module
from effekt.measures.prepare import STEPS, prepare, read_record
from effekt.measures.reconcile import check_table
from effekt.protocol import load_protocol
from tests.tiny import EVALUATION, write_study


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny study, imported and prepared. Read it, never write to it."""
    study = write_study(tmp_path_factory.mktemp("made"))
    import_delivery(study / "delivery", study)
    prepare(study)
    return study


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    """A copy of the prepared tiny study, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "study"))


def built(study: Path) -> list[str]:
    return [table.table for table in prepare(study).tables if table.built]


def everything() -> list[str]:
    return [step.table for step in STEPS]


def made_of(*inputs: str) -> list[str]:
    """The derived tables that one of `inputs` goes into directly."""
    return [step.table for step in STEPS if set(inputs) & {*step.inputs, *step.derived_inputs}]


def test_prepared_json_names_rows_columns_inputs_and_keys(made: Path) -> None:
    record = read_record(made)
    assert list(record) == [step.table for step in STEPS]
    for name, told in record.items():
        written = parquet.ParquetFile(made / "derived" / f"{name}.parquet")
        assert told["rows"] == written.metadata.num_rows and told["columns"] == written.schema_arrow.names
    assert record["person_months"]["inputs"] == ["residence", "citizen", "death", "stays"]
    assert len({told["key"] for told in record.values()}) == len(STEPS)


def test_counts_days_and_oere_are_stored_as_integers(made: Path) -> None:
    people = parquet.read_schema(made / "derived" / "person_months.parquet")
    assert {str(people.field(name).type) for name in ("days", "age", "sex", "adm_rate", "adm_acute_medical", "readm30", "beddays")} == {"int32"}
    costs = parquet.read_schema(made / "derived" / "cost_months.parquet")
    assert {str(costs.field(name).type) for name in ("citizen_id", "cost_hosp", "cost_prac", "cost_mun", "cost_total")} == {"int64"}


def test_nothing_is_built_twice(study: Path) -> None:
    assert built(study) == [] and prepare(study).unchanged


def test_a_changed_canonical_table_rebuilds_what_is_made_from_it_and_nothing_else(study: Path) -> None:
    path = study / "tables" / "service.parquet"
    table = parquet.read_table(path)
    parquet.write_table(table.slice(0, table.num_rows - 1), path)
    found, direct = set(built(study)), set(made_of("service"))
    assert {"cost_months", "service_months", "completeness"} <= direct <= found <= direct | set(made_of(*direct))


@pytest.mark.thorough
def test_a_changed_protocol_rebuilds_everything_and_a_comment_nothing(study: Path) -> None:
    (study / "evaluation.yml").write_text("# a comment\n" + EVALUATION, encoding="utf-8")
    assert built(study) == []
    (study / "evaluation.yml").write_text(EVALUATION + "stays: {gap_hours: 6}\n", encoding="utf-8")
    assert built(study) == everything()


def test_a_changed_library_file_rebuilds_the_tables_whose_build_reaches_it(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = module.hash_files
    edited = "build_cost_months.py"
    monkeypatch.setattr(module, "hash_files", lambda paths: asked(paths) + ("!" if any(path.name == edited for path in paths) else ""))
    reached = {step.table for step in STEPS if any(path.name == edited for path in module.import_closure(step.module))}
    found = set(built(study))
    assert {"cost_months"} <= reached <= found <= reached | set(made_of(*reached)) and "person_months" not in found


def test_every_build_module_reaches_the_catalogue_and_its_own_code_lists() -> None:
    reached = {step.table: {path.name for path in module.import_closure(step.module)} for step in STEPS}
    assert {"medical_specialties.csv", "hospital_units.csv", "protocol.py"} <= reached["stays"]
    assert {"outcomes.yml", "rules.py"} <= reached["person_months"] & reached["cost_months"]
    assert "build_stays.py" not in reached["person_months"] | reached["cost_months"]


def test_a_derived_table_that_was_edited_is_built_again(study: Path) -> None:
    path = study / "derived" / "person_months.parquet"
    parquet.write_table(parquet.read_table(path).slice(0, 3), path)
    assert built(study) == ["person_months"]


@pytest.mark.thorough
def test_building_again_gives_the_same_bytes(study: Path) -> None:
    before = {path.name: path.read_bytes() for path in (study / "derived").glob("*.parquet")}
    shutil.rmtree(study / "derived")
    prepare(study)
    assert {path.name: path.read_bytes() for path in (study / "derived").glob("*.parquet")} == before


def test_missing_tables_are_all_named_with_the_command_that_makes_them(study: Path) -> None:
    for name in ("contact", "price_index"):
        (study / "tables" / f"{name}.parquet").unlink()
    with pytest.raises(DataError, match=r"Missing canonical tables: contact, price_index\. Looked in .*tables\. .* python -m effekt import"):
        prepare(study)


def test_a_damaged_table_is_named_with_the_command_that_makes_it(study: Path) -> None:
    path = study / "tables" / "residence.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(DataError, match=r"The table residence cannot be read: .*python -m effekt import"):
        prepare(study)


def test_a_table_that_breaks_its_contract_is_told_without_a_value_from_it(study: Path) -> None:
    path = study / "tables" / "contact.parquet"
    table = parquet.read_table(path)
    place = table.schema.get_field_index("start")
    parquet.write_table(table.set_column(place, "start", pa.array(["CANARY 0101301234"] * table.num_rows)), path)
    with pytest.raises(DataError) as told:
        prepare(study)
    assert "The derived table stays could not be built" in str(told.value) and "CANARY" not in str(told.value)


def test_an_unknown_engine_is_refused(study: Path) -> None:
    with pytest.raises(UsageError, match="Unknown engine 'spark'; valid: duckdb"):
        prepare(study, engine="spark")


@pytest.mark.thorough
def test_an_interrupted_build_leaves_no_half_written_file_and_the_next_goes_on(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(study / "derived")

    def interrupt(name: str, *_: object) -> None:
        if name == "person_months":
            raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr("effekt.measures.reconcile.check_table", interrupt)
        with pytest.raises(KeyboardInterrupt):
            prepare(study)
    assert sorted(path.name for path in (study / "derived").iterdir()) == ["prepared.json", "stays.parquet"]
    assert built(study) == everything()[1:]


@pytest.mark.thorough
def test_a_half_written_record_counts_as_none(study: Path) -> None:
    (study / "derived" / "prepared.json").write_text('{"stays": {"key"', encoding="utf-8")
    assert built(study) == everything()


BROKEN = {
    "a citizen-month that is lost": ("person_months", lambda table: table.slice(1), "citizen-months: 177, expected 178"),
    "a citizen-month told twice": ("person_months", lambda table: _first_twice(table), "citizen-months told once: 178, expected 179"),
    "an event that is lost": ("person_months", lambda table: _with(table, "adm_rate", 0), "adm_rate inside and outside the target: 0, expected 4"),
    "a day too many": ("person_months", lambda table: _with(table, "days", 32), "rows with no day or more than 31: 178, expected 0"),
    "oere that are lost": ("cost_months", lambda table: _with(table, "cost_prac", 0), "cost_prac inside and outside the target"),
    "a row of costs that is lost": ("cost_months", lambda table: table.slice(1), "rows: 177, expected 178"),
    "a contact that is lost": ("stays", lambda table: table.slice(1), "contacts in stays: 4, expected 5"),
    "a row that no month counts": ("completeness", lambda table: table.slice(1), "rows of contact: "),
    "a stay told twice": ("stays", lambda table: _first_twice(table), "stays with an id of their own"),
}


def _first_twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def _with(table: pa.Table, column: str, value: int) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(place), pa.array([value] * table.num_rows, table.schema.field(place).type))


@pytest.mark.parametrize("case", BROKEN)
def test_what_does_not_add_up_stops_prepare(made: Path, case: str) -> None:
    name, change, told = BROKEN[case]
    step = next(step for step in STEPS if step.table == name)
    inputs = {table: ibis.read_parquet(made / "tables" / f"{table}.parquet") for table in step.inputs}
    inputs |= {table: ibis.read_parquet(made / "derived" / f"{table}.parquet") for table in step.derived_inputs}
    whole = parquet.read_table(made / "derived" / f"{name}.parquet")
    check_table(name, ibis.memtable(whole), inputs, load_protocol(made))
    with pytest.raises(DataError, match=told.replace("(", r"\(")):
        check_table(name, ibis.memtable(change(whole)), inputs, load_protocol(made))


def test_the_file_is_ordered_so_that_a_cluster_lies_together(made: Path) -> None:
    for name in ("person_months", "cost_months"):
        rows = parquet.read_table(made / "derived" / f"{name}.parquet", columns=["cluster_id", "month", "citizen_id"]).to_pylist()
        order = ["alfa", "beta", "comparison"]
        assert rows == sorted(rows, key=lambda row: (order.index(row["cluster_id"]), row["month"], row["citizen_id"]))


def test_prepared_json_is_json_a_person_can_read(made: Path) -> None:
    text = (made / "derived" / "prepared.json").read_text(encoding="utf-8")
    assert json.loads(text)["stays"]["rows"] == 5 and text.count("\n") > 10

"""`effekt prepare`: builds the derived tables of a study from its canonical tables, each only when something it is made of has changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from effekt.errors import DataError, UsageError
from effekt.measures.build_copy import COPIED
from effekt.paths import find_study
from effekt.protocol import Protocol, load_protocol
from effekt.provenance import file_hash, hash_files, import_closure

RECORD = "prepared.json"
ENGINES = ("duckdb",)


@dataclass(frozen=True)
class Step:
    """One derived table: what it is made of, how rows are ordered in its file, and the module whose `build(tables, protocol)` makes it.

    The files that this module reaches decide whether the table is made again. Its sums are checked by `reconcile`, where that knows the table.
    """

    table: str
    module: str
    inputs: tuple[str, ...]
    derived_inputs: tuple[str, ...]
    order: tuple[str, ...]


BY_CLUSTER = ("cluster_id", "month", "citizen_id")
STEPS = (
    Step("stays", "effekt.measures.build_stays", ("contact", "residence"), (), ("citizen_id", "start")),
    Step("person_months", "effekt.measures.build_person_months", ("residence", "citizen", "death"), ("stays",), BY_CLUSTER),
    Step("gap_months", "effekt.measures.build_gap_months", ("contact", "residence"), (), ("gap_hours", "citizen_id", "month")),
    Step("cost_months", "effekt.measures.build_cost_months", ("service", "unit_cost", "price_index"), ("person_months",), BY_CLUSTER),
    Step("service_months", "effekt.measures.build_service_months", ("service",), ("person_months",), BY_CLUSTER),
    Step(
        "payer_months",
        "effekt.measures.build_payer_months",
        ("service", "unit_cost", "price_index"),
        ("person_months",),
        ("cluster_id", "kommunekode", "month", "sector", "service_type", "payer"),
    ),
    Step("last_months", "effekt.measures.build_last_months", ("death",), ("cost_months",), BY_CLUSTER),
    Step("accounts", "effekt.measures.build_accounts", ("account",), (), ("file", "kind", "rule")),
    Step("completeness", "effekt.measures.build_completeness", ("contact", "service", "residence"), (), ("source", "part", "month", "kommunekode")),
    Step("answers", "effekt.measures.build_answers", ("survey_answer", "residence"), (), ("response_id", "instrument", "item_id")),
    Step("responses", "effekt.measures.build_responses", ("citizen",), ("answers",), ("response_id",)),
    Step(
        "invitations",
        "effekt.measures.build_invitations",
        ("survey_invitation", "residence", "citizen", "household", "death"),
        ("stays",),
        ("citizen_id", "respondent", "wave"),
    ),
    Step("audits", "effekt.measures.build_audits", ("audit_case", "audit_finding"), (), ("case_id",)),
    Step("audit_findings", "effekt.measures.build_audit_findings", ("audit_case", "audit_finding"), (), ("finding_id",)),
    Step("audit_pairs", "effekt.measures.build_audit_pairs", ("audit_case", "audit_finding"), (), ("case_id", "error_type")),
    Step(
        "visits",
        "effekt.measures.build_visits",
        ("home_visit", "residence", "citizen", "death"),
        ("stays",),
        ("cluster_id", "citizen_id", "discharge_date"),
    ),
    Step(
        "followed",
        "effekt.measures.build_followed",
        ("residence", "citizen", "death"),
        ("stays",),
        ("cluster_id", "citizen_id", "discharge_date"),
    ),
    Step("discharges", "effekt.measures.build_discharges", ("residence", "citizen", "death"), ("stays",), ("citizen_id", "start")),
    Step(
        "listed",
        "effekt.measures.build_listed",
        ("listing", "practice", "residence", "citizen", "death"),
        (),
        ("year", "practice_id", "citizen_id"),
    ),
    Step("medicine_use", "effekt.measures.build_medicine_use", ("prescription",), ("listed",), ("year", "practice_id", "citizen_id", "atc7")),
    Step(
        "traits",
        "effekt.measures.build_traits",
        ("household", "contact", "diagnosis", "prescription", "service", "enrolment"),
        ("person_months", "stays"),
        ("start_of", "cluster_id", "citizen_id"),
    ),
    Step(
        "enrolled",
        "effekt.measures.build_enrolled",
        ("enrolment", "residence", "citizen"),
        ("person_months", "stays"),
        ("cluster_id", "citizen_id"),
    ),
    Step("born", "effekt.measures.build_born", ("citizen",), ("person_months",), ("citizen_id",)),
    Step("residents", "effekt.measures.build_residents", ("residence", "citizen", "death"), (), ("cluster_id", "kommunekode", "age")),
    Step("treatments", "effekt.measures.build_treatments", (), ("person_months", "stays"), BY_CLUSTER),
    Step("movements", "effekt.measures.build_movements", ("citizen", "death"), ("person_months",), ("citizen_id", "month", "reason")),
    *(Step(table, "effekt.measures.build_copy", (table,), (), order) for table, order in COPIED.items()),
)


@dataclass(frozen=True)
class PreparedTable:
    """One derived table as it lies there: `key` names everything it was made of, `content` is the hash of its file."""

    table: str
    key: str
    content: str
    rows: int
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    built: bool


@dataclass(frozen=True)
class PreparedReport:
    """The derived tables, in the order they are made. `unchanged`: none had to be built."""

    tables: tuple[PreparedTable, ...]

    @property
    def unchanged(self) -> bool:
        return not any(table.built for table in self.tables)


def prepare(
    study_path: str | Path, engine: str = "duckdb", report: Callable[[str], None] = lambda line: None, only: Collection[str] = ()
) -> PreparedReport:
    """Build the derived tables whose inputs, rules, protocol or engine changed since they were built; the others are left alone.

    only : names of derived tables that are made of canonical ones alone; the others are not looked at. None = all.

    Each table is checked against its inputs (`reconcile`) before it takes its place: no citizen and no event may get lost or come twice.

    Raises DataError listing every canonical table that is missing, or naming the table that cannot be read or does not add up;
    UsageError for an unknown engine.
    """
    if engine not in ENGINES:
        raise UsageError(f"Unknown engine {engine!r}; valid: {', '.join(ENGINES)}.")
    study = find_study(study_path)
    protocol = load_protocol(study)
    _check_inputs(study)
    folder = study / "derived"
    folder.mkdir(exist_ok=True)
    record = read_record(study)
    steps = [step for step in STEPS if not only or step.table in only]
    contents = {name: file_hash(study / "tables" / f"{name}.parquet") for step in steps for name in step.inputs}
    done: list[PreparedTable] = []
    for step in steps:
        key = _key(step, contents, protocol, engine)
        path = folder / f"{step.table}.parquet"
        built = not (record.get(step.table, {}).get("key") == key and path.is_file() and file_hash(path) == record[step.table]["content"])
        if built:
            rows, columns = _build(step, study, protocol)
            inputs = [*step.inputs, *step.derived_inputs]
            record[step.table] = {"key": key, "content": file_hash(path), "rows": rows, "columns": columns, "inputs": inputs}
            _write_record(folder / RECORD, {step.table: record[step.table] for step in STEPS if step.table in record})
        contents[step.table] = record[step.table]["content"]
        told = {**record[step.table], "columns": tuple(record[step.table]["columns"]), "inputs": tuple(record[step.table]["inputs"])}
        done.append(PreparedTable(table=step.table, built=built, **told))
        report(f"{step.table}: {done[-1].rows:,} rows, {'built' if built else 'unchanged'}")
    return PreparedReport(tuple(done))


def read_record(study: Path) -> dict[str, dict[str, Any]]:
    """What `derived/prepared.json` says of each table (key, content, rows, columns, inputs); empty where there is none."""
    try:
        record = json.loads((study / "derived" / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _check_inputs(study: Path) -> None:
    wanted = dict.fromkeys(name for step in STEPS for name in step.inputs)
    missing = [name for name in wanted if not (study / "tables" / f"{name}.parquet").is_file()]
    if missing:
        raise DataError(
            f"Missing canonical tables: {', '.join(missing)}. Looked in {study / 'tables'}. "
            f"Make them with: python -m effekt import {study / 'delivery'} --study {study}"
        )


def _key(step: Step, contents: Mapping[str, str], protocol: Protocol, engine: str) -> str:
    made_of = {
        "inputs": {name: contents[name] for name in (*step.inputs, *step.derived_inputs)},
        "library": hash_files(import_closure(step.module)),
        "protocol": protocol.content_hash(),
        "engine": [engine, version("duckdb"), version("ibis-framework")],
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _build(step: Step, study: Path, protocol: Protocol) -> tuple[int, list[str]]:
    import ibis

    from effekt.data.engine import engine_errors
    from effekt.measures.reconcile import check_table

    build = import_module(step.module).build

    def broken(name: str) -> DataError:
        return DataError(
            f"The derived table {step.table} could not be built ({name}): one of {', '.join(paths)} does not hold what its contract says. "
            f"Make them again with: python -m effekt import {study / 'delivery'} --study {study}"
        )

    paths = {name: study / "tables" / f"{name}.parquet" for name in step.inputs}
    paths |= {name: study / "derived" / f"{name}.parquet" for name in step.derived_inputs}
    final = study / "derived" / f"{step.table}.parquet"
    with _replaced(final) as fresh:
        connection = ibis.duckdb.connect(temp_directory=str(fresh.with_suffix(".spill")))
        try:
            with engine_errors(broken):
                tables = {name: _open(connection, name, path, study) for name, path in paths.items()}
                connection.to_parquet(_ordered(build(tables, protocol), step, protocol), fresh, compression="zstd")
                made = connection.read_parquet(fresh, table_name="made")
                check_table(step.table, made, tables, protocol)
                rows = int(made.count().execute())
        except ibis.IbisError as error:
            raise broken(type(error).__name__) from None
        finally:
            connection.disconnect()
    return rows, list(made.columns)


def _ordered(table: Any, step: Step, protocol: Protocol) -> Any:
    """Rows in the order of the file; clusters in the order of the protocol (numbers sort faster than texts), so that a cluster lies together."""
    places = {cluster.id: place for place, cluster in enumerate(protocol.clusters)}
    return table.order_by([table[name].cases(*places.items(), else_=len(places)) if name == "cluster_id" else table[name] for name in step.order])


def _open(connection: Any, name: str, path: Path, study: Path) -> Any:
    import duckdb
    import ibis

    try:
        return connection.read_parquet(path, table_name=name)
    except (duckdb.Error, ibis.IbisError, OSError):
        step = "prepare" if path.parent.name == "derived" else f"import {study / 'delivery'}"
        raise DataError(
            f"The table {name} cannot be read: {path} is damaged or no parquet file. "
            f"Delete it and make it again with: python -m effekt {step} --study {study}"
        ) from None


@contextmanager
def _replaced(final: Path) -> Iterator[Path]:
    """A name to write under that becomes `final` on success and is removed otherwise."""
    import shutil

    fresh = final.with_suffix(".new")
    try:
        yield fresh
        os.replace(fresh, final)
    finally:
        fresh.unlink(missing_ok=True)
        shutil.rmtree(fresh.with_suffix(".spill"), ignore_errors=True)


def _write_record(path: Path, record: Mapping[str, Any]) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, path)

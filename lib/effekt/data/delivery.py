"""`effekt import`: a folder of a sender's files becomes the canonical tables of a study, and every row is accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from effekt.catalogue.codes import load_municipalities, load_specialties
from effekt.data import ledger
from effekt.data.accounts import NAME as ACCOUNT
from effekt.data.accounts import account_rows, write_accounts
from effekt.data.canonical import write_tables
from effekt.data.checking import Broken, check_rows, empty_view
from effekt.data.declaration import FILE
from effekt.data.engine import engine_errors
from effekt.data.folders import replaced_folders
from effekt.data.keys import draw_salt, make_keys
from effekt.data.needs import settle
from effekt.data.opening import Delivery, load_delivery, sources
from effekt.data.reading import Found
from effekt.data.registers import REGISTERS
from effekt.data.superseding import settle_deliveries
from effekt.errors import DeliveryError
from effekt.paths import find_study
from effekt.protocol import Protocol, load_protocol
from effekt.provenance import hash_files, import_closure

TOLD = ("broken", "marked")
MEMORY = "3GB"
_DRAFT_HELPS = ("file.missing", "file.column_missing", "file.dates")
FAULT = "[import.engine]: the rows could not be typed or checked ({name}). Report this as a fault of effekt, with its version."


@dataclass(frozen=True)
class FileAccount:
    """Where the rows of one file went: n_in = n_kept + n_quarantined + n_set_aside, always.

    broken : the rules that took rows out. marked : the rules that fixed rows that were kept, or warn of them; a row can have several.
    """

    file: str
    n_in: int
    n_kept: int
    n_quarantined: int
    n_set_aside: int
    broken: tuple[Broken, ...]
    marked: tuple[Broken, ...] = ()

    def __post_init__(self) -> None:
        if self.n_in != self.n_kept + self.n_quarantined + self.n_set_aside:
            raise AssertionError(f"{self.file}: {self.n_in} rows in, but {self.n_kept} + {self.n_quarantined} + {self.n_set_aside} accounted for")

    def lines(self) -> list[str]:
        """The account as text for the screen: counts, and the row numbers of the first rows a rule; no values."""
        told = f"{self.file}: {self.n_in:,} rows in = {self.n_kept:,} kept + {self.n_quarantined:,} quarantined + {self.n_set_aside:,} set aside"
        return [told, *(f"  {item.told}" for item in (*self.broken, *self.marked))]


@dataclass(frozen=True)
class ImportReport:
    """What an import did: an account a file, the rows of each canonical table, what is worth knowing.

    unchanged : nothing had to be done. blocked : outcome -> the files and columns without which it is not available.
    """

    accounts: tuple[FileAccount, ...]
    tables: dict[str, int]
    warnings: tuple[str, ...]
    unchanged: bool = False
    blocked: dict[str, list[str]] = field(default_factory=dict)


def import_delivery(
    delivery_path: str | Path,
    study_path: str | Path,
    report: Callable[[str], None] = lambda line: None,
    accept_detected: bool = False,
    declared: Path | None = None,
    databases_again: bool = False,
    replaces: bool = False,
    accept_fewer_rows: bool = False,
    start_over: bool = False,
) -> ImportReport:
    """Read a delivery into `tables/` of the study. Does nothing where the files, the protocol and the library are the same as last time.

    A delivery after the first adds to it: the tables are made anew of all of them, and the months that a later one tells replace those of the
    earlier ones (`superseding`). A folder that was delivered before is read again in its place.

    Person identifiers are replaced by study keys (`keys/`). Rows that break a rule are quarantined, rows that a named rule removes are set aside;
    both are listed by file and row number in `tables/quarantine.parquet`, without any of their values.

    accept_detected : forms of files that were found and not declared are used, now and whenever the same files are imported again.
    declared : the delivery.yml to use; else the one in the delivery or in the study. databases_again : tables of a database are read anew.
    replaces : it may contradict earlier deliveries. accept_fewer_rows : it may have far fewer rows a month. start_over : forget earlier deliveries.

    Raises DeliveryError with every problem of every file at once: which, where it was looked for, what to ask for. Nothing is changed then.
    """
    study = find_study(study_path)
    options = {"replaces": replaces, "fewer": accept_fewer_rows, "declared": declared, "start_over": start_over}
    taken = ledger.add_delivery(study, Path(delivery_path), **options)
    return _import_taken(taken, study, report, accept_detected, databases_again)


def undo_delivery(study_path: str | Path, report: Callable[[str], None] = lambda line: None) -> ImportReport:
    """Make the tables of a study as they were before the last delivery. Raises UsageError where there is none before it."""
    study = find_study(study_path)
    return _import_taken(ledger.drop_last(study), study, report, accept_detected=False, databases_again=False)


def _import_taken(
    taken: Sequence[ledger.Taken], study: Path, report: Callable[[str], None], accept_detected: bool, databases_again: bool
) -> ImportReport:
    with ledger.opened_together(study, taken) as (delivery, now), ledger.rejections_recorded(study, delivery.folder):
        return _import_opened(delivery, now, study, report, accept_detected, databases_again)


def _import_opened(
    there: Delivery, taken: Sequence[ledger.Taken], study: Path, report: Callable[[str], None], accept_detected: bool, databases_again: bool
) -> ImportReport:
    delivery, found, unread, problems = there.folder, there.found, there.unread, list(there.problems)
    protocol = load_protocol(study)
    settled = settle({**{name: _columns_there(item) for name, item in found.items()}, **unread}, protocol, delivery, there.declaration.without)
    problems += settled.problems if delivery.is_dir() else ()
    stamp = {
        "deliveries": ledger.as_records(taken),
        "protocol": protocol.content_hash(),
        "library": hash_files(import_closure("effekt.data.delivery")),
    }
    before = read_report(study)
    same = before is not None and _stamp(study) == stamp and _all_there(study, before)
    if not problems and before is not None and same and not (databases_again and there.has_databases):
        return replace(before, unchanged=True)
    with replaced_folders(study, "tables", "keys") as (tables, keys), duckdb.connect(config=_limits(tables)) as connection:
        with engine_errors(lambda name: DeliveryError(_told(delivery, [FAULT.format(name=name)]))):
            loading = load_delivery(connection, there, accept_detected or _accepted(study))
            problems += loading.problems
            if problems:
                raise DeliveryError(_told(delivery, problems))
            done = _import(connection, delivery, found, loading.ends, taken[-1], protocol, tables, keys)
            blocked = {name: list(items) for name, items in settled.blocked.items()}
            done = replace(done, warnings=(*there.warnings, *loading.warnings, *done.warnings, *settled.warnings), blocked=blocked)
        kept_before = _kept_before(study, before, len(taken))
        write_accounts(tables, account_rows(done.accounts, kept_before, done.blocked))
        _write_record(tables / ledger.RECORD, {"stamp": stamp, "accepted": sorted(loading.used), "kept_before": kept_before, **asdict(done)})
    for line in [line for account in done.accounts for line in account.lines()] + [f"note: {warning}" for warning in done.warnings]:
        report(line)
    return done


def read_report(study_path: Path) -> ImportReport | None:
    """The report of the last import of a study; None where there is none, or one that an earlier version wrote."""
    record = _record(study_path)
    if record is None:
        return None
    try:
        accounts = tuple(
            FileAccount(**{**account, **{kind: tuple(Broken(**{**item, "rows": tuple(item["rows"])}) for item in account[kind]) for kind in TOLD}})
            for account in record["accounts"]
        )
    except (KeyError, TypeError):
        return None
    return ImportReport(accounts, record["tables"], tuple(record["warnings"]), record["unchanged"], record.get("blocked", {}))


def _columns_there(item: Found) -> frozenset[str]:
    return frozenset(name for name, place in item.positions.items() if place is not None)


def _incomplete(found: dict[str, Found]) -> set[str]:
    """Registers with a file that lacks a column it may lack."""
    lacks = {name for name, item in found.items() for column in item.source.columns if column.loose and item.positions[column.name] is None}
    return {register.name for register in REGISTERS for source in register.sources if source.name in lacks}


def _import(
    connection: duckdb.DuckDBPyConnection,
    delivery: Path,
    found: dict[str, Found],
    ends: dict[str, tuple[int, ...]],
    newest: ledger.Taken,
    protocol: Protocol,
    tables: Path,
    keys: Path,
) -> ImportReport:
    _reference_tables(connection, protocol)
    salt = draw_salt(protocol.seed if protocol.synthetic else None)
    accounts: list[FileAccount] = []
    problems: list[str] = []
    warnings: list[str] = []
    trusts_people = True
    for source in sources():
        if source.name in found:
            settled = settle_deliveries(connection, found[source.name], ends[source.name], newest.replaces, newest.fewer)
            account, wrong = _check(connection, settled.found, trusts_people)
            accounts.append(account)
            problems += [*settled.problems, *wrong]
            warnings += settled.warnings
            trusts_people = trusts_people and not (source.base and wrong)
        else:
            empty_view(connection, source)
        if source.study_key is not None:
            make_keys(connection, source.study_key, source.name, salt)
            connection.execute(f"COPY {source.study_key.table} TO '{_quoted(keys / source.study_key.table)}.parquet' (FORMAT parquet)")
    if problems:
        raise DeliveryError(_told(delivery, problems))
    counts = write_tables(connection, tables, _incomplete(found))
    _write_quarantine(connection, accounts, tables)
    return ImportReport(tuple(accounts), counts, tuple(warnings))


def _check(connection: duckdb.DuckDBPyConnection, found: Found, trusts_people: bool) -> tuple[FileAccount, tuple[str, ...]]:
    """The account of a file, and why the delivery is refused because of it."""
    checked = check_rows(connection, found, trusts_people)
    name = found.source.name
    n_in = _count(connection, f"checked_{name}")
    taken = {kind: sum(item.n for item in checked.broken if item.reaction == kind) for kind in ("quarantine", "set_aside")}
    n_kept = _count(connection, f"kept_{name}")
    account = FileAccount(found.source.file, n_in, n_kept, taken["quarantine"], taken["set_aside"], checked.broken, checked.marked)
    return account, checked.problems


def _limits(tables: Path) -> dict[str, str]:
    return {"temp_directory": str(tables / ".spill"), "memory_limit": MEMORY}


def _kept_before(study: Path, before: ImportReport | None, n_deliveries: int) -> dict[str, int]:
    """Rows kept of each file before the newest delivery was added; none for the first delivery."""
    known = len(ledger.read_ledger(study))
    if before is None or n_deliveries < 2 or known > n_deliveries:
        return {}
    if known < n_deliveries:
        return {account.file: account.n_kept for account in before.accounts}
    return dict((_record(study) or {}).get("kept_before", {}))


def _all_there(study: Path, done: ImportReport) -> bool:
    return all((study / "tables" / f"{table}.parquet").is_file() for table in (*done.tables, ACCOUNT))


def _write_quarantine(connection: duckdb.DuckDBPyConnection, accounts: list[FileAccount], tables: Path) -> None:
    """File, row number, rule and reaction of every row that was not kept: enough to find it at the sender's, and nothing of what it says."""
    parts = ["SELECT ''::VARCHAR AS file, 0::BIGINT AS row, ''::VARCHAR AS rule, ''::VARCHAR AS reaction WHERE false"]
    for account in accounts:
        for item in account.broken:
            checked = next(f"checked_{source.name}" for source in sources() if source.file == account.file)
            parts.append(f"SELECT '{account.file}', row_no, verdict, '{item.reaction}' FROM {checked} WHERE verdict = '{item.rule}'")
    path = _quoted(tables / "quarantine.parquet")
    connection.execute(f"COPY (FROM ({' UNION ALL '.join(parts)}) ORDER BY file, row) TO '{path}' (FORMAT parquet)")


def _reference_tables(connection: duckdb.DuckDBPyConnection, protocol: Protocol) -> None:
    codes = ", ".join(f"('{code}')" for code in load_municipalities())
    connection.execute(f"CREATE OR REPLACE TABLE municipality AS SELECT * FROM (VALUES {codes}) AS list(kommunekode)")
    names = ", ".join(f"('{name}', '{code}')" for name, code in load_specialties().items())
    connection.execute(f"CREATE OR REPLACE TABLE specialty AS SELECT * FROM (VALUES {names}) AS list(name, code)")
    connection.execute(f"CREATE OR REPLACE TABLE last_day AS SELECT last_day(DATE '{protocol.data_period.last}') AS day")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _told(delivery: Path, problems: list[str]) -> str:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = [f"The delivery {delivery} was not imported, {count}:", *(f"- {problem}" for problem in problems)]
    if not (delivery / FILE).exists() and any(f"[{rule}]" in problem for rule in _DRAFT_HELPS for problem in problems):
        lines.append(f"Other names and forms are declared in {FILE}. To get a first one, to be corrected: python -m effekt import {delivery} --draft")
    return "\n".join(lines)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _record(study: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((study / "tables" / ledger.RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and "stamp" in record else None


def _accepted(study: Path) -> set[str]:
    """Hashes of the files whose found forms were accepted when they were last imported."""
    return set((_record(study) or {}).get("accepted", ()))


def _stamp(study: Path) -> Any:
    record = _record(study)
    return record["stamp"] if record else None


def _write_record(path: Path, record: dict[str, Any]) -> None:
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

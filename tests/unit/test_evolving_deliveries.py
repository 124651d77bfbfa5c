"""A second delivery adds to the first or replaces part of it, is refused where it contradicts it, and can be undone."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from effekt import cli
from effekt.data.delivery import ImportReport, import_delivery, undo_delivery
from effekt.data.ledger import read_ledger
from effekt.errors import DeliveryError, UsageError
from effekt.provenance import file_hash
from tests.tiny import EVALUATION as TINY
from tests.tiny import DORA, Files, contact, homecare_week, tiny_files, write_rows, write_study

EVALUATION = TINY + "synthetic: true\n"
SPLIT = "2014-01-01"
DATED = {"bef": "referencetid", "lpr_adm": "d_inddto", "homecare": "aar"}


def delivered() -> Files:
    """The tiny delivery, with something of every file in the years before 2014 too."""
    files = tiny_files()
    files["lpr_adm"].insert(0, contact("r0", DORA, "2012-02-01 12:00", "2012-02-01 15", c_pattype="2", c_spec=""))
    files["drg_amb"].append({"recnum": "r0", "v_pris_genop": "1.250"})
    files["homecare"].append(homecare_week(DORA, 2013, 50, 30, 30))
    return files


def before(row: dict, name: str) -> bool:
    value = str(row[DATED[name]])
    return value < SPLIT[: len(value)]


def halves() -> tuple[Files, Files]:
    """The tiny delivery as two: the years before 2014, and 2014; files without days are in both, diagnoses and prices with their contacts."""
    first, second = deepcopy(delivered()), deepcopy(delivered())
    for name in DATED:
        first[name] = [row for row in first[name] if before(row, name)]
        second[name] = [row for row in second[name] if not before(row, name)]
    for files in (first, second):
        there = {row["recnum"] for row in files["lpr_adm"]}
        for name in ("lpr_diag", "drg_hel", "drg_amb"):
            files[name] = [row for row in files[name] if row["recnum"] in there]
    first["sssy"] = [row for row in first["sssy"] if int(str(row["honuge"])) < 1401]
    second["sssy"] = [row for row in second["sssy"] if int(str(row["honuge"])) >= 1401]
    return ({name: rows for name, rows in files.items() if rows} for files in (first, second))  # type: ignore[return-value]


def deliver(folder: Path, files: Files) -> Path:
    for name, rows in files.items():
        write_rows(folder / f"{name}.csv", rows)
    return folder


def tables(study: Path) -> dict[str, list]:
    paths = [path for path in sorted((study / "tables").glob("*.parquet")) if path.stem not in ("quarantine", "account")]
    return {path.name: parquet.read_table(path).to_pylist() for path in paths}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study", EVALUATION, {})





@pytest.fixture
def whole(tmp_path: Path) -> dict[str, list]:
    """The tables of the tiny delivery in one piece."""
    folder = write_study(tmp_path / "whole", EVALUATION, delivered())
    import_delivery(folder / "delivery", folder)
    return tables(folder)


def imported(study: Path, folder: Path, **options: bool) -> ImportReport:
    return import_delivery(folder, study, **options)  # type: ignore[arg-type]


def account(report: ImportReport, file: str):  # noqa: ANN201
    return next(item for item in report.accounts if item.file == file)


def test_two_deliveries_that_follow_each_other_are_the_same_as_one(study: Path, tmp_path: Path, whole: dict[str, list]) -> None:
    first, second = halves()
    imported(study, deliver(tmp_path / "first", first))
    imported(study, deliver(tmp_path / "second", second))
    assert tables(study) == whole
    assert [Path(item.folder).name for item in read_ledger(study)] == ["first", "second"]


@pytest.mark.thorough
def test_what_is_delivered_again_unchanged_counts_once_also_without_a_key(study: Path, tmp_path: Path, whole: dict[str, list]) -> None:
    _, second = halves()
    imported(study, deliver(tmp_path / "first", delivered()))
    report = imported(study, deliver(tmp_path / "second", second))
    assert tables(study) == whole
    sssy = account(report, "sssy.csv")
    assert sssy.n_set_aside >= len(second["sssy"]) and any(item.rule == "sssy.row.delivered_again" for item in sssy.broken)
    assert all(item.n_in == item.n_kept + item.n_quarantined + item.n_set_aside for item in report.accounts)


def corrected() -> Files:
    files = deepcopy(delivered())
    files["lpr_adm"][-1]["c_adiag"] = "DJ189"
    return files


def test_a_delivery_that_contradicts_an_earlier_one_is_refused_and_changes_nothing(study: Path, tmp_path: Path) -> None:
    imported(study, deliver(tmp_path / "first", delivered()))
    known = tables(study)
    with pytest.raises(DeliveryError) as refused:
        imported(study, deliver(tmp_path / "second", corrected()))
    assert "lpr_adm.csv [delivery.contradicts]: 1 rows that were delivered before are not there now, and 1 rows are new" in str(refused.value)
    assert "--replace" in str(refused.value) and tables(study) == known and len(read_ledger(study)) == 1


@pytest.mark.thorough
def test_of_a_refused_delivery_the_hash_and_size_of_each_file_are_kept_until_one_is_taken(study: Path, tmp_path: Path) -> None:
    imported(study, deliver(tmp_path / "first", delivered()))
    with pytest.raises(DeliveryError):
        imported(study, deliver(tmp_path / "second", corrected()))
    files = json.loads((study / "rejected.json").read_text(encoding="utf-8"))["files"]
    bad = tmp_path / "second" / "lpr_adm.csv"
    assert set(files) == {path.name for path in (tmp_path / "second").iterdir()}
    assert files["lpr_adm.csv"] == {"sha256": file_hash(bad), "bytes": bad.stat().st_size}
    imported(study, tmp_path / "second", replaces=True)
    assert not (study / "rejected.json").exists()


@pytest.mark.thorough
def test_with_replace_the_later_delivery_holds_and_the_earlier_rows_are_counted(study: Path, tmp_path: Path) -> None:
    imported(study, deliver(tmp_path / "first", delivered()))
    report = imported(study, deliver(tmp_path / "second", corrected()), replaces=True)
    assert [row["action_diagnosis"] for row in tables(study)["contact.parquet"]].count("DJ189") == 1
    item = account(report, "lpr_adm.csv")
    assert item.n_in == 2 * len(delivered()["lpr_adm"])
    assert next(rule.n for rule in item.broken if rule.rule == "lpr_adm.row.delivered_again") == len(delivered()["lpr_adm"])


@pytest.mark.thorough
def test_once_accepted_a_replacement_needs_no_second_permission(study: Path, tmp_path: Path) -> None:
    imported(study, deliver(tmp_path / "first", delivered()))
    imported(study, deliver(tmp_path / "second", corrected()), replaces=True)
    (study / "tables" / "contact.parquet").unlink()
    assert not imported(study, tmp_path / "second").unchanged


def test_nothing_is_done_again_while_no_delivery_changes(study: Path, tmp_path: Path) -> None:
    first, second = halves()
    imported(study, deliver(tmp_path / "first", first))
    imported(study, deliver(tmp_path / "second", second))
    assert imported(study, tmp_path / "first").unchanged and imported(study, tmp_path / "second").unchanged


@pytest.mark.thorough
def test_the_last_delivery_can_be_undone(study: Path, tmp_path: Path) -> None:
    imported(study, deliver(tmp_path / "first", delivered()))
    known = tables(study)
    imported(study, deliver(tmp_path / "second", corrected()), replaces=True)
    assert tables(study) != known
    undo_delivery(study)
    assert tables(study) == known and len(read_ledger(study)) == 1
    with pytest.raises(UsageError, match="There is nothing to undo"):
        undo_delivery(study)


def test_an_earlier_delivery_that_is_gone_is_named_with_what_to_do(study: Path, tmp_path: Path) -> None:
    first, second = halves()
    imported(study, deliver(tmp_path / "first", first))
    (tmp_path / "first" / "bef.csv").write_text("changed\n", encoding="utf-8")
    with pytest.raises(DeliveryError, match=r"(?s)first \[delivery.gone\].*--start-over") as refused:
        imported(study, deliver(tmp_path / "second", delivered()))
    assert "second [delivery.gone]" not in str(refused.value)
    imported(study, tmp_path / "second", start_over=True)
    assert [Path(item.folder).name for item in read_ledger(study)] == ["second"]


@pytest.mark.thorough
def test_a_later_delivery_with_far_fewer_rows_a_month_is_refused_unless_it_is_said_to_be_right(study: Path, tmp_path: Path) -> None:
    first, second = halves()
    imported(study, deliver(tmp_path / "first", first))
    months = sorted({str(row["referencetid"]) for row in second["bef"]})
    second["bef"] = [row for row in second["bef"] if row["pnr"] == second["bef"][0]["pnr"]]
    assert len(second["bef"]) == len(months)
    told = r"bef.csv \[delivery.fewer_rows\]: 1 rows a month, and [56] in the deliveries before.*--accept-fewer-rows"
    with pytest.raises(DeliveryError, match=told):
        imported(study, deliver(tmp_path / "second", second))


@pytest.mark.thorough
def test_months_that_no_delivery_tells_are_named(study: Path, tmp_path: Path) -> None:
    first, second = halves()
    first["bef"] = [row for row in first["bef"] if str(row["referencetid"]) < "2013-07"]
    imported(study, deliver(tmp_path / "first", first))
    report = imported(study, deliver(tmp_path / "second", second))
    assert any("bef.csv [delivery.gap]: no rows from 2013-05 until 2014-01" in warning for warning in report.warnings), report.warnings


@pytest.mark.thorough
def test_the_command_line_replaces_and_undoes(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(tmp_path / "first", delivered())
    deliver(tmp_path / "second", corrected())
    command = ["import", "--study", str(study)]
    assert cli.main([*command, str(tmp_path / "first")]) == 0
    assert cli.main([*command, str(tmp_path / "second")]) == 3
    assert "delivery.contradicts" in capsys.readouterr().err
    assert cli.main([*command, str(tmp_path / "second"), "--replace"]) == 0
    assert cli.main([*command, "--undo"]) == 0 and len(read_ledger(study)) == 1

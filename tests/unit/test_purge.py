"""`effekt purge`: nothing about a person is left in the study's folder, and what was left is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from effekt import cli
from effekt.data.delivery import import_delivery
from effekt.data.purge import PERSON_LEVEL, plan_purge, purge
from tests.tiny import write_study


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = write_study(tmp_path / "study")
    import_delivery(folder / "delivery", folder)
    (folder / "derived").mkdir()
    (folder / "derived" / "stays.parquet").write_bytes(b"rows")
    (folder / "tables.new").mkdir()
    (folder / "tables.new" / "half.parquet").write_bytes(b"rows of a command that was killed")
    return folder


def test_without_yes_nothing_is_removed_and_the_command_to_type_is_told(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(study.rglob("*"))
    assert cli.main(["purge", "--study", str(study)]) == 0
    told = capsys.readouterr().out
    assert sorted(study.rglob("*")) == before
    assert "would be removed: keys" in told and f"python -m effekt purge --study {study} --yes" in told


def test_everything_about_persons_goes_and_what_remains_is_said(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identifiers = (study / "delivery" / "bef.csv").read_text(encoding="utf-8").splitlines()[1].split(";")[0]
    assert cli.main(["purge", "--study", str(study), "--yes"]) == 0
    told = capsys.readouterr().out
    assert sorted(path.name for path in study.iterdir()) == ["evaluation.yml", "purged.json"]
    assert identifiers not in "".join(path.read_text(encoding="utf-8") for path in study.iterdir())
    for name in (*PERSON_LEVEL, "tables.new"):
        assert f"removed: {name}, " in told
    assert "evaluation.yml" in told and "outputs/" in told


def test_what_the_tables_were_made_of_stays_on_record(study: Path) -> None:
    stamp = json.loads((study / "tables" / "import.json").read_text(encoding="utf-8"))["stamp"]
    purge(study)
    assert json.loads((study / "purged.json").read_text(encoding="utf-8"))["stamp"] == stamp


def test_a_second_purge_finds_nothing_and_keeps_the_record(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    purge(study)
    record = (study / "purged.json").read_text(encoding="utf-8")
    assert cli.main(["purge", "--study", str(study), "--yes"]) == 0
    assert "There are no person-level data" in capsys.readouterr().out
    assert (study / "purged.json").read_text(encoding="utf-8") == record


def test_read_only_files_go_too(study: Path) -> None:
    for path in (study / "keys").iterdir():
        os.chmod(path, 0o444)
    purge(study)
    assert not (study / "keys").exists()


def test_a_delivery_behind_a_link_is_unlinked_and_named_and_not_removed(study: Path, tmp_path: Path) -> None:
    outside = tmp_path / "from the sender"
    (study / "delivery").rename(outside)
    (study / "delivery").symlink_to(outside, target_is_directory=True)
    assert plan_purge(study).elsewhere == (outside.resolve(),)
    purge(study)
    assert not (study / "delivery").exists() and (outside / "bef.csv").is_file()


def test_a_file_that_cannot_be_removed_is_told_in_words(study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "held", "the name of a file")

    monkeypatch.setattr("effekt.data.purge.shutil.rmtree", refuse)
    assert cli.main(["purge", "--study", str(study), "--yes"]) == 2
    told = capsys.readouterr().err
    assert "a file is open in another program" in told and "the name of a file" not in told

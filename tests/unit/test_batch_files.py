"""Files are whole or not there, and what a killed run left is cleaned away."""

from __future__ import annotations

from pathlib import Path

import pytest

from effekt.batch import files
from effekt.errors import UsageError


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, [1])

    def full(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        files.write_json(path, [2])
    assert files.read_json(path) == [1] and [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_half_a_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"status": "o', encoding="utf-8")
    assert files.read_json(tmp_path / "run.json") is None


def test_a_folder_takes_the_place_of_the_old_one_and_nothing_else_is_left(tmp_path: Path) -> None:
    for name, text in (("latest", "old"), (".new.building", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(text, encoding="utf-8")
    files.put_folder(tmp_path / ".new.building", tmp_path / "latest")
    assert (tmp_path / "latest" / "index.html").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_the_old_folder_comes_back_where_the_new_one_cannot_be_placed(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "index.html").write_text("old", encoding="utf-8")
    with pytest.raises(OSError):
        files.put_folder(tmp_path / "missing", tmp_path / "latest")
    assert (tmp_path / "latest" / "index.html").read_text(encoding="utf-8") == "old"


def test_leftovers_of_a_killed_run_are_cleaned_and_a_result_moved_aside_comes_back(tmp_path: Path) -> None:
    for name in (".demo.building", ".latest.old"):
        (tmp_path / name).mkdir()
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "run.json.part").write_text("{", encoding="utf-8")
    assert files.clean_leftovers(tmp_path) == 3
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["demo", "latest"]


def test_only_one_batch_writes_at_a_time(tmp_path: Path) -> None:
    with files.only_one(tmp_path), pytest.raises(UsageError, match="Another effekt run"), files.only_one(tmp_path):
        pass
    with files.only_one(tmp_path):
        pass


def test_a_private_folder_goes_and_takes_those_of_killed_processes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(files.tempfile, "tempdir", str(tmp_path))
    (tmp_path / "toy-killed").mkdir()
    (tmp_path / "toy-killed" / ".lock").touch()
    with files.private_folder("toy-") as first, files.private_folder("toy-") as second:
        assert first.is_dir() and second.is_dir() and not (tmp_path / "toy-killed").exists()
        if files.os.name != "nt":
            assert first.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_a_second_process_may_wait_for_the_first(tmp_path: Path) -> None:
    told: list[str] = []
    first = files.only_one(tmp_path)
    first.__enter__()

    def let_go() -> None:
        told.append("waiting")
        first.__exit__(None, None, None)

    with files.only_one(tmp_path, let_go):
        assert told == ["waiting"]

"""The lock on a protocol: what was said before outcomes were read, and every later change with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from effekt import cli
from effekt.batch.pages import lock_lines
from effekt.errors import ProtocolError, UsageError
from effekt.protocol_lock import LOCK_FILE, Lock, lock_protocol, read_lock
from tests.tiny import EVALUATION


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "evaluation.yml").write_text(EVALUATION, encoding="utf-8")
    return tmp_path


def say(study: Path, old: str, new: str) -> None:
    text = (study / "evaluation.yml").read_text(encoding="utf-8")
    assert old in text
    (study / "evaluation.yml").write_text(text.replace(old, new), encoding="utf-8")


def locked(study: Path, today: str = "2026-01-05", **options: object) -> Lock:
    return lock_protocol(study, today=today, outcomes_read=bool(options.pop("outcomes_read", False)), **options)  # type: ignore[arg-type]


def test_a_study_that_was_never_locked_says_so() -> None:
    assert dict(lock_lines(Lock(), "en")) == {
        "Lock of the protocol": "The protocol is not locked; nobody can see whether it was changed after the outcomes were known."
    }


def test_comments_and_layout_are_no_change(study: Path) -> None:
    first = locked(study)
    say(study, "price_year: 2013", "# a remark\nprice_year:   2013")
    assert read_lock(study) == first and locked(study, "2026-02-01") == first


def test_a_change_is_seen_at_once_and_needs_a_reason(study: Path) -> None:
    locked(study)
    say(study, "start: 2013-06", "start: 2013-07")
    assert read_lock(study).unlocked_keys == ("clusters.1.start",)
    with pytest.raises(UsageError, match=r"locked on 2026-01-05: clusters.1.start. Say why: .* --because"):
        locked(study, "2026-02-01")


def test_every_change_is_listed_with_its_reason_on_the_pages_of_both_languages(study: Path) -> None:
    locked(study)
    say(study, "start: 2013-06", "start: 2013-07")
    locked(study, "2026-02-01", reason="The cluster began a month later")
    say(study, "price_year: 2013", "price_year: 2014")
    told = list(lock_lines(read_lock(study), "en"))
    assert told[0][1].startswith("Locked 5 January 2026, before outcomes were read, hash ")
    assert told[1] == ("Changed since the lock", "1 February 2026: clusters.1.start. Reason: The cluster began a month later")
    assert told[2] == ("Changed since the lock", "Without a reason: price_year")
    named = [name for name, _ in lock_lines(read_lock(study), "da")]
    assert named == ["Protokollens låsning", "Ændret siden låsningen", "Ændret siden låsningen"]


def test_a_lock_that_came_after_the_outcomes_says_so(study: Path) -> None:
    lock = locked(study, outcomes_read=True)
    assert "when outcomes had already been read" in dict(lock_lines(lock, "en"))["Lock of the protocol"]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(("part", "value"), [("date", "2025-01-01"), ("reason", "x"), ("keys", ["level"]), ("seal", "ab"), ("outcomes_read", True)])
def test_an_edited_lock_is_refused(study: Path, place: int, part: str, value: object) -> None:
    locked(study)
    say(study, "price_year: 2013", "price_year: 2014")
    locked(study, "2026-02-01", reason="Prices")
    record = json.loads((study / LOCK_FILE).read_text(encoding="utf-8"))
    record["entries"][place][part] = value
    (study / LOCK_FILE).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ProtocolError, match="damaged or was edited by hand"):
        read_lock(study)


def test_an_earlier_entry_cannot_be_left_out(study: Path) -> None:
    locked(study)
    for year in ("2014", "2015"):
        say(study, f"price_year: {int(year) - 1}", f"price_year: {year}")
        locked(study, f"{year}-02-01", reason="Prices")
    record = json.loads((study / LOCK_FILE).read_text(encoding="utf-8"))
    del record["entries"][1]
    (study / LOCK_FILE).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ProtocolError, match="damaged"):
        read_lock(study)


def test_a_new_key_of_the_library_is_no_change_of_the_protocol(study: Path) -> None:
    locked(study)
    assert "late_registration" not in (study / LOCK_FILE).read_text(encoding="utf-8")


def test_the_command_tells_the_seal_and_refuses_a_change_without_a_reason(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["lock", "--study", str(study)]) == 0
    assert read_lock(study).entries[0].seal in capsys.readouterr().out.replace("\n", "")
    say(study, "price_year: 2013", "price_year: 2014")
    assert cli.main(["lock", "--study", str(study)]) == 2
    assert cli.main(["lock", "--study", str(study), "--because", "Prices"]) == 0

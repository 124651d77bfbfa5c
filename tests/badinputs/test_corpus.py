"""Every kind of bad input gets what the list says: exit code, rule and rows, nothing of a person anywhere, every row accounted for."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from effekt import cli, paths
from tests.badinputs import cases_files, cases_persons, cases_stays, cases_values
from tests.badinputs.case import CANARIES, CPR, Case
from tests.tiny import HOMES, tiny_files, write_study

CASES: tuple[Case, ...] = tuple(case for part in (cases_files, cases_persons, cases_stays, cases_values) for case in part.CASES)
LOOKED_AT = CASES if os.environ.get("EFFEKT_REQUIRE_ALL") or not os.environ.get("EFFEKT_EXAMPLES") else CASES[::8]
"""All of them; in `make test`, which asks for fewer examples, every eighth."""
KEPT_APART = "keys"
TAKEN = {"Q": ("quarantine", "set_aside"), "F": ("fix", "set_aside", "warn"), "W": ("warn", "fix")}


def named(case: Case) -> str:
    return f"{case.number}-{case.what.replace(' ', '_')}"


def said_and_written(study: Path, said: str) -> str:
    """All that left the import, as one text: what was printed, and every file but the delivery and the keys."""
    texts = [said]
    for path in sorted(path for path in study.rglob("*") if path.is_file()):
        place = path.relative_to(study).parts
        if place[0] in ("delivery", KEPT_APART):
            continue
        texts.append(path.name)
        if path.suffix == ".parquet":
            texts += [str(value) for column in parquet.read_table(path).to_pydict().values() for value in column]
        else:
            texts.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(texts)


def written(study: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for place in ("tables", "keys") for path in (study / place).glob("*")}


def held(study: Path) -> dict:
    return json.loads((study / "tables" / "import.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", LOOKED_AT, ids=named)
def test_bad_input(case: Case, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if case.also is not None and case.files is None and case.folder is None:
        case.also(tmp_path)
        return
    files = tiny_files()
    if case.files is not None:
        case.files(files)
    study = write_study(tmp_path / "study", files=files)
    if case.folder is not None:
        case.folder(study)
    before = written(study)
    logs = set((paths.OUTPUTS / "log").glob("*"))
    status = cli.main(["import", str(study / "delivery"), "--study", str(study), *case.arguments])
    out, err = capfd.readouterr()
    assert (status, set((paths.OUTPUTS / "log").glob("*")) - logs) == (case.status, set()), out + err
    everything = said_and_written(study, out + err)
    assert not [canary for canary in (*HOMES, CPR, *CANARIES) if canary in everything]
    if status:
        assert (case.told or f"[{case.rule}]") in err, err
        assert not case.rows or f"first rows {', '.join(map(str, case.rows))}" in err, err
        assert written(study) == before
        return
    accounts = held(study)["accounts"]
    assert accounts and all(one["n_in"] == one["n_kept"] + one["n_quarantined"] + one["n_set_aside"] for one in accounts)
    for one in accounts:
        assert one["n_quarantined"] + one["n_set_aside"] == sum(item["n"] for item in one["broken"])
    if case.reaction == "ok":
        assert {item["rule"] for one in accounts for item in one["broken"]} == {"sssy.barnmak.child", "homecare.leveret.allocated"}
    elif case.told:
        assert case.told in out, out
    else:
        told = {item["rule"]: item for one in accounts for item in (*one["broken"], *one["marked"])}
        assert case.rule in told, sorted(told)
        assert told[case.rule]["reaction"] in TAKEN[case.reaction]
        assert not case.rows or tuple(told[case.rule]["rows"]) == case.rows
        assert f"[{case.rule}]" in out
    if case.also is not None:
        case.also(study)


def test_all_93_kinds_are_there() -> None:
    assert {case.number for case in CASES} == set(range(1, 94))

"""The table of all changes says of every outcome what `change` says of it, and is made again only when something it is made of has changed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from effekt import Study, report
from effekt.errors import DataError
from effekt.report import all_changes as table
from effekt.report.results import rounded

WHOLE_SERIES = ("errors_differ_by_level", "units_without_events", "months_without_events")
"""Cautions that the headline alone does not carry."""
ASKED = ("adm_acute_medical", "cost_total", "homecare_h", "nursing")


@pytest.fixture(scope="module")
def prepared(small_study_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small study whose derived tables may be touched."""
    folder = tmp_path_factory.mktemp("changes") / "study"
    return Path(shutil.copytree(small_study_path, folder, ignore=shutil.ignore_patterns("delivery", "keys")))


def plain(estimate: object) -> dict:
    """What a page shows of an estimate, rounded as a result is."""
    told = estimate.record()
    kept = {key: told[key] for key in ("outcome", "unit", "measure_unit", "value", "low", "high", "se", "p", "claim", "contrast", "n_citizens")}
    counts = {key: told["facts"].get(key) for key in ("n_citizens_treated", "n_events_treated", "prediction_low", "tau2")}
    cautions = [key for key in told["cautions"] if key not in WHOLE_SERIES]
    return rounded(kept | counts) | {"cautions": sorted(cautions), "reasons": sorted(told["reasons"])}


@pytest.mark.parametrize("outcome", ASKED)
def test_the_table_says_of_an_outcome_what_its_own_page_says(prepared: Path, outcome: str) -> None:
    study = Study.open(prepared)
    held = next(one for one in report.outcome_changes(study) if one.outcome == outcome)
    own = report.change(study, outcome)
    assert [plain(one) for one in (*held.clusters, held.effect)] == [plain(one) for one in (*(one.effect for one in own.clusters), own.effect)]
    assert held.pooled.blups["unit"].tolist() == own.pooled.blups["unit"].tolist()
    assert held.of(study.clusters[0]) == held.clusters[0] and held.of("region") == held.effect


def test_the_outcomes_that_serve_an_aim_are_there_in_the_order_of_the_catalogue(prepared: Path) -> None:
    study = Study.open(prepared)
    wanted = [name for name, outcome in study.protocol.catalogue().items() if outcome.aim != "none"]
    assert [one.outcome for one in report.outcome_changes(study)] == wanted and 10 < len(wanted) < len(study.protocol.catalogue())


def test_it_is_made_again_only_when_something_changed(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    whole = pd.read_parquet(prepared / "derived" / f"{table.TABLE}.parquet")
    file, record = (prepared / "derived" / f"{table.TABLE}.{kind}" for kind in ("parquet", "json"))
    monkeypatch.setattr(table, "hash_files", lambda files: "the library as it is")
    monkeypatch.setattr(table, "build", lambda study, report: made.append(study.unit) or whole)
    table.ensure_changes(prepared)
    table.ensure_changes(prepared)
    assert made == ["region"], "once for the library, then never"
    file.write_bytes(file.read_bytes() + b"0")
    table.ensure_changes(prepared)
    assert len(made) == 2, "a file that is not the one recorded"
    record.write_text("{", encoding="utf-8")
    table.ensure_changes(prepared)
    assert len(made) == 3, "a record that cannot be read"
    pd.read_parquet(prepared / "derived" / "cost_months.parquet").head(9).to_parquet(prepared / "derived" / "cost_months.parquet")
    table.ensure_changes(prepared)
    assert len(made) == 4, "a derived table that it is made of"


def test_data_at_fault_are_told_and_leave_the_other_outcomes(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DataError("12 unit-months have events but no exposure.")

    study, said = Study.open(prepared), []
    monkeypatch.setattr(table, "controlled_effect", refuse)
    monkeypatch.setattr(table, "answer", refuse)
    monkeypatch.setattr(study.protocol.__class__, "catalogue", lambda self: {"readm30": _readm30()})
    made = table.build(study, said.append)
    assert {tuple(json.loads(one)["cautions"]) for one in made["estimate"][:-1]} == {("not_computed",)}
    assert len(said) == len(study.clusters) and all("readm30" in line and "no exposure" in line for line in said)


def _readm30() -> object:
    from effekt.catalogue.outcomes import load_outcomes

    return replace(load_outcomes()["readm30"])

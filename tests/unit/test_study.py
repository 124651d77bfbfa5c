"""A study as a notebook meets it: what it knows before any table is read, and what it says when something is not there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from effekt import Study
from effekt.errors import DataError, ProtocolError, UsageError
from tests.tiny import EVALUATION


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evaluation.yml").write_text(EVALUATION, encoding="utf-8")
    return tmp_path


def test_a_cluster_knows_its_start_and_its_earlier_project(folder: Path) -> None:
    study = Study.open(folder, cluster="alfa")
    assert study.start == pd.Timestamp("2013-03-01")
    assert study.contaminated == [(pd.Timestamp("2012-02-01"), pd.Timestamp("2012-04-01"))]
    assert (study.horizon, study.phase_in, study.level, study.language, study.synthetic, study.unit) == (12, 3, 0.95, "en", False, "alfa")
    assert study.period == (pd.Timestamp("2012-01-01"), pd.Timestamp("2014-12-01"))


@pytest.mark.parametrize("name", [None, "region"])
def test_the_region_has_no_start_of_its_own(folder: Path, name: str | None) -> None:
    study = Study.open(folder, cluster=name)
    assert study.cluster is None and study.contaminated == [] and study.clusters == ("alfa", "beta")
    with pytest.raises(UsageError, match=r"study\.of\(cluster\)\.start"):
        _ = study.start
    assert study.of("beta").start == pd.Timestamp("2013-06-01")


def test_an_unknown_cluster_is_refused_with_the_nearest_and_all_valid_ones(folder: Path) -> None:
    with pytest.raises(UsageError) as told:
        Study.open(folder, cluster="beeta")
    assert str(told.value) == "Unknown cluster 'beeta'; did you mean 'beta'? The clusters of this study: alfa, beta."
    with pytest.raises(UsageError, match="Unknown cluster 'qqq'; valid: alfa, beta"):
        Study.open(folder).of("qqq")


def test_a_folder_that_is_no_study_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a study is a folder with an evaluation.yml"):
        Study.open(tmp_path / "nothing")


def test_a_protocol_that_contradicts_itself_is_refused_before_anything_is_read(folder: Path) -> None:
    (folder / "evaluation.yml").write_text(EVALUATION.replace("start: 2013-03", "start: 2019-03"), encoding="utf-8")
    with pytest.raises(ProtocolError, match="evaluation.yml line 8"):
        Study.open(folder, cluster="alfa")


def test_a_study_cannot_be_changed(folder: Path) -> None:
    study = Study.open(folder, cluster="alfa", age_min=70)
    assert study.parameters["age_min"] == 70
    with pytest.raises(AttributeError):
        study.cluster = "beta"  # type: ignore[misc]
    with pytest.raises(TypeError):
        study.parameters["age_min"] = 80  # type: ignore[index]


def test_labels_name_clusters_municipalities_region_and_outcomes_in_both_languages(folder: Path) -> None:
    labels = Study.open(folder).labels()
    assert labels["alfa"] == {"da": "Alfa", "en": "Alpha"} and labels["0751"] == {"da": "Aarhus", "en": "Aarhus"}
    assert labels["region"] == {"da": "Regionen", "en": "The region"} and labels["adm_acute"]["da"] == "Akutte indlæggelser"


def test_a_missing_table_names_where_it_was_looked_for_and_the_command(folder: Path) -> None:
    study = Study.open(folder, cluster="alfa")
    with pytest.raises(DataError) as told:
        study.read("stays")
    assert str(folder / "derived" / "stays.parquet") in str(told.value) and "python -m effekt prepare --study" in str(told.value)
    assert study.tables_read() == ()


def test_a_damaged_table_is_told_in_words(folder: Path) -> None:
    (folder / "derived").mkdir()
    (folder / "derived" / "stays.parquet").write_bytes(b"PAR1 this is no table PAR1")
    with pytest.raises(DataError, match=r"The derived table stays cannot be read: .* is damaged or no parquet file"):
        Study.open(folder).read("stays")

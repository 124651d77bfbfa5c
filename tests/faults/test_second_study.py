"""Another region runs from its own evaluation.yml and its own tables, with nothing changed in the library.

Every notebook that a batch runs by itself, for every unit; `.ci/run` has the minutes for it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from effekt.catalogue.codes import load_municipalities
from effekt.data.synthetic import ensure_delivery
from effekt.protocol import load_protocol

REPOSITORY = Path(__file__).resolve().parents[2]
SECOND = REPOSITORY / "tests" / "studies" / "second"
DEMO = REPOSITORY / "data" / "demo"
pytestmark = pytest.mark.thorough
OF_THE_AGREEMENTS = ("bodies", "consultant_posts", "meetings", "reporting_lines", "targets", "indicators")
"""What the generator writes of the two agreements of the first region: this region has signed neither."""
SEEDS = (
    "MidtKraft", "Midtjylland", "Central Denmark", "97,4 mio", "97.4 million", "97.400.000", "97,400,000", "29.220.000", "29,220,000", "68.180.000",
    "4.640", "4,640", "Defactum", "KOSU",
)  # fmt: skip
UNITS = ("fynsland", "vadehav", "graense", "region")


def make(folder: Path) -> None:
    """The study with a generated delivery, its own programme instead of the generator's, and its pages."""
    from effekt.batch.chain import prepare_tables

    study = folder / "study"
    shutil.copytree(SECOND, study, ignore=shutil.ignore_patterns("programme"))
    ensure_delivery(study)
    for name in ("truth.json", "synthetic.yml"):
        (study / name).unlink()   # from here on nobody knows that the delivery was generated
    for name in OF_THE_AGREEMENTS:
        (study / "delivery" / f"{name}.csv").unlink()
    for path in (SECOND / "programme").glob("*.csv"):
        shutil.copy(path, study / "delivery" / path.name)
    prepare_tables(study, synthetic=True, say=lambda line: None)
    told = subprocess.run(
        [sys.executable, "-m", "effekt", "run", "--study", str(study), "--jobs", "1", "--no-tables", "--outputs", str(folder / "outputs")],
        cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    (folder / "said.txt").write_text(f"{told.returncode}\n{told.stdout}\n{told.stderr}", encoding="utf-8")


@pytest.fixture(scope="module")
def second(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The folder of the run, made once."""
    return once("second", make)


def pages(folder: Path) -> dict[str, str]:
    """Every page of the run, "da/03_admissions_vadehav" -> what it says; the code of the notebook, which is the same for every study, is left out."""
    found = {}
    for path in sorted((folder / "outputs" / "latest").glob("*/*.html")):
        if path.parent.name in ("da", "en"):
            text = re.sub(r"<(script|style|pre)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            found[f"{path.parent.name}/{path.stem}"] = unescape(re.sub(r"<[^>]*>", " ", text))
    return found


def foreign_names() -> tuple[str, ...]:
    """What belongs to the first region alone: its clusters, its municipalities, and the seeds of its agreements."""
    here, there = load_protocol(SECOND), load_protocol(DEMO)
    names = load_municipalities()
    codes = set(there.municipalities()) - set(here.municipalities())
    clusters = [text for cluster in there.clusters for text in (cluster.name.da, cluster.name.en)]
    quality = [item.name.da for item in there.quality_clusters]
    return tuple(dict.fromkeys([*clusters, *(names[code] for code in sorted(codes)), *quality, *SEEDS]))


def test_no_run_fails(second: Path) -> None:
    said = (second / "said.txt").read_text(encoding="utf-8")
    assert said.startswith("0\n"), said
    assert not (second / "outputs" / "latest" / "failed").exists()
    assert json.loads((second / "outputs" / "latest" / "manifest.json").read_text(encoding="utf-8"))


def test_three_clusters_and_the_region_have_pages_in_both_languages(second: Path) -> None:
    found = pages(second)
    for language in ("da", "en"):
        for notebook in ("01_data_quality", "03_admissions"):
            assert {f"{language}/{notebook}_{unit}" for unit in UNITS} <= set(found)
        assert f"{language}/21_synthesis_region" in found


def test_the_outcome_that_the_study_added_is_on_its_pages(second: Path) -> None:
    for unit in UNITS:
        assert "Akutte kirurgiske indlæggelser" in pages(second)[f"da/03_admissions_{unit}"]
        assert "Acute surgical admissions" in pages(second)[f"en/03_admissions_{unit}"]


def test_the_pages_speak_of_the_clusters_of_the_study(second: Path) -> None:
    found = pages(second)
    assert "the Wadden Sea cluster" in found["en/03_admissions_vadehav"] and "February\u00a02013" in found["en/03_admissions_vadehav"]
    assert all(name in found["da/21_synthesis_region"] for name in ("Fynsland", "Vadehavet", "Grænselandet", "Sydregionen"))


def test_nothing_of_the_first_region_is_on_any_page(second: Path) -> None:
    told = {name: [word for word in foreign_names() if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)] for name, text in pages(second).items()}
    assert {name: words for name, words in told.items() if words} == {}

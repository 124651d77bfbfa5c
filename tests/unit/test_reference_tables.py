"""The reference tables and code lists: sources on every row, sums that agree, and the demo study that follows them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from effekt.catalogue.codes import CODELISTS, load_hospital_clusters, load_medical_specialties, load_municipalities
from effekt.catalogue.outcomes import load_outcomes
from effekt.paths import DEMO, REPOSITORY
from effekt.protocol import load_protocol

REFERENCE = REPOSITORY / "data" / "reference"
FILES = sorted([*REFERENCE.glob("*.csv"), *CODELISTS.glob("*.csv")])


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_row_says_where_it_comes_from_and_whether_it_was_checked(path: Path) -> None:
    table = rows(path)
    sources = [name for name in table[0] if name == "source" or name.endswith("_source")]
    checked = [name for name in table[0] if name == "verified" or name.endswith("_verified")]
    assert table and sources and len(sources) == len(checked)
    for row in table:
        assert None not in row and None not in row.values()
        assert all(row[name] for name in sources) and all(row[name] in ("true", "false") for name in checked)
        assert not any("recalled" in row[source] and row[check] == "true" for source, check in zip(sources, checked, strict=True))


def test_the_clusters_of_the_demo_are_those_of_the_reference() -> None:
    expected = {row["kommunekode"]: row["cluster_id"] for row in rows(REFERENCE / "municipalities.csv")}
    assert {code: cluster for code, cluster in load_protocol(DEMO).municipalities().items() if cluster != "comparison"} == expected


def test_population_sums_to_the_totals_of_the_source() -> None:
    table = rows(REFERENCE / "municipalities.csv")
    assert sum(int(row["population_2013"]) for row in table) == 1_272_240
    vest = sum(int(row["population_2013"]) for row in table if row["cluster_id"] == "vest")
    assert vest == 284_645


def test_the_grant_is_split_to_the_oere() -> None:
    table = rows(REFERENCE / "funding.csv")
    oere = [round(float(row["dkk"]) * 100) for row in table]
    assert oere == [round(97_400_000_00 * float(row["share"])) for row in table] and sum(oere) == 97_400_000_00


def test_the_aims_of_the_outcomes_are_those_of_the_agreement() -> None:
    aims = {row["aim_id"] for row in rows(REFERENCE / "aims.csv")}
    assert aims >= {outcome.aim for outcome in load_outcomes().values()} - {"none"}


def test_code_lists_have_each_code_once_and_in_its_form() -> None:
    for path, key in ((CODELISTS / "danish_municipalities.csv", "kommunekode"), (CODELISTS / "medical_specialties.csv", "code")):
        codes = [row[key] for row in rows(path)]
        assert len(set(codes)) == len(codes) and all(code.isdigit() and len(code) == len(codes[0]) for code in codes)
    assert len(load_municipalities()) == 99 and load_municipalities()["0411"] == "Christiansø"
    assert "02" in load_medical_specialties() and "30" not in load_medical_specialties()
    assert set(load_hospital_clusters().values()) == {cluster.id for cluster in load_protocol(DEMO).clusters}

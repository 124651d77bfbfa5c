"""Code lists that the rules use. Each is a CSV file with its source and whether somebody has verified it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

CODELISTS = Path(__file__).with_name("codelists")


@dataclass(frozen=True)
class CoFinancing:
    """`payer_from` pays `payer_to` a share of a service of this type dated from `first` to `last`, at most `cap_oere` (None = no limit)."""

    first: date
    last: date
    service_type: str
    payer_from: str
    payer_to: str
    share_pct: int
    cap_oere: int | None
    verified: bool


@cache
def load_municipalities() -> dict[str, str]:
    """Danish municipalities valid since 2007: code of four digits -> name."""
    return {row["kommunekode"]: row["name"] for row in _rows("danish_municipalities.csv")}


@cache
def load_population_2013() -> dict[str, int]:
    """Residents of every age on 1 January 2013, by municipality of Region Midtjylland; the file says that nobody has checked them yet."""
    return {row["kommunekode"]: int(row["population"]) for row in _rows("population_2013.csv")}


@cache
def load_specialties() -> dict[str, str]:
    """Main specialties: Danish name in small letters, as LPR3 writes them -> code of two digits, as LPR2 does."""
    return {row["da"].lower(): row["code"] for row in _rows("medical_specialties.csv")}


@cache
def load_medical_specialties() -> tuple[str, ...]:
    """Codes of the main specialties that count as medical."""
    return tuple(row["code"] for row in _rows("medical_specialties.csv") if row["medical"] == "true")


@cache
def load_hospital_clusters() -> dict[str, str]:
    """First four characters of the department code -> cluster of the hospital."""
    return {row["shak4"]: row["cluster_id"] for row in _rows("hospital_units.csv")}


@cache
def load_retired_codes() -> tuple[str, ...]:
    """Diagnosis codes (D and four characters) that have left ICD-10."""
    return tuple(row["code"] for row in _rows("retired_diagnoses.csv"))


@cache
def load_medicine_groups() -> dict[str, dict[str, str]]:
    """Medicine groups that a data package may be about: ATC code -> its name as patients know it, in Danish and in English."""
    return {row["atc"]: {"da": row["da"], "en": row["en"]} for row in _rows("medicine_groups.csv")}


@cache
def load_chronic_groups() -> tuple[tuple[str, str, str], ...]:
    """Groups of chronic disease: (group, first, last), codes of D and three characters, both ends included; a group can have several ranges."""
    return tuple((row["group"], row["first"], row["last"]) for row in _rows("chronic_groups.csv"))


@cache
def load_preventable_diagnoses() -> tuple[tuple[str, str, str], ...]:
    """Groups of preventable admissions of older people: (group, first, last), codes of D and three or four characters, both ends included."""
    return tuple((row["group"], row["first"], row["last"]) for row in _rows("preventable_diagnoses.csv"))


@cache
def load_readmission_exclusions() -> tuple[tuple[str, str, str], ...]:
    """Groups of diagnoses that a rule of readmission may leave out: (group, first, last), as in `load_preventable_diagnoses`."""
    return tuple((row["group"], row["first"], row["last"]) for row in _rows("readmission_exclusions.csv"))


@cache
def load_exclusion_roles() -> dict[str, tuple[bool, bool]]:
    """Group of diagnoses -> whether it makes a discharge no index, and an admission no readmission."""
    return {row["group"]: (row["of_index"] == "true", row["of_readmission"] == "true") for row in _rows("readmission_exclusions.csv")}


@cache
def load_oddities() -> tuple[dict[str, str], ...]:
    """What the two agreements say in two ways, or not at all: oddity_id, seed (S1, S2 or both), da, en, source. Shown as it is."""
    return tuple(_rows("oddities.csv"))


@cache
def load_tasks(of: str) -> tuple[dict[str, str], ...]:
    """The tasks of the project group or of MidtKraft ("project_group", "midtkraft"): task_id, da, en, notebook, result, source."""
    return tuple(_rows("project_group_tasks.csv" if of == "project_group" else "midtkraft_tasks.csv"))


@cache
def load_meeting_plan() -> tuple[dict[str, str], ...]:
    """What the meetings of a year are about, by body and number: body_id, meeting_no, da, en, source."""
    return tuple(_rows("meeting_plan.csv"))


@cache
def load_body_members() -> tuple[dict[str, str], ...]:
    """Who a body is extended by: body_id, member_da, member_en, n, when (always, as needed), source. The members before that are in no source."""
    return tuple(_rows("body_members.csv"))


@cache
def load_registration_breaks() -> tuple[tuple[date, str, str], ...]:
    """Months in which national registration changed: first day of the month, and why, in Danish and in English."""
    return tuple((date.fromisoformat(f"{row['month']}-01"), row["da"], row["en"]) for row in _rows("registration_breaks.csv"))


@cache
def load_co_financing() -> tuple[CoFinancing, ...]:
    """What one payer pays another for each service, by date; the file says that nobody has checked the rates yet."""
    return tuple(
        CoFinancing(
            date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"]), row["service_type"], row["payer_from"], row["payer_to"],
            int(row["share_pct"]), int(row["cap_dkk"]) * 100 if row["cap_dkk"] else None, row["verified"] == "true",
        )
        for row in _rows("co_financing.csv")
    )  # fmt: skip


@cache
def load_important_differences() -> dict[tuple[str, str], float]:
    """The least change that matters to a person: (measure, version of EQ-5D or "") -> value. The file names the source of each."""
    return {(row["measure"], row["version"]): float(row["value"]) for row in _rows("important_differences.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with open(CODELISTS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""The other ways of computing an answer that are tried on it: declared beforehand, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).with_name("alternatives.yml")
CONTROLS = Path(__file__).with_name("negative_controls.yml")
CHOICES: Mapping[str, type] = {
    "phase_in": int,
    "contaminated": str,
    "months_before": int,
    "months_after": int,
    "others_started": str,
    "age_min": int,
    "cohort": str,
    "gap_hours": int,
    "without": str,
    "comparison": str,
    "errors": str,
    "own_course": int,
    "differences": str,
}
"""What an alternative can change, and the kind of its value; `report.alternatives` carries each out."""
EACH = "each"


@dataclass(frozen=True)
class Alternative:
    """One other way: `choice` is what it changes and `value` what to. da, en : its name in a table; with {name}, of each of several."""

    id: str
    choice: str
    value: int | str
    da: str
    en: str

    def label(self, names: Mapping[str, str] | None = None) -> dict[str, str]:
        """Its name in both languages; `names` stand where the text has {name}."""
        return {language: text.replace("{name}", (names or {}).get(language, "")) for language, text in (("da", self.da), ("en", self.en))}


@cache
def load_alternatives(path: Path = CATALOGUE) -> tuple[Alternative, ...]:
    """The alternatives of the catalogue, in the order of the file.

    Raises ValueError with every problem of the file; the catalogue is part of the library, so a user does not meet it.
    """
    import yaml

    found: list[Alternative] = []
    problems: list[str] = []
    for place, record in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
        told = f"{path.name} record {place + 1} ({record.get('id', '?')})"
        if set(record) != {"id", "choice", "value", "da", "en"}:
            problems.append(f"{told}: expected the keys id, choice, value, da and en")
            continue
        if record["choice"] not in CHOICES or not isinstance(record["value"], CHOICES[record["choice"]]):
            problems.append(f"{told}: choice must be one of {', '.join(CHOICES)}, and value of its kind")
        if record["id"] in [one.id for one in found]:
            problems.append(f"{told}: the id is used twice")
        found.append(Alternative(**record))
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(found)


@cache
def load_negative_controls(path: Path = CONTROLS) -> dict[str, dict[str, str]]:
    """Outcomes that the programme should not be able to touch -> why, in both languages."""
    import yaml

    return {record["outcome"]: {"da": record["da"], "en": record["en"]} for record in yaml.safe_load(path.read_text(encoding="utf-8"))}

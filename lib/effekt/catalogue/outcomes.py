"""The outcome catalogue: what is counted, from which derived table, by which rule. Adding an outcome is adding a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

CATALOGUE = Path(__file__).with_name("outcomes.yml")

Source = Literal["stays", "costs", "services", "sums"]
Value = bool | str

CONDITIONS: Mapping[str, Mapping[str, type]] = {
    "stays": {
        "is_admission": bool,
        "acute": bool,
        "medical": bool,
        "short_stay": bool,
        "is_readmission_30": bool,
        "is_readmission_180": bool,
        "preventable_group": str,
        "discharged_alive": bool,
        "cross_cluster": bool,
    },
    "costs": {"sector": str, "service_type": str, "payer": str, "cost_basis": str},
    "services": {"sector": str, "service_type": str, "payer": str, "unit": str},
    "sums": {},
}
MEASURES: Mapping[str, tuple[str, ...]] = {
    "stays": ("count", "bed_days", "stay_hours"),
    "costs": ("amount_fixed_oere",),
    "services": ("count", "quantity"),
    "sums": ("sum",),
}
UNITS: Mapping[str, tuple[str, ...]] = {
    "stays": ("per_person_year", "days_per_person_year"),
    "costs": ("dkk_per_person_year",),
    "services": ("per_person_year", "days_per_person_year", "hours_per_person_year"),
    "sums": ("per_person_year",),
}
STORED_IN_A_UNIT: Mapping[str, int] = {"dkk_per_person_year": 100, "hours_per_person_year": 60}
"""How many of what is stored make one of the unit: oere a krone, minutes an hour. One where a unit is not named."""
TABLES: Mapping[str, str] = {"stays": "person_months", "costs": "cost_months", "services": "service_months", "sums": "service_months"}
"""The derived table in which the outcomes of a source are columns."""
AIMS = ("A1", "A2", "A3", "A4", "A5", "none")
TRIPLE_AIM = ("quality", "health", "cost")
COLUMNS = ("citizen_id", "month", "kommunekode", "cluster_id", "age", "sex", "days")
"""Columns of the derived tables in which outcomes become columns too."""
KEYS = ("id", "source", "where", "parts", "also", "measure", "unit", "direction", "aim", "triple_aim", "da", "en")
OPTIONAL = ("where", "parts", "also")
ADDED = ("stays", "services")
"""Sources whose outcomes can be parts of a sum, where their unit is that of the sum."""


@dataclass(frozen=True)
class Condition:
    """Rows count where `column` is one of `values`."""

    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Outcome:
    """One outcome: rows of `source` that meet every condition, counted or summed (`measure`), per `unit`.

    direction : -1 less is better, +1 more is better, 0 neither. aim : aim of the agreement (A1-A5, or none). da, en : its name.
    parts, also : of a sum (source "sums") the outcomes that are added: missing where one of `parts` is; `also` are added where they are registered
    from the first month of the data on everywhere, and left out of the whole sum otherwise.
    """

    id: str
    source: Source
    where: tuple[Condition, ...]
    measure: str
    unit: str
    direction: int
    aim: str
    triple_aim: str
    da: str
    en: str
    parts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_cost(self) -> bool:
        """True where `events` of the outcome are money."""
        return self.source == "costs"

    @property
    def table(self) -> str:
        """The derived table in which it is a column."""
        return TABLES[self.source]

    @property
    def stored_in_a_unit(self) -> int:
        """How many of what is stored make one of its unit."""
        return STORED_IN_A_UNIT.get(self.unit, 1)

    def label(self) -> dict[str, str]:
        """The name in both languages."""
        return {"da": self.da, "en": self.en}


def read_record(record: Mapping[str, Any]) -> tuple[Outcome | None, list[tuple[str, str]]]:
    """An outcome from a plain record, or None and every problem as (key, sentence)."""
    problems = [(key, f"unknown key {key!r}{nearest(key, KEYS)}") for key in record if key not in KEYS]
    problems += [("", f"{key!r} is missing") for key in KEYS if key not in record and key not in OPTIONAL]
    problems += _wrong_values(record)
    if problems:
        return None, problems
    where = tuple(Condition(column, _as_tuple(value)) for column, value in record.get("where", {}).items())
    added = {key: tuple(record.get(key, ())) for key in ("parts", "also")}
    return Outcome(**{**record, "where": where, **added}), []


def wrong_parts(outcome: Outcome, catalogue: Mapping[str, Outcome]) -> list[tuple[str, str]]:
    """What is wrong with the parts of a sum, as (key, sentence): unknown, told twice, or of a kind or unit that cannot be added."""
    names = [*outcome.parts, *outcome.also]
    problems = [("parts", f"{name!r} is added twice") for name in dict.fromkeys(names) if names.count(name) > 1]
    for name in dict.fromkeys(names):
        part = catalogue.get(name)
        if part is None:
            problems.append(("parts", f"the part {name!r} is no outcome of the catalogue{nearest(name, catalogue)}"))
        elif part.source not in ADDED or part.unit != outcome.unit:
            problems.append(("parts", f"the part {name!r} cannot be added: parts are counted in {' or '.join(ADDED)}, {outcome.unit}"))
    return problems


@cache
def load_outcomes(path: Path = CATALOGUE) -> Mapping[str, Outcome]:
    """The outcomes of the catalogue by id, in the order of the file.

    Raises ValueError with every problem of the file; the catalogue is part of the library, so a user does not meet it.
    """
    import yaml

    outcomes: dict[str, Outcome] = {}
    problems: list[str] = []
    for place, record in enumerate(yaml.safe_load(path.read_text(encoding="utf-8"))):
        outcome, wrong = read_record(record)
        problems += [f"{path.name} record {place + 1} ({record.get('id', '?')}): {sentence}" for _, sentence in wrong]
        if outcome is not None and outcome.id in outcomes:
            problems.append(f"{path.name} record {place + 1}: the id {outcome.id!r} is used twice")
        elif outcome is not None:
            outcomes[outcome.id] = outcome
    for outcome in outcomes.values():
        problems += [f"{path.name} {outcome.id}: {sentence}" for _, sentence in wrong_parts(outcome, outcomes)]
    if problems:
        raise ValueError("\n".join(problems))
    return outcomes


def nearest(name: object, valid: Mapping[str, Any] | tuple[str, ...] | list[str]) -> str:
    """ "; did you mean 'x'?" where something valid is near, else the list of what is valid."""
    near = get_close_matches(str(name), list(valid), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; valid: {', '.join(valid)}"


def _wrong_values(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    problems: list[tuple[str, str]] = []

    def must_be_one_of(key: str, valid: tuple[str, ...] | list[str]) -> None:
        if key in record and record[key] not in valid:
            problems.append((key, f"{key} is {record[key]!r}{nearest(record[key], valid)}"))

    for key in ("id", "da", "en"):
        if key in record and not (isinstance(record[key], str) and record[key].strip()):
            problems.append((key, f"{key} must be text"))
    if isinstance(record.get("id"), str) and not record["id"].isidentifier():
        problems.append(("id", "id must be letters, digits and _ only, for instance adm_acute"))
    if record.get("id") in COLUMNS:
        problems.append(("id", f"id {record['id']!r} is the name of a column of the derived tables: choose another"))
    must_be_one_of("source", list(CONDITIONS))
    must_be_one_of("aim", AIMS)
    must_be_one_of("triple_aim", TRIPLE_AIM)
    if "direction" in record and (record["direction"] not in (-1, 0, 1) or isinstance(record["direction"], bool)):
        problems.append(("direction", "direction must be -1 (less is better), 0 or 1 (more is better)"))
    source = record.get("source")
    if not isinstance(source, str) or source not in CONDITIONS:
        return problems
    must_be_one_of("measure", MEASURES[source])
    must_be_one_of("unit", UNITS[source])
    problems += _wrong_sum(record, source)
    where = record.get("where", {})
    if not isinstance(where, Mapping):
        return [*problems, ("where", "where must be a set of 'column: value' conditions")]
    for column, value in where.items():
        if column not in CONDITIONS[source]:
            problems.append(("where", f"where names {column!r}, which is no column of {source}{nearest(column, CONDITIONS[source])}"))
        elif not _as_tuple(value) or not all(isinstance(item, CONDITIONS[source][column]) for item in _as_tuple(value)):
            wanted = "true or false" if CONDITIONS[source][column] is bool else "text, or a list of texts"
            problems.append(("where", f"the condition on {column} must be {wanted}"))
    return problems


def _wrong_sum(record: Mapping[str, Any], source: str) -> list[tuple[str, str]]:
    problems = []
    for key in ("parts", "also"):
        names = record.get(key, ())
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            problems.append((key, f"{key} must be a list of outcomes"))
        elif names and source != "sums":
            problems.append((key, f"{key} belongs to the source sums, and the source is {source}"))
    if source == "sums" and not record.get("parts"):
        problems.append(("parts", "parts is missing: a sum names the outcomes that it adds"))
    return problems


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)

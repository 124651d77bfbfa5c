"""The contracts: what a column holds, which rows break a rule, and the canonical tables that every delivery becomes.

The same two records, `Column` and `Rule`, describe the files of a sender (`data/registers/`) and our own tables (`TABLES`), so that the
checks, the messages and the documentation come from one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Type = Literal["text", "integer", "number", "money", "date", "timestamp", "boolean"]
Reaction = Literal["quarantine", "set_aside"]

DUCKDB_TYPES: Mapping[str, str] = MappingProxyType(
    {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "money": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
)


@dataclass(frozen=True)
class Column:
    """One column.

    type : text | integer | number | money (oere) | date | timestamp | boolean. da, en : what it holds. unit : of a number.
    codes : the only values allowed. shape : regular expression the whole text must match. low, high : bounds, both included.
    required : a row without it breaks a rule. scale : oere per unit of the sender's amount (100 for kroner, 100,000 for thousands of kroner).
    """

    name: str
    type: Type
    da: str
    en: str
    unit: str = ""
    codes: tuple[str, ...] = ()
    shape: str = ""
    low: float | None = None
    high: float | None = None
    required: bool = True
    scale: int = 100


@dataclass(frozen=True)
class Rule:
    """Rows for which `breaks` (SQL on the typed columns) holds are quarantined, or set aside as expected but not used.

    id : "<file>.<column>.<what>", quoted in every message. da, en : the rule in words.
    """

    id: str
    breaks: str
    reaction: Reaction
    da: str
    en: str


@dataclass(frozen=True)
class Table:
    """A canonical table: one row per `key`. da, en : what one row is."""

    name: str
    key: tuple[str, ...]
    da: str
    en: str
    columns: tuple[Column, ...]


def _citizen(required: bool = True) -> Column:
    return Column("citizen_id", "integer", "Borgerens studienøgle", "Study key of the citizen", required=required)


_CLUSTER = Column("cluster_id", "text", "Hospitalsklynge", "Hospital cluster", required=False)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            Table(
                "citizen",
                ("citizen_id",),
                "En borger",
                "A citizen",
                (
                    _citizen(),
                    Column("sex", "integer", "Køn: 1 mand, 2 kvinde", "Sex: 1 male, 2 female", low=1, high=2),
                    Column("birth_date", "date", "Fødselsdato", "Date of birth"),
                ),
            ),
            Table(
                "residence",
                ("citizen_id", "start"),
                "En periode med bopæl i én kommune",
                "A period of residence in one municipality",
                (
                    _citizen(),
                    Column("kommunekode", "text", "Bopælskommune", "Municipality of residence", shape=r"\d{4}"),
                    Column("start", "date", "Første dag", "First day"),
                    Column("end", "date", "Dagen efter den sidste", "Day after the last"),
                ),
            ),
            Table(
                "death",
                ("citizen_id",),
                "Et dødsfald",
                "A death",
                (_citizen(), Column("death_date", "date", "Dødsdato", "Date of death")),
            ),
            Table(
                "contact",
                ("contact_id",),
                "En hospitalskontakt",
                "A hospital contact",
                (
                    Column("contact_id", "integer", "Kontaktens studienøgle", "Study key of the contact"),
                    _citizen(),
                    Column("source", "text", "Kilde", "Source", codes=("lpr2", "lpr3f", "lpr3a")),
                    Column("start", "timestamp", "Start", "Start"),
                    Column("end", "timestamp", "Slut; mangler for en åben kontakt", "End; missing for an open contact", required=False),
                    Column("time_precision", "text", "Hvor nøjagtig tiden er", "How precise the times are", codes=("minute", "hour", "day")),
                    Column("kind", "text", "Kontaktens art", "Kind of contact", codes=("inpatient", "outpatient", "emergency", "virtual", "unknown")),
                    Column("acute", "boolean", "Akut", "Acute", required=False),
                    Column("shak", "text", "Afdeling (SHAK)", "Department (SHAK)", required=False),
                    Column("specialty", "text", "Hovedspeciale", "Main specialty", required=False),
                    Column("action_diagnosis", "text", "Aktionsdiagnose", "Action (primary) diagnosis", required=False),
                    Column(
                        "discharge_mode",
                        "text",
                        "Udskrivningsmåde",
                        "Mode of discharge",
                        codes=("home", "transfer", "dead", "other"),
                        required=False,
                    ),
                ),
            ),
            Table(
                "diagnosis",
                ("contact_id", "code", "type"),
                "En diagnose til en kontakt",
                "A diagnosis of a contact",
                (
                    Column("contact_id", "integer", "Kontaktens studienøgle", "Study key of the contact"),
                    Column("code", "text", "SKS-kode med D", "SKS code with D"),
                    Column("type", "text", "Diagnosetype", "Type of diagnosis", codes=("A", "B", "C", "G", "H", "M", "+")),
                ),
            ),
            Table(
                "service",
                (),
                "En ydelses- eller omkostningslinje",
                "A line of service or cost",
                (
                    _citizen(),
                    Column("sector", "text", "Sektor", "Sector", codes=("hospital", "practice", "municipality", "medicine")),
                    Column("service_type", "text", "Ydelsestype", "Type of service"),
                    Column("date", "date", "Dato; for en uge dens torsdag", "Date; the Thursday of a week"),
                    Column("date_precision", "text", "Hvor nøjagtig datoen er", "How precise the date is", codes=("day", "week", "month")),
                    Column("quantity", "number", "Mængde", "Quantity"),
                    Column("unit", "text", "Enhed", "Unit", codes=("contact", "service", "minute", "hour", "visit", "day", "package")),
                    Column(
                        "amount_oere",
                        "money",
                        "Beløb i øre, løbende priser; mangler hvor en enhedspris bruges",
                        "Amount in oere, nominal; missing where a unit cost is used",
                        unit="oere",
                        required=False,
                    ),
                    Column("price_year", "integer", "Prisår", "Price year", low=1990, high=2100),
                    Column("cost_basis", "text", "Omkostningsgrundlag", "Basis of the cost", codes=("drg", "fee", "unit_cost", "wage")),
                    Column("payer", "text", "Betaler", "Payer", codes=("region", "municipality", "state", "citizen")),
                    Column("contact_id", "integer", "Hospitalskontakt", "Hospital contact", required=False),
                ),
            ),
            Table(
                "unit_cost",
                ("service_type", "year"),
                "Enhedsprisen på en ydelse i et år",
                "The unit cost of a service in a year",
                (
                    Column("service_type", "text", "Ydelsestype", "Type of service"),
                    Column("year", "integer", "År", "Year", low=1990, high=2100),
                    Column("amount_oere", "money", "Pris pr. enhed i øre", "Price per unit in oere", unit="oere", low=0),
                    Column("unit", "text", "Enhed", "Unit", codes=("minute", "hour", "visit")),
                ),
            ),
            Table(
                "price_index",
                ("year",),
                "Prisindekset i et år",
                "The price index in a year",
                (
                    Column("year", "integer", "År", "Year", low=1990, high=2100),
                    Column("index", "number", "Indeks", "Index", low=0.001),
                ),
            ),
            Table(
                "initiative",
                ("initiative_id",),
                "Et initiativ",
                "An initiative",
                (
                    Column("initiative_id", "text", "Initiativ", "Initiative"),
                    _CLUSTER,
                    Column("name", "text", "Navn", "Name"),
                    Column("type", "text", "Type", "Type", required=False),
                    Column("task", "text", "Opgave: a borgerrettet, b kvalitet", "Task: a for citizens, b quality", codes=("a", "b")),
                    Column("status", "text", "Status", "Status", required=False),
                    Column("mode", "text", "Fysisk eller virtuel", "Physical or virtual", required=False),
                    Column("start", "date", "Start", "Start"),
                    Column("end", "date", "Slut", "End", required=False),
                ),
            ),
            Table(
                "resource_person",
                (),
                "En ressourceperson",
                "A resource person",
                (
                    _CLUSTER,
                    Column("side", "text", "Regional eller kommunal", "Regional or municipal", codes=("regional", "municipal")),
                    Column("appointed_date", "date", "Udpeget", "Appointed", required=False),
                    Column("dedicated_pct", "number", "Arbejdstid", "Working time", unit="percent", low=0, high=100, required=False),
                ),
            ),
            Table(
                "funding",
                ("funding_id",),
                "En bevilling",
                "A grant share",
                (
                    Column("funding_id", "text", "Bevilling", "Grant share"),
                    Column("grant", "text", "Pulje", "Funding pool"),
                    Column("period", "text", "Periode", "Period", required=False),
                    Column("recipient", "text", "Modtager", "Recipient"),
                    Column("share", "number", "Andel", "Share", low=0, high=1, required=False),
                    Column("amount_oere", "money", "Beløb i øre", "Amount in oere", unit="oere", required=False),
                ),
            ),
            Table(
                "enrolment",
                ("citizen_id", "initiative_id", "start"),
                "En borgers deltagelse i et initiativ",
                "A citizen's time in an initiative",
                (
                    _citizen(),
                    Column("initiative_id", "text", "Initiativ", "Initiative"),
                    Column("start", "date", "Første dag", "First day"),
                    Column("end", "date", "Sidste dag", "Last day", required=False),
                ),
            ),
        )
    }
)

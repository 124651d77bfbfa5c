"""What needs what: an outcome needs products, a product comes from files and columns of a sender. So a missing file says what it blocks.

A product is a canonical table, one of its columns ("contact.acute") or one sector of its rows ("service.practice").
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from effekt.catalogue.outcomes import Outcome, load_outcomes
from effekt.data.registers import REGISTERS
from effekt.data.registers.source import Source
from effekt.paths import REPOSITORY
from effekt.protocol import Protocol

Way = tuple[str, ...]

# Each way is the files ("bef") and columns ("bef.kom") that give the product together. Of a delivery every way whose first file is there must be
# whole, and at least one must be there: LPR2 and LPR3 in one study each tell their own years.
PRODUCTS: Mapping[str, tuple[Way, ...]] = MappingProxyType(
    {
        "citizen": (("bef",),),
        "residence": (("bef", "bef.kom", "bef.referencetid", "vnds"),),
        "death": (("dod",),),
        "household": (("bef", "bef.antpersh"),),
        "population": (("folk1a",),),
        "contact": (("lpr_adm",), ("kontakter",), ("lpr_a_kontakt",)),
        "contact.kind": (("lpr_adm", "lpr_adm.c_pattype"), ("kontakter",), ("lpr_a_kontakt",)),
        "contact.end": (("lpr_adm", "lpr_adm.d_uddto"), ("kontakter", "kontakter.dato_slut"), ("lpr_a_kontakt", "lpr_a_kontakt.kont_sluttidspunkt")),
        "contact.acute": (("lpr_adm", "lpr_adm.c_indm"), ("kontakter", "kontakter.prioritet"), ("lpr_a_kontakt", "lpr_a_kontakt.prioritet")),
        "contact.specialty": (
            ("lpr_adm", "lpr_adm.c_spec"),
            ("kontakter", "kontakter.hovedspeciale_ans"),
            ("lpr_a_kontakt", "lpr_a_kontakt.kont_ans_hovedspec"),
        ),
        "contact.action_diagnosis": (
            ("lpr_adm", "lpr_adm.c_adiag"),
            ("kontakter", "kontakter.aktionsdiagnose"),
            ("lpr_a_kontakt", "lpr_a_kontakt.adiag"),
        ),
        "contact.shak": (("lpr_adm", "lpr_adm.c_sgh"), ("kontakter", "kontakter.sorenhed_ans"), ("lpr_a_kontakt", "lpr_a_kontakt.kont_ans")),
        "diagnosis": (("lpr_diag",), ("diagnoser",), ("lpr_a_diagnose",)),
        "service.hospital": (("drg_hel", "drg_amb"), ("drg_kontakt",)),
        "service.practice": (("sssy", "sssy.ydlant", "sssy.bruhon"), ("sysi", "sysi.ydlant", "sysi.bruhon")),
        "service.municipality": (("homecare", "unit_cost"),),
        "service.medicine": (("lmdb", "lmdb.eksp"),),
        "service.outpatient_attendance": (("lpr_bes",), ("kontakter",), ("lpr_a_kontakt",)),
        "service.delayed_discharge": (("delayed",),),
        "service.gp": (("sssy", "sssy.ydlant"), ("sysi", "sysi.ydlant")),
        "service.personal_care": (("homecare", "homecare.personlig_pleje_min"),),
        "service.practical_help": (("homecare", "homecare.praktisk_hjaelp_min"),),
        "service.home_nursing": (("homenursing",),),
        "price_index": (("price_index",),),
        "prescription": (("lmdb",),),
        "practice": (("practices",),),
        "initiative": (("initiatives",),),
        "resource_person": (("resource_persons",),),
        "funding": (("funding",),),
    }
)

TARGET = ("citizen", "residence", "death")
SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"stays": (*TARGET, "contact", "contact.kind", "contact.end"), "costs": (*TARGET, "price_index"), "services": TARGET, "sums": TARGET}
)
"""What every outcome of a source of the outcome catalogue needs, whatever its conditions."""

CONDITIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "acute": ("contact.acute",),
        "medical": ("contact.specialty",),
        "short_stay": ("contact.end",),
        "discharged_alive": ("contact.end",),
        "is_readmission_30": ("contact.acute", "contact.end"),
        "is_readmission_180": ("contact.acute", "contact.end"),
        "cross_cluster": ("contact.shak",),
        "preventable_group": ("contact.action_diagnosis",),
    }
)
MEASURES: Mapping[str, tuple[str, ...]] = MappingProxyType({"bed_days": ("contact.end",), "stay_hours": ("contact.end",)})
SECTORS = ("hospital", "practice", "municipality", "medicine")


@dataclass(frozen=True)
class Settled:
    """What a delivery can and cannot do for a study.

    problems : why it is rejected. warnings : what is not there and what that blocks. blocked : outcome -> the files and columns it lacks.
    """

    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    blocked: Mapping[str, tuple[str, ...]]


def products_of(outcome: Outcome) -> tuple[str, ...]:
    """Everything an outcome is made of."""
    needed = list(SOURCES.get(outcome.source, TARGET))
    sectors: tuple[object, ...] = SECTORS if outcome.source == "costs" else ()
    for condition in outcome.where:
        needed += CONDITIONS.get(condition.column, ())
        sectors = condition.values if sectors and condition.column == "sector" else sectors
    needed += MEASURES.get(outcome.measure, ())
    needed += [f"service.{sector}" for sector in sectors]
    if outcome.source == "services":
        types = [value for condition in outcome.where if condition.column == "service_type" for value in condition.values]
        needed += [f"service.{kind}" for kind in types if f"service.{kind}" in PRODUCTS]
    needed += [product for part in outcome.parts for product in products_of(load_outcomes()[part])]
    return tuple(dict.fromkeys(needed))


def lacking(product: str, delivered: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The files and columns that a delivery (file -> its columns) lacks for a product; of several ways the first, where none has been begun."""
    ways = PRODUCTS[product]
    begun = [way for way in ways if way[0] in delivered] or ways[:1]
    return tuple(item for way in begun for item in way if not _is_there(item, delivered) and item.split(".")[0] in {item, *delivered})


def settle(delivered: Mapping[str, Collection[str]], protocol: Protocol, folder: Path, without: Collection[str] = ()) -> Settled:
    """Hold a delivery (file -> its columns) to what the study's chosen outcomes need.

    The chosen ones are the primary outcome, those of the protocol's own `outcomes`, and `needed_outcomes`. What one of them lacks is a problem, but
    for what `without` names: files and columns that the sender does not have. All else that is not there is a warning that says what it blocks.
    """
    catalogue = protocol.catalogue()
    lacks = {name: _all_lacking(products_of(outcome), delivered) for name, outcome in catalogue.items()}
    blocked = {name: items for name, items in lacks.items() if items}
    chosen = {protocol.primary_outcome, *protocol.needed_outcomes, *(str(record["id"]) for record in protocol.outcomes)}
    needed = _all(items for name, items in blocked.items() if name in chosen)
    known = {source.name: source for register in REGISTERS for source in register.sources}
    wanted = [name for name, source in known.items() if not source.optional and name not in delivered and not _is_replaced(source, delivered)]
    items = dict.fromkeys([*(item for item in _all(blocked.values())), *wanted])
    problems, warnings = [], []
    for item in items:
        source = known[item.split(".")[0]]
        if item in needed and not {item, source.name} & set(without):
            problems.append(_problem(source, item, folder))
        elif source.name == item or source.name in delivered:
            warnings.append(_warning(source, item, [name for name, lacked in blocked.items() if item in lacked], protocol))
    return Settled(tuple(dict.fromkeys(problems)), tuple(warnings), MappingProxyType(blocked))


def notebooks_about(outcomes: Collection[str], protocol: Protocol, folder: Path = REPOSITORY / "notebooks") -> tuple[str, ...]:
    """The notebooks that stand on one of these outcomes: they name it, or it is the primary outcome and they are about that."""
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        named = set(re.findall(r"\"(\w+)\"", code)) | ({protocol.primary_outcome} if "primary_outcome" in code else set())
        found += [path.stem] if named & set(outcomes) else []
    return tuple(found)


def _all(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def _all_lacking(products: Iterable[str], delivered: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    return _all(lacking(product, delivered) for product in products)


def _is_there(item: str, delivered: Mapping[str, Collection[str]]) -> bool:
    name, _, column = item.partition(".")
    return name in delivered and (not column or column in delivered[name])


def _is_replaced(source: Source, delivered: Mapping[str, Collection[str]]) -> bool:
    return any(name in delivered for name in source.instead)


def _problem(source: Source, item: str, folder: Path) -> str:
    column = item.partition(".")[2]
    if not column:
        return f"{source.file} [file.missing]: looked for {folder / source.file}. Ask for {source.ask}."
    expected = ", ".join(each.name for each in source.columns if each.required)
    return f"{source.file} [file.column_missing]: {column}. Expected: {expected}. Ask for {source.ask}."


def _warning(source: Source, item: str, outcomes: list[str], protocol: Protocol) -> str:
    column = item.partition(".")[2]
    what = f"[column.absent]: there is no column {column}." if column else "[file.absent]: the file is not in the delivery."
    notebooks = notebooks_about(outcomes, protocol)
    blocks = f" Not computed without it: {', '.join(outcomes)}." if outcomes else " No outcome needs it."
    pages = f" Notebooks that stand on it: {', '.join(notebooks)}." if notebooks else ""
    return f"{source.file} {what}{blocks}{pages} Ask for {source.ask}."

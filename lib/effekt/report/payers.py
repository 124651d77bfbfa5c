"""Who pays: services by sector and payer, and what each payer bears once payments between payers are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.catalogue.codes import load_co_financing
from effekt.estimates.payers import payer_ledger
from effekt.measures.latest_year import co_financing
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

SECTORS = ("hospital", "practice", "municipality", "medicine")
PAYERS = ("region", "municipality", "state", "citizen")
PERCENT = 100.0


def sector_payers(study: Study, paid: pd.DataFrame, *, name: str = "sector_payers") -> Shown:
    """One row a sector with lines, and their total: what each payer paid for it, in kroner per citizen-year.

    paid : `measures.payers`. A payer without lines stands with 0, a sector without lines is not there; too few citizens are said in words.
    """
    if not _enough(study, paid):
        return _few(study, paid, name)
    sums = paid.pivot_table(index="sector", columns="payer", values="amount_dkk", aggfunc="sum", fill_value=0.0)
    sums = sums.reindex(index=[sector for sector in SECTORS if sector in sums.index], columns=list(PAYERS), fill_value=0.0)
    sums = sums / float(paid.attrs["exposure"])
    everything = {**{sector: row for sector, row in sums.iterrows()}, "total": sums.sum()}
    rows = [
        _year(study, paid)
        | {"sector": (Column("sector", "label"), f"sector.{sector}")}
        | {payer: (Column(payer, "number", unit="dkk_per_person_year", n="n_citizens"), float(row[payer])) for payer in PAYERS}
        | {"all_payers": (Column("all_payers", "number", unit="dkk_per_person_year", n="n_citizens"), float(row.sum()))}
        for sector, row in everything.items()
    ]
    heads = [("column.sector", "sector"), *((f"payer.{payer}", payer) for payer in PAYERS), ("column.all_payers", "all_payers")]
    notes = ("note.sector_payers", "note.sector_payers_medicine" if "medicine" in sums.index else "note.sector_payers_no_medicine")
    return making.shown(study, "table", name, rows, context={"table": tables.layout("caption.sector_payers", heads, notes=notes)})


def ledger(study: Study, paid: pd.DataFrame, *, name: str = "ledger") -> Shown:
    """The figure of what each payer paid for services and what it bears after co-financing, in kroner per citizen-year.

    paid : `measures.payers`, of which this is `estimates.payer_ledger`. A payer who neither pays nor receives has no bar.
    """
    if not _enough(study, paid):
        return _few(study, paid, name)
    found = payer_ledger(paid, co_financing(paid))
    years = float(paid.attrs["exposure"])
    lines = found.payers.set_index("payer")
    amounts = ("services", "paid_to_others", "received", "borne")
    rows: list[Facts] = []
    for payer in [payer for payer in PAYERS if payer in lines.index]:
        line = lines.loc[payer]
        row: Facts = {"name": (Column("name", "label"), f"payer.{payer}")}
        row |= {key: (Column(key, "number", unit="dkk_per_person_year", n="n_citizens"), float(line[key]) / years) for key in amounts}
        rows.append(row | {"share": (Column("share", "percent", 1, n="n_citizens"), PERCENT * float(line["share"]))})
    head = _year(study, paid) | {
        "total": (Column("total", "money", n="n_citizens"), found.total / years),
        "moved": (Column("moved", "money", n="n_citizens"), found.transferred / years),
    }
    verified = all(rule.verified for rule in load_co_financing())
    notes = ["note.ledger" if found.transferred else "note.ledger_none"]
    notes += ["note.ledger_unverified"] if found.transferred and not verified else []
    heads = ("services", "paid_to_others", "co_financed", "borne", "share")
    show = [("column.payer", "name"), *((f"column.{head}", key) for head, key in zip(heads, (*amounts, "share"), strict=True))]
    return making.shown(
        study,
        "paired_bars",
        name,
        [head, *({"n_citizens": head["n_citizens"]} | row for row in rows)],
        context={
            "title": "figure.ledger.title",
            "subtitle": "figure.ledger.subtitle",
            "alt": "figure.ledger.alt",
            "series": ["services", "borne"],
            "table": tables.layout("caption.ledger", show, notes=tuple(notes), rows=tuple(range(1, len(rows) + 1))),
        },
    )


def _year(study: Study, frame: pd.DataFrame) -> Facts:
    return {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "year_from": (Column("year_from", "month"), making.month(frame.attrs["first_month"])),
        "year_to": (Column("year_to", "month"), making.month(frame.attrs["last_month"])),
        "price_year": making.of_design(study)["price_year"],
        "n_citizens": (Column("n_citizens", "count"), int(frame.attrs["n_citizens"])),
    }


def _enough(study: Study, paid: pd.DataFrame) -> bool:
    return bool(len(paid)) and int(paid.attrs["n_citizens"]) >= study.protocol.too_few.citizens


def _few(study: Study, paid: pd.DataFrame, name: str) -> Shown:
    least = {"min_citizens": (Column("min_citizens", "count"), study.protocol.too_few.citizens)}
    return told(study, [("text", "interval.money_few")], _year(study, paid) | least, name)

"""What the quality organisation is given: posts and hours, what an hour costs, who would pay the shared hours, meetings held, what is not settled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

OERE = 100.0
NOT_STATED = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
NOT_AGREED = {"not_estimated": {"da": "ikke aftalt", "en": "not agreed"}}
POOLS = ("midtkraft_fund", "midtkraft_keu", "midtkraft_municipal_hours", "midtkraft_stated_total")


def resources_in_short(study: Study, lines: pd.DataFrame, readings: pd.DataFrame, total_oere: float | None, *, name: str = "in_short") -> Shown:
    """How many doctors and hours are agreed, how many hours more nobody has settled the payment of, and what an hour costs under each reading.

    lines : `measures.posts`. readings : `measures.hour_readings`. total_oere : `measures.stated_total`.
    """
    hours = readings.set_index("reading")["hours"]
    prices = readings["oere_an_hour"].dropna() / OERE
    facts: Facts = {
        "n_posts": (Column("n_posts", "count"), int(lines.loc[lines["status"] == "agreed", "n_posts"].fillna(0).sum())),
        "hours": (Column("hours", "count"), int(hours["agreed"])),
        "hours_all": (Column("hours_all", "count"), int(hours["with_unsettled"])),
        "hours_unsettled": (Column("hours_unsettled", "count"), int(hours["with_unsettled"] - hours["agreed"])),
        "total": (Column("total", "money"), None if total_oere is None else total_oere / OERE),
        "price_low": (Column("price_low", "money", n="hours_all"), float(prices.min()) if len(prices) else None),
        "price_high": (Column("price_high", "money", n="hours"), float(prices.max()) if len(prices) else None),
        "n_readings": (Column("n_readings", "count"), len(prices)),
    }
    if lines.empty:
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", "finding.resources_none")]})
    unsettled = "some" if facts["hours_unsettled"][1] else "none"
    priced = "total" if len(prices) else "no_total"
    blocks = [
        block("headline", "finding.resources"),
        block("text", f"interval.resources_unsettled_{unsettled}"),
        block("text", f"interval.resources_{priced}"),
    ]
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks}, labels=NOT_STATED)


def post_table(study: Study, lines: pd.DataFrame, *, name: str = "posts") -> Shown:
    """One row a role: posts, hours a year, full-time equivalents and pool, each as stated; what is not stated says so."""
    rows, labels = [], dict(NOT_STATED)
    for role, own in lines.groupby("role", sort=False):
        first = own.sort_values("pool_oere", na_position="first", kind="stable").iloc[0]
        labels[f"role.{role}"] = {"da": first["role_da"], "en": first["role_en"]}
        rows.append(
            {
                "role": (Column("role", "label"), f"role.{role}"),
                "n_posts": (Column("n_posts", "count"), _whole(own["n_posts"].dropna())),
                "hours": (Column("hours", "count"), _whole(own["hours"].dropna())),
                "fte": (Column("fte", "count"), _whole(own["fte"].dropna())),
                "pool": (Column("pool", "money"), _kroner(own["pool_oere"].dropna())),
            }
        )
    show = [(f"column.{key}", key) for key in ("role", "n_posts", "hours", "fte", "pool")]
    plan = tables.layout("caption.posts", show, notes=("note.posts",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def reading_table(study: Study, readings: pd.DataFrame, *, name: str = "readings") -> Shown:
    """One row a reading of the stated total: which hours it is taken to pay, how many they are, and what an hour then costs."""
    rows = [
        {
            "reading": (Column("reading", "label"), f"reading.{item.reading}"),
            "hours": (Column("hours", "count"), int(item.hours)),
            "price": (Column("price", "money", n="hours"), None if pd.isna(item.oere_an_hour) else float(item.oere_an_hour) / OERE),
        }
        for item in readings.itertuples()
    ]
    plan = tables.layout("caption.readings", [(f"column.{key}", key) for key in ("reading", "hours", "price")], notes=("note.readings",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=NOT_STATED)


def pool_table(study: Study, pools: pd.DataFrame, *, name: str = "pools") -> Shown:
    """One row a pool of the quality organisation: the amount and the years, "not stated" where they are not."""
    rows = []
    for item in pools[pools["funding_id"].isin(POOLS)].itertuples():
        years = [int(year) for year in re.findall(r"\d{4}", item.period if isinstance(item.period, str) else "")]
        rows.append(
            {
                "pool_name": (Column("pool_name", "label"), f"pool.{item.funding_id}"),
                "amount": (Column("amount", "money"), None if pd.isna(item.amount_oere) else float(item.amount_oere) / OERE),
                "from_year": (Column("from_year", "year"), years[0] if years else None),
                "to_year": (Column("to_year", "year"), years[-1] if years else None),
            }
        )
    plan = tables.layout("caption.pools", [(f"column.{key}", key) for key in ("pool_name", "amount", "from_year", "to_year")], notes=("note.pools",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=NOT_STATED)


def shared_hours(study: Study, split: pd.DataFrame, *, name: str = "shared_hours") -> Shown:
    """The figure of the hours that each cluster would pay for and get.

    split : `measures.shared_hours`. The table under it has both keys, and the populations behind them.
    """
    count = ("n_posts", "received", "population", "pays", "old_population", "old_pays")
    rows: list[Facts] = [
        {"name": (Column("name", "label"), item["cluster"])}
        | {key: (Column(key, "count", n="" if key.endswith(("posts", "population")) else "n_posts"), _int(item[key])) for key in count}
        for item in split.to_dict("records")
    ]
    head: Facts = {
        "hours_shared": (Column("hours_shared", "count"), int(split["received"].sum())),
        "n_clusters": (Column("n_clusters", "count"), len(split)),
    }
    heads = (("cluster", "name"), *((key, key) for key in ("n_posts", "received", "population", "pays", "old_population", "old_pays")))
    return making.shown(
        study,
        "paired_bars",
        name,
        [head, *rows],
        context={
            "title": "figure.shared_hours.title",
            "subtitle": "figure.shared_hours.subtitle",
            "alt": "figure.shared_hours.alt",
            "series": ["pays", "received"],
            "table": tables.layout(
                "caption.shared_hours",
                [(f"column.{column}", key) for column, key in heads],
                notes=("note.shared_hours",),
                rows=tuple(range(1, len(rows) + 1)),
            ),
        },
    )


def meeting_table(study: Study, meetings: pd.DataFrame, *, name: str = "meetings") -> Shown:
    """One row a body, cluster and year: meetings agreed, planned and held, and whether what was agreed was kept."""
    rows, labels = [], dict(NOT_AGREED)
    for item in meetings.to_dict("records"):
        labels[f"body.{item['body_id']}"] = {"da": item["name_da"], "en": item["name_en"]}
        kept = "not_estimated" if pd.isna(item["kept"]) else "yes" if item["kept"] else "no"
        rows.append(
            {
                "body": (Column("body", "label"), f"body.{item['body_id']}"),
                "cluster": (Column("cluster", "label"), item["cluster"]),
                "year": (Column("year", "year"), int(item["year"])),
                "due_least": (Column("due_least", "count"), _int(item["due_least"])),
                "due_most": (Column("due_most", "count"), _int(item["due_most"])),
                "planned": (Column("planned", "count"), int(item["planned"])),
                "held": (Column("held", "count", n="planned"), int(item["held"])),
                "kept": (Column("kept", "label"), kept),
            }
        )
    show = [(f"column.{key}", key) for key in ("body", "cluster", "year", "due_least", "due_most", "planned", "held", "kept")]
    plan = tables.layout("caption.meetings", show, notes=("note.meetings",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def unsettled_table(study: Study, lines: pd.DataFrame, *, name: str = "unsettled") -> Shown:
    """One row a role and thing about it that the memo leaves open, computed from its lines; in words where nothing is open."""
    rows, labels = [], {}
    for role, own in lines.groupby("role", sort=False):
        first = own.sort_values("pool_oere", na_position="first", kind="stable").iloc[0]
        labels[f"role.{role}"] = {"da": first["role_da"], "en": first["role_en"]}
        open_lines = {
            "payment": own[own["status"] == "unsettled"],
            "inferred": own[own["is_inferred"]],
            "equivalents": own[own["fte"].notna()],
            "no_hours": own[own["hours"].isna() & own["fte"].isna() & own["pool_oere"].isna()],
            "new": own[own["also_new"].eq(False)],
        }
        for what, held in open_lines.items():
            if len(held):
                hours = (Column("hours", "count"), _whole(held["hours"].dropna()))
                rows.append({"role": (Column("role", "label"), f"role.{role}"), "open": (Column("open", "label"), f"open.{what}"), "hours": hours})
    if not rows:
        blocks = [block("text", "interval.resources_settled")]
        return making.shown(study, "finding", name, [{"n_open": (Column("n_open", "count"), 0)}], context={"blocks": blocks})
    plan = tables.layout("caption.unsettled", [("column.role", "role"), ("column.open", "open"), ("column.hours", "hours")])
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels | NOT_STATED)


def _whole(held: pd.Series) -> int | None:
    return int(held.sum()) if len(held) else None


def _kroner(held: pd.Series) -> float | None:
    return float(held.sum()) / OERE if len(held) else None


def _int(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)

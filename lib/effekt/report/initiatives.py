"""The overview of initiatives: who does what, with what status, reach and cost; resource persons, milestones and obligations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from effekt.catalogue.labels import LABELS
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

Names = dict[str, Mapping[str, str]]
OERE = 100.0
YEAR = re.compile(r" (?:fra|from|i|in) \d{4}$")  # a number on a page stands in a cell: the planned month says it
NOT_STATED = {"not_estimated": {"da": "ikke oplyst", "en": "not stated"}}
NO_DATE = {"not_estimated": {"da": "ingen dato", "en": "no date"}}
NONE_THERE = {"da": "\u2013", "en": "\u2013"}


def initiatives_in_short(study: Study, initiatives: pd.DataFrame, persons: pd.DataFrame, duties: pd.DataFrame, *, name: str = "in_short") -> Shown:
    """How many initiatives there are of how many types, how many are meant to go on, and which clusters lack what they are obliged to.

    initiatives : `measures.initiatives`. persons : `measures.resource_persons`. duties : `measures.obligations`.
    """
    short = duties[duties["met"].fillna(False).eq(False)]
    told: dict[str, int] = {
        "n_initiatives": len(initiatives),
        "n_types": initiatives["type"].nunique(),
        "n_clusters": len(study.clusters),
        "n_continue": int(initiatives["continues_after_2015"].eq(True).sum()),
        "n_new": int(initiatives["status"].isin(["new", "radically_new"]).sum()),
        "n_virtual": int((initiatives["mode"] == "virtual").sum()),
        "n_evaluated": int(initiatives["evaluated"].eq(True).sum()),
        "n_persons": int(persons["appointed"].sum()),
        "n_places": len(persons),
        "n_duties": len(duties),
        "n_met": len(duties) - len(short),
        "n_short": short["cluster_id"].nunique(),
    }
    facts: Facts = {key: (Column(key, "count", n="" if key == "n_initiatives" else _under(key)), value) for key, value in told.items()}
    if not len(initiatives):
        return making.shown(study, "finding", name, [facts], context={"blocks": [block("headline", "finding.initiatives_none")]})
    blocks = [block("headline", "finding.initiatives"), block("text", "interval.initiatives"), block("text", "interval.initiatives_evaluated")]
    blocks.append(block("text", f"interval.initiatives_persons_{'all' if told['n_persons'] == told['n_places'] else 'some'}"))
    if len(duties):
        blocks.append(block("text", f"interval.initiatives_duties_{'some' if len(short) else 'all'}"))
    return making.shown(study, "finding", name, [facts], context={"blocks": blocks})


def type_matrix(study: Study, types: pd.DataFrame, *, name: str = "types") -> Shown:
    """Rows are types, columns clusters: the status of the initiative, a dash where there is none.

    types : `measures.initiative_types`.
    """
    names = study.labels()
    labels: Names = {cluster: names[cluster] for cluster in study.clusters} | {"not_there": NONE_THERE} | NOT_STATED
    rows: list[Facts] = []
    for kind, own in types.groupby("type", sort=False):
        row: Facts = {"type": (Column("type", "label"), _coded("type", kind, labels))}
        for item in own.itertuples():
            status = _coded("status", item.status, labels) if item.n else "not_there"
            row[f"at_{item.cluster_id}"] = (Column(f"at_{item.cluster_id}", "label"), status)
        rows.append(row | {"n_there": (Column("n_there", "count"), int((own["n"] > 0).sum()))})
    show = [("column.type", "type"), *((cluster, f"at_{cluster}") for cluster in study.clusters), ("column.n_there", "n_there")]
    plan = tables.layout("caption.types", show, notes=("note.types",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def initiative_table(study: Study, initiatives: pd.DataFrame, *, about: Literal["reach", "cost"], name: str = "") -> Shown:
    """One row an initiative: task, form, start, reached, target group and fidelity (reach), or whether it existed and was evaluated, cost,
    running cost and whether it continues (cost)."""
    rows: list[Facts] = []
    labels: Names = dict(NOT_STATED)
    for item in initiatives.to_dict("records"):
        rows.append(
            {
                "cluster": (Column("cluster", "label"), item["cluster_id"]),
                "type": (Column("type", "label"), _coded("type", item["type"], labels)),
                "task": (Column("task", "label"), _coded("task", item["task"], labels)),
                "mode": (Column("mode", "label"), _coded("mode", item["mode"], labels)),
                "existing": (Column("existing", "label"), _yes(item["existing"])),
                "evaluated": (Column("evaluated", "label"), _yes(item["evaluated"])),
                "start": (Column("start", "month"), month_of(item["start"])),
                "reach": (Column("reach", "count"), _whole(item["reach_n"])),
                "eligible": (Column("eligible", "count"), _whole(item["eligible_n"])),
                "fidelity": (Column("fidelity", "percent", 0, n="reach"), _number(item["fidelity_pct"])),
                "cost": (Column("cost", "money", n="reach"), _kroner(item["cost_oere"])),
                "running": (Column("running", "money"), _kroner(item["running_cost_oere"])),
                "goes_on": (Column("goes_on", "label"), _yes(item["continues_after_2015"])),
            }
        )
    keys = ("task", "mode", "start", "reach", "eligible", "fidelity") if about == "reach" else ("existing", "evaluated", "cost", "running", "goes_on")
    show = [(f"column.{key}", key) for key in ("cluster", "type", *keys)]
    plan = tables.layout(f"caption.initiatives_{about}", show, notes=(f"note.initiatives_{about}",))
    return making.shown(study, "table", name or f"initiatives_{about}", rows, context={"table": plan}, labels=labels)


def reach_figure(study: Study, initiatives: pd.DataFrame, *, kind: str, name: str = "reach") -> Shown:
    """The figure of how many are eligible for an initiative of the type `kind` and how many it reached, one pair of bars a cluster."""
    labels: Names = dict(NOT_STATED)
    own = initiatives[initiatives["type"] == kind]
    rows: list[Facts] = [
        {
            "name": (Column("name", "label"), item["cluster_id"]),
            "eligible": (Column("eligible", "count"), _whole(item["eligible_n"])),
            "reach": (Column("reach", "count", n="eligible"), _whole(item["reach_n"])),
        }
        for item in own.to_dict("records")
    ]
    head: Facts = {
        "type": (Column("type", "label"), _coded("type", kind, labels)),
        "reach_total": (Column("reach_total", "count", n="eligible_total"), int(own["reach_n"].fillna(0).sum())),
        "eligible_total": (Column("eligible_total", "count"), int(own["eligible_n"].fillna(0).sum())),
        "n_there": (Column("n_there", "count"), own["cluster_id"].nunique()),
        "name": (Column("name", "label"), None),
        "eligible": (Column("eligible", "count"), None),
        "reach": (Column("reach", "count", n="eligible"), None),
    }
    stem = "figure.reach"
    show = [("column.cluster", "name"), ("column.eligible", "eligible"), ("column.reach", "reach")]
    plan = tables.layout("caption.reach", show, rows=tuple(range(1, len(rows) + 1)))
    context = {"title": f"{stem}.title", "subtitle": f"{stem}.subtitle", "alt": f"{stem}.alt", "series": ["eligible", "reach"], "table": plan}
    return making.shown(study, "paired_bars", name, [head, *rows], context=context, labels=labels)


def person_table(study: Study, persons: pd.DataFrame, *, name: str = "persons") -> Shown:
    """One row a cluster and side: the month of appointment and the share of time set aside; "no date" where nobody is appointed."""
    rows: list[Facts] = [
        {
            "cluster": (Column("cluster", "label"), item["cluster_id"]),
            "side": (Column("side", "label"), f"side.{item['side']}"),
            "appointed": (Column("appointed", "label"), _yes(item["appointed"])),
            "appointed_month": (Column("appointed_month", "month"), month_of(item["appointed_date"])),
            "dedicated": (Column("dedicated", "percent", 0), _number(item["dedicated_pct"])),
        }
        for item in persons.to_dict("records")
    ]
    show = [(f"column.{key}", key) for key in ("cluster", "side", "appointed", "appointed_month", "dedicated")]
    return making.shown(study, "table", name, rows, context={"table": tables.layout("caption.persons", show)}, labels=NOT_STATED)


def milestone_table(study: Study, milestones: pd.DataFrame, *, steps: bool, name: str = "") -> Shown:
    """One row a milestone: the step as the source numbers it (`steps`) or the place it is of, planned end, actual month, and how it went.

    The milestones of the region come first, then those of the clusters; those that are no steps by planned end, clusters in the study's order.

    steps : the milestones that the source calls steps, with its own numbers, also where they repeat or skip; False = all others.
    """
    rows: list[Facts] = []
    labels: Names = dict(NO_DATE)
    told = milestones[milestones["step_label"].notna() == steps]
    place = told["cluster_id"].map({cluster: number for number, cluster in enumerate(study.clusters)})
    by = ["_of"] if steps else ["_of", "planned_to", "_place"]
    for item in told.assign(_of=told["cluster_id"].notna(), _place=place).sort_values(by, kind="stable").to_dict("records"):
        labels[f"milestone.{item['milestone_id']}"] = {"da": YEAR.sub("", item["text_da"]), "en": YEAR.sub("", item["text_en"])}
        number = re.search(r"\d+", str(item["step_label"]))
        rows.append(
            {
                "step": (Column("step", "count"), int(number[0]) if number else None),
                "milestone": (Column("milestone", "label"), f"milestone.{item['milestone_id']}"),
                "cluster": (Column("cluster", "label"), item["cluster_id"] if isinstance(item["cluster_id"], str) else "region"),
                "planned_to": (Column("planned_to", "month"), month_of(item["planned_to"])),
                "actual": (Column("actual", "month"), month_of(item["actual"])),
                "went": (Column("went", "label"), f"went.{how_it_went(item)}"),
                "days_late": (Column("days_late", "count"), _whole(item["days_late"])),
            }
        )
    keys = ("step", "milestone", *(() if steps else ("cluster",)), "planned_to", "actual", "went", "days_late")
    show = [("column.place" if key == "cluster" else f"column.{key}", key) for key in keys if steps or key != "step"]
    kind = "steps" if steps else "milestones"
    plan = tables.layout(f"caption.{kind}", show, notes=(f"note.{kind}",), empty={"days_late": "signal.dash"})
    return making.shown(study, "table", name or kind, rows, context={"table": plan}, labels=labels)


def obligation_matrix(study: Study, duties: pd.DataFrame, *, name: str = "obligations") -> Shown:
    """Rows are obligations, columns clusters: met, not met, or not told."""
    names = study.labels()
    labels: Names = {cluster: names[cluster] for cluster in study.clusters} | NOT_STATED
    rows: list[Facts] = []
    for duty, own in duties.groupby("obligation_id", sort=False):
        row: Facts = {"obligation": (Column("obligation", "label"), _coded("obligation", duty, labels))}
        for item in own.itertuples():
            row[f"at_{item.cluster_id}"] = (Column(f"at_{item.cluster_id}", "label"), _yes(item.met))
        rows.append(row | {"n_met": (Column("n_met", "count"), int(own["met"].fillna(False).sum()))})
    show = [("column.obligation", "obligation"), *((cluster, f"at_{cluster}") for cluster in study.clusters), ("column.n_met", "n_met")]
    plan = tables.layout("caption.obligations", show, notes=("note.obligations",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def _coded(family: str, code: Any, labels: Names) -> str:
    """The key of a code's name; a code that the catalogue does not know is its own name, and a missing one is not stated."""
    if not isinstance(code, str) or not code:
        return "not_estimated"
    key = f"{family}.{code}"
    if key not in LABELS:
        labels[key] = {"da": code, "en": code}
    return key


def _yes(value: Any) -> str:
    return "not_estimated" if pd.isna(value) else "yes" if value else "no"


def _under(key: str) -> str:
    """The column with the number that a count is out of."""
    own = {"n_persons": "n_places", "n_met": "n_duties", "n_short": "n_clusters", "n_places": "", "n_duties": "", "n_clusters": ""}
    return own.get(key, "n_initiatives")


def how_it_went(item: dict[str, Any]) -> str:
    """Whether a milestone was reached in time or late, was not, or lies after the data: the last part of a label `went`."""
    if pd.isna(item["actual"]):
        return "not_reached" if item["known"] else "after_data"
    return "late" if item["days_late"] else "in_time"


def month_of(moment: Any) -> str | None:
    """The month of a date, None where there is none."""
    return None if pd.isna(moment) else making.month(pd.Timestamp(moment))


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _kroner(value: Any) -> float | None:
    return None if pd.isna(value) else float(value) / OERE

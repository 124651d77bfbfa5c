"""What the two agreements say: grants, tasks, who reports to whom, topics of meetings, channels, and the oddities of the sources as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from effekt.catalogue.codes import load_body_members, load_oddities, load_tasks
from effekt.measures import resources
from effekt.measures.workbook import programme
from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

Names = dict[str, Mapping[str, str]]
Source = Literal["agreement", "memo"]
CITED = MappingProxyType({"agreement": "supplementary agreement of 18 January 2013", "memo": "MidtKraft memo of 14 March 2019"})
SEEDS = MappingProxyType({"agreement": "S1", "memo": "S2"})
CITING = ("milestone", "body", "reporting_line", "consultant_post")
GRANT = "satspulje"
CHANNELS = ("klu", "hospital_cluster", "cluster_steering_group")
POSTS_OF_800 = ("practice_development", "education_adviser")
OERE, PERCENT = 100.0, 100.0
NO_DATE = {"not_estimated": {"da": "ingen dato", "en": "no date"}}
NO_NUMBER = {"not_estimated": {"da": "\u2013", "en": "\u2013"}}


def cites(study: Study, source: Source) -> bool:
    """Whether a row of the study's programme tables names the agreement or the memo as its source."""
    told = pd.concat([programme(study.of(None), table)["source"] for table in CITING])
    return bool(told.fillna("").str.contains(CITED[source], regex=False).any())


def grant_table(study: Study, pools: pd.DataFrame, *, name: str = "grant") -> Shown:
    """One row a share of the national grant: recipients, years, share and amount. It is national, and no region's own share is stated.

    pools : `measures.pools`.
    """
    rows: list[Facts] = []
    labels: Names = dict(NO_NUMBER)
    for item in pools[pools["grant"] == GRANT].to_dict("records"):
        years = [int(year) for year in str(item["period"] or "").split("-") if year.isdigit()]
        labels.setdefault(f"recipient.{item['recipient']}", RECIPIENTS.get(item["recipient"], {"da": item["recipient"], "en": item["recipient"]}))
        rows.append(
            {
                "recipient": (Column("recipient", "label"), f"recipient.{item['recipient']}"),
                "from_year": (Column("from_year", "year"), years[0] if years else None),
                "to_year": (Column("to_year", "year"), years[-1] if years else None),
                "grant_share": (Column("grant_share", "percent"), None if pd.isna(item["share"]) else PERCENT * float(item["share"])),
                "amount": (Column("amount", "money"), None if pd.isna(item["amount_oere"]) else float(item["amount_oere"]) / OERE),
            }
        )
    if not rows:
        return _nothing(study, name, "agreement.no_grant")
    show = [(f"column.{key}", key) for key in ("recipient", "from_year", "to_year", "grant_share", "amount")]
    plan = tables.layout("caption.grant", show, notes=("agreement.note_grant",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def reporting_table(study: Study, lines: pd.DataFrame, *, name: str = "reporting") -> Shown:
    """One row a reporting line: who reports to whom, when it is due, and when it was delivered.

    lines : `measures.reporting_lines`.
    """
    labels: Names = dict(NO_DATE)
    rows: list[Facts] = []
    for item in lines.to_dict("records"):
        for side in ("from", "to"):
            labels[f"body.{item[f'{side}_body']}"] = {"da": item[f"{side}_da"], "en": item[f"{side}_en"]}
        rows.append(
            {
                "from_body": (Column("from_body", "label"), f"body.{item['from_body']}"),
                "to_body": (Column("to_body", "label"), f"body.{item['to_body']}"),
                "due": (Column("due", "month"), _month(item["due"])),
                "delivered": (Column("delivered", "month"), _month(item["delivered"])),
            }
        )
    if not rows:
        return _nothing(study, name, "agreement.no_lines")
    plan = tables.layout("caption.reporting", [(f"column.{key}", key) for key in ("from_body", "to_body", "due", "delivered")])
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def task_table(study: Study, *, of: Literal["project_group", "midtkraft"], name: str = "tasks") -> Shown:
    """One row a task of the project group, or of MidtKraft, and the page that serves it."""
    source: Source = "agreement" if of == "project_group" else "memo"
    if not cites(study, source):
        return _nothing(study, name, f"agreement.not_{source}")
    tasks = load_tasks(of)
    labels: Names = {f"task.{row['task_id']}": {"da": row["da"], "en": row["en"]} for row in tasks}
    rows: list[Facts] = [{"task": (Column("task", "label"), f"task.{row['task_id']}")} for row in tasks]
    context = {
        "caption": f"caption.tasks_{of}",
        "heads": ["column.task", "column.page"],
        "show": ["task"],
        "pages": [[[row["notebook"], row["result"]]] for row in tasks],
        "notes": [],
    }
    return making.shown(study, "pages", name, rows, context=context, labels=labels)


def plan_table(study: Study, plan: pd.DataFrame, *, name: str = "meeting_plan") -> Shown:
    """One row a meeting of the year as planned: what it is to be about, and when it was planned and held.

    plan : `measures.meeting_plan`.
    """
    if plan.empty:
        return _nothing(study, name, "agreement.no_plan")
    labels: Names = dict(NO_DATE)
    rows: list[Facts] = []
    for item in plan.to_dict("records"):
        key = f"topic.{item['body_id']}.{item['meeting_no']}"
        labels |= {f"body.{item['body_id']}": {"da": item["name_da"], "en": item["name_en"]}, key: {"da": item["topic_da"], "en": item["topic_en"]}}
        rows.append(
            {
                "body": (Column("body", "label"), f"body.{item['body_id']}"),
                "item_number": (Column("item_number", "count"), int(item["meeting_no"])),
                "topic": (Column("topic", "label"), key),
                "planned_month": (Column("planned_month", "month"), _month(item["planned"])),
                "held_month": (Column("held_month", "month"), _month(item["held"])),
            }
        )
    show = [(f"column.{key}", key) for key in ("body", "item_number", "topic", "planned_month", "held_month")]
    layout = tables.layout("caption.meeting_plan", show, notes=("agreement.note_plan",))
    return making.shown(study, "table", name, rows, context={"table": layout}, labels=labels)


def member_table(study: Study, *, name: str = "members") -> Shown:
    """Who the bodies of the memo are extended by; the members they had before are in a box that is missing."""
    known = programme(study.of(None), "body").set_index("body_id")
    told = [row for row in load_body_members() if row["body_id"] in known.index]
    if not told or not cites(study, "memo"):
        return _nothing(study, name, "agreement.not_memo")
    labels: Names = {f"body.{body}": {"da": known.at[body, "name_da"], "en": known.at[body, "name_en"]} for body in {row["body_id"] for row in told}}
    rows: list[Facts] = []
    for place, row in enumerate(told):
        labels[f"member.{place}"] = {"da": row["member_da"], "en": row["member_en"]}
        rows.append(
            {
                "body": (Column("body", "label"), f"body.{row['body_id']}"),
                "member": (Column("member", "label"), f"member.{place}"),
                "n_members": (Column("n_members", "count"), int(row["n"])),
                "when": (Column("when", "label"), f"when.{row['when'].replace(' ', '_')}"),
            }
        )
    show = [(f"column.{key}", key) for key in ("body", "member", "n_members", "when")]
    plan = tables.layout("caption.members", show, notes=("agreement.note_boxes",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def channel_table(study: Study, *, name: str = "channels") -> Shown:
    """The channels that efforts go through: hospital clusters and quality clusters, which are two things, and the committees with the GPs."""
    body = programme(study.of(None), "body").set_index("body_id")
    labels: Names = dict(NO_NUMBER)
    counted = {"hospital_cluster": len(study.clusters), "cluster_steering_group": len(study.clusters)}
    rows = [_channel(key, body, counted.get(key), labels) for key in CHANNELS if key in body.index]
    quality = {"da": "Kvalitetsklynger af praksis", "en": "Quality clusters of practices"}
    rows.append(_channel("quality_cluster", None, len(study.protocol.quality_clusters), labels, quality))
    plan = tables.layout("caption.channels", [("column.channel", "channel"), ("column.n_channels", "n_channels")], notes=("agreement.note_channels",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def oddity_table(study: Study, *, source: Source, name: str = "oddities") -> Shown:
    """One row a thing that the agreement, or the memo, says in two ways or not at all; and how many rows of the study's tables show it."""
    if not cites(study, source):
        return _nothing(study, name, f"agreement.not_{source}")
    told = [row for row in load_oddities() if SEEDS[source] in row["seed"].split()]
    labels: Names = dict(NO_NUMBER) | {f"oddity.{row['oddity_id']}": {"da": row["da"], "en": row["en"]} for row in told}
    rows: list[Facts] = [
        {
            "oddity": (Column("oddity", "label"), f"oddity.{row['oddity_id']}"),
            "n_oddities": (Column("n_oddities", "count"), SEEN[row["oddity_id"]](study) if row["oddity_id"] in SEEN else None),
        }
        for row in told
    ]
    show = [("column.oddity", "oddity"), ("column.n_oddities", "n_oddities")]
    plan = tables.layout(f"caption.oddities_{source}", show, notes=("agreement.note_oddities",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def _channel(key: str, body: pd.DataFrame | None, many: int | None, labels: Names, names: Mapping[str, str] | None = None) -> Facts:
    labels[f"body.{key}"] = names if body is None else {"da": body.at[key, "name_da"], "en": body.at[key, "name_en"]}
    return {"channel": (Column("channel", "label"), f"body.{key}"), "n_channels": (Column("n_channels", "count"), many)}


def _nothing(study: Study, name: str, key: str) -> Shown:
    """That the study's tables tell nothing of it, in words."""
    facts: Facts = {"n_items": (Column("n_items", "count"), 0)}
    return making.shown(study, "finding", name, [facts], context={"blocks": [block("text", key)]})


def _month(moment: Any) -> str | None:
    return None if pd.isna(moment) else making.month(pd.Timestamp(moment))


def _same_step(study: Study) -> int:
    steps = programme(study.of(None), "milestone")["step_label"].dropna()
    return int(steps.duplicated(keep=False).sum())


def _several_posts(study: Study) -> int:
    lines = resources.posts(study)
    each = lines[lines["role"] == "gp_coordinator_somatic"].groupby("cluster_id")["n_posts"].sum()
    return int((each > 1).sum())


RECIPIENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"regions": {"da": "Regionerne tilsammen", "en": "All regions"}, "municipalities": {"da": "Kommunerne tilsammen", "en": "All municipalities"}}
)
SEEN: Mapping[str, Callable[[Study], int]] = MappingProxyType(
    {
        "two_steps_1": _same_step,
        "funding_unsettled": lambda study: int((resources.posts(study)["status"] == "unsettled").sum()),
        "posts_not_clusters": _several_posts,
        "eight_hundred": lambda study: int(resources.posts(study).query("role in @POSTS_OF_800")["is_inferred"].sum()),
        "four_and_a_half_million": lambda study: int(resources.stated_total(study) is not None),
        "fte_or_posts": lambda study: int(resources.posts(study)["fte"].notna().sum()),
        "two_clusters": lambda study: len(study.clusters) + len(study.protocol.quality_clusters),
    }
)
"""Oddity -> how many rows of the study's tables show it; the others are in the words of the sources alone."""

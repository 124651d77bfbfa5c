"""What came in: the delivery in words, file by file, rule by rule and month by month, and which outcomes its holes block or cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.report import making, tables
from effekt.report.making import Facts
from effekt.report.prose import block
from effekt.report.results import Column
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

TAKEN_OUT = ("quarantine", "set_aside")
MARKED = ("fix", "warn")


def delivery_in_short(study: Study, accounts: pd.DataFrame, registered: pd.DataFrame | None = None, *, name: str = "delivery") -> Shown:
    """How many rows came in, what share could be used, and how many outcomes cannot be computed or are not registered over the whole period.

    accounts : `measures.accounts`. registered : `measures.registered_from` of the catalogue; without it nothing is said of the period.
    """
    sums = _sums(accounts)
    blocked = int((accounts["kind"] == "blocked").sum())
    late = len(_late(study, registered))
    counts = {"n_files": int((accounts["kind"] == "read").sum()), "n_in": sums["read"], "n_kept": sums["kept"]}
    counts |= {"n_blocked": blocked, "n_late": late}
    counts |= {f"n_{kind}": sums[kind] for kind in TAKEN_OUT}
    facts: Facts = {key: (Column(key, "count"), value) for key, value in counts.items()}
    facts["kept_share"] = (Column("kept_share", "percent", 2, n="n_in"), 100.0 * sums["kept"] / sums["read"] if sums["read"] else None)
    facts["place"] = (Column("place", "label"), f"place.{study.unit}")
    keys = [*(["interval.blocked.some"] if blocked else []), *(["interval.blocked.late"] if late else [])] or ["interval.blocked.none"]
    blocks = [block("headline", "finding.delivery"), *(block("text", key) for key in ("interval.delivery", *keys))]
    return making.shown(study, "finding", name, [facts | making.of_design(study)], context={"blocks": blocks})


def delivery_files(study: Study, accounts: pd.DataFrame, *, name: str = "files") -> Shown:
    """One row a file: rows in, kept, quarantined, set aside; after a further delivery also how many more or fewer were kept than before it."""
    files = list(dict.fromkeys(accounts.loc[accounts["kind"] == "read", "file"]))
    rows = [_file(accounts[accounts["file"] == file], file) for file in files]
    since = ("since_last",) if (accounts["kind"] == "kept_before").any() else ()
    show = [(f"column.{key}", key) for key in ("file", "n_in", "n_kept", "n_quarantine", "n_set_aside", *since)]
    notes = ("note.delivery_files", *(f"note.delivery_{key}" for key in since))
    return making.shown(
        study,
        "table",
        name,
        rows,
        context={"table": tables.layout("caption.delivery_files", show, notes=notes)},
        labels={file: {"da": file, "en": file} for file in files},
    )


def delivery_rules(study: Study, accounts: pd.DataFrame, *, name: str = "rules") -> Shown:
    """One row a rule that rows broke: the file, the rule in words, what was done, how many rows."""
    told = accounts[accounts["kind"].isin([*TAKEN_OUT, *MARKED])].sort_values(["file", "kind", "rule"])
    rows = [
        {
            "file": (Column("file", "label"), item.file),
            "rule": (Column("rule", "label"), f"rule.{item.rule}"),
            "reaction": (Column("reaction", "label"), f"reaction.{item.kind}"),
            "n_rows": (Column("n_rows", "count"), int(item.n)),
        }
        for item in told.itertuples()
    ]
    labels = {item.file: {"da": item.file, "en": item.file} for item in told.itertuples()}
    labels |= {f"rule.{item.rule}": {"da": item.da, "en": item.en} for item in told.itertuples()}
    show = [(f"column.{key}", key) for key in ("file", "rule", "reaction", "n_rows")]
    plan = tables.layout("caption.delivery_rules", show, notes=("note.delivery_rules",))
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def blocked_outcomes(study: Study, accounts: pd.DataFrame, registered: pd.DataFrame | None = None, *, name: str = "blocked") -> Shown:
    """One row an outcome that cannot be computed, with the files and columns that the delivery lacks, and one that is not registered from the first
    month of the data both in the clusters and in the comparison, with the month from which it is; in words where there is none of either."""
    told, late = accounts[accounts["kind"] == "blocked"], _late(study, registered)
    if told.empty and late.empty:
        blocks = [block("text", "interval.blocked.none")]
        return making.shown(study, "finding", name, [{}], context={"blocks": blocks})
    rows: list[Facts] = [
        {"outcome": (Column("outcome", "label"), item.file), "lacks": (Column("lacks", "label"), f"lacks.{item.rule}")} for item in told.itertuples()
    ]
    labels = {f"lacks.{item.rule}": {"da": item.rule, "en": item.rule} for item in told.itertuples()}
    for item in late.itertuples():
        firsts = {"here": item.first_month, "there": item.first_month_comparison}
        cells: Facts = {key: (Column(key, "month"), None if pd.isna(month) else making.month(month)) for key, month in firsts.items()}
        rows.append({"outcome": (Column("outcome", "label"), item.outcome), "lacks": (Column("lacks", "label"), "")} | cells)
    show = [("column.outcome", "outcome"), *([("column.lacks", "lacks")] if len(told) else [])]
    show += [(f"service_use.column.{key}", key) for key in ("here", "there")] if len(late) else []
    never = dict.fromkeys(("here", "there"), "not_registered")
    notes = ("service_use.registered.note",) if len(late) else ()
    plan = tables.layout("caption.late_outcomes" if len(late) else "caption.blocked", show, notes=notes, empty=never)
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def completeness(study: Study, frame: pd.DataFrame, *, name: str = "completeness") -> Shown:
    """The figure of how many rows of each source fall in each month, with the known breaks of registration drawn.

    frame : `measures.completeness`. A month with fewer than half the rows of the months around it is marked, and counted in the subtitle.
    """
    marked = frame.assign(low=frame.groupby(["source", "part"], sort=False)["n"].transform(_falls).astype(bool))
    known = study.protocol.breaks()
    names = {making.month(item.month): f"break.{place}" for place, item in enumerate(known)}
    head = making.of_design(study) | {
        "place": (Column("place", "label"), f"place.{study.unit}"),
        "n_low": (Column("n_low", "count"), int(marked["low"].sum())),
        "n_rows": (Column("n_rows", "count"), int(frame["n"].sum())),
    }
    rows: list[Facts] = [
        {
            "part": (Column("part", "label"), f"part.{item.source}.{item.part}"),
            "month": (Column("month", "month"), making.month(item.month)),
            "n": (Column("n", "count"), int(item.n)),
            "low": (Column("low", "label"), "yes" if item.low else "no"),
            "known": (Column("known", "label"), names.get(making.month(item.month), "")),
        }
        for item in marked.itertuples()
    ]
    stem = "figure.completeness"
    show = [(f"column.{key}", key) for key in ("part", "month", "n_rows_month", "low_month", "known_break")]
    twin = [(head, {"n_rows_month": "n", "low_month": "low", "known_break": "known"}.get(key, key)) for head, key in show]
    return making.shown(
        study,
        "completeness",
        name,
        [head, *rows],
        context={
            "title": f"{stem}.title",
            "subtitle": f"{stem}.subtitle",
            "alt": f"{stem}.alt",
            "breaks": [{"month": month, "why": name} for month, name in names.items()],
            "table": tables.layout("caption.completeness", twin, rows=tuple(range(1, len(rows) + 1))),
        },
        labels={f"break.{place}": {"da": item.why.da, "en": item.why.en} for place, item in enumerate(known)},
    )


def _falls(counts: pd.Series) -> pd.Series:
    """Months with fewer than half the rows of the median of the three on each side."""
    around = counts.rolling(7, center=True, min_periods=4).median()
    return (counts < around / 2) & (around >= 10)


def _sums(accounts: pd.DataFrame) -> dict[str, int]:
    summed = accounts.groupby("kind")["n"].sum()
    return {kind: int(summed.get(kind, 0)) for kind in ("read", "kept", *TAKEN_OUT)}


def _late(study: Study, registered: pd.DataFrame | None) -> pd.DataFrame:
    """The outcomes that have data, but not from the first month both in the clusters and, where there is one, in the comparison."""
    if registered is None:
        return pd.DataFrame()
    found = registered[[not study.lacking(name) for name in registered["outcome"]]]
    groups = ["first_month", *(["first_month_comparison"] if study.protocol.comparison.municipalities else [])]
    return found[~(found[groups] <= study.period[0]).all(axis=1)]


def _file(told: pd.DataFrame, file: str) -> Facts:
    sums = _sums(told)
    before: Any = told.loc[told["kind"] == "kept_before", "n"]
    counts = {"n_in": sums["read"], "n_kept": sums["kept"], **{f"n_{kind}": sums[kind] for kind in TAKEN_OUT}}
    facts: Facts = {"file": (Column("file", "label"), file), **{key: (Column(key, "count"), n) for key, n in counts.items()}}
    return facts | {"since_last": (Column("since_last", "count"), sums["kept"] - int(before.iloc[0]) if len(before) else None)}

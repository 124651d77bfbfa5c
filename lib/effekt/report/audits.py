"""What audits of pathways found: how often, where, how severe, what fills most, whether auditors agree, and whether it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.estimates.agreement import gwet_ac1, kappa
from effekt.estimates.before_after import rate_ratio
from effekt.estimates.estimate import Estimate
from effekt.estimates.findings import pareto
from effekt.report import making, tables, wording
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import PERCENT, enough, head_of, share_figure, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

WEIGHTS = {"any_error": "n_findings", "severe": "n_severe", "preventable": "n_preventable"}


def audit_in_short(study: Study, audits: pd.DataFrame, findings: pd.DataFrame, *, name: str = "audit") -> Shown:
    """Share of the audited pathways with an error and with a severe one, and where errors are most often.

    audits : `measures.audits`. findings : `measures.audit_findings`. No audits, or too few, is said in words.
    """
    if not enough(study, len(audits)):
        return _few(study, audits, name, role="headline")
    n = len(audits)
    facts = share_of(study, int((audits["n_findings"] > 0).sum()), n)
    facts |= share_of(study, int((audits["n_severe"] > 0).sum()), n, stem="severe")
    keys = [("headline", "finding.audit.some"), ("text", "interval.audit.share")]
    if len(findings):
        for by in ("phase", "border"):
            counted = _cases_by(findings, by)
            facts |= {by: (Column(by, "label"), f"{by}.{counted.index[0]}")} | share_of(study, int(counted.iloc[0]), n, stem=by)
        keys.append(("text", "interval.audit.most"))
    if study.cluster is None:
        counts = {"n_with": audits["cluster_id"].nunique(), "n_clusters": len(study.clusters)}
        facts |= {key: (Column(key, "count"), int(value)) for key, value in counts.items()}
        keys.append(("text", f"interval.audit.clusters{'' if counts['n_with'] < counts['n_clusters'] else '_all'}"))
    return told(study, [*keys, ("claim", "claim.audit")], facts, name)


def audit_places(study: Study, audits: pd.DataFrame, findings: pd.DataFrame, *, by: str = "phase", name: str = "") -> Shown:
    """The figure of the share of pathways with an error in each phase, at each border or of each type; by : phase, border or error_type."""
    name = name or f"audit_{by}"
    if not enough(study, len(audits)) or findings.empty:
        return _few(study, audits, name)
    n = len(audits)
    rows = [_what(f"{by}.{key}") | share_of(study, int(cases), n) for key, cases in _cases_by(findings, by).items()]
    facts: Facts = {"n_pathways": (Column("n_pathways", "count"), n)}
    return share_figure(study, name, f"audit_{by}", rows, facts, heads=[(f"column.{by}", "what")], notes=("note.audit_places",))


def audit_weights(study: Study, audits: pd.DataFrame, *, name: str = "audit_weights") -> Shown:
    """One row for any error, a severe one and a preventable one: the pathways that have it, and their share with Wilson's interval."""
    if not enough(study, len(audits)):
        return _few(study, audits, name)
    rows = [_what(f"audit.{key}") | share_of(study, int((audits[column] > 0).sum()), len(audits)) for key, column in WEIGHTS.items()]
    show = [("column.pathways_with", "what"), ("column.n_events_of", "events"), ("column.n_of", "n"), ("column.share", "cells.share_interval")]
    rows = [head_of(study) | row for row in rows]
    plan = tables.layout("caption.audit_weights", show, notes=("note.audit_weights",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def audit_pareto(study: Study, findings: pd.DataFrame, *, name: str = "audit_pareto") -> Shown:
    """One row a type of error, the most frequent first: findings, their share, the share so far, and whether it is among the few that fill most."""
    if not enough(study, len(findings)):
        key = "few_findings" if len(findings) else "no_findings"
        return told(study, [("text", f"interval.audit.{key}")], {"n_findings": (Column("n_findings", "count"), len(findings))}, name)
    rows = [
        head_of(study)
        | {
            "error_type": (Column("error_type", "label"), f"error_type.{row.value}"),
            "n_findings": (Column("n_findings", "count"), int(row.n)),
            "n": (Column("n", "count"), len(findings)),
            "share": (Column("share", "percent", n="n"), PERCENT * row.share),
            "cumulative": (Column("cumulative", "percent", n="n"), PERCENT * row.cumulative),
            "vital": (Column("vital", "label"), "yes" if row.vital else "no"),
        }
        for row in pareto(findings, by="error_type").itertuples()
    ]
    show = [(f"column.{key}", key) for key in ("error_type", "n_findings", "share", "cumulative", "vital")]
    plan = tables.layout("caption.audit_pareto", show, notes=("note.audit_pareto",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def audit_agreement(study: Study, pairs: pd.DataFrame, *, name: str = "audit_agreement") -> Shown:
    """How far two auditors of one pathway agree: on whether there is an error at all, then type by type.

    pairs : `measures.audit_pairs`; a municipality is shown its cluster's. Columns of a row: pathways judged by two, share agreed on, Cohen's
    kappa and Gwet's AC1 with intervals; kappa is empty where both auditors said the same of every pathway.
    """
    whole = pairs.groupby("case_id")[["first", "second"]].any()
    if not enough(study, len(whole)):
        key = "few_pairs" if len(whole) else "no_pairs"
        return told(study, [("text", f"interval.audit.{key}")], {"n_pairs": (Column("n_pairs", "count"), len(whole))}, name)
    seen = pairs.groupby("error_type")[["first", "second"]].any().any(axis=1)
    frames = {"audit.any_error": whole} | {f"error_type.{kind}": pairs[pairs["error_type"] == kind] for kind in seen.index[seen]}
    whose = study.cluster or "region"
    head = head_of(study) | {"audit_place": (Column("audit_place", "label"), f"place.{whose}")}
    rows = [head | _agreed(study, what, frame) for what, frame in frames.items()]
    show = [("column.judged", "what"), ("column.n_pairs", "n_pairs"), ("column.n_found", "n_found"), ("column.agreement", "agreement")]
    show += [(f"column.{key}", f"cells.{key}") for key in ("kappa", "ac1")]
    plan = tables.layout("caption.audit_agreement", show, notes=("note.audit_agreement",))
    labels = {f"place.{whose}": making.place_names(whose, study.labels())}
    return making.shown(study, "table", name, rows, context={"table": plan}, labels=labels)


def audit_change(study: Study, audits: pd.DataFrame, *, name: str = "audit_change") -> Shown:
    """Errors an auditor finds in a pathway, the later half of the rounds against the earlier: the ratio, robust by pathway, in words."""
    estimate = error_change(study, audits)
    if estimate is None:
        return _few(study, audits, name, key="interval.audit.few_rounds")
    told_of, later = _rounds(audits)
    direction = wording.direction(estimate)
    keys = [("headline", f"finding.audit_change.{direction}")]
    keys += [("text", f"interval.audit_change.{direction}"), ("claim", "claim.audit_change")] if direction != "none" else []
    keys += [("text", f"caution.{caution}") for caution in estimate.cautions]
    means = {"earlier": _errors(told_of[~later]), "later": _errors(told_of[later])}
    facts = making.of_estimate(estimate) | {key: (Column(key, "number", 2, n="n_events"), value) for key, value in means.items()}
    return told(study, keys, facts, name)


def error_change(study: Study, audits: pd.DataFrame) -> Estimate | None:
    """Errors a review, the later half of the rounds over the earlier, robust by pathway; None where a half has too few pathways."""
    told_of, later = _rounds(audits)
    if not (enough(study, int(later.sum())) and enough(study, int((~later).sum()))):
        return None
    frame = pd.DataFrame({"citizen_id": told_of["case_id"], "events": told_of["n_findings"], "exposure": told_of["auditors"], "after": later})
    return making.about(study, rate_ratio(frame, level=study.level))


def _rounds(audits: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The pathways that tell their round, and which of them lie in the later half."""
    rounds = sorted(audits["round"].dropna().unique())
    told_of = audits[audits["round"].notna()]
    return told_of, told_of["round"] > (rounds[(len(rounds) - 1) // 2] if rounds else 0)


def _errors(audits: pd.DataFrame) -> float:
    return float(audits["n_findings"].sum() / audits["auditors"].sum())


def _cases_by(findings: pd.DataFrame, by: str) -> pd.Series:
    """Pathways with a finding of each kind, the most frequent first."""
    return findings.groupby(by)["case_id"].nunique().sort_values(ascending=False, kind="stable")


def _what(key: str) -> Facts:
    return {"what": (Column("what", "label"), key)}


def _agreed(study: Study, what: str, frame: pd.DataFrame) -> Facts:
    by_kappa, by_ac1 = kappa(frame, level=study.level), gwet_ac1(frame, level=study.level)
    both_use_it = bool(frame["first"].any() and frame["second"].any())
    facts = _what(what) | {
        "n_pairs": (Column("n_pairs", "count"), len(frame)),
        "n_found": (Column("n_found", "count"), int((frame["first"] | frame["second"]).sum())),
        "agreement": (Column("agreement", "percent", n="n_pairs"), PERCENT * by_kappa.facts["agreement"]),
    }
    return facts | _index("kappa", by_kappa if both_use_it else None) | _index("ac1", by_ac1)


def _index(key: str, estimate: Estimate | None) -> Facts:
    value, low, high = (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
    numbers = {key: value, f"{key}_low": low, f"{key}_high": high}
    return {name: (Column(name, "number", 2, n="n_pairs"), value) for name, value in numbers.items()}


def _few(study: Study, audits: pd.DataFrame, name: str, *, role: str = "text", key: str = "") -> Shown:
    """Too few audited pathways to tell, or none at all, in words."""
    n = len(audits)
    facts: Facts = {"n_pathways": (Column("n_pathways", "count"), n)}
    family = "finding" if role == "headline" else "interval"
    return told(study, [(role, f"{family}.audit.none" if n == 0 else key or f"{family}.audit.few")], facts, name)

"""What citizens answer of their own health: EQ VAS and the EQ-5D index before and after, the problems behind it, and who got better or worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from effekt.catalogue.codes import load_important_differences
from effekt.estimates.estimate import Estimate
from effekt.estimates.health_states import DIMENSIONS, eq5d
from effekt.estimates.mean_changes import mean_change, mean_level
from effekt.estimates.patient_reported import ancova, responder_share
from effekt.estimates.trajectories import mixed
from effekt.report import making, tables
from effekt.report.days_home import against
from effekt.report.making import Facts
from effekt.report.results import Column
from effekt.report.shares import enough, head_of, share_figure, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

WAVES = ("before", "after")
VERSIONS = ("3L", "5L")
MEASURES: Mapping[str, tuple[str, str]] = {"vas": ("vas", ""), "index_3l": ("index", "3L"), "index_5l": ("index", "5L")}
"""Measure -> its kind and version in the list of important differences. 3L and 5L are two measures."""
FIGURES, OF_CHANGE = 3, 2
ADJUSTED = ("age", "sex")


def scores_of(responses: pd.DataFrame) -> pd.DataFrame:
    """One row a score: who, wave, after, treated, age, sex, `measure` (vas, index_3l, index_5l) and `value`.

    responses : `measures.health_answers`. An incomplete profile has no index. A response without a citizen stands for one of its own.
    """
    told_of = responses.assign(who=responses["citizen_id"].where(responses["citizen_id"].notna(), -1 - responses["response_id"]))
    kept = ["who", "wave", "after", "treated", "age", "sex", "cluster_id", "kommunekode"]
    parts = [told_of.loc[told_of["vas"].notna(), [*kept, "vas"]].rename(columns={"vas": "value"}).assign(measure="vas")]
    for version in VERSIONS:
        own = told_of[(told_of["version"] == version) & told_of["profile"].notna()]
        values = eq5d(own["profile"], version) if len(own) else []
        parts.append(own[kept].assign(value=values, measure=f"index_{version.lower()}"))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return frame.astype({"value": float})


def health_change(study: Study, scores: pd.DataFrame, measure: str) -> Estimate | None:
    """The change of one measure in this unit from the wave before to the wave after, at the same age and sex; None with too few in a wave."""
    own = scores[(scores["measure"] == measure) & scores["treated"]]
    if not all(enough(study, int((own["wave"] == wave).sum())) for wave in WAVES) or own["value"].nunique() < 2:
        return None
    known = [trait for trait in ADJUSTED if own[trait].notna().all() and own[trait].nunique() > 1]
    frame = own.drop(columns="treated").astype(dict.fromkeys(known, float))
    found = mean_change(frame, outcome="value", groups="who", covariates=known, level=study.level).effect
    return found.named(outcome=measure, unit=study.unit)


def health_levels(study: Study, responses: pd.DataFrame, *, name: str = "health") -> Shown:
    """One row a measure: its mean before and after with intervals, and the change at the same age and sex where both waves answered the same."""
    scores = scores_of(responses)
    own = scores[scores["treated"]]
    rows, estimates = [], []
    for measure in MEASURES:
        change = health_change(study, scores, measure)
        row = head_of(study) | {"what": (Column("what", "label"), f"measure.{measure}")} | _change_facts(change)
        for wave in WAVES:
            row |= _level_facts(study, own[(own["measure"] == measure) & (own["wave"] == wave)]["value"], wave)
        if any(row[f"{wave}_n"][1] for wave in WAVES):
            rows.append(row)
            estimates += [change] if change is not None else []
    if not any(row[f"{wave}_mean"][1] is not None for row in rows for wave in WAVES):
        return _few(study, responses, name, "health")
    show = [("column.measure", "what"), ("column.n_before", "before_n"), ("column.before", "cells.before_mean")]
    show += [("column.n_after", "after_n"), ("column.after", "cells.after_mean"), ("column.change_plain", "cells.change_points")]
    versions = {row["what"][1] for row in rows} & {"measure.index_3l", "measure.index_5l"}
    notes = ("note.health", *(("note.two_versions",) if len(versions) > 1 else ()))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": tables.layout("caption.health", show, notes=notes)})


def health_compared(study: Study, responses: pd.DataFrame, *, name: str = "health_compared") -> Shown:
    """The change against patients of the comparison where they were asked too: by analysis of covariance, and by a mixed model over all answers."""
    scores = scores_of(responses)
    rows, estimates = [], []
    for measure in MEASURES:
        for estimate in _compared(study, scores[scores["measure"] == measure], measure):
            told_of = {"what": f"measure.{measure}", "method": f"method_name.{estimate.method}"}
            names: Facts = {key: (Column(key, "label"), value) for key, value in told_of.items()}
            rows.append(head_of(study) | names | {"n": (Column("n", "count"), estimate.n_citizens)} | _change_facts(estimate))
            estimates.append(estimate)
    if not rows:
        asked = int((~responses["treated"]).sum()) if len(responses) else 0
        facts: Facts = {"n_comparison": (Column("n_comparison", "count"), asked)}
        return told(study, [("text", f"interval.health_compared.{'few' if asked else 'none'}")], facts, name)
    show = [("column.measure", "what"), ("column.method", "method"), ("column.n_citizens", "n"), ("column.difference", "cells.change_points")]
    plan = tables.layout("caption.health_compared", show, notes=("note.health_compared",))
    return making.shown(study, "table", name, rows, estimates=estimates, context={"table": plan})


def health_responders(study: Study, responses: pd.DataFrame, *, name: str = "responders") -> Shown:
    """One row a measure and direction: the share of those who answered twice whose health got better, or worse, by at least what matters."""
    scores = scores_of(responses)
    rows: list[Facts] = []
    most = 0
    for measure, (kind, version) in MEASURES.items():
        twice = pairs_of(scores[(scores["measure"] == measure) & scores["treated"]])
        most = max(most, len(twice))
        if not enough(study, len(twice)):
            continue
        important = load_important_differences()[kind, version]
        shares = responder_share(twice, post="after", baseline="before", important=important, level=study.level).shares
        for row in shares.itertuples():
            labels: Facts = {"what": (Column("what", "label"), f"measure.{measure}"), "group": (Column("group", "label"), f"became.{row.change}")}
            least: Facts = {"important": (Column("important", "significant", FIGURES), important)}
            rows.append(head_of(study) | labels | least | share_of(study, int(row.n), int(row.total)))
    if not rows:
        return told(study, [("text", "interval.responders.few")], {"n_citizens_twice": (Column("n_citizens_twice", "count"), most)}, name)
    show = [("column.measure", "what"), ("column.became", "group"), ("column.important", "important"), ("column.n_events_of", "events")]
    show += [("column.n_of", "n"), ("column.share", "cells.share_interval")]
    plan = tables.layout("caption.responders", show, notes=("note.responders",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def problem_shares(study: Study, responses: pd.DataFrame, *, name: str = "problems") -> Shown:
    """The figure of the share with any problem in each of the five dimensions, before and after."""
    own = responses[responses["treated"] & responses["profile"].notna()] if len(responses) else responses
    counts = {wave: int((own["wave"] == wave).sum()) for wave in WAVES} if len(own) else dict.fromkeys(WAVES, 0)
    if not any(enough(study, n) for n in counts.values()):
        return _few(study, responses, name, "problems")
    two = own["version"].nunique() > 1
    kinds = [(wave, version) for wave in WAVES for version in VERSIONS if ((own["wave"] == wave) & (own["version"] == version)).any()]
    rows = []
    for dimension in DIMENSIONS:
        for wave, version in kinds:
            asked = own[(own["wave"] == wave) & (own["version"] == version)]
            group: Facts = {"group": (Column("group", "label"), f"wave_version.{wave}.{version}" if two else f"wave.{wave}")}
            what: Facts = {"what": (Column("what", "label"), f"dimension.{dimension}")}
            rows.append(what | group | share_of(study, int((asked[dimension] > 1).sum()), len(asked)))
    totals: Facts = {f"n_{wave}": (Column(f"n_{wave}", "count"), n) for wave, n in counts.items()}
    notes = ("note.problems", *(("note.two_versions",) if two else ()))
    heads = [("column.dimension", "what"), ("column.wave", "group")]
    return share_figure(study, name, "problems_two" if two else "problems", rows, totals, heads=heads, notes=notes)


def pairs_of(scores: pd.DataFrame) -> pd.DataFrame:
    """Those with one score of the measure in each wave: one row a citizen with before, after and treated."""
    wide = scores.pivot_table(index=["who", "treated"], columns="wave", values="value", aggfunc="first")
    return wide.reindex(columns=list(WAVES)).dropna().reset_index()


def _compared(study: Study, scores: pd.DataFrame, measure: str) -> list[Estimate]:
    """Both contrasts with the comparison; none where a side has too few answers."""
    found = []
    twice = pairs_of(scores)
    if all(enough(study, int((twice["treated"] == side).sum())) for side in (True, False)):
        frame = twice.assign(treated=twice["treated"].astype(int))
        found.append(ancova(frame, post="after", baseline="before", group="treated", level=study.level).effect)
    sizes = scores.groupby(["treated", "wave"]).size()
    cells = [int(sizes.get((side, wave), 0)) for side in (True, False) for wave in WAVES]
    if all(enough(study, n) for n in cells) and scores["who"].duplicated().any():
        found.append(_of_mixed(study, scores))
    return [one.named(outcome=measure, unit=study.unit) for one in found if one is not None]


def _of_mixed(study: Study, scores: pd.DataFrame) -> Estimate:
    frame = scores.astype({"after": float, "treated": float})
    model = mixed(frame, outcome="value", covariates=["after", "treated", "after:treated"], groups="who", level=study.level)
    row: Any = model.coefficients.set_index("name").loc["after:treated"]
    found = Estimate(
        "difference", row["estimate"], row["low"], row["high"], "mixed_waves", "descriptive", "programme_comparison", study.level, p=row["p"],
        se=row["se"], n_citizens=model.n_groups, cautions=model.cautions, reasons=("pretrend_not_testable",), facts=model.facts,
    )  # fmt: skip
    return against(study, found)


def _level_facts(study: Study, values: pd.Series, wave: str) -> Facts:
    found = mean_level(values, level=study.level) if enough(study, len(values)) else None
    numbers = {"mean": None, "low": None, "high": None} if found is None else {"mean": found.value, "low": found.low, "high": found.high}
    facts: Facts = {f"{wave}_n": (Column(f"{wave}_n", "count"), len(values))}
    return facts | {f"{wave}_{key}": (Column(f"{wave}_{key}", "significant", FIGURES, n=f"{wave}_n"), value) for key, value in numbers.items()}


def _change_facts(change: Estimate | None) -> Facts:
    ends = (None, None, None) if change is None else (change.value, change.low, change.high)
    facts: Facts = {"n_citizens_change": (Column("n_citizens_change", "count"), 0 if change is None else change.n_citizens)}
    for key, value in zip(("change", "change_low", "change_high"), ends, strict=True):
        facts[key] = (Column(key, "significant", OF_CHANGE, n="n_citizens_change"), value)
    return facts


def _few(study: Study, responses: pd.DataFrame, name: str, family: str) -> Shown:
    n = int(responses["treated"].sum()) if len(responses) else 0
    return told(study, [("text", f"interval.{family}.{'few' if n else 'none'}")], {"n_responses": (Column("n_responses", "count"), n)}, name)

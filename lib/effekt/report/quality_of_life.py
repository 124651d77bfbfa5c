"""How citizens live, in short; whether care was according to their own wishes; who answered, and what silence and death do to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from effekt.errors import DataError
from effekt.estimates.estimate import Estimate
from effekt.estimates.responses import response_table
from effekt.estimates.shares import share_difference
from effekt.measures.windows import WINDOW_DAYS
from effekt.report import making, tables, wording
from effekt.report.days_home import home_change, of_change, said_of
from effekt.report.making import Facts
from effekt.report.own_health import FIGURES, MEASURES, WAVES, health_change, scores_of
from effekt.report.results import Column
from effekt.report.shares import PERCENT, enough, head_of, share_figure, share_of, told
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

FOLLOWED = "wishes_followed"
WISHES = (FOLLOWED, "wishes_asked")
COVARIATES = ("age", "sex", "admissions_before")
VAS, INDEX = "vas", ("index_3l", "index_5l")


def life_in_short(study: Study, home: pd.DataFrame, responses: pd.DataFrame, wishes: pd.DataFrame, *, name: str = "life") -> Shown:
    """Days alive at home against the comparison; beside it deaths, how citizens rate their own health, and whether their wishes were followed.

    home : `measures.home_days`. responses : `measures.health_answers`. wishes : `measures.answers(study, "own")`. Too little is said in words.
    """
    days, deaths = home_change(study, home, "days_home"), home_change(study, home, "death180")
    facts = of_change(days) | of_change(deaths, "death")
    facts |= {
        "window": (Column("window", "count"), WINDOW_DAYS),
        "n_discharges": (Column("n_discharges", "count"), int(home["treated"].sum()) if len(home) else 0),
    }
    keys = [("headline", f"finding.home.{said_of(days)}")]
    if days.value is not None:
        keys += [("text", "interval.home_change"), ("text", f"interval.home_deaths.{said_of(deaths)}")]
    health, more = _health(study, responses)
    wished, other = _wished(study, wishes)
    keys += [*health, *wished, ("claim", "claim.life" if days.value is not None else "claim.none")]
    return making.shown(
        study, "finding", name, [head_of(study) | facts | more | other], estimates=[one for one in (days, deaths) if one.value is not None],
        context={"blocks": [{"role": role, "text": key, "row": 0} for role, key in keys]},
    )  # fmt: skip


def wish_shares(study: Study, wishes: pd.DataFrame, *, name: str = "wishes") -> Shown:
    """The figure of the share who were asked of their wishes, and whose wishes were followed, before and after."""
    if not any(enough(study, len(_item(wishes, item, wave))) for item in WISHES for wave in WAVES):
        return _few_wishes(study, wishes, name)
    rows = []
    for item in WISHES:
        for wave in WAVES:
            own = _item(wishes, item, wave)
            labels: Facts = {"what": (Column("what", "label"), f"item.{item}"), "group": (Column("group", "label"), f"wave.{wave}")}
            rows.append(labels | share_of(study, int((own > 0).sum()), len(own)))
    totals = {f"n_{wave}": (Column(f"n_{wave}", "count"), int(wishes.loc[wishes["wave"] == wave, "response_id"].nunique())) for wave in WAVES}
    heads = [("column.question", "what"), ("column.wave", "group")]
    return share_figure(study, name, "wishes", rows, totals, heads=heads, notes=("note.wishes",))


def wish_changes(study: Study, wishes: pd.DataFrame, *, name: str = "wish_changes") -> Shown:
    """One row a question: the share of yes before and after, and the difference in percentage points with Newcombe's interval."""
    changes = {item: wish_change(study, wishes, item) for item in WISHES}
    if all(change is None for change in changes.values()):
        return _few_wishes(study, wishes, name)
    rows = []
    for item, change in changes.items():
        row: Facts = head_of(study) | {"what": (Column("what", "label"), f"item.{item}")} | _points(change)
        for wave in WAVES:
            own = _item(wishes, item, wave)
            row |= share_of(study, int((own > 0).sum()), len(own), stem=wave)
        rows.append(row)
    show = [("column.question", "what"), ("column.before", "before_share"), ("column.after", "after_share"), ("column.points", "cells.points")]
    plan = tables.layout("caption.wish_changes", show, notes=("note.wish_changes",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def wish_change(study: Study, wishes: pd.DataFrame, item: str = FOLLOWED) -> Estimate | None:
    """Share of yes after minus before; None with too few answers in a wave."""
    before, after = (_item(wishes, item, wave) for wave in WAVES)
    if not (enough(study, len(before)) and enough(study, len(after))):
        return None
    found = share_difference(int((after > 0).sum()), len(after), int((before > 0).sum()), len(before), level=study.level)
    return found.named(outcome="pref", unit=study.unit)


def asked_and_dead(study: Study, asked: pd.DataFrame, *, name: str = "asked_and_dead") -> Shown:
    """One row a wave: patients asked, those who died before they had answered, those who answered, and their share of the living.

    asked : `measures.invitations`.
    """
    if asked.empty:
        return told(study, [("text", "interval.response.none")], {}, name)
    table = response_table(asked.assign(treated=True), dead="dead", level=study.level).table
    rows = []
    for wave in WAVES:
        for row in table[table["wave"] == wave].itertuples():
            group: Facts = {"group": (Column("group", "label"), f"wave.{wave}")}
            people = {"n_citizens_asked": int(row.n), "n_citizens_dead": int(row.dead)}
            counts: Facts = {key: (Column(key, "count"), value) for key, value in people.items()}
            rows.append(head_of(study) | group | counts | share_of(study, int(row.answered), int(row.asked)))
    show = [("column.wave", "group"), ("column.n_asked", "n_citizens_asked"), ("column.n_dead", "n_citizens_dead")]
    show.append(("column.n_answered", "events"))
    show.append(("column.share_of_living", "cells.share_interval"))
    plan = tables.layout("caption.asked_and_dead", show, notes=("note.asked_and_dead",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def health_of_all(study: Study, responses: pd.DataFrame, asked: pd.DataFrame, *, name: str = "health_of_all") -> Shown:
    """One row a measure and wave: the mean of those who answered, of all the living who were asked, and with the dead counted as 0.

    The second weighs those who answered by the inverse of how likely people of their age, sex and earlier admissions were to answer. The third is
    for the index alone, where 0 is as bad as being dead: the mean while alive times the share alive. The scale of EQ VAS has no point for death.
    The third divided by the second tells how many are dead; that count goes with the row, so that the table is judged by it too.
    """
    scores = scores_of(responses)
    own = scores[scores["treated"]]
    rows: list[Facts] = []
    for measure in MEASURES:
        for wave in WAVES:
            row = _of_all(study, own[(own["measure"] == measure) & (own["wave"] == wave)], asked[asked["wave"] == wave], measure)
            if row is not None:
                labels: Facts = {"what": (Column("what", "label"), f"measure.{measure}"), "group": (Column("group", "label"), f"wave.{wave}")}
                rows.append(head_of(study) | labels | row)
    if not rows:
        n = int(asked["answered"].sum()) if len(asked) else 0
        return told(study, [("text", "interval.response.few")], {"n_answered": (Column("n_answered", "count"), n)}, name)
    show = [("column.measure", "what"), ("column.wave", "group"), ("column.n_answered", "n")]
    show += [(f"column.{key}", key) for key in ("of_answered", "of_living", "of_all")]
    plan = tables.layout("caption.health_of_all", show, notes=("note.health_of_all",))
    return making.shown(study, "table", name, rows, context={"table": plan})


def _of_all(study: Study, own: pd.DataFrame, asked: pd.DataFrame, measure: str) -> Facts | None:
    """The three means of one measure in one wave; None where too few answered or nobody was listed as asked."""
    if asked.empty or not enough(study, len(own)):
        return None
    joined = asked.merge(own.drop_duplicates("who")[["who", "value"]], how="left", left_on="citizen_id", right_on="who")
    scored = joined.assign(treated=True, answered=joined["value"].notna() & ~joined["dead"])
    if not enough(study, int(scored["answered"].sum())):
        return None
    known = [trait for trait in COVARIATES if scored[trait].notna().all() and scored[trait].nunique() > 1]
    alive = float((~scored["dead"]).mean())
    living = _of_living(scored, known, study.level)
    of_all = None if living is None or measure not in INDEX else living * alive
    means = {"of_answered": float(own["value"].mean()), "of_living": living, "of_all": of_all}
    facts: Facts = {"n": (Column("n", "count"), int(scored["answered"].sum()))}
    facts["n_citizens_dead"] = (Column("n_citizens_dead", "count"), None if of_all is None else int(scored["dead"].sum()))
    return facts | {key: (Column(key, "significant", FIGURES, n="n"), value) for key, value in means.items()}


def _of_living(scored: pd.DataFrame, known: list[str], level: float) -> float | None:
    """The mean with those who answered weighed for the living who did not; None where the traits tell exactly who answered."""
    try:
        weights = response_table(scored, covariates=known, dead="dead", level=level).weights
    except DataError:
        return None
    return float((weights * scored["value"].fillna(0.0)).sum() / weights.sum())


def _health(study: Study, responses: pd.DataFrame) -> tuple[list[tuple[str, str]], Facts]:
    """How citizens rate their own health, in words: EQ VAS, which both waves answered alike, and which versions of EQ-5D were used."""
    scores = scores_of(responses) if len(responses) else pd.DataFrame(columns=["measure", "treated", "wave", "value"])
    own = scores[(scores["measure"] == VAS) & scores["treated"].astype(bool)]
    change = health_change(study, scores, VAS) if len(own) else None
    if change is None:
        return [("text", "interval.life_health.few")], {"n_citizens_scored": (Column("n_citizens_scored", "count"), len(own))}
    facts: Facts = {}
    for wave in WAVES:
        values = own.loc[own["wave"] == wave, "value"]
        facts[f"vas_{wave}_n"] = (Column(f"vas_{wave}_n", "count"), len(values))
        facts[f"vas_{wave}"] = (Column(f"vas_{wave}", "number", 1, n=f"vas_{wave}_n"), float(values.mean()))
    keys = [("text", f"interval.life_health.{wording.direction(change)}")]
    versions = set(scores.loc[scores["treated"].astype(bool), "measure"]) & set(INDEX)
    return [*keys, *([("text", "interval.life_versions")] if len(versions) > 1 else [])], facts


def _wished(study: Study, wishes: pd.DataFrame) -> tuple[list[tuple[str, str]], Facts]:
    change = wish_change(study, wishes)
    facts: Facts = {}
    for wave in WAVES:
        own = _item(wishes, FOLLOWED, wave)
        facts |= share_of(study, int((own > 0).sum()), len(own), stem=f"wish_{wave}")
    return [("text", f"interval.life_wishes.{'few' if change is None else wording.direction(change)}")], facts


def _item(wishes: pd.DataFrame, item: str, wave: str) -> pd.Series:
    return wishes.loc[(wishes["item_id"] == item) & (wishes["wave"] == wave), "value"]


def _points(change: Estimate | None) -> Facts:
    ends = (None, None, None) if change is None else (change.value, change.low, change.high)
    keys = ("points", "points_low", "points_high")
    return {key: (Column(key, "number", 1, n="after_n"), None if end is None else PERCENT * end) for key, end in zip(keys, ends, strict=True)}


def _few_wishes(study: Study, wishes: pd.DataFrame, name: str) -> Shown:
    n = int(wishes["response_id"].nunique())
    return told(study, [("text", f"interval.wishes.{'few' if n else 'none'}")], {"n_responses": (Column("n_responses", "count"), n)}, name)

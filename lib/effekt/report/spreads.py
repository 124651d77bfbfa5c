"""How much the practices of one quality cluster differ, against all practices: what is chance, what is usual, and what may be shown of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from effekt.catalogue.codes import load_medicine_groups
from effekt.errors import DataError, UsageError
from effekt.estimates.estimate import Estimate
from effekt.estimates.funnels import Funnel, funnel
from effekt.estimates.shrinkage import Shrunken, shrink
from effekt.estimates.standardisation import standardise_indirect
from effekt.estimates.variation import median_odds_ratio, systematic_component
from effekt.report.sentences import text

if TYPE_CHECKING:
    from effekt.study import Study

Answer = TypeVar("Answer")
FEWEST = 5
CURVE_POINTS = 40
CHOSEN_GROUP = {"da": "Den valgte lægemiddelgruppe", "en": "The chosen medicine group"}


@dataclass(frozen=True)
class GroupSpread:
    """A quality cluster, or all practices: how many, how much is prescribed, and how much they differ beyond chance.

    ratio : users against the users expected of lists of that age and sex (None for all: it is 1). odds, component : median odds ratio and systematic
    component of variation; None where they cannot be computed. reliability : of the middle practice, 0 to 1.
    """

    n_practices: int
    listed: int
    users: int
    ratio: Estimate | None
    odds: Estimate | None
    component: Estimate | None
    reliability: float | None


@dataclass(frozen=True)
class PracticeSpread:
    """What is known of the practices of one quality cluster.

    practices : one row a practice, in the order of their letters and never of their numbers: letter, observed, expected, n, ratio, shrunk, low, high,
    reliability, side ("" within the limits; above | below: outside the 95% limits; far_above | far_below: outside the 99.8% limits), hidden (fewer
    than FEWEST users or others, or the one that could be told from the sum). curve : the limits by size. group, year : of the medicine.
    """

    quality_cluster: str
    group: str
    year: int
    practices: pd.DataFrame
    curve: pd.DataFrame
    own: GroupSpread
    all: GroupSpread


def quality_cluster_of(study: Study) -> str:
    """The quality cluster that the run is about. Raises UsageError where the parameters name none of the protocol's."""
    known = [cluster.id for cluster in study.protocol.quality_clusters]
    wanted = str(study.parameters.get("quality_cluster", ""))
    if wanted not in known:
        told = ", ".join(known) or "none: evaluation.yml has no quality_clusters"
        raise UsageError(f"{wanted!r} is no quality cluster of this study. Those are {told}.")
    return wanted


def names_of(study: Study, quality_cluster: str, group: str = "") -> dict[str, Mapping[str, str]]:
    """Labels of a quality cluster (its name, and its name within a sentence) and of a medicine group."""
    names = next(cluster.name for cluster in study.protocol.quality_clusters if cluster.id == quality_cluster)
    own = {"da": names.da, "en": names.en}
    place = {language: text("place.quality_cluster", language).replace("{name}", own[language]) for language in own}
    found: dict[str, Mapping[str, str]] = {quality_cluster: own, f"place.{quality_cluster}": place}
    if group:
        found |= {f"medicine.{group}": load_medicine_groups().get(group, CHOSEN_GROUP), f"atc.{group}": {"da": group, "en": group}}
    return found


def practice_spread(study: Study, practices: pd.DataFrame) -> PracticeSpread:
    """How the practices of the run's quality cluster lie within what all practices do.

    practices : `measures.practices` of all quality clusters; the limits of the funnel, the common rate and the usual spread are those of all.
    """
    name = quality_cluster_of(study)
    mine = practices["cluster"] == name
    found = _told(lambda: funnel(practices, overdispersion="winsorise"))
    shrunken = _told(lambda: shrink(practices, level=study.level))
    rows = _rows(practices, mine, found, shrunken)
    spread = {"quality_cluster": name, "group": str(practices.attrs.get("group", "")), "year": int(practices.attrs.get("year", 0))}
    own, everybody = (_group(study, practices[held], shrunken, is_all) for held, is_all in ((mine, False), (mine | True, True)))
    return PracticeSpread(**spread, practices=rows, curve=_curve(found, rows), own=own, all=everybody)


def hide_few(observed: pd.Series, n: pd.Series) -> pd.Series:
    """Which practices are not shown: fewer than FEWEST with the event or without it; and the next by number where they could be worked out.

    The sum of the cluster less those shown tells of one practice alone, and of several that are fewer than FEWEST together. Practices count as
    enterprises, so that 0 is hidden too.
    """
    hidden = (observed < FEWEST) | (n - observed < FEWEST)
    while hidden.any() and not hidden.all() and _are_told_by_the_sum(observed[hidden], n[hidden]):
        hidden = hidden | (observed.index == observed[~hidden].idxmin())
    return hidden


def _are_told_by_the_sum(observed: pd.Series, n: pd.Series) -> bool:
    return len(observed) == 1 or observed.sum() < FEWEST or (n - observed).sum() < FEWEST


def letters(many: int) -> list[str]:
    """A, B, ... Z, AA, AB ...: the names of that many practices."""
    return [(chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26) for place in range(many)]


def _rows(practices: pd.DataFrame, mine: pd.Series, found: Funnel | None, shrunken: Shrunken | None) -> pd.DataFrame:
    rows = practices[mine].reset_index(drop=True)
    rows = rows.assign(letter=letters(len(rows)), ratio=rows["observed"] / rows["expected"].where(rows["expected"] > 0))
    none = pd.DataFrame({"unit": rows["unit"]})
    limits = none if found is None else found.limits[["unit", "low_95", "high_95", "low_998", "high_998"]]
    drawn = none if shrunken is None else shrunken.units[["unit", "shrunk", "low", "high", "reliability"]]
    rows = rows.merge(limits.astype({"unit": str}), on="unit", how="left").merge(drawn.astype({"unit": str}), on="unit", how="left")
    needed = ["low_95", "high_95", "low_998", "high_998", "shrunk", "low", "high", "reliability"]
    rows = rows.reindex(columns=[*rows.columns, *(name for name in needed if name not in rows.columns)])
    rows["side"] = ""
    for side, outside in (
        ("above", rows["ratio"] > rows["high_95"]),
        ("below", rows["ratio"] < rows["low_95"]),
        ("far_above", rows["ratio"] > rows["high_998"]),
        ("far_below", rows["ratio"] < rows["low_998"]),
    ):
        rows.loc[outside, "side"] = side
    return rows.assign(hidden=hide_few(rows["observed"], rows["n"]))


def _curve(found: Funnel | None, rows: pd.DataFrame) -> pd.DataFrame:
    """The limits over the sizes of the practices shown, and a little beyond."""
    shown = rows.loc[~rows["hidden"], "expected"]
    if found is None or shown.empty:
        return pd.DataFrame(columns=["expected", "low_95", "high_95", "low_998", "high_998"])
    curve = found.curve[found.curve["expected"].between(0.85 * shown.min(), 1.15 * shown.max())]
    return curve.iloc[:: max(1, len(curve) // CURVE_POINTS)].reset_index(drop=True)


def _group(study: Study, practices: pd.DataFrame, shrunken: Shrunken | None, is_all: bool) -> GroupSpread:
    users, listed, expected = (float(practices[name].sum()) for name in ("observed", "n", "expected"))
    reliable = None if shrunken is None else shrunken.units.loc[shrunken.units["unit"].astype(str).isin(practices["unit"]), "reliability"].median()
    return GroupSpread(
        n_practices=len(practices),
        listed=int(listed),
        users=int(users),
        ratio=None if is_all or expected <= 0 else standardise_indirect(users, [expected], [1.0], level=study.level),
        odds=_told(lambda: median_odds_ratio(practices, level=study.level)),
        component=_told(lambda: systematic_component(practices, level=study.level)),
        reliability=None if reliable is None or pd.isna(reliable) else float(reliable),
    )


def _told(ask: Callable[[], Answer]) -> Answer | None:
    """The answer; None where there are too few practices or events for one, which the page says in words."""
    try:
        return ask()
    except DataError:
        return None

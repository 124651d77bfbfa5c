"""One answer computed in every other way that was declared beforehand: of a cluster, of a municipality, or of the clusters pooled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from effekt.catalogue.alternatives import EACH, Alternative, load_alternatives
from effekt.errors import DataError
from effekt.estimates.comparison import difference_in_differences
from effekt.estimates.controlled_effect import Effect, controlled_effect, keep_rows, with_events
from effekt.estimates.estimate import Estimate
from effekt.estimates.pooling import pool
from effekt.estimates.shared_comparison import shared_variance
from effekt.estimates.time_series import interrupted_time_series
from effekt.measures.frames import COMPARISON
from effekt.measures.sensitivity import months_by_gap
from effekt.report.changes import pooled_effect
from effekt.report.ground import Ground, unit_months

if TYPE_CHECKING:
    from effekt.study import Study

WITHOUT_COMPARISON = ("own_course",)
"""Choices that give up the comparison: a weaker design, told apart from the others."""
ALONE_ONLY = ("errors", "differences")
"""Choices that are not pooled over clusters: the pooled interval already rests on how much clusters differ."""


@dataclass(frozen=True)
class Way:
    """One way that is tried: the choice, its value, and its name in both languages. `id` is unique among those tried."""

    id: str
    choice: str
    value: int | str
    name: Mapping[str, str]

    @property
    def compared(self) -> bool:
        """Whether the way still holds the course against the comparison."""
        return self.choice not in WITHOUT_COMPARISON


def ways(study: Study, outcome: str, given: tuple[Ground, ...]) -> tuple[Way, ...]:
    """The ways of the catalogue that change something for this place and outcome, those of several municipalities one by one."""
    left_out = study.protocol.sensitivity.without
    told = [way for way in load_alternatives() if way.id not in left_out]
    return tuple(way for one in told for way in _spread(study, outcome, given, one))


def effect_by(study: Study, given: tuple[Ground, ...], way: Way | None) -> Estimate:
    """The effect by one way (None: the protocol's own), pooled over the grounds of a region.

    Raises DataError where no ground has an answer.
    """
    if study.cluster is not None:
        return _effect(given[0], way).effect
    effects = [found for each in given if (found := _tried(each, way)) is not None]
    if not effects:
        raise DataError("No cluster has an answer in this way.")
    return pooled_effect(study, given[0].outcome, effects)[1] if way is None else pooled(study, effects)


def pooled(study: Study, effects: list[Effect]) -> Estimate:
    """The clusters' effects as one of the region, as `changes.pooled_effect` pools them."""
    found = pool(effects, tau2="REML", test="hksj", shared_variance=shared_variance(effects), level=study.level)
    return replace(found.effect, unit=study.unit)


def _spread(study: Study, outcome: str, given: tuple[Ground, ...], way: Alternative) -> Iterator[Way]:
    """The ways that one record of the catalogue gives here; none where it would change nothing."""
    names = study.labels()
    region = study.cluster is None
    if region and way.choice in ALONE_ONLY:
        return
    if way.choice == "without" and way.value == EACH:
        units = [each.study.unit for each in given] if region else list(given[0].own_units)
        if len(units) > 1:
            yield from (Way(f"{way.id}_{unit}", way.choice, unit, way.label(names[unit])) for unit in units)
    elif way.choice == "comparison" and way.value == EACH:
        for part in study.protocol.sensitivity.comparison_parts:
            yield Way(f"{way.id}_{part.id}", way.choice, part.id, way.label({"da": part.name.da, "en": part.name.en}))
    elif any(_changes(each, way) for each in given):
        yield Way(way.id, way.choice, way.value, way.label())


def _changes(ground: Ground, way: Alternative) -> bool:
    """Whether the way differs from the protocol's own for this ground."""
    study = ground.study
    match way.choice:
        case "phase_in":
            return way.value != study.phase_in
        case "contaminated":
            return bool(study.contaminated)
        case "others_started":
            return _first_start(study) < study.start
        case "age_min":
            return int(way.value) > study.protocol.target.age_min
        case "gap_hours":
            return study.outcome(ground.outcome).source == "stays" and way.value != study.protocol.stays.gap_hours
        case "without":
            return bool(ground.sharing)
        case "comparison":
            return len(ground.comparison_units) > 1
        case "differences":
            return len(ground.own_units) > 1
        case _:
            return True


def _tried(ground: Ground, way: Way | None) -> Effect | None:
    """The effect of one cluster of a region; None where the way leaves the cluster out or has no answer there."""
    if way is not None and way.choice == "without" and way.value == ground.study.unit:
        return None
    try:
        return _effect(ground, way if way is not None and _concerns(ground, way) else None)
    except DataError:
        return None


def _concerns(ground: Ground, way: Way) -> bool:
    """Whether the way changes anything for this cluster of a region."""
    if way.choice == "without":
        return way.value == "shared_hospital" and bool(ground.sharing)
    return _changes(ground, Alternative(way.id, way.choice, way.value, "", ""))


def _effect(ground: Ground, way: Way | None) -> Effect:
    return own_effect(ground) if way is None else _computed(ground, way)


def own_effect(ground: Ground) -> Effect:
    """The effect by the protocol's own way, computed once."""
    if "own" not in ground.known:
        ground.known["own"] = _computed(ground, None)
    return ground.known["own"]


def _computed(ground: Ground, way: Way | None) -> Effect:
    study, rows, design, first = ground.study, ground.rows, ground.design, ground.start
    match (way.choice, way.value) if way is not None else ("", ""):
        case "phase_in", months:
            design["phase_in"] = months
        case "contaminated", _:
            design["contaminated"] = []
        case "others_started", _:
            design["contaminated"] = [*study.contaminated, (_first_start(study), study.start - pd.DateOffset(months=1))]
        case "months_before", months:
            rows = keep_rows(rows, ground.month >= first - int(months))
        case "months_after", months:
            rows = keep_rows(rows, ground.month < first + int(months))
        case "age_min", age:
            rows = keep_rows(rows, ground.age >= int(age))
        case "cohort", since:
            month = int(ground.month.min()) if since == "first_month" else first - 1
            there = np.bincount(rows.cells.citizen[ground.month == month], minlength=len(rows.cells.citizens)) > 0
            rows = keep_rows(rows, there[rows.cells.citizen])
        case "gap_hours", hours:
            rows = with_events(rows, _events_by_gap(ground, int(hours)))
        case "without", "shared_hospital":
            rows = ground.without(ground.sharing)
        case "without", str(code):
            rows = ground.without((code,))
        case "comparison", str(part):
            rows = ground.without(_left_out(ground, part))
        case "errors", _:
            design["errors"] = "unit"
        case "differences", _:
            return Effect(_differences(ground), pd.Series(dtype=float))
        case "own_course", pairs:
            return Effect(_own_course(ground, int(pairs)), pd.Series(dtype=float))
    return controlled_effect(rows, **design)


def _first_start(study: Study) -> pd.Timestamp:
    return min(study.of(cluster).start for cluster in study.clusters)


def _left_out(ground: Ground, part: str) -> tuple[str, ...]:
    """The comparison municipalities that a part of the comparison leaves out."""
    codes = ground.comparison_units
    if part in ("odd", "even"):
        return codes[1::2] if part == "odd" else codes[0::2]
    chosen = next(one.municipalities for one in ground.study.protocol.sensitivity.comparison_parts if one.id == part)
    return tuple(code for code in codes if code not in chosen)


def _events_by_gap(ground: Ground, hours: int) -> np.ndarray:
    """Events of each row of the cells, counted in stays merged by another gap."""
    other = months_by_gap(ground.study, ground.outcome, hours)
    cells = ground.rows.cells
    span = len(cells.months)
    month = other["month"].dt.year.to_numpy() * 12 + other["month"].dt.month.to_numpy() - 1 - cells.months[0]
    place = np.searchsorted(cells.citizens, other["citizen_id"].to_numpy())
    inside = (month >= 0) & (month < span) & (place < len(cells.citizens))
    inside &= cells.citizens[np.minimum(place, len(cells.citizens) - 1)] == other["citizen_id"].to_numpy()
    sums = np.zeros(len(cells.citizens) * span)
    sums[place[inside] * span + month[inside]] = other["events"].to_numpy(dtype=float)[inside]
    return sums[cells.citizen * span + cells.cell % span]


def _differences(ground: Ground) -> Estimate:
    study, rows = ground.study, unit_months(ground)
    own = rows["cluster"] != COMPARISON
    dirty = own & (rows["month"] >= study.start) & (rows["month"] < study.start + pd.DateOffset(months=study.phase_in))
    for low, high in study.contaminated:
        dirty |= own & (rows["month"] >= low) & (rows["month"] <= high)
    kept = rows[~dirty].reset_index(drop=True)
    kept.attrs = rows.attrs
    return difference_in_differences(kept, model="poisson", cluster="unit", level=study.level).effect


def _own_course(ground: Ground, pairs: int) -> Estimate:
    rows = unit_months(ground)
    series = rows[rows["cluster"] != COMPARISON].groupby("month", as_index=False)[["events", "exposure"]].sum()
    series.attrs = rows.attrs
    return interrupted_time_series(series, start=ground.study.start, season=pairs, level=ground.study.level).ratio_at_12

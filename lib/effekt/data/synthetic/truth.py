"""What is true of a simulated region, from its potential outcomes: the figures the estimates are held against."""

from __future__ import annotations

from typing import Any

import numpy as np

from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.costs import cost_cells
from effekt.data.synthetic.effects import admission_ratio
from effekt.data.synthetic.counts import in_target, stay_events
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.spec import ClusterSpec, RegionSpec

PRIMARY = "adm_acute_medical"
MEANING = {
    "ratio": {
        "en": "Expected acute medical admissions with the programme / without it, once phased in. The baseline is months without any project.",
        "da": "Forventede akutte medicinske indlæggelser med indsatsen / uden den, når den er indfaset. Grundlaget er måneder uden noget projekt.",
    },
    "ratio_from_contaminated_baseline": {
        "en": "The same against all the cluster's own months before the start, earlier project included: nearer to 1 where that project worked too.",
        "da": "Det samme i forhold til alle klyngens måneder før start, også dem med det tidligere projekt: tættere på 1, hvis det virkede.",
    },
    "naive_before_after": {
        "en": "What a plain before/after is expected to show in this region: the true ratio times the drift without any programme.",
        "da": "Hvad en simpel før/efter-måling ventes at vise her: det sande forhold gange den udvikling, der var kommet uden indsatsen.",
    },
    "cost_total": {
        "en": "Cost per citizen-year after the phase-in, fixed prices, with and without the programme in the same citizens.",
        "da": "Omkostning pr. borgerår efter indfasningen, faste priser, med og uden indsatsen for de samme borgere.",
    },
}


def months_of(spec: RegionSpec, cluster: ClusterSpec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks of the months before the start without and with the contaminated ones, and of the months after the phase-in."""
    month = np.arange(spec.n_months)
    before = (month >= spec.run_in) & (month < cluster.start)
    clean = before.copy()
    for first, last in cluster.contaminated:
        clean[first : last + 1] = False
    return clean, before, month >= cluster.start + spec.phase_in


def truth_of(region: Region) -> dict[str, Any]:
    """The truth by cluster, ready for JSON; clusters without citizens have no cost truth."""
    bare = region.without_programme()
    events = stay_events(bare, PRIMARY)
    with_cost, without_cost = cost_cells(region), cost_cells(bare)
    target, place = in_target(region), np.maximum(region.citizens.place, -1)
    owner = np.append(region.spec.cluster_of, -9)[place]
    ratio = admission_ratio(region.spec)
    told = {}
    for k, cluster in enumerate(region.spec.clusters):
        here = target & (owner == k)
        clean, before, after = months_of(region.spec, cluster)
        years = (region.citizens.days * here).sum(axis=0) / YEAR
        count = (events * here).sum(axis=0)
        planted = ratio[region.spec.cluster_of == k][0]
        told[cluster.cluster_id] = {
            "start": str(region.spec.calendar.month_dates[cluster.start])[:7],
            "n_citizens": int(here.any(axis=1).sum()),
            "ratio": cluster.admissions,
            "ratio_of_earlier_project": cluster.earlier if cluster.contaminated else None,
            "ratio_from_contaminated_baseline": _round(cluster.admissions * count[before].sum(), (planted * count)[before].sum()),
            "naive_before_after": _naive(count, planted, years, clean, after),
            "drift_without_programme": _naive(count, np.ones_like(planted), years, clean, after),
            **{outcome: _cost(with_cost[outcome], without_cost[outcome], here & after, years[after].sum()) for outcome in with_cost},
        }
    return {"primary_outcome": PRIMARY, "meaning": MEANING, "clusters": told}


def _naive(count: np.ndarray, planted: np.ndarray, years: np.ndarray, before: np.ndarray, after: np.ndarray) -> float | None:
    expected = count * planted
    return _round(expected[after].sum() * years[before].sum(), expected[before].sum() * years[after].sum())


def _cost(with_it: np.ndarray, without: np.ndarray, cells: np.ndarray, years: float) -> dict[str, float] | None:
    seen, otherwise = with_it[cells].sum() / 100, without[cells].sum() / 100
    if years == 0 or otherwise == 0:
        return None
    return {
        "dkk_with": round(seen / years, 2),
        "dkk_without": round(otherwise / years, 2),
        "difference_dkk": round((seen - otherwise) / years, 2),
        "ratio": round(seen / otherwise, 6),
    }


def _round(over: float, under: float) -> float | None:
    return round(float(over / under), 6) if under else None

"""What is planted: which potential stays, contacts and minutes the programme changes, decided after everything else has been drawn."""

from __future__ import annotations

import numpy as np

from effekt.data.synthetic.spec import RegionSpec
from effekt.data.synthetic.stays import PLANNED, Stays


def phased_in(spec: RegionSpec, start: int) -> np.ndarray:
    """Share of the log effect that works in each month: 0 before `start`, rising evenly over the phase-in, then 1. Shape (months,)."""
    return np.clip((np.arange(spec.n_months) - start + 1) / (spec.phase_in + 1), 0, 1)


def admission_ratio(spec: RegionSpec) -> np.ndarray:
    """Expected acute stays with the programme (and the earlier projects) / without, by municipality and month. Shape (municipalities, months)."""
    ratio = np.ones((len(spec.municipalities), spec.n_months))
    for k, cluster in enumerate(spec.clusters):
        here = spec.cluster_of == k
        ratio[here] = cluster.admissions ** phased_in(spec, cluster.start)
        for first, last in cluster.contaminated:
            ratio[here, first : last + 1] *= cluster.earlier
    return ratio


def service_ratio(spec: RegionSpec, service: str) -> np.ndarray:
    """The same for `practice` (contacts) or `home_care` (minutes). Shape (municipalities, months)."""
    ratio = np.ones((len(spec.municipalities), spec.n_months))
    for k, cluster in enumerate(spec.clusters):
        ratio[spec.cluster_of == k] = getattr(cluster, service) ** phased_in(spec, cluster.start)
    return ratio


def avoided(spec: RegionSpec, stays: Stays) -> np.ndarray:
    """True for the potential stays that the programme avoids: acute ones only, each on its own luck, so that expectations keep the exact ratio."""
    return (stays.kind != PLANNED) & (stays.luck >= admission_ratio(spec)[stays.place, stays.month])

"""Audits of pathways: cases from real simulated discharges, errors that truly happened, and what each auditor saw of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.files import dates, texts
from effekt.data.synthetic.places import acute_discharges
from effekt.data.synthetic.region import Region

ROUNDS, ROUND_MONTHS = 4, 6
DOUBLE, SEES, IMAGINES = 0.40, 0.85, 0.01     # double-audited; an auditor sees a true error; and one that is none
FALL = 0.85                                  # errors in a round / in the round before
PREVENTABLE = 0.55

# error type: phase, from sector, to sector, probability in the first round, severity on average, everywhere or in one cluster of three
ERRORS: dict[str, tuple[str, str, str, float, float, bool]] = {
    "medication_list": ("discharge", "hospital", "practice", 0.34, 2.0, True),
    "discharge_letter_late": ("discharge", "hospital", "practice", 0.22, 1.2, True),
    "home_care_notice": ("handover", "hospital", "municipality", 0.26, 1.6, True),
    "followup_missing": ("followup", "practice", "municipality", 0.18, 1.4, True),
    "discharge_letter_incomplete": ("discharge", "hospital", "practice", 0.16, 1.3, False),
    "home_care_start": ("handover", "hospital", "municipality", 0.15, 1.9, False),
    "aids": ("handover", "hospital", "municipality", 0.12, 1.1, False),
    "medicine_supply": ("discharge", "hospital", "municipality", 0.12, 2.1, False),
    "referral_incomplete": ("referral", "practice", "hospital", 0.11, 1.0, False),
    "care_plan": ("ward", "hospital", "municipality", 0.10, 1.2, False),
    "relative_not_involved": ("ward", "hospital", "hospital", 0.10, 0.9, False),
    "gp_not_informed": ("followup", "municipality", "practice", 0.08, 1.3, False),
    "appointment": ("followup", "hospital", "practice", 0.07, 0.8, False),
    "assessment": ("acute", "hospital", "hospital", 0.06, 1.5, False),
}
REMARK = "Opdigtet bemærkning"


def audit_tables(region: Region) -> Iterator[tuple[str, pa.Table, dict[str, Any]]]:
    """audit_cases, audit_findings, and the truth of both. A cluster with no cases planted has not delivered any."""
    spec, calendar = region.spec, region.spec.calendar
    rng = spec.draws("audits")
    stays, owner = acute_discharges(region, calendar.month_start[[one.start for one in spec.clusters]])
    discharge = stays.end // MINUTES
    chosen, cluster, rounds = [], [], []
    for k, one in enumerate(spec.clusters):
        for number in range(ROUNDS):
            first, last = (min(one.start + ROUND_MONTHS * (number + side), calendar.n_months) for side in (0, 1))
            within = (owner == k) & (discharge >= calendar.month_start[first]) & (discharge < calendar.month_start[last] - 90)
            here = np.flatnonzero(within)
            picked = np.sort(rng.permutation(here)[: one.audits])
            chosen.append(picked)
            cluster.append(np.full(len(picked), k))
            rounds.append(np.full(len(picked), number + 1))
    at, cluster, rounds = np.concatenate(chosen), np.concatenate(cluster), np.concatenate(rounds)
    n = len(at)
    double = rng.random(n) < DOUBLE
    base, local = np.array([error[3] for error in ERRORS.values()]), np.array([not error[5] for error in ERRORS.values()])
    there = ~local | ((np.arange(len(ERRORS)) + cluster[:, None]) % 3 == 0)
    probability = base * there * FALL ** (rounds - 1)[:, None]
    true = rng.random((n, len(ERRORS))) < probability
    seen = rng.random((2, n, len(ERRORS))) < np.where(true, SEES, IMAGINES * there)
    seen[1] &= double[:, None]
    number = np.char.add("f", np.char.zfill(rng.permutation(10**5)[:n].astype(str), 5))
    yield "audit_cases", _cases(region, rng, number, stays.take(at), discharge[at], cluster, rounds, double), {}
    auditor, case, kind = np.nonzero(seen)
    truth = {
        "errors_per_case": {one.cluster_id: _mean(true.sum(axis=1)[cluster == k]) for k, one in enumerate(spec.clusters)},
        "ratio_from_round_to_round": FALL,
        "seen_by_an_auditor": SEES,
        "double_audited": int(double.sum()),
        "cases_and_types_on_which_two_auditors_agree": _mean((seen[0] == seen[1])[double]),
        "planted_in_every_cluster": [name for name, error in ERRORS.items() if error[5]],
        "clusters_without_audits": [one.cluster_id for k, one in enumerate(spec.clusters) if not (cluster == k).any()],
    }
    yield "audit_findings", _findings(region, rng, number, auditor, case, kind, cluster), truth


def _cases(region: Region, rng: np.random.Generator, number: np.ndarray, stays: Any, discharge: np.ndarray, *told: np.ndarray) -> pa.Table:
    cluster, rounds, double = told
    everywhere = rng.random(len(number)) < 0.75
    return pa.table(
        {
            "case_id": pa.array(number),
            "cluster_id": texts(list(region.spec.cluster_ids), cluster),
            "kommunekode": texts(list(region.spec.municipalities), stays.place),
            "audit_date": dates(region, discharge + rng.integers(30, 90, len(number))),
            "discharge_date": dates(region, discharge),
            "sectors": texts(["hospital municipality", "hospital practice municipality"], everywhere.astype(int)),
            "auditors": np.where(double, 2, 1).astype(np.int8),
            "round": rounds.astype(np.int8),
        }
    )


def _findings(region: Region, rng: np.random.Generator, number: np.ndarray, *told: np.ndarray) -> pa.Table:
    auditor, case, kind, cluster = told
    phase, origin, goal, _, severity, _ = (list(column) for column in zip(*ERRORS.values(), strict=True))
    n = len(case)
    auditors = [f"{cluster_id}_{side}" for cluster_id in region.spec.cluster_ids for side in ("hospital", "kommune")]
    return pa.table(
        {
            "finding_id": pa.array(np.char.add("o", np.char.zfill(rng.permutation(10**6)[:n].astype(str), 6))),
            "case_id": texts(number, case),
            "auditor_id": texts(auditors, 2 * cluster[case] + auditor),
            "phase": texts(phase, kind),
            "sector_from": texts(origin, kind),
            "sector_to": texts(goal, kind),
            "error_type": texts(list(ERRORS), kind),
            "severity": np.clip(np.round(np.array(severity)[kind] + rng.normal(0, 0.7, n)), 0, 3).astype(np.int8),
            "preventable": (rng.random(n) < PREVENTABLE).astype(np.int8),
            "remark": [REMARK] * n,
        }
    )


def _mean(values: np.ndarray) -> float | None:
    return round(float(np.mean(values)), 6) if len(values) else None

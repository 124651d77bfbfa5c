"""The programme's own tables: initiatives, resource persons, funding, and who was enrolled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import NEVER
from effekt.data.synthetic.enrolment import Enrolments, draw_enrolments
from effekt.data.synthetic.files import Names, dates, texts
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.visits import Visits
from effekt.data.synthetic.workbook import further_funding

# id, name, type, task, mode; the first is the one citizens are enrolled in
INITIATIVES = (
    ("coordination", "Forløbskoordination", "coordination", "a", "physical"),
    ("visits", "Opfølgende hjemmebesøg", "follow_up_visits", "a", "physical"),
    ("audit", "Audit af patientforløb", "audit", "b", "virtual"),
)
# the other kinds that the agreement names, and where: position of the cluster; status, and whether they go on after 2015
FURTHER = (
    ("outreach", "Fremskudt visitation", "outreach_assessment", "a", "physical", (0, 3), "existing", True),
    ("discharge", "Udskrivelseskoordinatorer", "discharge_coordinator", "a", "physical", (0, 2, 4), "further_developed", True),
    ("team", "Udgående team", "outreach_team", "a", "physical", (2, 3), "new", False),
    ("video", "Virtuel udskrivelseskonference", "virtual_conference", "b", "virtual", (4,), "radically_new", False),
)
STATUS = {"coordination": "further_developed", "visits": "further_developed", "audit": "new"}
FIDELITY = {"coordination": (78, 25, 84, 71, 55), "visits": (64, 20, 70, 75, 41), "audit": (90, 0, 85, 80, 60)}
COST_A_CITIZEN = {"coordination": 6_200, "visits": 2_900, "audit": 4_000}   # kroner in the whole programme
FURTHER_COST, RUNNING_SHARE = 240_000, 0.35
GRANT_OERE = {"regions": 29_220_000_00, "municipalities": 68_180_000_00}   # 97.4 million kroner: 30 and 70 per cent


def programme_tables(region: Region, names: Names, visits: Visits) -> Iterator[tuple[str, pa.Table]]:
    """(file name without .csv, table) of initiatives, resource persons, funding and enrolments.

    A cluster where the programme does nothing has the first initiative only, carried out a quarter of what was planned.
    """
    spec = region.spec
    enrolled = draw_enrolments(region)
    yield "initiatives", _initiatives(region, enrolled, visits)
    ids = list(spec.cluster_ids)
    yield "resource_persons", pa.table(
        {
            "cluster_id": ids + ids,
            "side": ["regional"] * len(ids) + ["municipal"] * len(ids),
            "appointed_date": dates(region, np.tile(spec.calendar.month_start[[cluster.start for cluster in spec.clusters]], 2)),
            "dedicated_pct": np.tile([50, 40, 60, 50, 30], len(ids))[: 2 * len(ids)],
        }
    )
    total, pools = sum(GRANT_OERE.values()), further_funding()
    yield "funding", pa.table(
        {
            "funding_id": [*(f"grant_{recipient}" for recipient in GRANT_OERE), *(pool["pool_id"] for pool in pools)],
            "grant": [*("satspulje" for _ in GRANT_OERE), *(pool["pool"] for pool in pools)],
            "period": [*("2013-2015" for _ in GRANT_OERE), *(pool["period"] for pool in pools)],
            "recipient": [*GRANT_OERE, *(pool["recipient"] for pool in pools)],
            "share": [*(f"{amount / total:.2f}" for amount in GRANT_OERE.values()), *("" for _ in pools)],
            "dkk": [*(f"{amount / 100:.2f}" for amount in GRANT_OERE.values()), *(pool["dkk"] for pool in pools)],
        }
    )
    yield "enrolments", pa.table(
        {
            "pnr": texts(names.pnr, enrolled.citizen),
            "initiative_id": texts([f"{cluster_id}_{INITIATIVES[0][0]}" for cluster_id in ids], enrolled.cluster),
            "start": dates(region, enrolled.start),
            "end": dates(region, enrolled.end),
        }
    )


def _initiatives(region: Region, enrolled: Enrolments, visits: Visits) -> pa.Table:
    """initiatives.csv: the overview with reach, fidelity, cost and what becomes of each after 2015."""
    rows: list[dict[str, Any]] = []
    for k, cluster in enumerate(region.spec.clusters):
        active = cluster.admissions != 1 or cluster.home_care != 1
        reached = {
            "coordination": int((enrolled.cluster == k).sum()),
            "visits": int(((visits.cluster == k) & (visits.number == 1) & (visits.held < NEVER)).sum()),
            "audit": 4 * cluster.audits,
        }
        eligible = {"visits": int(((visits.cluster == k) & (visits.number == 1)).sum())}
        shared = {"cluster_id": cluster.cluster_id, "start": cluster.start, "kommunekoder": " ".join(cluster.municipalities)}
        for key, name, kind, task, mode in INITIATIVES[: None if active else 1]:
            cost = COST_A_CITIZEN[key] * reached[key]
            rows.append(
                {
                    **shared, "key": key, "name": name, "type": kind, "task": task, "mode": mode, "status": STATUS[key] if active else "new",
                    "existing": int(key == "visits"), "reach_n": reached[key], "eligible_n": eligible.get(key), "cost_dkk": cost,
                    "fidelity_pct": FIDELITY[key][k % len(FIDELITY[key])] if active else 25, "evaluated": int(active and key != "audit"),
                    "evidence": 2 if active else 0, "transferability": 2, "cost_score": 1, "continues_after_2015": int(active),
                }  # fmt: skip
            )
        for place, (key, name, kind, task, mode, where, status, goes_on) in enumerate(FURTHER if active else ()):
            if k % 5 in where:
                rows.append(
                    {
                        **shared, "key": key, "name": name, "type": kind, "task": task, "mode": mode, "status": status,
                        "existing": int(status == "existing"), "reach_n": 90 + 35 * place + 20 * k, "eligible_n": 400, "cost_dkk": FURTHER_COST,
                        "fidelity_pct": 60 + 5 * place, "evaluated": 0, "evidence": place % 3, "transferability": 1 + place % 3,
                        "cost_score": 2, "continues_after_2015": int(goes_on),
                    }  # fmt: skip
                )
    start = region.spec.calendar.month_start[np.array([row["start"] for row in rows])]
    told = ("kommunekoder", "existing", "reach_n", "eligible_n", "fidelity_pct", "cost_dkk", "evaluated", "evidence", "transferability", "cost_score")
    return pa.table(
        {
            "initiative_id": [f"{row['cluster_id']}_{row['key']}" for row in rows],
            **{name: [row[name] for row in rows] for name in ("cluster_id", "name", "type", "task", "status", "mode")},
            "start": dates(region, start),
            "end": dates(region, np.full(len(rows), NEVER)),
            **{name: [row[name] for row in rows] for name in told},
            "target_group": ["Ældre medicinske patienter"] * len(rows),
            "running_cost_dkk": [round(row["cost_dkk"] * RUNNING_SHARE) for row in rows],
            "continues_after_2015": [row["continues_after_2015"] for row in rows],
        }
    )

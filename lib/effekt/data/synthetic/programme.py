"""The programme's own tables: initiatives, resource persons, funding, and who was enrolled."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import NEVER
from effekt.data.synthetic.enrolment import draw_enrolments
from effekt.data.synthetic.files import Names, dates, decimals, texts
from effekt.data.synthetic.region import Region

# id, name, type, task, mode; the first is the one citizens are enrolled in
INITIATIVES = (
    ("coordination", "Forløbskoordination", "coordination", "a", "physical"),
    ("visits", "Opfølgende hjemmebesøg", "follow_up_visits", "a", "physical"),
    ("audit", "Audit af patientforløb", "audit", "b", "virtual"),
)
GRANT_OERE = {"regions": 29_220_000_00, "municipalities": 68_180_000_00}   # 97.4 million kroner: 30 and 70 per cent


def programme_tables(region: Region, names: Names) -> Iterator[tuple[str, pa.Table]]:
    """(file name without .csv, table) of every programme table. A cluster where the programme does nothing has the first initiative only, planned."""
    spec = region.spec
    rows = [
        (f"{cluster.cluster_id}_{key}", cluster.cluster_id, name, kind, task, "existing" if active else "planned", mode, cluster.start)
        for cluster in spec.clusters
        for active in [cluster.admissions != 1 or cluster.home_care != 1]
        for key, name, kind, task, mode in INITIATIVES[: None if active else 1]
    ]
    columns = list(zip(*rows, strict=True))
    plain = dict(zip(("initiative_id", "cluster_id", "name", "type", "task", "status", "mode"), map(list, columns[:-1]), strict=True))
    start = spec.calendar.month_start[np.array(columns[-1])]
    yield "initiatives", pa.table({**plain, "start": dates(region, start), "end": dates(region, np.full(len(rows), NEVER))})
    ids = list(spec.cluster_ids)
    yield "resource_persons", pa.table(
        {
            "cluster_id": ids + ids,
            "side": ["regional"] * len(ids) + ["municipal"] * len(ids),
            "appointed_date": dates(region, np.tile(spec.calendar.month_start[[cluster.start for cluster in spec.clusters]], 2)),
            "dedicated_pct": np.tile([50, 40, 60, 50, 30], len(ids))[: 2 * len(ids)],
        }
    )
    total = sum(GRANT_OERE.values())
    yield "funding", pa.table(
        {
            "funding_id": [f"grant_{recipient}" for recipient in GRANT_OERE],
            "grant": ["satspulje"] * len(GRANT_OERE),
            "period": ["2013-2015"] * len(GRANT_OERE),
            "recipient": list(GRANT_OERE),
            "share": decimals(np.array([round(100 * amount / total) for amount in GRANT_OERE.values()]), 2),
            "dkk": decimals(np.array(list(GRANT_OERE.values())), 2),
        }
    )
    enrolled = draw_enrolments(region)
    yield "enrolments", pa.table(
        {
            "pnr": texts(names.pnr, enrolled.citizen),
            "initiative_id": texts([f"{cluster_id}_{INITIATIVES[0][0]}" for cluster_id in ids], enrolled.cluster),
            "start": dates(region, enrolled.start),
            "end": dates(region, enrolled.end),
        }
    )

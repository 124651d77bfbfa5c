"""Results about readmissions, made by hand: told, too few, none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt import report
from effekt.report.results import Result
from effekt.study import Study


def spells(study: Study, n: int = 200, *, more: int = 0) -> pd.DataFrame:
    """As many discharges a period and arm of each cluster, by half as many citizens: a fifth readmitted, `more` of 20 more after here, some died."""
    parts = []
    for number, cluster in enumerate(study.clusters if study.cluster is None else (study.cluster,)):
        for treated in (True, False):
            for after in (False, True):
                place = np.arange(n) + 3 * after + treated
                event = np.where(place % 20 < 4 + number + (more if treated and after else 0), 1, np.where(place % 20 > 17, 2, 0))
                leave = np.where(event > 0, 1.0 + place % 29, 30.0)
                who = [f"{cluster if treated else 'other'}{one // 2}" for one in range(n)]
                frame = pd.DataFrame({"citizen_id": who, "unit": "0791", "cluster": cluster, "treated": treated, "after": after, "entry": 0.0})
                frame = frame.assign(exit=leave, event=event, alive=np.where(event == 2, leave, 30.0), died=event == 2, sex=1 + place % 2)
                parts.append(frame.assign(age=65 + place * 7 % 30, n_before=place % 3, acute=place % 6 > 0, medical=place % 3 > 0))
    whole = pd.concat(parts, ignore_index=True)
    whole.attrs = {"unit": study.unit, "horizon_days": 30}
    return whole


def results(north: Study, region: Study) -> dict[str, Result]:
    """Name -> result of the page on readmissions."""
    told, whole, few = spells(north, more=-2), spells(region, more=-2), spells(north, 8)
    return {
        "readmissions less": report.readmissions_in_short(north, told),
        "readmissions more": report.readmissions_in_short(north, spells(north, more=3)),
        "readmissions unclear": report.readmissions_in_short(north, spells(north)),
        "readmissions few": report.readmissions_in_short(north, few),
        "readmissions region": report.readmissions_in_short(region, whole),
        "readmission table": report.readmission_table(north, told),
        "readmission table region": report.readmission_table(region, whole),
        "readmission ways": report.readmission_ways(north, told),
        "readmission curves": report.readmission_curves(north, told),
        "readmission curves few": report.readmission_curves(north, few),
        "discharges": report.discharge_table(north, told),
    }

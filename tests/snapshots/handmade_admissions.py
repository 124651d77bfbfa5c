"""Results about admissions before and after and in three populations, made by hand: told, too few, none."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pandas as pd

from effekt import report
from effekt.estimates.estimate import Estimate
from effekt.report.results import Result
from effekt.study import Study


def sums(citizens: int = 60, compared: bool = True) -> pd.DataFrame:
    """As many citizens a side before and after; every second has an admission for dehydration, everybody one more after."""
    sides = (True, False) if compared else (True,)
    rows = [(f"{side}{who}", side, after, 3.5, who % 2, who % 2 + after) for side in sides for after in (False, True) for who in range(citizens)]
    columns = ["citizen_id", "treated", "after", "exposure", "adm_rate", "prevent_dehydration"]
    nothing = {f"prevent_{group}": 0 for group in GROUPS if group != "dehydration"}
    return pd.DataFrame(rows, columns=columns).assign(**nothing)


GROUPS = (
    "dehydration", "constipation", "lower_respiratory", "bladder", "gastroenteritis", "fracture", "nutritional_anaemia", "social", "pressure_ulcer",
)  # fmt: skip


def around(enrolled: int, others: int = 300) -> pd.DataFrame:
    """The enrolled had two to four events in their year before and half of them one after; one in ten of the others had one, and has one."""
    place = np.arange(enrolled + others)
    own = place < enrolled
    frame = pd.DataFrame({"citizen_id": place, "enrolled": own, "exposure": 1.0, "exposure_after": 1.0})
    frame = frame.assign(before=np.where(own, 2 + place % 3, place % 10 == 0), after=np.where(own, place % 2, place % 10 == 1))
    frame.attrs = {"outcome": "adm_acute_medical", "unit": "north", "measure_unit": "per_person_year"}
    return frame


def results(north: Study, region: Study, ratio: Estimate) -> dict[str, Result]:
    """Name -> result of the page on admissions."""
    enrolled = replace(ratio, value=1.4, low=1.2, high=1.63, claim="descriptive", cautions=("selected_on_outcome", "immortal_time"))
    with patch("effekt.report.admissions.period_sums", lambda study, outcomes: sums(compared=study.cluster is not None)):
        read = {
            "before after": report.before_after(north, ["adm_rate"]),
            "before after region": report.before_after(region, ["adm_rate"]),
            "preventable": report.preventable_table(north),
            "preventable region": report.preventable_table(region),
        }
    return read | {
        "populations": report.populations_table(north, (ratio, replace(ratio, value=0.95, high=1.03), enrolled)),
        "selection": report.selection(north, around(80)),
        "selection few": report.selection(north, around(8)),
        "selection none": report.selection(north, around(0)),
    }

"""Results about the programme itself, made by hand: posts, hours, meetings."""

from __future__ import annotations

import pandas as pd

from effekt import report
from effekt.report.results import Result
from effekt.study import Study


def results(study: Study) -> dict[str, Result]:
    """Name -> result of the pages about the programme."""
    post = ["role", "role_da", "role_en", "n_posts", "hours", "fte", "pool_oere", "status", "is_inferred", "also_new"]
    lines = pd.DataFrame(
        [
            ("somatic", "Praksiskoordinator", "GP coordinator", 6.0, 1300.0, None, None, "agreed", True, True),
            ("shared", "Styrket koordination", "Closer coordination", 0.0, 300.0, None, 300_000_00.0, "unsettled", False, False),
            ("data", "Datakonsulent", "Data consultant", None, None, 2.0, None, "agreed", False, None),
            ("hospital", "Praksiskonsulent", "GP liaison consultant", None, None, None, None, "agreed", False, None),
        ],
        columns=post,
    ).astype({"fte": "float64", "pool_oere": "float64"})
    readings = pd.DataFrame({"reading": ["agreed", "with_unsettled", "without_education"], "hours": [1300.0, 1600.0, 1000.0], "oere_an_hour": [1e5, 8e4, 1.3e5]})
    settled = readings.assign(hours=1300.0, oere_an_hour=float("nan"))
    pools = pd.DataFrame({"funding_id": ["midtkraft_fund", "midtkraft_municipal_hours"], "amount_oere": [3e7, None], "period": ["2019-2020", None]})
    split = pd.DataFrame(
        {"cluster": ["north", "south"], "n_posts": [1, 2], "received": [50, 100], "population": [90_000, 60_000], "pays": [90, 60]}
    ).assign(old_population=pd.array([None, None], "Int64"), old_pays=pd.array([None, None], "Int64"))
    meetings = pd.DataFrame(
        [("team", "Teamet", "The team", "", 2020, 4, 4, 4, 3, False), ("group", "Gruppen", "The group", "north", 2013, None, None, 2, 2, None)],
        columns=["body_id", "name_da", "name_en", "cluster", "year", "due_least", "due_most", "planned", "held", "kept"],
    )
    return {
        "resources": report.resources_in_short(study, lines, readings, 130_000_000.0),
        "resources settled": report.resources_in_short(study, lines, settled, None),
        "posts": report.post_table(study, lines),
        "readings": report.reading_table(study, readings),
        "pools": report.pool_table(study, pools),
        "shared hours": report.shared_hours(study, split),
        "meetings": report.meeting_table(study, meetings),
        "unsettled": report.unsettled_table(study, lines),
        "unsettled nobody": report.unsettled_table(study, lines.iloc[:0]),
    }

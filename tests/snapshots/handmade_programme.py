"""Results about the programme itself, made by hand: posts, hours, meetings, initiatives."""

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
    kinds = ["agreed", "with_unsettled", "without_education"]
    readings = pd.DataFrame({"reading": kinds, "hours": [1300.0, 1600.0, 1000.0], "oere_an_hour": [1e5, 8e4, 1.3e5]})
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
        **of_initiatives(study),
        "resources": report.resources_in_short(study, lines, readings, 130_000_000.0),
        "resources nobody": report.resources_in_short(study, lines.iloc[:0], settled, None),
        "resources settled": report.resources_in_short(study, lines, settled, None),
        "posts": report.post_table(study, lines),
        "readings": report.reading_table(study, readings),
        "pools": report.pool_table(study, pools),
        "shared hours": report.shared_hours(study, split),
        "meetings": report.meeting_table(study, meetings),
        "unsettled": report.unsettled_table(study, lines),
        "unsettled nobody": report.unsettled_table(study, lines.iloc[:0]),
    }


def plan_of(milestones: pd.DataFrame) -> pd.DataFrame:
    """The milestones beside those of two clusters, one of them not reached."""
    operation = milestones.iloc[[1, 1, 1]].assign(
        milestone_id=["run", "run_north", "run_south"], cluster_id=[None, "north", "south"], step_label=None,
        text_da="Forløbskoordinatorfunktionen er i drift alle steder", text_en="The coordinator function is in operation everywhere",
        actual=pd.to_datetime(["2013-07-12", "2013-06-30", None]), days_late=pd.array([12, 0, None], "Int64"),
    )  # fmt: skip
    return pd.concat([milestones, operation], ignore_index=True)


def of_initiatives(study: Study) -> dict[str, Result]:
    """The overview of initiatives: told, and none."""
    rows = [
        ("visits", "north", "follow_up_visits", "further_developed", "physical", "2013-03-01", 900, 1500.0, 64.0, 200_000_00, 70_000_00, True, True),
        ("video", "south", "virtual_conference", "radically_new", "virtual", None, 80, None, None, None, None, False, None),
    ]
    columns = ["initiative_id", "cluster_id", "type", "status", "mode", "start", "reach_n", "eligible_n", "fidelity_pct", "cost_oere"]
    initiatives = pd.DataFrame(rows, columns=[*columns, "running_cost_oere", "evaluated", "continues_after_2015"])
    initiatives = initiatives.assign(task=["a", "b"], existing=[True, None])
    types = [("follow_up_visits", "north", 1, "further_developed"), ("follow_up_visits", "south", 0, "")]
    persons = pd.DataFrame(
        {
            "cluster_id": ["north", "north"],
            "side": ["regional", "municipal"],
            "appointed_date": [pd.Timestamp("2013-03-01"), None],
            "dedicated_pct": [50.0, None],
            "appointed": [True, False],
        }
    )
    duties = pd.DataFrame({"obligation_id": "quality_work", "cluster_id": ["north", "south"], "met": pd.array([True, None], "boolean")})
    milestones = pd.DataFrame(
        {
            "milestone_id": ["s1", "s2", "later"],
            "cluster_id": [None, None, "north"],
            "step_label": ["Step 1", "Step 1", None],
            "text_da": ["Nedsættelse", "Afdækning", "I drift"],
            "text_en": ["Set up", "Overview", "In operation"],
            "planned_from": pd.to_datetime(["2013-02-01", None, "2020-12-01"]),
            "planned_to": pd.to_datetime(["2013-02-28", "2013-06-30", "2020-12-31"]),
            "actual": pd.to_datetime(["2013-02-28", "2013-07-12", None]),
            "known": [True, True, False],
            "days_late": pd.array([0, 12, None], "Int64"),
        }
    )
    full = persons.assign(appointed=True)
    return {
        "initiatives": report.initiatives_in_short(study, initiatives, persons, duties),
        "initiatives complete": report.initiatives_in_short(study, initiatives, full, duties.assign(met=True)),
        "initiatives nobody": report.initiatives_in_short(study, initiatives.iloc[:0], persons, duties),
        "initiative types": report.type_matrix(study, pd.DataFrame(types, columns=["type", "cluster_id", "n", "status"])),
        "initiatives and reach": report.initiative_table(study, initiatives, about="reach"),
        "initiatives and cost": report.initiative_table(study, initiatives, about="cost"),
        "reach": report.reach_figure(study, initiatives, kind="follow_up_visits"),
        "reach nobody": report.reach_figure(study, initiatives.iloc[:0], kind="follow_up_visits"),
        "persons": report.person_table(study, persons),
        "plan": report.milestone_plan(study, plan_of(milestones)),
        "plan empty": report.milestone_plan(study, milestones.iloc[:0]),
        "steps": report.milestone_table(study, milestones, steps=True),
        "milestones": report.milestone_table(study, milestones, steps=False),
        "obligations": report.obligation_matrix(study, duties),
    }

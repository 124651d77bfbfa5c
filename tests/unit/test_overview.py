"""The overview of initiatives: a changed row of the workbook changes the matrix, the completeness, the steps and the answer."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt import report
from effekt.measures import overview
from effekt.paths import DEMO
from effekt.study import Study

INITIATIVE = ["initiative_id", "cluster_id", "type", "status", "mode", "start", "reach_n", "eligible_n", "fidelity_pct", "cost_oere"]
PERSON = ["cluster_id", "side", "appointed_date", "dedicated_pct"]
DUTY = ["cluster_id", "obligation_id", "met", "met_date"]
STEPS = [
    ("S1a", None, "Step 1", "2013-02-01", "2013-02-28", "2013-02-28"),
    ("S1b", None, "Step 1", "2013-03-01", "2013-06-30", "2013-07-12"),
    ("S5", None, "Step 5", "2014-01-01", "2014-12-31", None),
    ("later", None, None, "2020-01-01", "2020-12-31", None),
    ("operation_vest", "vest", None, "2013-03-01", "2013-05-31", "2013-05-01"),
]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """The tables that the readers see; a test may change a row of them."""
    rows = [
        ("a", "vest", "coordination", "new", "physical", "2013-09-01", 292, None, 55.0, 100_00),
        ("b", "aarhus", "coordination", "further_developed", "physical", "2013-03-01", 263, None, None, None),
        ("c", "aarhus", "video_link", None, "virtual", "2013-03-01", 5, 20.0, 90.0, 0),
    ]
    held = {
        "initiative": pd.DataFrame(rows, columns=INITIATIVE).assign(
            running_cost_oere=None, task="a", existing=None, continues_after_2015=[True, False, None], evaluated=[True, None, False]
        ),
        "resource_person": pd.DataFrame([("vest", "regional", "2013-09-01", 30.0)], columns=PERSON),
        "milestone": pd.DataFrame(STEPS, columns=["milestone_id", "cluster_id", "step_label", "planned_from", "planned_to", "actual"]).assign(
            text_da="Noget fra 2021", text_en="Something from 2021"
        ),
        "obligation": pd.DataFrame([("vest", "quality_work", True, None), ("midt", "quality_work", False, None)], columns=DUTY),
    }
    monkeypatch.setattr(overview, "programme", lambda study, table: held[table].copy())
    return held


@pytest.fixture
def study() -> Study:
    """The region of the demo study."""
    return Study.open(DEMO)


def answer(study: Study) -> dict[str, object]:
    """The facts of the answer by name."""
    shown = report.initiatives_in_short(study, overview.initiatives(study), overview.resource_persons(study), overview.obligations(study))
    return {column.key: value for column, value in zip(shown.columns, shown.rows[0], strict=True)}


def test_every_type_has_a_row_in_every_cluster(told: dict, study: Study) -> None:
    types = overview.initiative_types(study).set_index(["type", "cluster_id"])
    assert len(types) == 2 * len(study.clusters) and types.loc[("coordination", "vest"), "status"] == "new"
    assert types.loc[("video_link", "vest"), "n"] == 0
    told["initiative"].loc[0, "type"] = "video_link"
    changed = overview.initiative_types(study).set_index(["type", "cluster_id"])
    assert changed.loc[("video_link", "vest"), "n"] == 1 and changed.loc[("coordination", "vest"), "n"] == 0


def test_initiatives_stand_in_the_order_of_the_clusters(told: dict, study: Study) -> None:
    assert overview.initiatives(study)["initiative_id"].tolist() == ["b", "c", "a"]


def test_two_resource_persons_are_wanted_of_each_cluster(told: dict, study: Study) -> None:
    persons = overview.resource_persons(study)
    assert len(persons) == 10 and persons["appointed"].sum() == 1
    told["resource_person"].loc[1] = ("vest", "municipal", None, None)
    assert overview.resource_persons(study)["appointed"].sum() == 1
    told["resource_person"].loc[1, "appointed_date"] = "2013-10-01"
    assert overview.resource_persons(study)["appointed"].sum() == 2


def test_steps_keep_the_labels_of_the_source_and_tell_what_is_late(told: dict, study: Study) -> None:
    steps = overview.milestones(study)
    assert steps["step_label"].tolist()[:3] == ["Step 1", "Step 1", "Step 5"]
    assert steps["days_late"].tolist()[:2] == [0, 12] and steps.set_index("milestone_id")["known"].to_dict()["later"] is False
    shown = report.milestone_table(study, steps, steps=True)
    assert shown.column("step") == (1, 1, 5) and shown.column("went") == ("went.in_time", "went.late", "went.not_reached")
    other = report.milestone_table(study, steps, steps=False)
    assert other.column("went") == ("went.after_data", "went.in_time") and other.column("cluster") == ("region", "vest")
    assert other.labels["milestone.later"] == {"da": "Noget", "en": "Something"}


def test_other_milestones_stand_by_planned_end_and_in_the_order_of_the_clusters(told: dict, study: Study) -> None:
    days = [("b", "aarhus", "2013-06-30"), ("late", None, "2020-12-31"), ("c", "vest", "2013-06-30")]
    days += [("early", None, "2020-07-31"), ("a", "vest", "2013-05-31")]
    frame = pd.DataFrame(days, columns=["milestone_id", "cluster_id", "planned_to"]).assign(step_label=None, text_da="Noget", text_en="Something")
    frame = frame.assign(planned_to=pd.to_datetime(frame["planned_to"]), actual=pd.NaT, known=False, days_late=pd.NA)
    shown = report.milestone_table(study, frame, steps=False)
    ordered = ["early", "late", "a", *sorted(("b", "c"), key=lambda one: study.clusters.index({"b": "aarhus", "c": "vest"}[one]))]
    assert shown.column("milestone") == tuple(f"milestone.{one}" for one in ordered)
    assert next(item for item in shown.context["table"]["show"] if item["cell"] == "days_late")["empty"] == "signal.dash"


def test_the_plan_draws_what_the_data_reach_and_puts_clusters_below_their_milestone(told: dict, study: Study) -> None:
    days = [("run_b", "aarhus", "2013-05-31", "2013-05-31", 0), ("run", None, "2013-05-31", "2013-06-12", 12)]
    days += [("early", None, "2013-02-28", None, None), ("after", None, "2031-12-31", None, None)]
    frame = pd.DataFrame(days, columns=["milestone_id", "cluster_id", "planned_to", "actual", "days_late"])
    frame = frame.assign(planned_from=pd.NaT, text_da=frame["milestone_id"].str[:3], text_en="Something", known=[True, True, True, False])
    frame = frame.assign(planned_to=pd.to_datetime(frame["planned_to"]), actual=pd.to_datetime(frame["actual"]))
    shown = report.milestone_plan(study, frame)
    assert shown.column("name")[1:] == ("milestone.early", "milestone.run", "milestone.run_b")
    assert shown.column("went")[1:] == ("went.not_reached", "went.late", "went.in_time")
    assert (shown.column("n_met")[0], shown.column("n_told")[0], shown.context["order"]) == (1, 3, [1, 2, 3])
    frame.loc[0, ["actual", "days_late"]] = [pd.Timestamp("2013-06-01"), 1]
    assert report.milestone_plan(study, frame).column("n_met")[0] == 0


def test_what_the_answer_counts_as_evaluated_stands_in_a_table(told: dict, study: Study) -> None:
    table = report.initiative_table(study, overview.initiatives(study), about="cost")
    assert table.column("evaluated").count("yes") == answer(study)["n_evaluated"] == 1
    assert "evaluated" in [item.get("cell") for item in table.context["table"]["show"]]


def test_an_obligation_that_nobody_told_of_is_not_a_no(told: dict, study: Study) -> None:
    table = report.obligation_matrix(study, overview.obligations(study))
    assert [table.column(f"at_{cluster}")[0] for cluster in ("vest", "midt", "aarhus")] == ["yes", "no", "not_estimated"]
    told["obligation"].loc[1, "met"] = True
    assert report.obligation_matrix(study, overview.obligations(study)).column("n_met") == (2,)


def test_the_answer_counts_what_is_told(told: dict, study: Study) -> None:
    counted = answer(study)
    assert [counted[key] for key in ("n_initiatives", "n_types", "n_continue", "n_new", "n_virtual", "n_evaluated")] == [3, 2, 1, 1, 1, 1]
    assert [counted[key] for key in ("n_persons", "n_places", "n_duties", "n_met", "n_short")] == [1, 10, 5, 1, 4]
    told["initiative"].loc[1, "status"] = "radically_new"
    assert answer(study)["n_new"] == 2
    told["obligation"] = told["obligation"].iloc[:0]
    shown = report.initiatives_in_short(study, overview.initiatives(study), overview.resource_persons(study), overview.obligations(study))
    assert not any("duties" in str(item["text"]) for item in shown.context["blocks"])
    told["initiative"] = told["initiative"].iloc[:0]
    assert answer(study)["n_initiatives"] == 0


def test_a_type_that_the_catalogue_does_not_know_is_its_own_name(told: dict, study: Study) -> None:
    table = report.initiative_table(study, overview.initiatives(study), about="cost")
    assert table.labels["type.video_link"] == {"da": "video_link", "en": "video_link"}
    assert table.column("cost") == (None, 0.0, 100.0) and table.column("goes_on") == ("no", "not_estimated", "yes")


def test_the_reach_is_of_the_type_asked_for(told: dict, study: Study) -> None:
    shown = report.reach_figure(study, overview.initiatives(study), kind="video_link")
    assert shown.column("reach") == (None, 5) and shown.column("eligible_total") == (20, None)

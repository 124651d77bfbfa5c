"""Posts, hours, shared hours and meetings: the arithmetic of the memo, and that every input row moves its result."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from effekt import report
from effekt.errors import UsageError
from effekt.measures import resources
from effekt.paths import DEMO
from effekt.study import Study

REFERENCE = DEMO.parent / "reference"
SHARED = "gp_coordinator_municipal"


def tables() -> dict[str, pd.DataFrame]:
    """The tables of the programme as the two agreements have them, and a small population and calendar."""
    post = pd.read_csv(REFERENCE / "consultant_posts.csv").rename(columns={"pool_dkk": "pool_oere"})
    post = post.assign(pool_oere=post["pool_oere"] * 100, new=post["new"].eq(1), is_inferred=post["is_inferred"].eq(1))
    pool = pd.read_csv(REFERENCE / "pools.csv").rename(columns={"pool_id": "funding_id", "dkk": "amount_oere"})
    body = pd.read_csv(REFERENCE / "bodies.csv").astype({"per_cluster": bool})
    days = [("rkt", None, "2020-02-12", "2020-02-19"), ("rkt", None, "2020-05-12", None)]
    days.append(("coordinator_municipal", "vest", "2020-03-20", "2020-03-27"))
    people = pd.read_csv(REFERENCE / "municipalities.csv", dtype={"kommunekode": str})
    population = pd.DataFrame({"kommunekode": people["kommunekode"], "year": 2016, "n": 100})
    meeting = pd.DataFrame(days, columns=["body_id", "cluster_id", "planned", "held"])
    pool = pool.assign(amount_oere=pool["amount_oere"] * 100)
    return {"consultant_post": post, "funding": pool, "body": body, "meeting": meeting, "population": population}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """The tables that the readers see; a test may change a row of them."""
    held = tables()
    monkeypatch.setattr(resources, "programme", lambda study, table: held[table].copy())
    return held


@pytest.fixture
def study() -> Study:
    """The region of the demo study."""
    return Study.open(DEMO)


def hours(study: Study) -> dict[str, float]:
    """Hours of each reading."""
    return resources.hour_readings(resources.posts(study), resources.stated_total(study)).set_index("reading")["hours"].to_dict()


def test_the_hours_are_those_of_the_memo_and_each_line_counts_once(told: dict, study: Study) -> None:
    assert hours(study) == {"agreed": 4640, "with_unsettled": 4940, "without_education": 3520}
    assert resources.posts(study)["n_posts"].sum() == 21


def test_one_stated_total_has_three_prices_an_hour(told: dict, study: Study) -> None:
    prices = resources.hour_readings(resources.posts(study), resources.stated_total(study))["oere_an_hour"] / 100
    assert prices.round().tolist() == [970, 911, 1278]
    assert resources.hour_readings(resources.posts(study), None)["oere_an_hour"].isna().all()


CHANGES: list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame], dict[str, float]]] = [
    ("hours", lambda post: post.assign(hours=post["hours"].where(post["post_id"] != "summary_cancer", 200)), {"agreed": 4680}),
    ("status", lambda post: post.assign(status="agreed"), {"agreed": 4940}),
    ("funder", lambda post: post.assign(funder=None), {"without_education": 4640}),
    ("text only", lambda post: post[post["post_id"] != "summary_cancer"], {"agreed": 4640}),
]


@pytest.mark.parametrize(("change", "expected"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_changed_line_changes_the_hours(told: dict, study: Study, change: Callable, expected: dict) -> None:
    told["consultant_post"] = change(told["consultant_post"])
    assert {name: hours(study)[name] for name in expected} == expected


def test_hours_are_shared_by_largest_remainders_to_the_last_hour() -> None:
    people = {"aarhus": 322_900, "horsens": 210_633, "randers": 223_092, "midt": 230_970, "vest": 284_645}
    assert resources.allocate_hours(300, people) == {"aarhus": 76, "horsens": 50, "randers": 53, "midt": 54, "vest": 67}
    assert resources.allocate_hours(2, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}
    assert resources.allocate_hours(7, {"a": 0, "b": 3}) == {"a": 0, "b": 7}
    for total in range(40):
        assert sum(resources.allocate_hours(total, people).values()) == total


@pytest.mark.parametrize(("amount", "people"), [(-1, {"a": 1}), (3, {"a": 0}), (3, {"a": -1, "b": 5}), (3, {})])
def test_hours_that_cannot_be_shared_are_refused(amount: int, people: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="allocate_hours"):
        resources.allocate_hours(amount, people)


def test_who_pays_and_who_receives(told: dict, study: Study) -> None:
    split = resources.shared_hours(study, resources.posts(study)).set_index("cluster")
    assert split["received"].to_dict() == {"aarhus": 100, "horsens": 50, "randers": 50, "midt": 50, "vest": 50}
    assert split["pays"].sum() == split["old_pays"].sum() == 300 and split["pays"]["aarhus"] == 76
    told["population"].loc[0, "n"] = 5000
    assert resources.shared_hours(study, resources.posts(study)).set_index("cluster")["old_pays"]["aarhus"] > split["old_pays"]["aarhus"]
    told["population"] = told["population"].iloc[1:]
    assert resources.shared_hours(study, resources.posts(study))["old_pays"].isna().all()


def test_meetings_due_are_a_range_or_not_agreed() -> None:
    assert resources.meetings_due(2, 4) == (2, 4) and resources.meetings_due(6, None) == (6, 6)
    assert resources.meetings_due(None, 3) == (0, 3) and resources.meetings_due(float("nan"), None) is None


def test_meetings_held_stand_against_those_agreed_also_where_none_was_planned(told: dict, study: Study) -> None:
    met = resources.meetings(study).set_index(["body_id", "cluster"])
    assert met.loc[("rkt", ""), ["planned", "held", "kept"]].tolist() == [2, 1, False]
    assert met.loc[("coordinator_municipal", "horsens"), ["due_least", "due_most", "planned", "held", "kept"]].tolist() == [2, 4, 0, 0, False]
    assert met.loc[("dkt", ""), "planned"] == 0
    told["meeting"].loc[1, "held"] = "2020-05-12"
    assert resources.meetings(study).set_index(["body_id", "cluster"]).loc[("rkt", ""), "held"] == 2


def test_what_the_memo_leaves_open_is_told_and_goes_when_it_is_settled(told: dict, study: Study) -> None:
    lines = resources.posts(study)
    table = report.unsettled_table(study, lines)
    assert (f"role.{SHARED}", "open.payment", 300) in table.rows and ("role.gp_liaison_hospital", "open.no_hours", None) in table.rows
    settled = report.unsettled_table(study, lines.assign(status="agreed"))
    assert "open.payment" not in [row[1] for row in settled.rows]
    assert report.unsettled_table(study, lines.iloc[:0]).view == "finding"


def test_the_answer_follows_the_posts(told: dict, study: Study) -> None:
    told["consultant_post"].loc[:, "hours"] *= 2
    lines = resources.posts(study)
    shown = report.resources_in_short(study, lines, resources.hour_readings(lines, None), None)
    none = report.resources_in_short(study, lines.iloc[:0], resources.hour_readings(lines.iloc[:0], None), None)
    assert [item["text"] for item in none.context["blocks"]] == ["finding.resources_none"]
    assert shown.rows[0][:3] == (21, 9280, 9880) and "interval.resources_no_total" in [item["text"] for item in shown.context["blocks"]]

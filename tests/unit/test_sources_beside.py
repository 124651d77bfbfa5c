"""Surveys, audits, home visits, practice lists and the programme workbook: what is planted is found, and what was not delivered is not 0."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from effekt import Study, estimates, measures
from effekt.catalogue.codes import CODELISTS
from effekt.errors import UsageError
from effekt.measures.build_copy import COPIED
from effekt.paths import REPOSITORY

REFERENCE = REPOSITORY / "data" / "reference"


@pytest.fixture(scope="module")
def demo(demo_study_path: Path) -> Path:
    return demo_study_path


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict[str, Any]:
    return json.loads((demo / "truth.json").read_text(encoding="utf-8"))["sources"]


def study(demo: Path, cluster: str | None = None) -> Study:
    return Study.open(demo, cluster=cluster)


def test_the_funnel_is_that_of_the_simulator(demo: Path, truth: dict[str, Any]) -> None:
    for cluster, planted in truth["home_visits"]["funnel"].items():
        found = measures.visit_funnel(study(demo, cluster)).set_index("step")["n"]
        told = {step: planted[step] for step in ("offered", "accepted", "held")} | {"second_held": planted["second"], "third_held": planted["third"]}
        assert {step: int(found[step]) for step in told} == told
        assert found["within_7_days"] == planted["held_within_7_days"]
        assert found["eligible"] == pytest.approx(planted["eligible"], rel=0.03)   # by residence at the discharge, here at the admission


def test_nobody_is_visited_after_what_ended_the_follow_up(demo: Path) -> None:
    rows = measures.visits(study(demo))
    held = rows[rows["held"]]
    assert len(held) and (held["held_date"] <= held["exit_date"]).all() and (held["held_date"] > held["discharge_date"]).all()
    assert (rows["days_followed"].between(0, 180)).all()


def test_the_planted_satisfaction_is_found_where_it_was_planted(demo: Path, truth: dict[str, Any]) -> None:
    changes = {}
    for cluster in study(demo).clusters:
        answers = measures.answers(study(demo, cluster), "lup")
        means = answers.groupby("after")["value"].mean()
        changes[cluster] = means[True] - means[False]
    planted = {cluster: truth["survey_answers"][cluster]["planted_shift"] for cluster in changes}
    assert all(abs(changes[cluster] - planted[cluster]) < 0.25 for cluster in changes), changes
    assert np.corrcoef(list(changes.values()), list(planted.values()))[0, 1] > 0.5


def test_three_levels_before_and_five_after_are_never_one_measure(demo: Path) -> None:
    rows = measures.responses(study(demo))
    assert set(rows.loc[~rows["after"], "version"]) == {"3L"} and set(rows.loc[rows["after"], "version"]) == {"5L"}
    five = measures.responses(study(demo), version="5L")
    assert five["after"].all() and -0.758 <= estimates.eq5d(five["profile"], "5L").min()
    with pytest.raises(UsageError, match="profile"):
        measures.answers(study(demo), "eq5d5l")


def test_those_who_answer_are_less_frail_and_the_counts_are_those_of_the_list(demo: Path) -> None:
    asked = measures.invitations(study(demo))
    means = asked.groupby("answered")[["admissions_before", "bed_days_before"]].mean()
    assert (means.loc[False] > means.loc[True]).all()
    counts = measures.response_counts(study(demo)).set_index(["respondent", "wave"])
    assert counts.loc[("patient", "after"), "answered"] == len(measures.responses(study(demo)).query("after"))


def test_errors_that_recur_and_auditors_who_agree_are_found_again(demo: Path, truth: dict[str, Any]) -> None:
    planted = truth["audit_findings"]
    everywhere = estimates.recurring_findings(measures.audit_findings(study(demo)), k=4)
    assert set(planted["planted_in_every_cluster"]) <= set(everywhere["error_type"])
    pairs = measures.audit_pairs(study(demo))
    assert pairs["case_id"].nunique() == planted["double_audited"]
    assert estimates.kappa(pairs).value == pytest.approx(0.8, abs=0.12)
    cases = measures.audits(study(demo))
    first, last = (cases[cases["round"] == number] for number in (1, 4))
    assert first["n_findings"].sum() / first["auditors"].sum() > last["n_findings"].sum() / last["auditors"].sum()


def test_a_cluster_that_delivered_no_audits_has_no_rows_and_no_zeros(demo: Path, truth: dict[str, Any]) -> None:
    assert truth["audit_findings"]["clusters_without_audits"] == ["horsens"]
    assert measures.audits(study(demo, "horsens")).empty and measures.audit_findings(study(demo, "horsens")).empty


def test_practices_vary_in_the_planted_group_and_in_no_other(demo: Path, truth: dict[str, Any]) -> None:
    planted = truth["lmdb"]
    varied = measures.practices(study(demo), planted["medicine_group"], 2016)
    assert varied["observed"].sum() == pytest.approx(varied["expected"].sum())
    assert 0.5 * planted["sd_of_log_rate_between_practices"] ** 2 < estimates.systematic_component(varied).value < 0.12
    assert estimates.systematic_component(measures.practices(study(demo), "C08CA", 2016)).value < 0.02
    one = varied["cluster"].iloc[0]
    assert set(measures.practices(study(demo), "A02BC", 2016, quality_cluster=one)["cluster"]) == {one}
    with pytest.raises(UsageError, match="ATC"):
        measures.practices(study(demo), "A02B1C")


def test_polypharmacy_follows_its_parameters(demo: Path) -> None:
    usual, many = (measures.polypharmacy(study(demo), 2016, many=number)["polypharmacy"].mean() for number in (6, 5))
    strict = measures.polypharmacy(study(demo), 2016, dispensings=4)["polypharmacy"].mean()
    assert strict < usual < many < 0.6


def test_nursing_before_2014_and_outside_the_clusters_is_not_available_and_not_0(demo: Path) -> None:
    rows = measures.person_months(study(demo, "aarhus"), "nursing")
    assert rows["month"].min().year == 2014 and rows["treated"].all() and rows["events"].sum() > 0
    contacts = measures.person_months(study(demo, "aarhus"), "gp_contacts")
    assert contacts["month"].min().year == 2010 and not contacts["treated"].all()


def test_home_care_is_told_in_hours(demo: Path) -> None:
    hours = measures.monthly(study(demo, "midt"), "homecare_h")
    assert 5 < hours["events"].sum() / hours["exposure"].sum() < 100


def test_the_posts_of_the_memo_are_there_twice_and_add_up(demo: Path) -> None:
    posts = measures.programme(study(demo), "consultant_post")
    for table in ("body", "summary"):
        lines = posts[posts["source_table"] == table]
        own = lines[lines["funder"] != "municipalities"]
        assert (own["n_posts"].sum(), own["hours"].sum(), lines["hours"].sum()) == (21, 4640, 4940)
        assert own.loc[own["funder"] == "dge_keu", "hours"].sum() == 1120
        assert set(lines.loc[lines["funder"] == "municipalities", "status"]) == {"unsettled"}


def test_the_steps_of_the_agreement_keep_their_labels(demo: Path) -> None:
    steps = measures.programme(study(demo), "milestone").dropna(subset=["step_label"])
    labels = steps["step_label"].tolist()
    assert labels.count("Step 1") == 2 and "Step 4" not in labels


def test_every_sheet_of_the_workbook_has_rows_and_an_unknown_one_is_refused(demo: Path) -> None:
    assert {table for table in COPIED if measures.programme(study(demo), table).empty} == set()
    with pytest.raises(UsageError, match="initiative"):
        measures.programme(study(demo), "initiatives")


def test_meetings_name_bodies_and_targets_name_indicators_of_the_reference() -> None:
    def column(file: str, name: str) -> set[str]:
        folder = REFERENCE if (REFERENCE / f"{file}.csv").is_file() else CODELISTS
        with open(folder / f"{file}.csv", encoding="utf-8", newline="") as told:
            return {row[name] for row in csv.DictReader(told)}

    assert column("targets", "indicator_id") <= column("indicators", "indicator_id")
    assert column("meeting_plan", "body_id") | column("body_members", "body_id") <= column("bodies", "body_id")
    assert column("reporting_lines", "from_body") | column("reporting_lines", "to_body") <= column("bodies", "body_id")

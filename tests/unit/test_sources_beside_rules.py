"""The rules of surveys, audits, home visits, practice lists and the workbook: one broken row each, counted under its own rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.delivered import broken, imported, key_of, rows_of
from tests.tiny import ANNA, BENT, EVA, Files, tiny_files

ANSWER = {"response_id": "a", "pnr": ANNA, "kommunekode": "751", "respondent": "patient", "wave": "after", "instrument": "lup", "item_id": "overall"}
VISIT = {"pnr": ANNA, "kommunekode": "751", "discharge_date": "2013-05-10", "contact_no": 1, "offered": 1, "accepted": 1, "held_date": "2013-05-15"}
FINDING = {"case_id": "c1", "auditor_id": "Hansen", "phase": "ward", "error_type": "care_plan", "severity": 2, "preventable": 1}
MIXED = "survey_answers.instrument.mixed"

ROWS: dict[str, list[dict[str, Any]]] = {
    "survey_answers": [
        {**ANSWER, "date": "2014-03-01", "value": 4},
        {**ANSWER, "date": "2014-03-01", "item_id": "information", "value": "", "missing_reason": ""},
        {**ANSWER, "date": "2014-03-01", "instrument": "eq5d5l", "item_id": "mobility", "value": 5},
    ],
    "survey_waves": [{"cluster_id": "alfa", "kommunekode": "751", "respondent": "patient", "wave": "after", "invited": 9, "answered": 4}],
    "survey_invitations": [
        {"pnr": ANNA, "kommunekode": "751", "respondent": "patient", "wave": "after", "invited_date": "2014-02-01", "answered": 1}
    ],
    "audit_cases": [
        {"case_id": "c1", "cluster_id": "alfa", "audit_date": "2014-02-01", "discharge_date": "2014-01-01", "sectors": "hospital", "auditors": 2}
    ],
    "audit_findings": [{"finding_id": "f1", **FINDING, "remark": f"{ANNA} faldt"}],
    "home_visits": [VISIT],
    "practices": [{"ydernr": "000123", "kommunekode": "751", "kvalitetsklynge": "kk01"}],
    "practice_list": [{"pnr": ANNA, "ydernr": "000123", "fra": "2012-01-01", "til": ""}],
    "bodies": [{"body_id": "rkt", "name_da": "RKT", "per_year_min": 4, "per_year_max": 4}],
    "meetings": [{"meeting_id": "m1", "body_id": "rkt", "planned": "2014-01-01", "held": ""}],
    "indicators": [{"indicator_id": "adm_acute", "label_da": "Akutte indlæggelser", "direction": -1}],
    "targets": [{"target_id": "t1", "indicator_id": "adm_acute", "target_value": "", "comparator": "at_most"}],
    "milestones": [{"milestone_id": "S1a", "text_da": "Projektgruppe", "planned_from": "2013-02-01", "planned_to": "2013-02-28"}],
}
BREAKS: dict[str, dict[str, Any]] = {
    "survey_answers.item_id.instrument": {"response_id": "b", "instrument": "eqvas", "item_id": "mobility", "value": 50, "date": "2014-03-01"},
    "survey_answers.value.range": {"response_id": "b", "value": 6, "date": "2014-03-01"},
    "survey_answers.kommunekode.unknown": {"response_id": "c", "kommunekode": "999"},
    "survey_answers.pnr.unknown": {"response_id": "d", "pnr": "999999999999"},
    "survey_answers.date.after_death": {"response_id": "e", "pnr": EVA, "date": "2014-11-01"},
    "survey_waves.answered.above_invited": {"wave": "before", "answered": 10},
    "survey_invitations.pnr.unknown": {"pnr": "999999999999"},
    "audit_cases.audit_date.before_discharge": {"case_id": "c2", "audit_date": "2013-12-31"},
    "audit_cases.sectors.shape": {"case_id": "c3", "sectors": "hospital,gp"},
    "audit_findings.case_id.unknown": {"finding_id": "f2", "case_id": "none"},
    "audit_findings.error_type.code": {"finding_id": "f3", "error_type": "bad"},
    "home_visits.held_date.before_discharge": {"contact_no": 2, "held_date": "2013-05-09"},
    "home_visits.held_date.not_accepted": {"contact_no": 3, "accepted": 0},
    "home_visits.held_date.after_death": {"pnr": EVA, "held_date": "2014-12-01"},
    "home_visits.contact_no.range": {"pnr": BENT, "contact_no": 4},
    "practice_list.ydernr.unknown": {"pnr": BENT, "ydernr": "000999"},
    "practice_list.til.before_start": {"pnr": BENT, "fra": "2013-01-01", "til": "2012-12-31"},
    "meetings.body_id.unknown": {"meeting_id": "m2", "body_id": "keu"},
    "meetings.held.never": {"meeting_id": "m3", "planned": "", "held": ""},
    "targets.indicator_id.unknown": {"target_id": "t2", "indicator_id": "none"},
    "milestones.planned_to.before_start": {"milestone_id": "S1b", "planned_to": "2013-01-31"},
}


def delivery() -> Files:
    files = tiny_files()
    for name, rows in ROWS.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        files[name] = [{column: row.get(column, "") for column in columns} for row in rows]
    return files


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, tuple[int, ...]]]:
    """A delivery with one more row for each rule, and two that are one response in both versions of EQ-5D: what the import counted."""
    files = delivery()
    for rule, change in BREAKS.items():
        rows = files[rule.split(".")[0]]
        rows.append(rows[0] | change)
    for instrument in ("eq5d3l", "eq5d5l"):
        row = files["survey_answers"][0] | {"response_id": "z", "instrument": instrument, "item_id": "self_care", "value": 2}
        files["survey_answers"].append(row)
    return broken(imported(tmp_path_factory.mktemp("beside"), files))


@pytest.mark.parametrize("rule", BREAKS)
def test_a_row_that_breaks_a_rule_is_counted_under_it(counted: dict[str, tuple[int, tuple[int, ...]]], rule: str) -> None:
    assert counted[rule][0] == 1


def test_a_response_in_both_versions_is_quarantined_whole_and_nothing_else_is(counted: dict[str, tuple[int, tuple[int, ...]]]) -> None:
    assert counted[MIXED][0] == 2
    assert {rule for rule in counted if rule.split(".")[0] in ROWS} == {*BREAKS, MIXED}


def test_rows_that_break_nothing_become_canonical_rows(tmp_path: Path) -> None:
    report = imported(tmp_path, delivery())
    assert {rule for rule in broken(report) if rule.split(".")[0] in ROWS} == set()
    assert {row["missing_reason"] for row in rows_of(tmp_path, "survey_answer") if row["value"] is None} == {"not_answered"}
    (visit,) = rows_of(tmp_path, "home_visit")
    assert visit["citizen_id"] == key_of(tmp_path, ANNA) and visit["accepted"] and visit["kommunekode"] == "0751"
    (target,) = rows_of(tmp_path, "target")
    assert target["target_value"] is None and target["comparator"] == "at_most"


def test_remarks_and_names_of_auditors_are_in_no_table(tmp_path: Path) -> None:
    imported(tmp_path, delivery())
    (finding,) = rows_of(tmp_path, "audit_finding")
    assert "remark" not in finding and finding["auditor_id"] == 1
    everything = b"".join(path.read_bytes() for path in (tmp_path / "tables").iterdir())
    assert b"faldt" not in everything and b"Hansen" not in everything

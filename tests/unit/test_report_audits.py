"""What a page says of audits follows the rows that it was given, and says in words where there are too few or none."""

from __future__ import annotations

import pandas as pd
import pytest

from effekt import report
from effekt.report.results import Result
from tests.snapshots import handmade

NORTH = handmade.study()


def number(result: Result, column: str, row: int = 0) -> float:
    """One cell."""
    return result.column(column)[row]


def test_one_more_pathway_with_a_severe_error_moves_the_shares() -> None:
    cases, findings, _ = handmade.audits()
    before = report.audit_in_short(NORTH, cases, findings)
    assert (number(before, "events"), number(before, "n"), number(before, "severe_events")) == (20, 30, 10)
    assert number(before, "share") == pytest.approx(100 * 20 / 30)
    cases.loc[0, ["n_findings", "n_severe"]] = 1
    after = report.audit_in_short(NORTH, cases, findings)
    assert (number(after, "events"), number(after, "severe_events")) == (21, 11)
    assert number(after, "low") > number(before, "low")


def test_a_pathway_counts_once_a_phase_however_many_auditors_found_it() -> None:
    cases, findings, _ = handmade.audits()
    rows = report.audit_places(NORTH, cases, findings, by="phase")
    assert dict(zip(rows.column("what"), rows.column("events"), strict=True)) == {None: None, "phase.discharge": 10, "phase.handover": 10}
    moved = findings.assign(phase=findings["phase"].where(findings["case_id"] != 1, "ward"))
    rows = report.audit_places(NORTH, cases, moved, by="phase")
    assert dict(zip(rows.column("what")[1:], rows.column("events")[1:], strict=True)) == {"phase.handover": 10, "phase.discharge": 9, "phase.ward": 1}


def test_the_few_that_fill_most_change_with_the_findings() -> None:
    _, findings, _ = handmade.audits()
    assert list(report.audit_pareto(NORTH, findings).column("n_findings")) == [20, 20]
    more = pd.concat([findings, findings[findings["error_type"] == "medication_list"].head(1)])
    told = report.audit_pareto(NORTH, more)
    assert (told.column("error_type")[0], told.column("n_findings")[0]) == ("error_type.medication_list", 21)


def test_agreement_changes_with_one_judgement_and_kappa_is_missing_where_one_auditor_never_found_it() -> None:
    _, _, pairs = handmade.audits()
    before = report.audit_agreement(NORTH, pairs)
    turned = pairs.assign(second=pairs["second"].where(pairs["case_id"] != 0, ~pairs["second"]))
    after = report.audit_agreement(NORTH, turned)
    assert number(after, "agreement") == pytest.approx(number(before, "agreement") - 100 / 30)
    assert number(after, "kappa") < number(before, "kappa")
    never = report.audit_agreement(NORTH, pairs.assign(second=False))
    assert number(never, "kappa") is None and number(never, "ac1") is not None


def test_the_change_over_rounds_is_findings_a_review_later_against_earlier() -> None:
    cases = pd.concat([handmade.audits()[0], handmade.audits()[0].assign(case_id=lambda rows: rows["case_id"] + 100)], ignore_index=True)
    even = report.audit_change(NORTH, cases)
    assert number(even, "ratio") == pytest.approx(1.0) and number(even, "earlier") == pytest.approx(0.5)
    fewer = cases.assign(n_findings=cases["n_findings"].where(cases["round"] == 1, cases["n_findings"] // 2))
    told = report.audit_change(NORTH, fewer)
    assert number(told, "ratio") == pytest.approx(1 / 3) and "færre fejl" in repr_in(told, "da")


@pytest.mark.parametrize("pathways", [0, 4])
def test_too_few_pathways_are_said_in_words_and_no_share_is_shown(pathways: int) -> None:
    cases, findings, pairs = handmade.audits()
    cases, findings = cases.head(pathways), findings.head(pathways // 2)
    shown = [
        report.audit_in_short(NORTH, cases, findings), report.audit_places(NORTH, cases, findings), report.audit_weights(NORTH, cases),
        report.audit_pareto(NORTH, findings), report.audit_agreement(NORTH, pairs.head(pathways)), report.audit_change(NORTH, cases),
    ]  # fmt: skip
    assert {result.view for result in shown} == {"finding"}
    assert not any("share" in column.key for result in shown for column in result.columns)
    words = "nothing is known of errors there" if pathways == 0 else "too few for shares"
    assert words in repr_in(shown[0], "en")
    assert pathways or not any("0" in repr_in(result, "en") for result in shown)


def repr_in(result: Result, language: str) -> str:
    """What a result says in one language."""
    return report_plain(Result.from_bundle(result.bundle(), language))


def report_plain(result: Result) -> str:
    """A result as plain text."""
    from effekt.report import views

    return views.find(result.view).plain(result)

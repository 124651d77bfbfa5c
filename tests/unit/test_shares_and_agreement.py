"""Shares, agreement of auditors, findings, health states, E-values and false discoveries against published numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from effekt.errors import DataError
from effekt.estimates import (
    benjamini_hochberg,
    eq5d,
    evalue,
    gwet_ac1,
    item_shares,
    kappa,
    pareto,
    recurring_findings,
    top_box,
    wilson,
    wilson_limits,
)
from tests.reference.frozen import frozen

BENJAMINI_HOCHBERG_1995 = frozen("shares")["p"]


def double_audit(table: np.ndarray) -> pd.DataFrame:
    """A frame with one row a case from a table of counts, first auditor down, second across."""
    rows = [(i, j) for i, j in itertools.product(*map(range, table.shape)) for _ in range(table[i, j])]
    return pd.DataFrame(rows, columns=["first", "second"])


def test_benjamini_and_hochbergs_own_example_rejects_four() -> None:
    assert (benjamini_hochberg(BENJAMINI_HOCHBERG_1995) <= 0.05).sum() == 4
    assert benjamini_hochberg(BENJAMINI_HOCHBERG_1995) == pytest.approx(np.array(frozen("shares")["benjamini_hochberg"]), rel=1e-12)


def test_adjusted_p_values_stand_in_the_order_given_and_never_below_the_raw_ones() -> None:
    mixed = np.random.default_rng(1).permutation(BENJAMINI_HOCHBERG_1995)
    adjusted = benjamini_hochberg(mixed)
    assert (adjusted >= mixed).all() and (np.diff(adjusted[np.argsort(mixed)]) >= 0).all()
    assert adjusted[np.argmin(mixed)] == pytest.approx(0.0015)
    assert benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize("p", [[0.1, np.nan], [0.1, 1.1], [-0.1], ["a"], [[0.1]]])
def test_what_is_no_p_value_is_refused(p: list) -> None:
    with pytest.raises(DataError):
        benjamini_hochberg(p)


@pytest.mark.parametrize(
    ("given", "expected"), [((3.9, 1.8, 8.7), (7.2630, 3.0)), ((0.80, 0.71, 0.91), (1.8090, 1.4286)), ((1.2, 0.9, 1.6), (1.2 + 0.24**0.5, 1.0))]
)
def test_evalues_as_published(given: tuple, expected: tuple) -> None:
    assert evalue(*given) == pytest.approx(np.array(expected), abs=5e-5)


def test_evalues_in_bulk_are_those_one_by_one() -> None:
    both = evalue([3.9, 0.8], [1.8, 0.71], [8.7, 0.91])
    assert both == pytest.approx(np.stack([evalue(3.9, 1.8, 8.7), evalue(0.8, 0.71, 0.91)]))
    assert evalue(3.9) == pytest.approx(evalue(3.9, 1.8, 8.7)[:1])


@pytest.mark.parametrize("given", [(0, 1, 2), (2, 3, 4), (2, 1, np.inf), (np.nan, 1, 2), (-0.2, -0.4, 0.1), (2, 1)])
def test_what_is_no_ratio_with_its_interval_is_refused(given: tuple) -> None:
    with pytest.raises(DataError):
        evalue(*given)


@pytest.mark.parametrize(
    ("version", "state", "index"),
    [
        ("3L", "11111", 1.0), ("3L", "12111", 0.823), ("3L", "12121", 0.761), ("3L", "32323", -0.161), ("3L", "33333", -0.624),
        ("5L", "11111", 1.0), ("5L", "11123", 0.761), ("5L", "13224", 0.439), ("5L", "55555", -0.758),
    ],
)  # fmt: skip
def test_eq5d_values_of_the_danish_sets(version: str, state: str, index: float) -> None:
    assert eq5d([state], version=version)[0] == pytest.approx(index, abs=1e-12)
    assert eq5d(int(state), version=version) == pytest.approx(index, abs=1e-12)
    assert eq5d(pd.DataFrame([[int(level) for level in state]]), version=version)[0] == pytest.approx(index, abs=1e-12)


@pytest.mark.parametrize(("version", "levels"), [("3L", 3), ("5L", 5)])
def test_no_state_is_better_with_a_worse_answer(version: str, levels: int) -> None:
    states = np.array(list(itertools.product(range(1, levels + 1), repeat=5)))
    index = eq5d(states, version=version).reshape((levels,) * 5)
    assert all((np.diff(index, axis=dimension) < 0).all() for dimension in range(5))


@pytest.mark.parametrize(
    "states", [["1112"], ["11114"], [None], [np.nan], ["1111x"], ["111111"], [[1, 1, 1, 1]], [[1, 1, 1, 1, np.nan]], [[1, 1, 1, 1, 2.5]]]
)
def test_incomplete_and_foreign_states_are_refused(states: list) -> None:
    with pytest.raises(DataError):
        eq5d(states, version="3L")


def test_a_state_has_no_default_version() -> None:
    with pytest.raises(DataError, match="3L or 5L"):
        eq5d(["11121"], version="4L")


@pytest.mark.parametrize("case", frozen("shares")["wilson"], ids=lambda case: f"{case['events']} of {case['n']}")
def test_wilson_is_prop_test_without_correction(case: dict) -> None:
    share = wilson(case["events"], case["n"])
    assert (share.low, share.high) == pytest.approx((case["low"], case["high"]), rel=1e-9, abs=1e-12)
    assert share.low <= share.value <= share.high


def test_the_interval_of_none_and_of_all_ends_at_0_and_1() -> None:
    assert (wilson(0, 20).low, wilson(20, 20).high) == (0.0, 1.0)
    assert wilson(0, 20).high == pytest.approx(1 - wilson(20, 20).low)


@pytest.mark.parametrize(("events", "n"), [(1, 0), (3, 2), (-1, 5), (1.5, 5), (np.nan, 5)])
def test_a_share_of_nobody_or_of_more_than_all_is_refused(events: float, n: float) -> None:
    with pytest.raises(DataError):
        wilson(events, n)


def test_shares_of_items_are_wilsons_one_by_one() -> None:
    answers = pd.DataFrame({"item_id": ["b", "a", "b", "b", "a"], "met": [True, False, True, False, False]})
    found = item_shares(answers)
    assert found[["item", "n", "events"]].values.tolist() == [["a", 2, 0], ["b", 3, 2]]
    low, high = wilson_limits([0, 2], [2, 3])
    assert found["low"].tolist() == low.tolist() and found["high"].tolist() == high.tolist()


def test_one_answer_has_a_share_and_a_wide_interval() -> None:
    assert wilson(1, 1).value == 1.0 and wilson(1, 1).low == pytest.approx(0.2065, abs=1e-4)
    assert wilson(0, 1).value == 0.0 and wilson(0, 1).high == pytest.approx(0.7935, abs=1e-4)


@pytest.mark.parametrize("top", [(), (0, 5), (4, 6), (7,)])
def test_the_top_of_a_scale_lies_on_the_scale(top: tuple) -> None:
    with pytest.raises(DataError, match="from 1 to 5"):
        top_box(pd.DataFrame({"value": [5, 4]}), top=top)


def test_another_scale_may_be_named_and_all_of_it_may_be_the_top() -> None:
    assert top_box(pd.DataFrame({"value": [0, 10, 9]}), top=(9, 10), scale=(0, 10)).n_events == 2
    assert top_box(pd.DataFrame({"value": [1, 5]}), top=(1, 2, 3, 4, 5)).value == 1.0


def test_top_box_counts_the_best_answers_and_refuses_do_not_know() -> None:
    found = top_box(pd.DataFrame({"value": [5, 4, 3, 1, 5]}))
    assert (found.n_events, found.n_citizens, found.value, found.claim) == (3, 5, 0.6, "descriptive")
    with pytest.raises(DataError, match="1 of 2"):
        top_box(pd.DataFrame({"value": [5, 9]}))


def test_gwets_example_where_kappa_fails() -> None:
    """Gwet (2008): 118, 5, 2 and 0 of 125 cases; kappa -0.0234, AC1 0.9408."""
    cases = double_audit(np.array([[118, 5], [2, 0]]))
    assert kappa(cases).value == pytest.approx(-0.0234, abs=5e-5)
    assert gwet_ac1(cases).value == pytest.approx(0.9408, abs=5e-5)
    assert kappa(cases).facts["agreement"] == pytest.approx(0.944)


def test_ac1_of_four_raters_with_gaps_is_that_of_irrcac() -> None:
    """The data set cac.raw4raters of the R package irrCAC and the result its manual prints."""
    nobody = None
    rows = [
        (1, 1, nobody, 1), (2, 2, 3, 2), (3, 3, 3, 3), (3, 3, 3, 3), (2, 2, 2, 2), (1, 2, 3, 4), (4, 4, 4, 4), (1, 1, 2, 1), (2, 2, 2, 2),
        (nobody, 5, 5, 5), (nobody, nobody, 1, 1), (nobody, nobody, 3, nobody),
    ]  # fmt: skip
    found = gwet_ac1(pd.DataFrame(rows, columns=list("abcd"), dtype="Int64"), raters=list("abcd"))
    assert (found.value, found.se, found.low, found.high) == pytest.approx((0.77544, 0.14295, 0.461, 1.0), abs=5e-4)


@pytest.mark.parametrize(("weights", "scheme"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")])
def test_kappa_and_its_error_are_those_of_statsmodels(weights: str, scheme: str | None) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    table = np.array([[22, 5, 1], [4, 31, 6], [2, 3, 26]])
    theirs = cohens_kappa(table, wt=scheme)
    ours = kappa(double_audit(table), weights=weights)
    assert (ours.value, ours.se) == pytest.approx((theirs.kappa, theirs.std_kappa), rel=1e-9)


def test_where_all_judgements_agree_on_one_category_there_is_no_kappa() -> None:
    cases = pd.DataFrame({"first": ["ok"] * 4, "second": ["ok"] * 4})
    for found in (kappa(cases), gwet_ac1(cases)):
        assert found.value is None and found.cautions == ("one_category",)


@pytest.mark.parametrize(
    ("cases", "complaint"),
    [
        (pd.DataFrame({"first": ["a", None], "second": ["a", None]}), "no judgement"),
        (pd.DataFrame({"first": ["a", "b"], "second": [None, None]}), "double audits"),
        (pd.DataFrame({"first": ["a"], "second": ["a"]}), "two cases"),
    ],
)
def test_agreement_needs_two_judgements(cases: pd.DataFrame, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        gwet_ac1(cases)


def test_kappa_needs_both_judgements_of_every_case() -> None:
    with pytest.raises(DataError):
        kappa(pd.DataFrame({"first": ["a", "b"], "second": ["a", None]}))


def test_pareto_marks_the_fewest_that_make_up_most() -> None:
    findings = pd.DataFrame({"phase": ["gp"] * 5 + ["ward"] * 3 + ["handover"] * 12, "severity": [3] * 5 + [0] * 15})
    found = pareto(findings)
    assert found["value"].tolist() == ["handover", "gp", "ward"]
    assert found["vital"].tolist() == [True, True, False]
    assert found["cumulative"].tolist() == pytest.approx([0.6, 0.85, 1.0])
    assert pareto(findings, weight="severity")["value"].tolist()[0] == "gp"
    assert pareto(findings, weight="severity")["vital"].tolist() == [True, False, False]


def test_a_finding_recurs_where_it_is_seen_in_k_clusters_however_often() -> None:
    findings = pd.DataFrame(
        {
            "error_type": ["late letter"] * 4 + ["no plan"] * 9 + ["wrong list"] * 3,
            "cluster_id": ["horsens", "midt", "vest", "vest"] + ["aarhus"] * 8 + ["randers"] + ["aarhus", "midt", "randers"],
            "case_id": range(16),
        }
    )
    found = recurring_findings(findings, k=3, case="case_id")
    assert found["error_type"].tolist() == ["late letter", "wrong list"]
    assert found["n_clusters"].tolist() == [3, 3] and found["n_findings"].tolist() == [4, 3] and found["n_cases"].tolist() == [4, 3]
    assert found["clusters"].tolist()[0] == ("horsens", "midt", "vest")
    assert recurring_findings(findings, k=4).empty
    assert recurring_findings(findings, k=2)["n_clusters"].tolist() == [3, 3, 2]

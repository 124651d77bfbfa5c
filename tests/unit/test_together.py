"""The clusters together: verdicts by the protocol's rule, which way an outcome went, what recurs, what has no figure, what answers a checklist."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from effekt import estimates, report
from effekt.batch import trust
from effekt.errors import UsageError
from effekt.paths import NOTEBOOKS
from effekt.protocol_parts import SpreadRule
from effekt.report import MIME, checking_lists, components, lifts, scorecards
from effekt.report.results import Result
from effekt.study import Study
from tests.snapshots import handmade, handmade_together

GIVEN = {"less": handmade.RATIO, "unclear": handmade.UNCLEAR, "more": handmade.MORE, "none": handmade.NONE, "money": handmade.MONEY}
CHANGES = handmade_together.changes(GIVEN)


def ruled(**rule: object) -> Study:
    """The study with another spread rule."""
    study = handmade.study(None)
    return replace(study, protocol=study.protocol.model_copy(update={"spread_rule": SpreadRule(**rule)}))


def judged(index: int, **rule: object) -> tuple[str, tuple[str, ...]]:
    """Verdict and reasons of one of the hand-made initiatives."""
    one = report.judge_initiatives(ruled(**rule), handmade_together.initiatives(), CHANGES)[index]
    return one.verdict.verdict, one.reasons


@pytest.mark.parametrize(
    ("index", "rule", "expected"),
    [
        (0, {}, ("spread", ("all",))),
        (0, {"reach": 0.6}, ("adapt_and_test", ("reach",))),
        (1, {"reach": 0.6, "fidelity": 0.2}, ("spread_with_evaluation", ("reach_unknown",))),
        (0, {"harms": ["readm30"]}, ("stop", ("harm",))),
        (2, {}, ("adapt_and_test", ("benefit_low",))),
        (2, {"evaluate": 0.3, "fidelity": 0.5}, ("spread_with_evaluation", ("benefit_some", "fidelity_unknown"))),
        (3, {}, ("spread_with_evaluation", ("claim",))),
        (3, {"harms": ["readm30"]}, ("spread_with_evaluation", ("claim", "harm_unknown"))),
        (3, {"reach": 0.5, "transferability": 2.0}, ("adapt_and_test", ("reach", "transferability"))),
        (2, {"stop": 0.5, "evaluate": 0.6}, ("stop", ("benefit_none",))),
        (0, {"cost": "cost_total", "cost_limit": 0.8}, ("adapt_and_test", ("cost",))),
        (0, {"cost": "cost_total", "cost_limit": 1.0}, ("spread", ("all",))),
    ],
)
def test_an_initiative_is_judged_by_the_rule_of_the_protocol_and_its_reasons_are_told(index: int, rule: dict, expected: tuple) -> None:
    assert judged(index, **rule) == expected


def test_an_initiative_that_tells_an_effect_of_its_own_is_judged_by_it_and_the_others_by_their_cluster() -> None:
    told = report.judge_initiatives(handmade.study(None), handmade_together.initiatives(), CHANGES)
    assert [one.is_own for one in told] == [False, False, False, True, False]
    own = told[3].effect
    assert (own.value, own.claim, own.outcome, own.n_citizens) == (0.7, "descriptive", "beddays", 60)
    assert own.se == pytest.approx(0.17166, abs=1e-4)
    assert told[0].effect == CHANGES[0].of("north")


@pytest.mark.parametrize("change", [{"effect_low": 0.9}, {"effect_low": None}, {"effect_est": -0.7}, {"effect_low": 0.7, "effect_high": 0.7}])
def test_an_effect_told_without_sound_limits_is_not_used(change: dict) -> None:
    frame = handmade_together.initiatives()
    frame.loc[3, list(change)] = list(change.values())
    assert not report.judge_initiatives(handmade.study(None), frame, CHANGES)[3].is_own


def test_too_few_events_in_the_cluster_is_insufficient_data() -> None:
    none = handmade_together.change("adm_acute_medical", handmade.NONE, handmade.UNCLEAR)
    told = report.judge_initiatives(handmade.study(None), handmade_together.initiatives(), (none, *CHANGES[1:]))
    assert (told[0].verdict.verdict, told[0].reasons) == ("insufficient_data", ("numbers",))


def test_no_probability_is_shown_as_quite_certain() -> None:
    sure = handmade_together.change("adm_acute_medical", replace(handmade.RATIO, value=0.5, low=0.49, high=0.51, se=0.01), handmade.UNCLEAR)
    told = report.judge_initiatives(handmade.study(None), handmade_together.initiatives(), (sure, *CHANGES[1:]))
    shown = report.spread_criteria(handmade.study(None), told)
    assert max(value for value in shown.column("benefit") if value is not None) == 99.9


@pytest.mark.parametrize(
    ("direction", "kind", "estimate", "went"),
    [
        (-1, "percent", handmade.RATIO, "better"),
        (-1, "percent", handmade.MORE, "worse"),
        (1, "percent", handmade.MORE, "better"),
        (0, "percent", handmade.MORE, "higher"),
        (0, "percent", handmade.RATIO, "lower"),
        (-1, "percent", handmade.UNCLEAR, "unsure"),
        (-1, "percent", replace(handmade.RATIO, high=1.0), "unsure"),
        (-1, "percent", handmade.NONE, "none"),
        (1, "points", None, "none"),
        (1, "share", handmade.RATIO, "level"),
    ],
)
def test_better_and_worse_are_said_only_where_the_whole_interval_lies_on_one_side(direction: int, kind: str, estimate, went: str) -> None:
    assert lifts.Lift("readm30", "A1", "quality", direction, kind, {"north": estimate}, "readm30").went("north") == went


def test_what_has_no_figure_is_told_with_the_reason() -> None:
    found = lifts.unmeasured(handmade_together.lifts(GIVEN), handmade_together.indicators())
    told = {"nursing": "partial", "polypharm": "elsewhere", "wishes": "needs_collection"}
    assert dict(zip(found["indicator_id"], found["why"], strict=True)) == told


def test_the_headline_counts_what_the_grid_shows_in_the_region() -> None:
    held, study = handmade_together.lifts(GIVEN), handmade.study(None)
    short = report.scorecard_in_short(study, held, handmade_together.indicators())
    grid = report.scorecard(study, held)
    wished = {lift.what for lift in held if lift.direction and lift.kind != "share"}
    fields = zip(*(grid.column(key) for key in ("what", "where", "went")), strict=True)
    region = [went for what, where, went in fields if where == "region" and what in wished]
    ways = ("better", "worse", "unsure")
    assert [region.count(f"went.{key}") for key in ways] == [short.column(f"n_{key}")[0] for key in ways]
    assert short.column("n_effects") == (1,) and short.context["blocks"][-1]["text"] == "scorecard.claim_mixed"


def test_what_went_wrong_in_a_cluster_is_told_also_where_the_region_did_not() -> None:
    study = handmade.study(None)
    units = {"north": handmade.RATIO, "south": handmade.MORE, "region": handmade.RATIO}
    lift = lifts.Lift("adm_rate", "A1", "quality", -1, "percent", units, "adm_rate")
    short = report.scorecard_in_short(study, (lift,), handmade_together.indicators())
    texts = [one["text"] for one in short.context["blocks"]]
    assert texts[:3] == ["scorecard.headline_none_worse", "scorecard.everywhere_none", "scorecard.clusters_worse"]
    assert (short.column("n_worse"), short.column("n_clusters_worse"), short.column("n_clusters_told")) == ((0,), (1,), (2,))
    good = report.scorecard_in_short(study, (replace(lift, estimates=units | {"south": handmade.RATIO}),), handmade_together.indicators())
    assert [one["text"] for one in good.context["blocks"]][1:3] == ["scorecard.everywhere_some", "scorecard.unmeasured_some"]


def test_the_aims_of_the_report_add_up_to_the_counts_of_its_headline() -> None:
    free = lifts.Lift("outpat", "A3", "quality", 0, "percent", {"region": handmade.UNCLEAR}, "outpat")
    held, study = (*handmade_together.lifts(GIVEN), free), handmade.study(None)
    short = report.scorecard_in_short(study, held, handmade_together.indicators())
    aims = report.aims_table(study, held)
    assert [sum(aims.column(f"n_{key}")) for key in scorecards.DECIDED] == [short.column(f"n_{key}")[0] for key in scorecards.DECIDED]
    assert sum(sum(aims.column(f"n_{key}")) for key in (*scorecards.DECIDED, "undirected", "unmeasured")) == len(held)


def test_findings_recur_in_clusters_and_not_in_pathways() -> None:
    rows = [(case, cluster, kind) for case, (cluster, kind) in enumerate([("north", "aids")] * 30 + [("north", "care_plan"), ("south", "care_plan")])]
    shown = report.recurring_table(handmade.study(None), pd.DataFrame(rows, columns=["case_id", "cluster_id", "error_type"]), k=2)
    assert shown.column("error_type") == ("error_type.care_plan",) and shown.column("n_clusters_there") == (2,)


def test_few_clusters_are_not_regressed_and_many_are() -> None:
    study = handmade.study(None)
    frame = pd.DataFrame({"cluster_id": [f"c{n}" for n in range(10)], "type": "audit", "fidelity_pct": range(10, 110, 10)})
    units = tuple(replace(handmade.RATIO, unit=f"c{n}", value=0.95 - 0.02 * n) for n in range(10))
    told = report.component_finding(study, (replace(CHANGES[0], clusters=units),), frame)
    assert told.estimates[0].method == "meta_regression_hksj" and told.estimates[0].claim == "descriptive"
    assert report.component_finding(study, (replace(CHANGES[0], clusters=units[:9]),), frame).estimates == ()


def test_the_pooled_line_of_the_forest_counts_the_events_of_its_clusters() -> None:
    told = {"north": {"n_events_treated": 30.0}, "south": {"n_events_treated": 12.0}}
    units = [replace(handmade.RATIO, unit=name, facts={**handmade.RATIO.facts, **events}) for name, events in told.items()]
    pooled = estimates.pool(units, tau2="REML", test="hksj")
    shown = report.forest(handmade.study(None), units, pooled)
    assert shown.column("fact_n_events_treated")[:3] == (42, 30, 12)
    untold = [replace(one, facts={}) for one in units]
    assert report.forest(handmade.study(None), untold, pooled).column("fact_n_events_treated")[0] is None


def test_clusters_with_and_without_a_type_are_pooled_apart() -> None:
    shown = report.component_effects(handmade.study(None), CHANGES, handmade_together.initiatives())
    row = dict(zip(shown.column("type"), zip(shown.column("with_change"), shown.column("without_change"), strict=True), strict=True))
    north, south = (100 * (one.value - 1) for one in CHANGES[0].clusters)
    assert row["type.follow_up_visits"] == pytest.approx((north, south)) and row["type.video_link"] == pytest.approx((south, north))
    assert row["type.coordination"][1] is None and components.primary(handmade.study(None), CHANGES) is CHANGES[0]


@pytest.mark.parametrize("key", checking_lists.NAMES)
def test_every_answered_item_points_to_a_result_that_is_committed_with_the_notebook_named(key: str) -> None:
    missing = [(item.id, page, result) for item in report_items(key) for page, result in item.evidence if result not in committed(page)]
    assert missing == []


@pytest.mark.parametrize(("key", "n"), [("trend", 22), ("record", 13), ("cheers", 28)])
def test_a_checklist_holds_every_item_once_in_both_languages(key: str, n: int) -> None:
    items = report_items(key)
    assert len(items) == len({item.id for item in items}) == n
    assert all(item.words["da"] and item.words["en"] for item in items)
    assert all(item.reason is None if item.state == "answered" else item.reason["da"] and item.reason["en"] for item in items)
    assert all(bool(item.evidence) is (item.state == "answered") for item in items)


def test_an_item_that_is_ticked_without_evidence_or_open_with_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = ("evidence: []", "", "evidence: [[n, r]], open: {da: a, en: a}")
    rows = "\n  ".join(f'- {{id: "{place}", da: a, en: a, {more}}}' for place, more in enumerate(told, 1))
    (tmp_path / "trend.yml").write_text(f"name: T\nyear: 2004\nsource: s\nitems:\n  {rows}\n", encoding="utf-8")
    monkeypatch.setattr(checking_lists, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="not so 1, 2, 3"):
        checking_lists.load_checklist.__wrapped__("trend")


def test_a_page_of_the_batch_is_led_to_and_any_other_is_only_named() -> None:
    shown = report.checklist(handmade.study(None), "trend")
    html = report.render(Result.from_bundle(shown.bundle()).bundle(), "en")
    assert "<a " not in html
    led = trust.lead(html, ["21_synthesis_region"])
    assert '<a href="21_synthesis_region.html#outcomes">the clusters together</a>' in led
    assert "02_population" not in led and "the target group" in led and "data-page" not in led


def test_only_a_batch_with_a_notebook_that_names_pages_leads_to_them() -> None:
    assert trust.named(()) == ()


def test_an_addressee_without_a_name_is_refused() -> None:
    study = handmade.study(None)
    with pytest.raises(UsageError, match="nobody"):
        report.report_in_short(study, CHANGES, handmade_together.lifts(GIVEN), (), addressee="nobody", round_number=1)


def report_items(key: str) -> tuple[checking_lists.Item, ...]:
    return checking_lists.load_checklist(key).items


def committed(page: str) -> set[str]:
    """Ids of the results that are committed with a notebook."""
    cells = json.loads((NOTEBOOKS / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    return {output["data"][MIME]["id"] for cell in cells for output in cell.get("outputs", ()) if MIME in output.get("data", {})}



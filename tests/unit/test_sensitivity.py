"""An answer computed in other ways: the lean estimator is the primary one, each way changes what it says, and the words follow from what is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from effekt import Study, report
from effekt.catalogue.alternatives import CHOICES, load_alternatives, load_negative_controls
from effekt.catalogue.outcomes import load_outcomes
from effekt.errors import ProtocolError
from effekt.estimates import controlled_time_series, interrupted_time_series
from effekt.estimates.citizen_cells import add_up
from effekt.estimates.controlled_effect import controlled_effect, keep_rows, sort_rows, with_events
from effekt.measures.build_gap_months import build, gaps
from effekt.measures.sensitivity import plan_of
from effekt.protocol import read_protocol
from effekt.report import alternatives
from effekt.report.alternatives import Way, own_effect
from effekt.report.ground import Ground, unit_months
from effekt.report.holding import hold
from effekt.report.results import Result
from effekt.report.sensitivity import Sensitivity, verdict
from tests.derived import built, contact, later, little
from tests.snapshots.handmade import MORE, NONE, RATIO, UNCLEAR
from tests.snapshots.handmade_sensitivity import checks, held
from tests.tiny import EVALUATION

STUDY = Path(__file__).parents[1] / "snapshots" / "study"
START = pd.Timestamp("2013-03-01")
DESIGN = {"start": START, "min_events": 5, "min_citizens": 5}


def months(seed: int = 3) -> pd.DataFrame:
    """400 citizens in two own and six other municipalities, 2011-2015; the own have fewer events after the start; some come late or leave early."""
    draw = np.random.default_rng(seed)
    month = pd.date_range("2011-01-01", "2015-12-01", freq="MS")
    citizen, place = (part.ravel() for part in np.meshgrid(np.arange(400), np.arange(len(month)), indexing="ij"))
    stays = (place < draw.integers(40, 110, 400)[citizen]) & (place >= np.where(citizen % 3, 0, citizen % 35))
    unit = np.array(["0791", "0740", "0791", "0740", "0420", "0430", "0461", "0480", "0482", "0492"])[citizen % 10]
    treated = citizen % 10 < 4
    level = draw.gamma(0.6, 0.5, 400)[citizen] * np.where(treated & (place >= 26), 0.6, 1.0)
    frame = pd.DataFrame({"citizen_id": citizen, "unit": unit, "month": month[place], "treated": treated, "age": 66 + citizen % 25 + place // 12})
    frame = frame.assign(events=draw.poisson(level / 12 * 2), exposure=30 / 365.25)[stays].reset_index(drop=True)
    frame.attrs = {"outcome": "adm_acute_medical", "unit": "north", "measure_unit": "per_person_year"}
    return frame


FRAME = months()


def ground(outcome: str = "adm_acute_medical") -> Ground:
    """The ground of the frame, for the cluster north of the study without data."""
    rows, order = sort_rows(add_up(FRAME))
    month = rows.cells.months[rows.cells.cell % len(rows.cells.months)]
    away = pd.DataFrame({"kommunekode": ["0791", "0740"], "n": [100, 100], "n_elsewhere": [20, 1], "n_unknown": [0, 0]})
    return Ground(Study.open(STUDY, cluster="north"), outcome, rows, order, FRAME["age"].to_numpy()[order], month, None, away)


@pytest.mark.parametrize(
    "options",
    [{}, {"phase_in": 0}, {"contaminated": [(pd.Timestamp("2011-04-01"), pd.Timestamp("2011-12-01"))]}, {"comparison_exposure": "unknown"},
     {"start": pd.Timestamp("2015-06-01")}, {"min_events": 10_000}],
)  # fmt: skip
def test_the_lean_effect_is_that_of_the_primary_estimator(options: dict) -> None:
    chosen = {**DESIGN, **options}
    whole = controlled_time_series(FRAME, **chosen)
    lean = controlled_effect(sort_rows(add_up(FRAME))[0], named=FRAME.attrs, **chosen)
    for name in ("value", "low", "high", "se", "p", "exposure"):
        expected = getattr(whole.effect, name)
        assert getattr(lean.effect, name) == (expected if expected is None else pytest.approx(expected, rel=1e-9))
    for name in ("claim", "contrast", "reasons", "cautions", "method", "n_citizens", "n_events", "outcome", "unit", "measure_unit"):
        assert getattr(lean.effect, name) == getattr(whole.effect, name)
    shared = {key: whole.effect.facts[key] for key in lean.effect.facts}
    assert dict(lean.effect.facts) == pytest.approx(shared, rel=1e-9)
    assert lean.influence.to_numpy() == pytest.approx(whole.influence.to_numpy(), abs=1e-12)


def test_rows_left_out_and_other_events_give_what_the_frame_without_them_gives() -> None:
    rows, order = sort_rows(add_up(FRAME))
    old = FRAME["age"].to_numpy() >= 70
    others = np.where(FRAME["month"].to_numpy() == FRAME["month"].max(), 0, FRAME["events"].to_numpy())
    frame = FRAME.assign(events=others)[old]
    lean = controlled_effect(with_events(keep_rows(rows, old[order]), others[order].astype(float)), **DESIGN).effect
    whole = controlled_time_series(frame, **DESIGN).effect
    assert (lean.value, lean.se) == (pytest.approx(whole.value), pytest.approx(whole.se))
    assert (lean.n_citizens, lean.n_events) == (whole.n_citizens, whole.n_events)


def test_errors_by_municipality_are_those_that_the_primary_estimator_tells_beside_its_own() -> None:
    told = controlled_time_series(FRAME, **DESIGN).effect
    by_unit = controlled_effect(sort_rows(add_up(FRAME))[0], errors="unit", **DESIGN).effect
    assert by_unit.value == pytest.approx(told.value) and by_unit.se == pytest.approx(told.facts["se_by_unit"])


def test_every_way_of_the_catalogue_is_carried_out_and_is_another_than_the_main_one() -> None:
    given, main = ground(), own_effect(ground()).effect
    assert {one.choice for one in load_alternatives()} == set(CHOICES)
    told = [one for one in load_alternatives() if one.choice != "gap_hours"]
    spread = [Way(one.id, one.choice, {"without_each": "0791", "comparison_parts": "odd"}.get(one.id, one.value), {}) for one in told]
    for way in spread:
        found = alternatives._computed(given, way).effect
        unchanged = way.choice == "others_started" or (way.choice == "phase_in" and way.value == given.study.phase_in)
        assert found.value is not None and (unchanged or (found.value, found.se) != (main.value, main.se)), way.id


def test_the_own_course_is_that_of_the_monthly_series() -> None:
    own = FRAME[FRAME["treated"]].groupby("month", as_index=False)[["events", "exposure"]].sum()
    wanted = interrupted_time_series(own, start=START, season=2).ratio_at_12
    assert alternatives._own_course(ground(), 2).value == pytest.approx(wanted.value)
    sums = unit_months(ground()).groupby("cluster")["events"].sum()
    assert sums["north"] == FRAME.loc[FRAME["treated"], "events"].sum() and sums.sum() == FRAME["events"].sum()


def test_a_municipality_that_shares_a_hospital_is_left_out_by_the_limit_of_the_protocol() -> None:
    assert ground().sharing == ("0791",)
    way = Way("without_shared_hospital", "without", "shared_hospital", {})
    without = controlled_time_series(FRAME[FRAME["unit"] != "0791"], **{**ground().study.design, "min_events": 5, "min_citizens": 5}).effect
    assert alternatives._computed(ground(), way).effect.value == pytest.approx(without.value)


def test_a_plan_reads_nothing_of_what_happened_after_the_start() -> None:
    study = Study.open(STUDY, cluster="north")
    after = FRAME["month"] >= START
    assert plan_of(study, FRAME) == plan_of(study, FRAME.assign(events=np.where(after, 99, FRAME["events"])))
    assert plan_of(study, FRAME) != plan_of(study, FRAME.assign(events=np.where(after, FRAME["events"], FRAME["events"] + 1)))
    assert plan_of(study, FRAME[after]) is None


def test_another_gap_merges_other_contacts() -> None:
    out = "2012-03-03 10:00"
    tables = {"contact": [contact("2012-03-01 10:00", out), contact(later(out, 5), later(out, 30))], "residence": []}
    rows = built(build, tables, little())
    assert {row["gap_hours"]: row["adm_acute_medical"] for row in rows} == {3: 2, 12: 1}
    assert gaps(little()) == (3, 12)
    assert gaps(little(sensitivity="{without: [gap_3, gap_12]}")) == ()


@pytest.mark.parametrize(
    ("main", "ratios", "said"),
    [
        (RATIO, (0.91, 0.93), "all.less"), (RATIO, (0.91, 0.97), "side.less"), (RATIO, (0.91, 1.01), "mixed.less"),
        (MORE, (1.2, 1.12), "all.more"),
        (MORE, (1.2, 0.97), "mixed.more"), (UNCLEAR, (0.99, 1.01), "unclear.none"), (UNCLEAR, (0.8, 1.01), "unclear.some"),
        (RATIO, (None,), "untried"),
        (NONE, (), "none"),
    ],
)  # fmt: skip
def test_the_verdict_follows_from_what_the_ways_found(main: object, ratios: tuple, said: str) -> None:
    assert verdict(held(main, *ratios)) == f"sensitivity.verdict.{said}"


def told_in(result: Result) -> list[str]:
    """The texts of a finding, in order."""
    return [str(one["text"]) for one in result.context["blocks"]]


def test_two_unclear_answers_are_not_called_the_same_answer() -> None:
    north = Study.open(STUDY, cluster="north")
    told = told_in(report.sensitivity_in_short(north, Sensitivity(held(UNCLEAR, 0.99, own=1.02), checks(UNCLEAR), None)))
    assert "sensitivity.own.unclear" in told and "sensitivity.own.same" not in told
    clear = told_in(report.sensitivity_in_short(north, Sensitivity(held(RATIO, 0.91, own=0.9), checks(RATIO), None)))
    assert "sensitivity.own.same" in clear
    for ratio, said in ((0.97, "side"), (1.03, "other"), (1.4, "other")):
        beside = told_in(report.sensitivity_in_short(north, Sensitivity(held(RATIO, 0.91, own=ratio), checks(RATIO), None)))
        assert f"sensitivity.own.{said}" in beside, "the same way and unclear is not another answer"


def test_what_can_be_found_is_told_by_the_figures_own_uncertainty_too() -> None:
    main = replace(RATIO, value=0.9, low=0.9 * np.exp(-1.96 * 0.05), high=0.9 * np.exp(1.96 * 0.05), se=0.05)
    shown = report.smallest_change(Study.open(STUDY, cluster="north"), Sensitivity(held(main), checks(main), None))
    assert shown.column("achieved")[0] == pytest.approx(100 * (1 - np.exp(-(1.96 + 0.8416) * 0.05)), abs=1e-3)
    assert told_in(shown)[1:] == ["sensitivity.detect.achieved", "sensitivity.detect.meaning"]
    exact = replace(main, se=None)
    without = report.smallest_change(Study.open(STUDY, cluster="north"), Sensitivity(held(exact), checks(exact), None))
    assert told_in(without)[1:] == ["sensitivity.detect.meaning"]


def test_a_single_municipality_is_not_counted_among_municipalities() -> None:
    away = checks(RATIO).away
    one = Sensitivity(held(RATIO, 0.91), replace(checks(RATIO), away=away[:1]), None)
    north = Study.open(STUDY, cluster="north")
    assert report.spillover(north, one).context["table"]["caption"] == "sensitivity.spill.one"
    assert report.spillover(north, replace(one, checks=checks(RATIO))).context["table"]["caption"] == "sensitivity.spill.few"


def test_a_way_without_a_comparison_is_not_counted_in_the_verdict() -> None:
    assert verdict(held(RATIO, 0.91, own=1.4)) == "sensitivity.verdict.all.less"


def test_the_curve_tries_every_way_once_and_keeps_those_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ground()
    monkeypatch.setattr(alternatives, "_events_by_gap", lambda one, hours: one.rows.cells.row_events)
    found = hold(given.study, "adm_acute_medical", (replace(given, study=given.study, known={}),))
    ids = [one.way.id for one in found.tried]
    assert len(set(ids)) == len(ids) and {"without_each_0791", "without_shared_hospital", "contaminated_counted", "own_course_2"} <= set(ids)
    assert "others_started" not in ids, "north is the first cluster to start"
    assert found.curve.n + found.curve.n_without == len(ids) + 1
    told = [one.effect.value for one in found.tried if one.effect is not None]
    assert told == sorted(told)


def test_each_negative_control_is_an_outcome_that_serves_no_aim() -> None:
    assert all(load_outcomes()[name].aim == "none" for name in load_negative_controls())


WRONG = [
    ("second_outcome: adm_akut", "'adm_akut' is no outcome"),
    ("second_outcome: adm_acute_medical", "is the primary outcome"),
    ("without: [gap_33]", "'gap_33' is no way of the catalogue; did you mean 'gap_3'?"),
    ("comparison_parts: [{id: a, name: {da: A, en: A}, municipalities: [\"0751\"]}]", '"0751" is no municipality of the comparison'),
    ("comparison_parts: [{id: odd, name: {da: A, en: A}, municipalities: [\"0461\"]}]", "cannot be used"),
    ("comparison_parts: [{id: a, name: {da: A, en: A}, municipalities: [\"0461\"]}]", "which changes nothing"),
    ("negative_controls: [{outcome: knee, why: {da: A, en: A}}]", "'knee' is no outcome"),
]


@pytest.mark.parametrize(("line", "told"), WRONG)
def test_a_protocol_that_holds_an_answer_against_what_is_not_there_is_refused(line: str, told: str) -> None:
    with pytest.raises(ProtocolError) as problem:
        read_protocol(EVALUATION + f"sensitivity:\n  {line}\n")
    assert told in str(problem.value) and "line " in str(problem.value)

"""The page on cost: what is netted out, what is kept apart, what is not stated, and what too few citizens may not show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pytest

from effekt import estimates, measures, report
from effekt.errors import UsageError
from effekt.measures import citizen_changes, cluster_sums
from effekt.measures.latest_year import co_financing
from effekt.report import worth
from effekt.report.asking import answer
from effekt.study import COMPARISON, Study
from tests.snapshots import handmade, handmade_money

NORTH = handmade.study()
PRICED = Study(NORTH.path, NORTH.protocol, "north", {"highest_price": 100_000})
KEYS = ["citizen_id", "unit", "treated", "after"]


def test_co_financing_moves_cost_between_payers_and_leaves_the_total_alone() -> None:
    paid = handmade_money.paid()
    with_rule, without = (estimates.payer_ledger(paid, moved) for moved in (co_financing(paid), None))
    assert with_rule.total == without.total == with_rule.payers["borne"].sum() == paid["amount_dkk"].sum()
    result = report.ledger(NORTH, paid)
    services, borne = (dict(zip(result.column("name"), result.column(key), strict=True)) for key in ("services", "borne"))
    gained = {payer: services[payer] - borne[payer] for payer in ("payer.region", "payer.municipality")}
    assert gained["payer.region"] == pytest.approx(9.2e6 / 1900) == -gained["payer.municipality"]
    assert sum(result.column("share")[1:]) == pytest.approx(100)


def test_each_payer_and_sector_adds_up_to_the_total_of_all() -> None:
    result = report.sector_payers(NORTH, handmade_money.paid())
    table = np.array([result.column(key) for key in ("region", "municipality", "state", "citizen", "all_payers")], dtype=float).T
    assert table.shape == (5, 5) and np.allclose(table[:-1].sum(axis=0), table[-1]) and np.allclose(table[:, :-1].sum(axis=1), table[:, -1])


def test_the_dearest_tenth_is_rounded_up_and_a_group_of_less_than_five_is_not_told() -> None:
    result = report.cost_concentration(NORTH, handmade_money.year(90))
    costs = np.sort(handmade_money.year(90)["cost_dkk"])[::-1]
    assert (result.column("n_tenth"), result.column("n_twentieth"), result.column("n_hundredth")) == ((9,), (5,), (None,))
    assert result.column("share_tenth")[0] == pytest.approx(100 * costs[:9].sum() / costs.sum()) and result.column("share_hundredth") == (None,)


def test_tenths_hold_everybody_once_and_are_not_drawn_of_fewer_than_fifty() -> None:
    result = report.cost_tenths(NORTH, handmade_money.year(57))
    assert sum(result.column("n")[1:]) == 57 and sum(result.column("share")[1:]) == pytest.approx(100)
    lowered = replace(NORTH, protocol=NORTH.protocol.model_copy(update={"too_few": NORTH.protocol.too_few.model_copy(update={"citizens": 5})}))
    few = report.cost_tenths(lowered, handmade_money.year(49))
    assert few.view == "finding" and "At least 50 are needed" in repr(few)


@pytest.mark.parametrize("n", [57, 60, 81])
def test_the_dearest_tenth_is_the_same_citizens_in_the_sentence_and_in_the_figure(n: int) -> None:
    told, drawn = (show(NORTH, handmade_money.year(n)) for show in (report.cost_concentration, report.cost_tenths))
    assert told.column("n_tenth")[0] == drawn.column("n")[-1] == -(-n // 10)
    assert told.column("share_tenth")[0] == pytest.approx(drawn.column("share")[-1])
    assert list(drawn.column("mean_dkk")[1:]) == sorted(drawn.column("mean_dkk")[1:])


def test_the_share_of_the_last_year_of_life_is_of_all_cost_with_the_deaths_as_its_count() -> None:
    result = report.life_end(NORTH, handmade_money.ending())
    own = handmade_money.ending().query("treated and not after")
    assert result.column("share")[0] == pytest.approx(100 * own["last_dkk"].sum() / own["cost_dkk"].sum())
    assert result.column("low")[0] < result.column("share")[0] < result.column("high")[0]
    assert result.column("n_died") == (40, 40, 20, 20)
    few = report.life_end(NORTH, handmade_money.ending(30))
    assert few.column("n_died")[2:] == (15, 15) and few.column("share")[2:] == (None, None) == few.column("last_year_dkk")[2:]


def test_the_national_frame_is_shown_and_never_divided_by_the_citizens_here() -> None:
    result = report.programme_in_short(NORTH, handmade_money.programme(None), handmade_money.national())
    assert [result.column(key)[0] for key in ("frame", "to_municipalities", "to_regions")] == [97_400_000.0, 68_180_000.0, 29_220_000.0]
    assert result.column("per_year") == (None,) == result.column("total")
    assert "not stated" in repr(result)


def test_the_programme_moves_the_total_by_its_cost_a_citizen_year_and_only_where_it_is_stated() -> None:
    change = report.budget_changes(NORTH, [handmade_money.municipal("0791")])
    stated, unstated = handmade_money.programme(1.5e6, None), handmade_money.programme(None)
    result = report.with_programme(NORTH, handmade_money.level(), change, stated)
    for key in ("value", "value_low", "value_high"):
        level, level_with, plain, plain_with = result.column(key)
        assert level_with - level == pytest.approx(0.98 * 1.5e6 / 5600) == plain_with - plain
    assert report.with_programme(NORTH, handmade_money.level(), change, unstated).column("value")[1::2] == (None, None)


def test_a_municipality_is_told_that_the_cost_of_the_programme_is_the_mean_of_its_cluster() -> None:
    change = report.budget_changes(NORTH, [handmade_money.municipal("0791")])
    costs = handmade_money.programme(1.5e6)
    said = {place: repr(report.with_programme(NORTH.of(place), handmade_money.level(), change, costs)) for place in ("north", "0791")}
    told = "The cost is the mean of the whole of the North cluster; what went to Viborg Municipality alone is not stated."
    assert told in said["0791"] and "The cost is the mean" not in said["north"]


def test_the_budget_is_the_change_times_the_citizens_in_thousands_and_too_few_have_none() -> None:
    frames = (handmade_money.municipal("0791"), handmade_money.municipal("0740", 9))
    result = report.budget_table(NORTH, frames, report.budget_changes(NORTH, frames))
    years = 43 / 12   # June 2013 to December 2016
    assert result.column("n_citizens")[0] == round(200 * 3 / years)
    assert result.column("each")[0] == pytest.approx(-200 / 3) and result.column("budget")[0] == pytest.approx(-200 * 200 / years / 1000)
    assert result.column("budget")[1] is None and "too few citizens" in repr(result)


@pytest.mark.parametrize("price", [None, 0, -5, True, "much"])
def test_the_highest_price_is_a_number_above_zero(price: Any) -> None:
    with pytest.raises(UsageError, match="highest_price must be a number of kroner above 0"):
        worth.prices_of(Study(NORTH.path, NORTH.protocol, "north", {"highest_price": price}))


def test_the_chance_of_being_worth_it_is_lower_with_the_programme_s_own_cost_and_never_told_as_certain() -> None:
    changes = handmade_money.changes()
    result = report.acceptability(PRICED, changes, "adm_acute_medical", handmade_money.programme(1e5))
    assert all(more > less for more, less in zip(result.column("probability")[1:], result.column("probability_with")[1:], strict=True))
    saved = changes.assign(cost_dkk=changes["cost_dkk"] - 9e5 * changes["treated"])
    sure = report.acceptability(PRICED, saved, "adm_acute_medical", handmade_money.programme())
    assert set(sure.column("probability")[1:]) == {99.0}


def test_fewer_admissions_are_told_as_fewer_and_not_as_gained() -> None:
    result = report.gains(PRICED, handmade_money.changes(), handmade_money.EFFECTS)
    value, low, high = (result.column(key)[0] for key in ("value", "value_low", "value_high"))
    told = handmade_money.changes().groupby("treated")["adm_acute_medical"].mean()
    assert low < value < high and value == pytest.approx(1000 * (told[False] - told[True]))


def people(seed: int, cluster: str, n: int, compared: np.ndarray) -> pd.DataFrame:
    """Citizens of a cluster and of the comparison before and after, some of them in one period only; the comparison's by the cluster's dates."""
    rng = np.random.default_rng(seed)
    own = np.arange(n) + 1000 * seed
    frames = []
    for treated, citizens in ((True, own), (False, compared)):
        for after in (False, True):
            there = citizens[rng.random(len(citizens)) < 0.9]
            time = rng.uniform(0.2, 2.0, len(there))
            part = {"citizen_id": there, "unit": cluster, "treated": treated, "after": after, "exposure": time}
            frames.append(pd.DataFrame({**part, "cost_total": 900 * rng.gamma(0.5, 2, len(there)), "adm_acute_medical": rng.poisson(time)}))
    return pd.concat(frames, ignore_index=True).sort_values(["citizen_id", "treated", "after"], ignore_index=True)


def test_each_citizen_s_part_in_the_change_gives_the_difference_of_differences_and_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = people(1, "north", 80, 5000 + np.arange(120))
    monkeypatch.setattr(citizen_changes, "sums_by_cluster", lambda study, outcomes: (frame[[*KEYS, "exposure", *outcomes]],))
    told = measures.cost_and_effect(NORTH, "adm_acute_medical")
    both = estimates.net_monetary_benefit(told, cost="cost_dkk", effect="adm_acute_medical", treated="treated", threshold=0.0)
    plain = estimates.cost_difference(frame.rename(columns={"cost_total": "cost_dkk"}))
    assert both.cost.value == pytest.approx(plain.value) and both.cost.se == pytest.approx(plain.se, rel=0.02)
    assert both.gain.value == pytest.approx(-estimates.rate_difference(frame.rename(columns={"adm_acute_medical": "events"})).value)
    assert told.attrs["n_treated"] == told["treated"].sum()


def test_the_region_is_the_clusters_differences_weighted_by_their_citizens_and_counts_the_comparison_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 5000 + np.arange(120)
    frames = (people(1, "north", 80, compared), people(2, "south", 30, compared))
    monkeypatch.setattr(citizen_changes, "sums_by_cluster", lambda study, outcomes: tuple(frame[[*KEYS, "exposure", *outcomes]] for frame in frames))
    told = measures.cost_and_effect(NORTH.of(None), "adm_acute_medical")
    alone = [estimates.cost_difference(frame.rename(columns={"cost_total": "cost_dkk"})).value for frame in frames]
    after = [frame.loc[frame["treated"] & frame["after"], "exposure"].sum() for frame in frames]
    both = estimates.net_monetary_benefit(told, cost="cost_dkk", effect="adm_acute_medical", treated="treated", threshold=0.0)
    assert both.cost.value == pytest.approx(np.average(alone, weights=after))
    assert told.loc[~told["treated"], "citizen_id"].is_unique and told.attrs["exposure_after"] == pytest.approx(sum(after))


def test_sums_of_all_clusters_in_one_reading_are_those_of_persons(small_study_path: Any) -> None:
    region = Study.open(small_study_path)
    frames = cluster_sums.sums_by_cluster(region, ["cost_total", "cost_mun"])
    for cluster, frame in zip(region.clusters, frames, strict=True):
        for outcome in ("cost_total", "cost_mun"):
            alone = measures.persons(region.of(cluster), outcome, value="cost_dkk")
            told = frame[[*KEYS, outcome, "exposure"]].rename(columns={outcome: "cost_dkk"})
            pd.testing.assert_frame_equal(told, alone, check_dtype=False)
    code = region.protocol.clusters[0].municipalities[0]
    (own,) = measures.by_municipality(region.of(code), "cost_mun")
    assert set(own.loc[own["treated"], "unit"]) == {code} and own.attrs["unit"] == code and not own["treated"].all()
    with pytest.raises(UsageError, match="must be in money"):
        measures.by_municipality(region, "beddays")


def register_from(monkeypatch: pytest.MonkeyPatch, own: str, compared: str) -> None:
    """As if the cost of the municipality, and so the total, were registered from these months on, in the clusters and in the comparison."""
    read = Study.read_arrow

    def registered(self: Study, table: str, columns: Any = None, **options: Any) -> pa.Table:
        rows = read(self, table, columns, **options)
        for name in {"cost_total", "cost_mun"} & set(rows.column_names):
            known = np.where(np.array(rows["cluster_id"]) == COMPARISON, np.datetime64(compared), np.datetime64(own))
            there = pa.array(np.array(rows["month"], dtype="datetime64[D]") >= known)
            kept = pa.compute.if_else(there, rows[name], pa.scalar(None, rows[name].type))
            rows = rows.set_column(rows.column_names.index(name), name, kept)
        return rows

    monkeypatch.setattr(Study, "read_arrow", registered)


def test_months_that_the_comparison_lacks_are_on_neither_side(small_study_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    region = Study.open(small_study_path)
    whole = measures.persons(region.of(region.clusters[0]), "cost_total", value="cost_dkk")
    register_from(monkeypatch, "2010-01-01", "2012-01-01")
    for cluster, frame in zip(region.clusters, cluster_sums.sums_by_cluster(region, ["cost_total"]), strict=True):
        alone = measures.persons(region.of(cluster), "cost_total", value="cost_dkk")
        pd.testing.assert_frame_equal(frame.rename(columns={"cost_total": "cost_dkk"})[alone.columns], alone, check_dtype=False)
        if cluster == region.clusters[0]:
            assert alone["exposure"].sum() < whole["exposure"].sum()


def test_a_cost_that_is_registered_after_the_start_only_has_no_change_and_is_not_called_too_few_citizens(
    small_study_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study.open(small_study_path, cluster=Study.open(small_study_path).clusters[0])
    register_from(monkeypatch, "2014-01-01", "2014-01-01")
    told = answer(study, estimates.cost_difference, measures.persons(study, "cost_total", value="cost_dkk"))
    assert told.effect.value is None and told.effect.cautions == ("not_registered",)
    frames = measures.by_municipality(study, "cost_mun")
    budget = report.budget_table(study, frames, report.budget_changes(study, frames))
    assert set(budget.column("n_citizens")) == {None} == set(budget.column("budget")) and "too few citizens" not in repr(budget)
    changes, costs = handmade_money.changes().assign(cost_dkk=np.nan), handmade_money.programme(1e5)
    assert "is not registered both before and after" in repr(report.acceptability(PRICED, changes, "adm_acute_medical", costs))
    assert "At least 50 in each" in repr(report.acceptability(PRICED, changes.head(9), "adm_acute_medical", costs))


def test_who_paid_adds_up_to_what_everybody_cost(small_study_path: Any) -> None:
    study = Study.open(small_study_path)
    paid, year = measures.payers(study), measures.year_costs(study)
    counted = paid[paid["sector"].isin(["hospital", "practice", "municipality"])]
    assert counted["amount_dkk"].sum() == pytest.approx(year["cost_dkk"].sum(), abs=1)
    assert paid.attrs["n_citizens"] == len(year) and paid.attrs["exposure"] == pytest.approx(year["exposure"].sum())


def test_the_last_year_of_life_is_part_of_all_cost_and_leaves_out_the_end_of_the_data(small_study_path: Any) -> None:
    study = Study.open(small_study_path)
    frame = measures.last_year_of_life(study)
    assert (frame["last_dkk"] <= frame["cost_dkk"] + 1e-6).all() and (frame["last_exposure"] <= frame["exposure"] + 1e-9).all()
    assert 0 < frame["last_dkk"].sum() < frame["cost_dkk"].sum()
    assert frame.attrs["last_month"] == study.period[1] - pd.DateOffset(months=11)


def test_the_programme_s_cost_is_in_fixed_prices_and_shared_by_the_citizens_of_its_clusters(small_study_path: Any) -> None:
    study = Study.open(small_study_path)
    whole = measures.programme_costs(study)
    parts = [measures.programme_costs(study.of(cluster)) for cluster in study.clusters]
    assert whole.total_dkk == pytest.approx(sum(part.total_dkk or 0.0 for part in parts))
    assert whole.exposure == pytest.approx(sum(part.exposure for part in parts))
    assert whole.per_year_dkk == pytest.approx(whole.total_dkk / whole.exposure)
    index = measures.programme(study, "price_index").set_index("year")["index"]
    row = whole.initiatives.dropna(subset=["amount_dkk"]).iloc[0]
    months = pd.date_range(row["first"], row["last"], freq="MS")
    assert row["fixed_dkk"] == pytest.approx(row["amount_dkk"] * index[study.protocol.price_year] / np.mean([index[month.year] for month in months]))
    assert measures.national_frame(study)["share"].sum() == pytest.approx(1)

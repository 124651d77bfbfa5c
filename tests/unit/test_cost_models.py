"""Cost models by parts, value for money, the payers' ledger and service mix: relations that must hold, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from effekt import estimates
from effekt.errors import DataError
from tests.sound import check

pytestmark = pytest.mark.filterwarnings("error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def people(n: int = 240, seed: int = 6) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    age, treated = generator.normal(80, 6, n), generator.integers(0, 2, n).astype(bool)
    some = generator.random(n) < 0.7
    cost = np.where(some, generator.gamma(1.5, np.exp(8.5 + 0.02 * (age - 80) - 0.2 * treated) / 1.5), 0.0).round(2)
    use = {name: generator.gamma(shape, 100, n).round() for name, shape in (("hospital", 0.4), ("practice", 0.8), ("home", 0.6))}
    return pd.DataFrame({"age": age, "treated": treated, "cost": cost, "qaly": 0.6 + 0.04 * treated + generator.normal(0, 0.1, n), **use})


def model(frame: pd.DataFrame, parts: int = 2, **options: object) -> object:
    call = estimates.two_part_cost if parts == 2 else estimates.one_part_cost
    return check(call(frame, **{"cost": "cost", "treated": "treated", "covariates": ["age"], **options}))


@pytest.mark.parametrize("parts", [1, 2])
def test_without_covariates_the_means_are_the_arithmetic_means(parts: int) -> None:
    frame = people()
    found = model(frame, parts, covariates=[])
    arms = frame.groupby("treated")["cost"].mean()
    assert_allclose(found.means["estimate"], [arms[True], arms[False]], rtol=1e-9)
    assert found.marginal_effect.value == pytest.approx(arms[True] - arms[False])
    assert found.ratio.value == pytest.approx(arms[True] / arms[False])


@pytest.mark.parametrize("parts", [1, 2])
def test_cost_in_oere_is_a_hundred_times_cost_in_kroner(parts: int) -> None:
    frame = people()
    kroner, oere = model(frame, parts), model(frame.assign(cost=100 * frame["cost"]), parts)
    assert_allclose(oere.means[["estimate", "se"]], 100 * kroner.means[["estimate", "se"]], rtol=1e-7)
    assert oere.ratio.value == pytest.approx(kroner.ratio.value) and oere.park.exponent == pytest.approx(kroner.park.exponent, rel=1e-6)
    assert oere.family == kroner.family


@pytest.mark.parametrize("parts", [1, 2])
def test_swapping_the_arms_turns_the_effect_and_age_in_months_changes_nothing(parts: int) -> None:
    frame = people()
    plain = model(frame, parts)
    swapped = model(frame.assign(treated=~frame["treated"]), parts)
    months = model(frame.assign(age=12 * frame["age"]), parts)
    assert (swapped.marginal_effect.value, swapped.marginal_effect.se) == (
        pytest.approx(-plain.marginal_effect.value), pytest.approx(plain.marginal_effect.se),
    )  # fmt: skip
    assert months.marginal_effect.value == pytest.approx(plain.marginal_effect.value)


def test_an_interaction_with_treatment_is_recycled_too() -> None:
    frame = people().assign(old=lambda f: (f["age"] > 80).astype(float))
    found = model(frame, 1, covariates=["old", "treated:old"], family="gamma")
    cells = frame.groupby(["treated", "old"])["cost"].mean()
    share = frame["old"].mean()
    assert found.means["estimate"][0] == pytest.approx(share * cells[True, 1.0] + (1 - share) * cells[True, 0.0])


def test_where_everybody_has_a_cost_two_parts_are_one_and_it_says_so() -> None:
    frame = people().assign(cost=lambda f: f["cost"] + 10)
    two, one = model(frame), model(frame, 1, family="gamma")
    assert_allclose(two.means[["estimate", "se"]], one.means[["estimate", "se"]], rtol=1e-9)
    assert "no_zero_costs" in two.marginal_effect.cautions and set(two.coefficients["part"]) == {"amount"}


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_the_park_test_reads_the_power_of_the_variance(power: int) -> None:
    """Outcomes of +- the spread itself, so that the power is exact and no luck is in it."""
    age = np.repeat(np.linspace(60, 100, 60), 4)
    mean = np.exp(2 + 0.04 * (age - 80))
    sign = np.tile([1.0, -1.0], 120)
    spread = 0.02 * mean ** (power / 2) * mean.mean() ** (1 - power / 2)
    frame = pd.DataFrame({"age": age, "treated": np.tile([0, 0, 1, 1], 60), "cost": mean + sign * spread})
    found = model(frame, 1)
    assert found.park.exponent == pytest.approx(power, abs=0.05)
    assert found.family == ("gaussian", "poisson", "gamma", "inverse_gaussian")[power]


@pytest.mark.parametrize(
    ("change", "parts", "said"),
    [
        ({"cost": 0.0}, 2, "cost is 0 in all 240"),
        ({"cost": -1.0}, 1, "cost is below 0"),
        ({"cost": np.nan}, 2, "cost is missing"),
        ({"cost": np.inf}, 1, "cost is infinite"),
        ({"treated": True}, 2, "nobody to compare with"),
        ({"age": 80.0}, 2, "age does not vary"),
        ({"cost": lambda f: np.where(f["treated"], 0.0, f["cost"])}, 2, "does not vary|separation"),
        ({"cost": lambda f: np.where(f["treated"], 0.0, f["cost"] + 1)}, 1, "no answer"),
        ({"cost": lambda f: np.where(f["age"] > 80, f["age"], 0.0)}, 2, "separation"),
    ],
)
def test_costs_that_cannot_be_modelled_are_refused(change: dict, parts: int, said: str) -> None:
    with pytest.raises(DataError, match=said):
        model(people().assign(**change), parts)


def money(frame: pd.DataFrame, threshold: float = 100_000.0, **options: object) -> object:
    return check(estimates.net_monetary_benefit(frame, **{"cost": "cost", "effect": "qaly", "treated": "treated", "threshold": threshold, **options}))


def test_the_benefit_is_linear_in_the_price_and_nothing_but_saved_cost_at_price_0() -> None:
    frame = people()
    zero, one, two = (money(frame, price) for price in (0.0, 1e5, 2e5))
    assert zero.benefit.value == pytest.approx(-zero.cost.value) and zero.benefit.se == pytest.approx(zero.cost.se)
    assert two.benefit.value - one.benefit.value == pytest.approx(one.benefit.value - zero.benefit.value) == pytest.approx(1e5 * one.gain.value)
    curve = check(estimates.acceptability_curve(frame, cost="cost", effect="qaly", treated="treated", thresholds=[0, 1e5, 2e5]))
    assert_allclose(curve["probability"], [found.probability for found in (zero, one, two)])
    assert_allclose(curve["low"], [found.benefit.low for found in (zero, one, two)])


def test_drawing_citizens_again_agrees_with_the_normal_curve_and_repeats_with_its_seed() -> None:
    given = {"cost": "cost", "effect": "qaly", "treated": "treated", "thresholds": [0, 2e4, 1e5]}
    normal = estimates.acceptability_curve(people(), **given)
    drawn, again = (estimates.acceptability_curve(people(), **given, replicates=2000, seed=1) for _ in range(2))
    assert_allclose(drawn["probability"], normal["probability"], atol=0.04)
    assert (drawn["probability"] == again["probability"]).all()
    grouped = check(estimates.acceptability_curve(people().assign(g=np.arange(240) % 12), **given, groups="g", replicates=500))
    assert grouped["probability"].between(0, 1).all()


def test_a_ratio_of_cost_to_effect_is_shown_only_where_it_says_something() -> None:
    frame = people()
    for shift, gain, quadrant in ((5e4, 1, "dearer_better"), (-5e4, 1, "dominant"), (5e4, -1, "dominated"), (-5e4, -1, "cheaper_worse")):
        moved = frame.assign(cost=frame["cost"] + shift * frame["treated"], qaly=frame["qaly"] + gain * frame["treated"])
        found = money(moved)
        assert found.quadrant == quadrant and (found.icer is None) == (quadrant in ("dominant", "dominated"))


def test_money_for_one_citizen_an_arm_or_at_a_negative_price_is_refused() -> None:
    with pytest.raises(DataError, match="an arm has 1 citizens"):
        money(people().assign(treated=lambda f: f.index == 0))
    with pytest.raises(DataError, match="threshold"):
        money(people(), -1.0)
    with pytest.raises(DataError, match="one value only"):
        money(people().assign(g=1), groups="g")


def test_what_the_payers_bear_adds_up_to_the_services_whatever_is_transferred() -> None:
    services = pd.DataFrame({"payer": ["region", "municipality", "region"], "amount_oere": [100_001, 50_050, -1]})
    transfers = pd.DataFrame({"payer_from": ["municipality", "state"], "payer_to": ["region", "region"], "amount_oere": [30_000, 5_000]})
    found = check(estimates.payer_ledger(services, transfers))
    table = found.payers.set_index("payer")
    assert found.total == 1500.50 == pytest.approx(table["borne"].sum()) and found.transferred == 350.0
    assert table["borne"].to_dict() == {"municipality": 800.5, "region": 650.0, "state": 50.0}
    assert table["share"].sum() == pytest.approx(1)
    alone = estimates.payer_ledger(services)
    assert (alone.payers["borne"] == alone.payers["services"]).all() and alone.total == found.total


@pytest.mark.parametrize(
    ("transfers", "said"),
    [
        ({"payer_from": ["a"], "payer_to": ["a"], "amount_dkk": [1.0]}, "the same in 1 rows"),
        ({"payer_from": ["a"], "payer_to": ["b"], "amount_dkk": [-1.0]}, "below 0"),
        ({"payer_from": ["a"], "payer_to": ["b"]}, "lacks the column amount_dkk"),
    ],
)
def test_transfers_that_are_none_are_refused(transfers: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.payer_ledger(pd.DataFrame({"payer": ["a"], "amount_dkk": [1.0]}), pd.DataFrame(transfers))


def test_programme_money_is_shared_by_citizens_and_years_and_a_grant_counts_once() -> None:
    grants = pd.DataFrame({"funding_id": [1, 2], "dkk": [600_000.0, 300_000.0]})
    found = check(estimates.programme_cost_per_citizen(grants, citizens=1500, years=3))
    assert (found.value, found.low, found.scale, found.claim) == (200.0, None, "mean", "descriptive")
    with pytest.raises(DataError, match="repeat a funding_id"):
        estimates.programme_cost_per_citizen(grants.assign(funding_id=1), citizens=1500)
    with pytest.raises(DataError, match="above 0"):
        estimates.programme_cost_per_citizen(grants, citizens=0)


SECTORS = ["hospital", "practice", "home"]


def test_shares_do_not_depend_on_which_sector_comes_first_and_are_means_without_covariates() -> None:
    frame = people()
    found = check(estimates.service_mix(frame, sectors=SECTORS, treated="treated"))
    other = estimates.service_mix(frame, sectors=SECTORS[::-1], treated="treated").shares.set_index("sector")
    assert_allclose(found.shares.set_index("sector").loc[SECTORS, ["treated", "se"]], other.loc[SECTORS, ["treated", "se"]], rtol=1e-7)
    used = frame[frame[SECTORS].sum(axis=1) > 0]
    share = used[SECTORS].div(used[SECTORS].sum(axis=1), axis=0)
    assert_allclose(found.shares["treated"], share[used["treated"]].mean(), rtol=1e-8)
    assert sum(estimate.value for estimate in found.differences.values()) == pytest.approx(0, abs=1e-12)


def test_log_ratios_keep_distances_and_forget_the_total() -> None:
    frame = people()[SECTORS] + 1
    plain, scaled = (check(estimates.log_ratios(f, sectors=SECTORS)) for f in (frame, frame.mul(np.arange(1, 241), axis=0)))
    assert_allclose(plain, scaled, atol=1e-12)
    centred = np.log(frame).sub(np.log(frame).mean(axis=1), axis=0)
    assert np.linalg.norm(plain.iloc[0] - plain.iloc[1]) == pytest.approx(np.linalg.norm(centred.iloc[0] - centred.iloc[1]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"home": 0.0}, "never used"),
        ({name: 0.0 for name in SECTORS}, "Nobody uses"),
        ({"treated": False}, "nobody to compare with"),
        ({"home": -1.0}, "below 0"),
        ({"home": lambda f: np.where(f["treated"], f["home"], 0.0)}, "no answer"),
    ],
)
def test_a_mix_that_is_none_is_refused(change: dict, said: str) -> None:
    with pytest.raises(DataError, match=said):
        estimates.service_mix(people().assign(**change), sectors=SECTORS, treated="treated")
    with pytest.raises(DataError, match="not above 0"):
        estimates.log_ratios(people().assign(home=0.0), sectors=SECTORS)


def substitution(frame: pd.DataFrame) -> estimates.Estimate:
    return check(estimates.substitution_ratio(frame, less="hospital", more="home", treated="treated"))


def test_substitution_is_the_extra_of_one_for_each_unit_saved_of_the_other() -> None:
    frame = people().assign(hospital=lambda f: f["hospital"] + 300 * ~f["treated"], home=lambda f: f["home"] + 60 * f["treated"])
    found = substitution(frame)
    gap = frame.groupby("treated")[["hospital", "home"]].mean().diff().loc[True]
    assert found.value == pytest.approx(gap["home"] / -gap["hospital"])
    hours = substitution(frame.assign(home=frame["home"] / 60))
    assert (hours.value, hours.high) == (pytest.approx(found.value / 60), pytest.approx(found.high / 60))


def test_where_nothing_is_clearly_saved_there_is_no_interval_and_it_says_so() -> None:
    unclear = substitution(people())
    assert (unclear.low, unclear.high) == (None, None) and "interval_unbounded" in unclear.cautions
    none = substitution(people().assign(hospital=1.0))
    assert none.value is None and "nothing_saved" in none.cautions

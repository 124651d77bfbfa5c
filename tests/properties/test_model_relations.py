"""Relations of marginal and mixed models, costs, value for money, time to event and states of health that hold whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from effekt import estimates
from effekt.estimates.payers import payer_ledger
from tests.properties.relations import FILTERS, close, relation, scales, seeds, shuffled

pytestmark = pytest.mark.filterwarnings(*FILTERS)
shifts = st.floats(-50, 50)


def waves(seed: int) -> pd.DataFrame:
    """Twelve citizens at three waves."""
    rng, who = np.random.default_rng(seed), np.repeat(np.arange(12), 3)
    frame = pd.DataFrame({"who": who, "wave": np.tile([0.0, 1, 2], 12), "treated": who % 2, "years": rng.uniform(0.3, 1, 36)})
    own = rng.normal(0, 1, 12)[who]
    return frame.assign(y=own + 0.3 * frame["wave"] + rng.normal(size=36), stays=rng.poisson(np.exp(0.4 + 0.3 * own)))


LEVEL = {"outcome": "y", "covariates": ["treated", "wave"], "groups": "who"}
COUNT = {"outcome": "stays", "covariates": ["treated", "wave"], "groups": "who", "family": "poisson", "exposure": "years"}
structures = st.sampled_from(["independence", "exchangeable", "ar1"])


@relation(seeds, structures, scales, shifts)
def test_a_marginal_model_moves_with_its_unit_and_zero_and_turns_with_its_arms(seed: int, structure: str, scale: float, shift: float) -> None:
    frame, options = waves(seed), {**LEVEL, "family": "gaussian", "structure": structure, "time": "wave"}
    other = frame.assign(y=frame["y"] * scale + shift, treated=1 - frame["treated"], who="w" + frame["who"].astype(str))
    one, two = estimates.gee(frame, **options), estimates.gee(shuffled(other, seed), **options)
    first, second = one.coefficients.set_index("name"), two.coefficients.set_index("name")
    close(first.loc[["treated", "wave"], "estimate"] * [-scale, scale], second.loc[["treated", "wave"], "estimate"], 1e-5)
    close(first.loc[["treated", "wave"], "se"] * scale, second.loc[["treated", "wave"], "se"], 1e-5)
    close([one.correlation, one.dispersion * scale**2], [two.correlation, two.dispersion], 1e-4)


@relation(seeds, st.sampled_from(["independence", "exchangeable"]), scales)
def test_a_marginal_model_of_twice_the_citizens_in_another_unit_of_time(seed: int, structure: str, scale: float) -> None:
    frame = waves(seed)
    twice = pd.concat([frame, frame.assign(who=frame["who"] + 100)], ignore_index=True)
    one, two = (estimates.gee(rows, **COUNT, structure=structure) for rows in (frame, twice.assign(years=twice["years"] * scale)))
    close(one.coefficients["estimate"] - np.log([scale, 1, 1]), two.coefficients["estimate"], 1e-5)
    if structure == "independence":  # the working correlation divides by pairs less parameters, so it moves a little
        close(one.coefficients["se"] / 2**0.5, two.coefficients["se"], 1e-5)


@relation(seeds, st.floats(0.1, 10), shifts)
def test_a_mixed_model_moves_with_its_unit_and_zero_and_its_variances_with_the_square(seed: int, scale: float, shift: float) -> None:
    frame = waves(seed)
    other = shuffled(frame.assign(y=frame["y"] * scale + shift, who=100 - frame["who"]), seed)
    one, two = estimates.mixed(frame, **LEVEL), estimates.mixed(other, **LEVEL)
    close(one.coefficients["estimate"][1:] * scale, two.coefficients["estimate"][1:], 1e-5)
    close(one.coefficients["se"] * scale, two.coefficients["se"], 1e-4)
    np.testing.assert_allclose(two.covariance.to_numpy(), one.covariance.to_numpy() * scale**2, rtol=1e-3, atol=1e-5 * scale**2)
    close(one.residual * scale**2, two.residual, 1e-4)


def bills(seed: int) -> pd.DataFrame:
    rng, n = np.random.default_rng(seed), 40
    frame = pd.DataFrame({"treated": np.arange(n) % 2, "age": rng.normal(80, 5, n).round(1), "qaly": rng.normal(0.6, 0.1, n)})
    some = np.arange(n) % 5 != rng.integers(0, 5)
    return frame.assign(cost=np.where(some, rng.gamma(2, 5_000, n), 0.0), saved=rng.gamma(2, 3, n))


MODELS = {"one": estimates.one_part_cost, "two": estimates.two_part_cost}
BILL = {"cost": "cost", "treated": "treated", "covariates": ["age"]}


@relation(seeds, st.sampled_from(list(MODELS)), st.sampled_from(["model", "robust"]), scales)
def test_costs_of_a_model_in_oere_scale_and_their_ratio_stays(seed: int, parts: str, errors: str, scale: float) -> None:
    frame = bills(seed)
    one, two = (MODELS[parts](rows, **BILL, errors=errors) for rows in (frame, shuffled(frame.assign(cost=frame["cost"] * scale), seed)))
    close(one.means[["estimate", "se"]] * scale, two.means[["estimate", "se"]], 1e-5)
    close([one.marginal_effect.value * scale, one.marginal_effect.se * scale], [two.marginal_effect.value, two.marginal_effect.se], 1e-5)
    close([one.ratio.value, one.ratio.se, one.park.exponent], [two.ratio.value, two.ratio.se, two.park.exponent], 1e-5)


@relation(seeds, st.sampled_from(list(MODELS)), shifts)
def test_costs_of_a_model_with_the_arms_swapped_are_turned(seed: int, parts: str, shift: float) -> None:
    frame = bills(seed)
    one, two = (MODELS[parts](rows, **BILL) for rows in (frame, frame.assign(treated=1 - frame["treated"], age=frame["age"] + shift)))
    close(one.means["estimate"][::-1], two.means["estimate"], 1e-6)
    close([one.marginal_effect.value, one.marginal_effect.se], [-two.marginal_effect.value, two.marginal_effect.se], 1e-5)
    close(one.ratio.value, 1 / two.ratio.value, 1e-6)


@relation(seeds, st.floats(0, 1e6), scales)
def test_the_net_benefit_is_the_priced_gain_less_the_cost_turns_and_scales(seed: int, threshold: float, scale: float) -> None:
    frame, options = bills(seed), {"cost": "cost", "effect": "qaly", "treated": "treated"}
    one = estimates.net_monetary_benefit(frame, **options, threshold=threshold)
    turned = estimates.net_monetary_benefit(frame.assign(treated=1 - frame["treated"]), **options, threshold=threshold)
    oere = estimates.net_monetary_benefit(shuffled(frame.assign(cost=frame["cost"] * scale), seed), **options, threshold=threshold * scale)
    close(threshold * one.gain.value - one.cost.value, one.benefit.value)
    close([one.benefit.value, one.benefit.se, one.probability], [-turned.benefit.value, turned.benefit.se, 1 - turned.probability], 1e-7)
    close([one.benefit.value * scale, one.benefit.se * scale, one.probability], [oere.benefit.value, oere.benefit.se, oere.probability], 1e-7)


@relation(seeds, scales, scales)
def test_a_substitution_is_told_in_the_units_of_both_services(seed: int, less: float, more: float) -> None:
    frame = bills(seed)
    options = {"less": "cost", "more": "saved", "treated": "treated"}
    one = estimates.substitution_ratio(frame, **options)
    other = estimates.substitution_ratio(frame.assign(cost=frame["cost"] * less, saved=frame["saved"] * more), **options)
    turned = estimates.substitution_ratio(shuffled(frame.assign(treated=1 - frame["treated"]), seed), **options)
    close([one.value * more / less, one.value], [other.value, turned.value], 1e-7)
    assert (one.low is None) == (other.low is None) == (turned.low is None)
    if one.low is not None:
        close([one.low * more / less, one.high * more / less, one.low], [other.low, other.high, turned.low], 1e-6)


@relation(st.lists(st.tuples(st.sampled_from("rms"), st.integers(-500, 9_000)), min_size=1, max_size=8), st.lists(st.integers(0, 900), max_size=5))
def test_a_transfer_between_payers_never_changes_what_all_of_them_bear(services: list, transfers: list) -> None:
    frame = pd.DataFrame(services, columns=["payer", "amount_oere"])
    moved = pd.DataFrame({"payer_from": "m", "payer_to": "r", "amount_oere": transfers})
    plain, after = payer_ledger(frame), payer_ledger(frame, moved)
    close([plain.total, plain.total], [after.total, after.payers["borne"].sum()])
    assert after.transferred == pytest.approx(sum(transfers) / 100)


def histories(seed: int) -> pd.DataFrame:
    rng, n = np.random.default_rng(seed), 24
    event = rng.permuted(np.tile([[0, 1, 1, 2], [0, 1, 1, 2]], (1, 3)), axis=1).T.ravel()  # both arms have events
    frame = pd.DataFrame({"citizen_id": np.arange(n), "entry": 0.0, "exit": rng.integers(2, 40, n) * 2.0, "event": event})
    return frame.assign(treated=np.arange(n) % 2, age=rng.normal(80, 5, n).round(1))


def cut(spells: pd.DataFrame, share: float) -> pd.DataFrame:
    """Every spell as two that adjoin, the event in the second."""
    middle = spells["exit"] * share
    return pd.concat([spells.assign(exit=middle, event=0), spells.assign(entry=middle)], ignore_index=True)


@relation(seeds, st.floats(0.05, 0.95), st.sampled_from(["jackknife", "aalen"]))
def test_an_incidence_does_not_depend_on_how_a_citizens_time_is_cut(seed: int, share: float, variance: str) -> None:
    frame, options = histories(seed), {"at": [5, 21, 37], "variance": variance}
    options["at"] = [time for time in options["at"] if time <= frame["exit"].max()]
    one, two = (estimates.cumulative_incidence(rows, **options) for rows in (frame, shuffled(cut(frame, share), seed)))
    close(one, two)


@relation(seeds)
def test_incidences_of_twice_the_citizens_have_errors_smaller_by_the_root_of_two(seed: int) -> None:
    frame = histories(seed)
    twice, at = pd.concat([frame, frame.assign(citizen_id=frame["citizen_id"] + 100)]), [time for time in (5, 21, 37) if time <= frame["exit"].max()]
    one, two = (estimates.cumulative_incidence(rows, at=at) for rows in (frame, twice))
    close(one[["estimate", "se", "at_risk"]] * [1, 0.5**0.5, 2], two[["estimate", "se", "at_risk"]])
    alive, alive_twice = (estimates.kaplan_meier(rows.assign(event=rows["event"] == 1), at=at) for rows in (frame, twice))
    close(alive[["estimate", "se"]] * [1, 0.5**0.5], alive_twice[["estimate", "se"]])


@relation(seeds, st.floats(0.05, 0.95), st.integers(1, 60))
def test_recurrent_events_do_not_depend_on_how_time_is_cut_or_counted_from(seed: int, share: float, days: int) -> None:
    frame = histories(seed).assign(event=lambda rows: (rows["event"] == 1).astype(int))
    moved = cut(frame, share).assign(entry=lambda rows: rows["entry"] + days, exit=lambda rows: rows["exit"] + days)
    one, two = (estimates.recurrent_events(rows, covariates=["treated", "age"]) for rows in (frame, shuffled(moved, seed)))
    close(one[["coefficient", "se_naive", "se_robust"]], two[["coefficient", "se_naive", "se_robust"]], 1e-6)


@relation(seeds, st.integers(-300, 300), st.integers(1, 29))
def test_days_at_home_do_not_depend_on_how_a_stay_is_cut_or_on_the_week_it_all_began(seed: int, weeks: int, day: int) -> None:
    rng, first, n = np.random.default_rng(seed), pd.Timestamp("2014-01-06"), 12
    persons = pd.DataFrame({"citizen_id": np.arange(n), "start": first, "treated": np.arange(n) % 2})
    persons["death"] = (first + pd.to_timedelta(rng.integers(1, 90, n), unit="D")).where(rng.random(n) < 0.4)
    away = pd.DataFrame({"citizen_id": rng.integers(0, n, 20), "start": first + pd.to_timedelta(rng.integers(-20, 40, 20), unit="D")})
    away["end"] = away["start"] + pd.to_timedelta(rng.integers(0, 30, 20), unit="D")
    middle = (away["start"] + pd.Timedelta(days=day)).clip(upper=away["end"])
    parts, by = pd.concat([away.assign(end=middle), away.assign(start=middle)]), pd.Timedelta(weeks=weeks)
    moved = persons.assign(start=persons["start"] + by, death=persons["death"] + by)
    parts = shuffled(parts.assign(start=parts["start"] + by, end=parts["end"] + by), seed)
    one, two = estimates.days_alive_at_home(persons, away, days=60), estimates.days_alive_at_home(moved, parts, days=60)
    close(one.by_citizen, two.by_citizen)
    close([one.mean.value, one.difference.value, one.difference.se], [two.mean.value, two.difference.value, two.difference.se])
    assert (one.by_citizen[["home", "away", "dead"]].sum(axis=1) == 60).all()


@relation(st.sampled_from(["3L", "5L"]), st.lists(st.integers(1, 5), min_size=5, max_size=5), st.integers(0, 4))
def test_a_worse_answer_never_makes_a_better_state_of_health(version: str, state: list[int], dimension: int) -> None:
    highest = int(version[0])
    state = [min(answer, highest) for answer in state]
    worse = [min(answer + (place == dimension), highest) for place, answer in enumerate(state)]
    one, other = estimates.eq5d([state, worse], version=version)
    assert other <= one <= 1 and (one == 1) == (state == [1] * 5)


@relation(seeds, st.floats(0.1, 10), shifts)
def test_a_moderator_is_told_in_its_own_unit_and_leaves_the_rest(seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"unit": np.arange(7), "estimate": rng.normal(-0.2, 0.3, 7), "se": rng.uniform(0.1, 0.3, 7), "size": rng.normal(5, 2, 7)})
    other = shuffled(frame.assign(size=frame["size"] * scale + shift), seed)
    one, two = (estimates.meta_regression(rows, covariates=["size"], tau2="DL") for rows in (frame, other))
    close(one.coefficients["estimate"][1] / scale, two.coefficients["estimate"][1], 1e-6)
    close([one.tau2, one.q, one.qm_p], [two.tau2, two.q, two.qm_p], 1e-6)

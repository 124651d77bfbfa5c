"""Relations of the estimators for practices, scores, spells and charts that hold whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from effekt import estimates
from tests.properties.relations import FILTERS, close, relation, seeds, shuffled

pytestmark = pytest.mark.filterwarnings(*FILTERS)
levels = st.floats(0.5, 0.999)


def practices(seed: int, units: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    expected = rng.uniform(3, 60, units)
    observed = rng.poisson(expected * rng.gamma(8, 1 / 8, units)) + 1
    names = [f"u{place:02d}" for place in range(units)]
    return pd.DataFrame({"unit": names, "observed": observed, "expected": expected, "n": observed + rng.integers(1, 99, units)})


def spells(seed: int, citizens: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "citizen_id": rng.permutation(citizens), "entry": 0.0, "exit": np.ceil(rng.exponential(40, citizens)) + 1,
            "event": rng.integers(0, 3, citizens), "treated": np.arange(citizens) % 2, "age": rng.normal(80, 5, citizens),
        }
    )  # fmt: skip


@relation(st.lists(st.floats(0, 1), min_size=1, max_size=20), seeds)
def test_adjusted_p_values_follow_their_hypotheses_and_lie_between_raw_and_bonferroni(p: list[float], seed: int) -> None:
    adjusted, order = estimates.benjamini_hochberg(p), np.random.default_rng(seed).permutation(len(p))
    close(adjusted[order], estimates.benjamini_hochberg(np.array(p)[order]))
    assert (adjusted >= np.array(p) - 1e-15).all() and (adjusted <= np.minimum(len(p) * np.array(p), 1) + 1e-12).all()


@relation(st.floats(0.01, 100), st.floats(0.05, 0.99), st.floats(1.01, 20))
def test_the_evalue_of_a_ratio_is_that_of_its_inverse(ratio: float, below: float, above: float) -> None:
    close(estimates.evalue(ratio, ratio * below, ratio * above), estimates.evalue(1 / ratio, 1 / (ratio * above), 1 / (ratio * below)))


@relation(st.integers(1, 500), st.floats(0, 1), levels)
def test_the_share_without_is_the_mirror_of_the_share_with(n: int, part: float, level: float) -> None:
    events = round(n * part)
    one, other = estimates.wilson(events, n, level=level), estimates.wilson(n - events, n, level=level)
    close((one.value, one.low, one.high), (1 - other.value, 1 - other.high, 1 - other.low))
    assert 0 <= one.low <= one.value <= one.high <= 1


@relation(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.floats(0, 1))
def test_swapping_two_groups_turns_the_sign_of_their_difference(n: int, m: int, a: float, b: float) -> None:
    one, other = estimates.share_difference(round(n * a), n, round(m * b), m), estimates.share_difference(round(m * b), m, round(n * a), n)
    close((one.value, one.low, one.high), (-other.value, -other.high, -other.low))
    assert -1 <= one.low <= one.value <= one.high <= 1


@relation(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40))
def test_agreement_does_not_depend_on_who_is_first_or_on_the_names_of_the_categories(pairs: list[tuple[int, int]]) -> None:
    cases = pd.DataFrame(pairs, columns=["first", "second"])
    swapped, renamed = cases.rename(columns={"first": "second", "second": "first"}), cases.replace({0: "z", 1: "a", 2: "m"})
    for method in (estimates.kappa, estimates.gwet_ac1):
        found = [method(frame) for frame in (cases, swapped, renamed)]
        assert len({one.value is None for one in found}) == 1
        if found[0].value is not None:
            close([found[0].value] * 2, [one.value for one in found[1:]])
            close([found[0].se or 0] * 2, [one.se or 0 for one in found[1:]], 1e-6)


@relation(seeds, st.floats(0.1, 1000), st.floats(-1000, 1000))
def test_a_chart_moves_with_its_unit_and_its_zero(seed: int, factor: float, shift: float) -> None:
    values = np.random.default_rng(seed).normal(50, 5, 25).round(1)
    one, other = estimates.xmr(values), estimates.xmr(values * factor + shift)
    close(np.array([one.centre, one.low, one.high]) * factor + shift, [other.centre, other.low, other.high], 1e-6)
    assert one.signals[one.signals["rule"] == "beyond_limits"].equals(other.signals[other.signals["rule"] == "beyond_limits"])


@relation(seeds)
def test_four_times_the_citizens_halve_the_limits_of_a_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(500, 900, 15)
    events = rng.binomial(n, 0.3)
    one, other = estimates.p_chart(events, n), estimates.p_chart(events * 4, n * 4)
    close((one.high - one.centre) / 2, other.high - other.centre)
    close(estimates.laney_p(events, n).high, estimates.laney_p(events * 4, n * 4).high)


@relation(seeds, st.floats(0.01, 1e6))
def test_the_size_of_the_standard_population_does_not_matter_and_its_rates_scale(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    counts, people, standard = rng.poisson(5, 4), rng.uniform(50, 500, 4), rng.uniform(1, 9, 4)
    one, other = (estimates.standardise_direct(counts, people, weights) for weights in (standard, standard * factor))
    close((one.value, one.low, one.high), (other.value, other.low, other.high))
    rates = rng.uniform(0.01, 0.1, 4)
    ratio, changed = (estimates.standardise_indirect(counts, people, given) for given in (rates, rates * factor))
    close((ratio.value, ratio.low, ratio.high), np.array([changed.value, changed.low, changed.high]) * factor)


@relation(seeds)
def test_two_bands_with_one_rate_may_be_joined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts, people, rates = rng.poisson(6, 3), rng.uniform(50, 500, 3), rng.uniform(0.01, 0.1, 3)
    cut = rng.uniform(0.1, 0.9)
    split = np.array([people[0] * cut, people[0] * (1 - cut), *people[1:]])
    one = estimates.standardise_indirect(int(counts.sum()), people, rates)
    other = estimates.standardise_indirect(int(counts.sum()), split, [rates[0], *rates])
    close((one.value, one.low, one.high, one.p), (other.value, other.low, other.high, other.p))


@relation(seeds, st.sampled_from(["none", "truncate", "winsorise"]))
def test_funnels_do_not_depend_on_order_or_names(seed: int, how: str) -> None:
    frame = practices(seed)
    mixed = shuffled(frame, seed).assign(unit=lambda rows: "z" + rows["unit"])
    one, other = estimates.funnel(frame, overdispersion=how), estimates.funnel(mixed, overdispersion=how)
    close((one.phi, one.tau2), (other.phi, other.tau2))
    close(one.limits["high_95"], other.limits["high_95"])
    assert (one.limits["low_998"] <= one.limits["low_95"]).all() and (one.limits["high_95"] <= one.limits["high_998"]).all()


@relation(seeds)
def test_a_unit_is_never_drawn_beyond_the_common_ratio(seed: int) -> None:
    found = estimates.shrink(practices(seed, units=5))
    units = found.units
    assert ((units["shrunk"] - found.mean) * (units["ratio"] - found.mean) >= -1e-12).all()
    assert ((units["shrunk"] - found.mean).abs() <= (units["ratio"] - found.mean).abs() + 1e-12).all()
    assert units["reliability"].between(0, 1).all()


@relation(seeds, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter_and_nobody_is_lost(seed: int, factor: float) -> None:
    frame = spells(seed)
    at = float(frame["exit"].median())
    scaled = frame.assign(exit=frame["exit"] * factor)
    parts = [estimates.cumulative_incidence(frame, at=at, event=event).iloc[0] for event in (1, 2)]
    again = [estimates.cumulative_incidence(scaled, at=at * factor, event=event).iloc[0] for event in (1, 2)]
    close([part["estimate"] for part in parts], [part["estimate"] for part in again])
    either = frame.assign(event=(frame["event"] > 0).astype(int))
    if parts[0]["at_risk"] > 0:
        close(estimates.kaplan_meier(either, at=at)["estimate"].iloc[0], 1 - sum(part["estimate"] for part in parts))


@relation(seeds, st.floats(-50, 50), st.floats(0.1, 10))
def test_a_ratio_of_rates_does_not_depend_on_the_zero_or_the_unit_of_a_covariate(seed: int, shift: float, factor: float) -> None:
    frame = spells(seed).assign(event=lambda rows: (rows["event"] == 1).astype(int))
    one = estimates.recurrent_events(frame, covariates=["treated", "age"])
    other = estimates.recurrent_events(frame.assign(age=frame["age"] * factor + shift, treated=1 - frame["treated"]), covariates=["treated", "age"])
    close(one["coefficient"] * [-1, 1 / factor], other["coefficient"], 1e-6)
    close(one["se_robust"] * [1, 1 / factor], other["se_robust"], 1e-6)


@relation(seeds, st.floats(-10, 10), st.floats(0.1, 10))
def test_a_difference_of_scores_does_not_depend_on_the_zero_of_the_scale_and_moves_with_its_unit(seed: int, shift: float, factor: float) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(0, 1, 30)
    frame = pd.DataFrame({"before": before, "post": before + rng.normal(0, 1, 30), "treated": np.arange(30) % 2})
    options = {"post": "post", "baseline": "before", "group": "treated"}
    one = estimates.ancova(frame, **options).effect
    other = estimates.ancova(frame.assign(before=before + shift, post=frame["post"] * factor + shift), **options).effect
    swapped = estimates.ancova(frame.assign(treated=1 - frame["treated"]), **options).effect
    close(np.array([one.value, one.low, one.high]) * factor, [other.value, other.low, other.high], 1e-7)
    close((one.value, one.p), (-swapped.value, swapped.p), 1e-7)


SCORES = pd.DataFrame({"post": [0.5, 0.7, 0.6, 0.9, 0.4], "before": [0.4, 0.7, 0.5, 0.6, 0.5], "treated": [0, 1, 0, 1, 1]})
CASES = pd.DataFrame({"first": [0, 1, 0, 1, 1, 0, 1] * 4, "second": [0, 1, 1, 1, 0, 0, 1] * 4})
HOMES = pd.DataFrame({"citizen_id": range(4), "start": pd.Timestamp("2014-01-01"), "death": pd.to_datetime([None, "2014-01-05", None, "2014-01-20"])})
AWAY = pd.DataFrame({"citizen_id": [0], "start": pd.to_datetime(["2014-01-02"]), "end": pd.to_datetime(["2014-01-09"])})
INTERVALS = {
    "wilson": lambda level: estimates.wilson(4, 9, level=level),
    "shares": lambda level: estimates.share_difference(4, 9, 2, 8, level=level),
    "kappa": lambda level: estimates.kappa(CASES, level=level),
    "ac1": lambda level: estimates.gwet_ac1(CASES, level=level),
    "component": lambda level: estimates.systematic_component(practices(1), level=level),
    "odds": lambda level: estimates.median_odds_ratio(practices(1), level=level),
    "difference": lambda level: estimates.incidence_difference(spells(1), at=30, level=level),
    "home": lambda level: estimates.days_alive_at_home(HOMES, AWAY, days=30, level=level).mean,
    "covariance": lambda level: estimates.ancova(SCORES, post="post", baseline="before", group="treated", level=level).effect,
    "incidence": lambda level: estimates.cumulative_incidence(spells(1), at=30, level=level).iloc[0],
    "shrunk": lambda level: estimates.shrink(practices(1), level=level).units.iloc[0],
    "better": lambda level: estimates.responder_share(SCORES, post="post", baseline="before", important=0.05, level=level).shares.iloc[0],
}


@pytest.mark.parametrize("call", INTERVALS.values(), ids=INTERVALS.keys())
def test_a_higher_level_widens_the_interval_and_leaves_the_value(call) -> None:
    narrow, wide = call(0.8), call(0.95)
    value = next(getattr(narrow, name) for name in ("value", "estimate", "shrunk", "share") if hasattr(narrow, name))
    assert wide.low < narrow.low < value < narrow.high < wide.high
    assert value == next(getattr(wide, name) for name in ("value", "estimate", "shrunk", "share") if hasattr(wide, name))


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_symmetric_intervals_reach_as_far_as_the_normal_quantile_says(level: float) -> None:
    quantile = {0.8: 1.2815515655446004, 0.95: 1.959963984540054}[level]
    for name in ("component", "difference", "home", "kappa"):
        found = INTERVALS[name](level)
        close(found.value - quantile * found.se, found.low)
        close(found.value + quantile * found.se, found.high)

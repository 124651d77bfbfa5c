"""The table of the degenerate-input matrix: one `Entry` a public estimator; a new one without fails test_degenerate_matrix.py."""

from __future__ import annotations

import pandas as pd

from effekt import estimates as e
from tests import degenerate as d
from tests.degenerate import Entry
from tests.properties.estimate_frames import MONTHS, START

QUICK = {"replicates": 100}
SINGLE = "it takes single numbers, not a frame"
NOTHING = {"empty": "an answer for each of no values is no value"}
CONTROLLED = {"start": START, "min_events": 1, "min_citizens": 1}
MONEY = {"needed": ("cost", "treated"), "numbers": ("cost",), "outcome": "cost", "arm": "treated"}
VALUE = {"needed": ("cost", "effect", "treated"), "numbers": ("cost", "effect"), "outcome": "effect", "arm": "treated", "cluster": "municipality"}
CITIZEN_PERIOD = {"needed": ("events", "exposure"), "numbers": ("events", "exposure"), "outcome": "events", "exposure": "exposure"}
COST_PERIOD = {"needed": ("cost_dkk", "exposure"), "numbers": ("cost_dkk", "exposure"), "outcome": "cost_dkk", "exposure": "exposure"}
PANEL = {
    "needed": ("unit", "month", "events", "exposure", "start"), "numbers": ("events", "exposure"), "outcome": "events", "unit": "unit",
    "month": "month", "exposure": "exposure", "start": "start",
}  # fmt: skip
SPELL = {"needed": ("citizen_id", "entry", "exit", "event"), "numbers": ("entry", "exit", "event"), "outcome": "event", "exposure": "exit"}
EFFECT = {"needed": ("unit", "estimate", "se"), "numbers": ("estimate", "se"), "unit": "unit", "exposure": "se"}
PRACTICE = {"needed": ("unit", "observed", "expected"), "numbers": ("observed", "expected"), "outcome": "observed", "unit": "unit",
    "exposure": "expected"}
CHART = {"needed": (), "numbers": ("events", "n"), "outcome": "events", "exposure": "n"}


def flat(frame: pd.DataFrame, *columns: str) -> list[float]:
    """The first value of each column: single numbers."""
    return [frame[column].iloc[0] for column in columns]


def controls(frame: pd.DataFrame) -> list[e.Estimate]:
    """One estimate of negative controls an outcome."""
    return [e.rate_ratio(frame).named(outcome=f"o{k}", unit="x") for k in range(3)]


def pooled(frame: pd.DataFrame) -> e.Pooled:
    """The pooled effect of a frame."""
    return e.pool(frame)


ENTRIES: dict[str, Entry] = {
    "acceptability_curve": Entry(lambda f: e.acceptability_curve(f, cost="cost", effect="effect", treated="treated", thresholds=[0, 1e5]),
        d.people, **VALUE),
    "ancova": Entry(
        lambda f: e.ancova(f, post="post", baseline="before", group="treated"), d.people, ("post", "before", "treated"), ("post",
            "before"), "post", "treated"
    ),
    "balance_weights": Entry(
        lambda f: e.balance_weights(f, treated="treated", covariates=["age", "before"]), d.people, ("treated", "age", "before"), ("age",
            "before"), arm="treated"
    ),
    "benjamini_hochberg": Entry(lambda f: e.benjamini_hochberg(f["rate"]), d.counts, (), ("rate",), outcome="rate", passed=NOTHING),
    "bootstrap_mean_difference": Entry(lambda f: e.bootstrap_mean_difference(f, value="cost", seed=1, **QUICK), d.people, **MONEY),
    "c_chart": Entry(lambda f: e.c_chart(f["events"]), d.counts, (), ("events",), outcome="events"),
    "check_exposed_time": Entry(
        lambda f: e.check_exposed_time(f, start="entry", treated="event", enrolled="enrolled"),
        lambda: d.person_time().assign(event=0), ("entry", "event", "enrolled"), ("entry",),
    ),
    "controlled_time_series": Entry(
        lambda f: e.controlled_time_series(f, **CONTROLLED), d.months, ("citizen_id", "unit", "month", "events", "exposure", "treated"),
        ("events", "exposure"), "events", "treated", "unit", "unit", "month", "exposure",
        passed={"constant": "one event a month is a rate like any other, and the design is as good as before"},
    ),
    "cost_difference": Entry(lambda f: e.cost_difference(f), d.periods, arm="treated", **COST_PERIOD),
    "cost_ratio": Entry(lambda f: e.cost_ratio(f), d.periods, arm="treated", **COST_PERIOD),
    "cumulative_incidence": Entry(lambda f: e.cumulative_incidence(f, at=[0.1]), d.spells, **SPELL),
    "days_alive_at_home": Entry(
        lambda f: e.days_alive_at_home(f, d.AWAY, days=30), d.homes, ("citizen_id", "start", "death"), ("start",), arm="treated",
        passed={"infinite": "a date cannot be infinite"},
    ),
    "difference_in_differences": Entry(lambda f: e.difference_in_differences(f), d.panel, cluster="cluster", **PANEL),
    "eq5d": Entry(lambda f: e.eq5d(f["state"], "5L"), lambda: pd.DataFrame({"state": [11111, 12321, 55555]}), (), ("state",), passed=NOTHING),
    "evalue": Entry(lambda f: e.evalue(f["n"], f["n"], f["n"]), d.counts, (), ("n",), exposure="n", passed=NOTHING),
    "exact_rate_ratio": Entry(lambda f: e.exact_rate_ratio(f["events"].to_numpy()[:2], f["n"].to_numpy()[:2]), d.counts, **CHART),
    "funnel": Entry(lambda f: e.funnel(f), lambda: d.practices().drop(columns="n"), **PRACTICE),
    "gee": Entry(
        lambda f: e.gee(f, outcome="yes", covariates=["treated", "age"], groups="citizen_id", family="binomial"), d.waves,
        ("yes", "treated", "age", "citizen_id"), ("yes", "age"), "yes", "treated", "citizen_id",
    ),
    "gwet_ac1": Entry(lambda f: e.gwet_ac1(f), d.judged, ("first", "second"), (), "first"),
    "holm": Entry(lambda f: e.holm(f["rate"]), d.counts, (), ("rate",), outcome="rate", passed=NOTHING),
    "immortal_time_audit": Entry(
        lambda f: e.immortal_time_audit(f, entry="entry", exit="exit", enrolled="enrolled", event="event"), d.person_time,
        ("entry", "exit", "enrolled", "event"), ("entry", "exit"), "event", exposure="exit",
    ),
    "impute_chained": Entry(
        lambda f: e.impute_chained(f, columns=["post"], auxiliary=["before", "treated"], imputations=2, iterations=1), d.people, ("post", "before"),
        ("before",), "post",
    ),
    "incidence_change": Entry(lambda f: e.incidence_change(f, at=0.1), d.spells, arm="treated", **SPELL),
    "incidence_difference": Entry(lambda f: e.incidence_difference(f, at=0.1), d.spells, arm="treated", **SPELL),
    "interrupted_time_series": Entry(
        lambda f: e.interrupted_time_series(f, start=START), d.series, ("month", "events", "exposure"), ("events", "exposure"), "events",
            month="month",
        exposure="exposure",
    ),
    "item_shares": Entry(lambda f: e.item_shares(f), d.judged, ("item_id", "met"), ("met",), "met", unit="item_id"),
    "kaplan_meier": Entry(lambda f: e.kaplan_meier(f, at=[0.1]), d.spells, **SPELL),
    "kappa": Entry(lambda f: e.kappa(f), d.judged, ("first", "second"), (), "first"),
    "laney_p": Entry(lambda f: e.laney_p(f["events"], f["n"]), d.counts, **CHART),
    "laney_u": Entry(lambda f: e.laney_u(f["events"], f["n"]), d.counts, **CHART),
    "leave_one_out": Entry(lambda f: e.leave_one_out(f), d.effects, **EFFECT),
    "log_ratios": Entry(
        lambda f: e.log_ratios(f, sectors=["hospital", "practice"]), d.people, ("hospital", "practice"), ("hospital", "practice"), exposure="hospital"
    ),
    "mean_cost": Entry(lambda f: e.mean_cost(f), d.periods, **COST_PERIOD),
    "mean_costs": Entry(lambda f: e.mean_costs(f), d.periods, arm="treated", **COST_PERIOD),
    "mean_change": Entry(
        lambda f: e.mean_change(f, outcome="score", covariates=["age"]), d.waves, ("score", "citizen_id", "age"), ("score",), "score", "treated",
    ),
    "median_odds_ratio": Entry(
        lambda f: e.median_odds_ratio(f), d.practices, ("unit", "observed", "n"), ("observed", "n"), "observed", unit="unit", exposure="n"
    ),
    "meta_regression": Entry(
        lambda f: e.meta_regression(f, covariates=["age"]), d.effects, ("unit", "estimate", "se", "age"), ("estimate", "se", "age"),
            unit="unit", exposure="se"
    ),
    "minimum_detectable_effect": Entry(
        lambda f: e.minimum_detectable_effect(citizens=(40, 80), rate=f["rate"].iloc[0], years=(1.0, f["n"].iloc[0]), replicates=20),
        d.counts, (), ("rate", "n"), outcome="rate", exposure="n", passed={"empty": SINGLE},
    ),
    "missing_outcome_bounds": Entry(
        lambda f: e.missing_outcome_bounds(f, outcome="effect", treated="treated", low=-1, high=2), d.people, ("effect", "treated"),
            ("effect",), "effect",
        "treated", passed={"missing": "what is missing is its subject"},
    ),
    "mixed": Entry(
        lambda f: e.mixed(f, outcome="score", covariates=["wave"]), d.waves, ("score", "wave"), ("score", "wave"), "score", unit="citizen_id",
        passed={"text": "a text column is a factor"},
    ),
    "negative_controls": Entry(lambda f: e.negative_controls(controls(f)), d.periods, **CITIZEN_PERIOD),
    "net_monetary_benefit": Entry(lambda f: e.net_monetary_benefit(f, cost="cost", effect="effect", treated="treated", threshold=1e5),
        d.people, **VALUE),
    "one_part_cost": Entry(lambda f: e.one_part_cost(f, cost="cost", treated="treated", covariates=["age"]), d.people, **MONEY),
    "p_chart": Entry(lambda f: e.p_chart(f["events"], f["n"]), d.counts, **CHART),
    "pareto": Entry(lambda f: e.pareto(f, weight="weight"), d.judged, ("phase", "weight"), ("weight",), exposure="weight"),
    "payer_ledger": Entry(lambda f: e.payer_ledger(f), d.money, ("payer", "amount_dkk"), ("amount_dkk",), "amount_dkk"),
    "placebo_dates": Entry(
        lambda f: e.placebo_dates(e.interrupted_time_series, f, start=START, dates=[MONTHS[14]]), d.series, ("month", "events", "exposure"),
        ("events", "exposure"), "events", month="month", exposure="exposure",
    ),
    "pool": Entry(pooled, d.effects, **EFFECT),
    "pool_imputations": Entry(lambda f: e.pool_imputations([e.rate_ratio(f), e.rate_ratio(f)]), d.periods, **CITIZEN_PERIOD),
    "probability_best": Entry(lambda f: e.probability_best(e.pool(f, tau2="DL"), draws=200), d.effects, **EFFECT),
    "probability_better": Entry(lambda f: e.probability_better(pooled(f)), d.effects, **EFFECT),
    "programme_cost_per_citizen": Entry(
        lambda f: e.programme_cost_per_citizen(f[["dkk", "funding_id"]] if "dkk" in f else f, citizens=100), d.money, (), ("dkk",), "dkk"
    ),
    "proportion_change": Entry(
        lambda f: e.proportion_change(f.drop(columns=["treated"]), outcome="yes", covariates=["age"]), d.waves, ("yes", "citizen_id",
            "age"), ("yes", "age"),
        "yes", "after", "citizen_id",
    ),
    "quality_years": Entry(
        lambda f: e.quality_years(f, d.ANSWERS, horizon=1.0), d.survivors, ("citizen_id", "death"), ("death",), arm="treated",
        passed={"missing": "a missing death is a life"},
    ),
    "rate_difference": Entry(lambda f: e.rate_difference(f), d.periods, arm="treated", **CITIZEN_PERIOD),
    "rate_ratio": Entry(lambda f: e.rate_ratio(f), d.periods, arm="treated", **CITIZEN_PERIOD),
    "recurrent_events": Entry(
        lambda f: e.recurrent_events(f, covariates=["treated", "age"]), d.spells, ("citizen_id", "entry", "exit", "event", "treated", "age"),
        ("entry", "exit", "event", "age"), "event", "treated", "citizen_id", exposure="exit",
    ),
    "recurring_findings": Entry(lambda f: e.recurring_findings(f, k=2), d.judged, ("error_type", "cluster_id"), (), cluster="cluster_id"),
    "regression_to_mean": Entry(
        lambda f: e.regression_to_mean(f, enrolled="enrolled", before="stays", after="stays_after"), d.people, ("enrolled", "stays", "stays_after"),
        ("stays", "stays_after"), "stays", "enrolled",
    ),
    "reliability": Entry(lambda f: e.reliability(f), d.effects, **EFFECT),
    "responder_share": Entry(
        lambda f: e.responder_share(f, post="post", baseline="before", important=0.1, group="treated"), d.people, ("post", "before", "treated"),
        ("post", "before"), "post", "treated",
    ),
    "response_gaps": Entry(
        lambda f: e.response_gaps(f, covariates=["age"]), d.waves, ("answered", "age"), ("answered", "age"), "answered",
        passed={"text": "a text column is a factor"},
    ),
    "response_table": Entry(
        lambda f: e.response_table(f, covariates=["age"]), d.waves, ("answered", "treated", "wave", "age"), ("answered", "age"), "answered", "treated"
    ),
    "rollout_test": Entry(lambda f: e.rollout_test(f), d.rollout, **PANEL),
    "selection_drop": Entry(
        lambda f: e.selection_drop(*flat(f, "rate", "n"), 2), d.counts, (), ("rate", "n"), outcome="rate", exposure="n", passed={"empty": SINGLE}
    ),
    "service_mix": Entry(
        lambda f: e.service_mix(f, sectors=["hospital", "practice"], treated="treated"), d.people, ("hospital", "practice", "treated"),
        ("hospital", "practice"), "hospital", "treated",
    ),
    "mix_change": Entry(
        lambda f: e.mix_change(f, sectors=["events", "exposure"]), d.periods,
        ("citizen_id", "events", "exposure", "treated", "after"), ("events", "exposure"), "events", "treated", exposure="exposure",
    ),
    "substitution_of_changes": Entry(
        lambda f: e.substitution_of_changes(f, less="exposure", more="events"), d.periods,
        ("citizen_id", "events", "exposure", "treated", "after"), ("events", "exposure"), "events", "treated", exposure="exposure",
    ),
    "share_difference": Entry(lambda f: e.share_difference(*flat(f, "events", "n"), 3, 10), d.counts, passed={"empty": SINGLE}, **CHART),
    "shared_variance": Entry(
        lambda f: e.shared_variance([e.controlled_time_series(f, **CONTROLLED)] * 2), d.months, ("citizen_id", "month", "events"),
            ("events",), "events",
        "treated", exposure="exposure",
    ),
    "shrink": Entry(lambda f: e.shrink(f), d.practices, **PRACTICE),
    "specification_curve": Entry(
        lambda f: e.specification_curve(e.rate_ratio, f, base={"contrast": "after_before"}, alternatives={"level": [0.9]}), d.periods,
            **CITIZEN_PERIOD
    ),
    "spread_verdict": Entry(lambda f: e.spread_verdict(pooled(f), rule={}), d.effects, **EFFECT),
    "staggered": Entry(lambda f: e.staggered(f, replicates=20), d.panel, **PANEL),
    "standardise_direct": Entry(
        lambda f: e.standardise_direct(f["events"], f["n"], f["standard"]), d.counts, (), ("events", "n", "standard"), "events", exposure="n"
    ),
    "standardise_indirect": Entry(
        lambda f: e.standardise_indirect(f["events"], f["n"], f["rate"]), d.counts, (), ("events", "n", "rate"), "events", exposure="n"
    ),
    "subgroup_effects": Entry(
        lambda f: e.subgroup_effects(e.rate_ratio, f, by=["unit"]), d.periods, ("unit",), (), "events", "treated", "unit", exposure="exposure"
    ),
    "substitution_ratio": Entry(
        lambda f: e.substitution_ratio(f, less="hospital", more="practice", treated="treated"), d.people, ("hospital", "practice", "treated"),
        ("hospital", "practice"), "hospital", "treated",
    ),
    "synthetic_control": Entry(
        lambda f: e.synthetic_control(f, treated="cluster 0", start=MONTHS[8]), d.panel, ("unit", "month", "events", "exposure"),
            ("events", "exposure"),
        "events", unit="unit", month="month", exposure="exposure",
    ),
    "systematic_component": Entry(lambda f: e.systematic_component(f), d.practices, **PRACTICE),
    "top_box": Entry(lambda f: e.top_box(f), d.judged, ("value",), ("value",)),
    "trend_bounds": Entry(lambda f: e.trend_bounds(e.staggered(f, aggregate="event", base="universal", replicates=0)), d.panel, **PANEL),
    "two_part_cost": Entry(lambda f: e.two_part_cost(f, cost="cost", treated="treated", covariates=["age"]), d.people, **MONEY),
    "u_chart": Entry(lambda f: e.u_chart(f["events"], f["n"]), d.counts, **CHART),
    "weighted_difference": Entry(
        lambda f: e.weighted_difference(f, outcome="cost", treated="treated", weights="w"), d.people, ("cost", "treated", "w"), ("cost", "w"), "cost",
        "treated", exposure="w",
    ),
    "weighted_share": Entry(
        lambda f: e.weighted_share(f, outcome="treated", weights="age"), d.people, ("treated", "age"), ("age",), "treated", exposure="age"
    ),
    "wild_cluster_bootstrap": Entry(
        lambda f: e.wild_cluster_bootstrap(f, y="post", x=["treated", "age"], tested="treated", cluster="municipality"), d.people,
        ("post", "treated", "age", "municipality"), ("post", "age"), "post", "treated", cluster="municipality",
        passed={"text": "a text column is a factor"},
    ),
    "wilson": Entry(lambda f: e.wilson(*flat(f, "events", "n")), d.counts, passed={"empty": SINGLE}, **CHART),
    "wilson_limits": Entry(lambda f: e.wilson_limits(f["events"], f["n"]), d.counts, passed=NOTHING, **CHART),
    "with_imputation": Entry(
        lambda f: e.with_imputation(
            f, e.weighted_difference, columns=["post"], auxiliary=["before"], imputations=2, iterations=1, outcome="post",
                treated="treated", weights="w"
        ),
        d.people, ("post", "before", "treated"), ("before",), "post", "treated",
    ),
    "xmr": Entry(lambda f: e.xmr(f["events"]), d.counts, (), ("events",), outcome="events"),
}  # fmt: skip

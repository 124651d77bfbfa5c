"""Every key an estimator may put into an `Estimate` instead of words; the report layer holds one sentence of each in Danish and English.

A key that is not listed here is a fault: `check` refuses it, and a test compares these sets with the sentences.
"""

from __future__ import annotations

from effekt.errors import DataError

Keys = tuple[str, ...]

CONTRASTS = frozenset(
    {
        "",  # a level, compared with nothing
        "after_before",  # the same people's rate after the start against before it
        "programme_comparison",  # the programme's change against the change of an untreated comparison
        "programme_other_effort",  # the programme's change against a comparison that had the same initiative, or may have had
        "programme_forecast",  # what happened against the own trend carried forward
        "early_late",  # units that had started against units that had not yet
        "group_group",  # one group against another at the same time
    }
)

METHODS = frozenset(
    {
        "told_by_initiative",  # an effect that an initiative tells itself; nobody has checked it
        "poisson_by_citizen",  # ratio of events per person-year, log link; errors robust by citizen
        "difference_by_citizen",  # difference of events per person-year; errors robust by citizen
        "poisson_counts",  # ratio of two counts per exposure, Wald interval on the log scale, counts taken as Poisson
        "exact_minimum_likelihood",  # exact conditional interval (central); p sums the outcomes that are no more likely than the one seen
        "exact_doubling",  # exact conditional interval (central); p is twice the smaller tail
        "quasi_poisson_time_series",  # interrupted time series, quasi-Poisson with trend and season
        "controlled_time_series",  # Poisson with unit and month effects, step and slope of the programme; errors robust by citizen
        "did_linear_cr2",  # two-way fixed effects, linear; CR2 errors, Satterthwaite degrees of freedom
        "did_poisson_cr2",  # two-way fixed effects, Poisson; CR2 errors, Satterthwaite degrees of freedom
        "rollout_order_difference",  # exact test over roll-out orders, difference of rates
        "rollout_order_ratio",  # exact test over roll-out orders, ratio of rates
        "mean_by_citizen",  # cost per person-year, exposure-weighted; errors robust by citizen
        "cost_ratio_glm",  # ratio of mean costs, log link, family by the modified Park test; errors robust by citizen
        "cost_difference",  # difference of mean costs per person-year; errors robust by citizen
        "bootstrap_percentile",  # citizens (or units) drawn again, percentile interval
        "bootstrap_bca",  # citizens (or units) drawn again, bias-corrected and accelerated interval
        "pool_ee_z", "pool_dl_z", "pool_pm_z", "pool_reml_z", "pool_ml_z", "pool_sj_z",  # pooled, normal interval
        "pool_ee_hksj", "pool_dl_hksj", "pool_pm_hksj", "pool_reml_hksj", "pool_ml_hksj", "pool_sj_hksj",  # Hartung-Knapp-Sidik-Jonkman, t(k-1)
        "weighted_difference",  # difference of weighted means, weights taken as known, HC0 errors
        "weighted_difference_fitted",  # the same, errors allow for the weights having been fitted
        "wilson",  # a share, Wilson's score interval
        "newcombe",  # difference of two shares, Newcombe's interval from two Wilson intervals
        "cohen_kappa",  # agreement beyond chance of two auditors
        "gwet_ac1",  # agreement beyond chance, steady where nearly all cases fall in one category
        "incidence_difference",  # difference of two cumulative incidences with death as a competing event
        "incidence_change",  # change of a cumulative incidence with death as a competing event; errors robust by citizen
        "days_at_home",  # mean days alive and at home in a window
        "direct_gamma",  # directly standardised rate, gamma interval
        "indirect_exact",  # seen over expected events, exact Poisson interval
        "systematic_component",  # systematic component of variation between units
        "median_odds_ratio",  # median odds ratio of a random-intercept logistic model
        "ancova",  # difference of scores afterwards between two groups with the same score before
        "callaway_santanna",  # cohort and period effects against units that had not started, averaged; influence-function errors
        "synthetic_control",  # weighted mean of untreated units fitted to the outcome before the start; p by placebos in space
        "one_part_cost",  # mean costs by arm from one model with log link, everything else held as it is
        "two_part_cost",  # logit for any cost and a cost model among those with one; mean costs by arm, everything else held as it is
        "net_monetary_benefit",  # effect gain priced at a threshold, minus extra cost; citizens independent or by group
        "substitution_ratio",  # units of one service per unit saved of another; interval by Fieller's theorem
        "andersen_gill",  # ratio of intensities on the same day, counting process, Efron ties; errors robust by citizen
        "weighted_share",  # a share under weights for who answered, linearised, weights taken as known
        "share_of_cost",  # change of a sector's share of the whole cost, linearised, robust by citizen
        "fractional_multinomial",  # mean shares of sectors by fractional multinomial logit, robust errors
        "programme_account",  # programme money divided by citizens and years: an account, not a sample
        "meta_regression_z",  # mixed-effects meta-regression, normal intervals
        "meta_regression_hksj",  # mixed-effects meta-regression, Knapp-Hartung errors, t
        "regression_to_mean",  # drop that selection alone gives: gamma-Poisson rates of everybody eligible
        "gee_standardised",  # difference of standardised probabilities of a logit by generalised estimating equations, robust by citizen
        "mean_change_by_citizen",  # difference of means at the same covariates, least squares, robust by citizen
        "mixed_waves",  # change of a score against the comparison over all waves, linear mixed model
        "quality_years",  # area under the index of health, the dead counted 0
        "quality_while_alive",  # the same per year alive
        "missing_bounds",  # bounds over all values that missing outcomes could have, Imbens-Manski interval
    }
)

REASONS = frozenset(
    {
        "comparison_untreated",  # the comparison had none of the programme in any month used
        "comparison_same_initiative",  # the comparison had the same national initiative
        "comparison_unknown",  # nobody has said what the comparison had
        "enough_months_before",  # facts: months_before
        "few_months_before",  # facts: months_before, months_needed
        "pretrend_not_rejected",  # facts: pretrend, pretrend_p, pretrend_detectable
        "pretrend_rejected",  # facts: pretrend, pretrend_p
        "pretrend_not_testable",  # too few months before, or one before-period only
        "contaminated_left_out",  # facts: contaminated_months: months with an earlier effort are not part of "before"
        "late_compared_with_early",  # starts at several times: late units are compared with units already treated
        "phase_in_left_out",  # facts: phase_in_months
        "phase_in_counted_after",  # no phase-in was left out: the first months count as after
        "no_comparison",  # a plain before/after: trend, season and selection are all in it
        "own_trend_forward",  # rests on the own trend going on as before
        "groups_may_differ",  # two groups at one time: they may differ for other reasons than the programme
        "too_few",  # too few events or citizens for a model
        "horizon_after_data",  # facts: months_after, horizon: the effect is stated later than the data reach
        "order_as_if_random",  # rests on the roll-out order having been as if random
        "level_only_described",  # a level says nothing about an effect
        "pooled_weakest",  # a pooled number claims no more than the weakest of the numbers pooled
        "pooled_all_identified",  # every pooled number is identified
        "alike_on_measured",  # weights made the arms alike on what was measured, not on what was not
        "fit_before_as_placebos",  # facts: pretrend_p: before the start the unit is fitted no worse than the placebos are
        "fit_before_poor",  # facts: pretrend_p: before the start the unit is fitted worse than nearly all placebos
        "units_may_differ",  # units that differ in one thing differ in others too
        "selection_alone",  # this is what the way of choosing citizens does, not the programme
    }
)

CAUTIONS = frozenset(
    {
        "too_few_events",  # facts: n_events, min_events: no number is shown
        "too_few_citizens",  # facts: n_citizens, min_citizens: no number is shown
        "no_comparison_group",  # nobody to compare with: no number is shown
        "no_months_left",  # no month before or after the start is left: no number is shown
        "not_computed",  # the data of this outcome are at fault: no number is shown
        "not_delivered",  # the delivery lacks the outcome: no number is shown
        "not_registered_both",  # not registered in both groups before and after the start: no number is shown
        "not_registered",  # the outcome is registered nowhere among these citizens: no number is shown
        "too_few_units",  # fewer than two numbers to pool, or one unit only: no number is shown
        "zero_events",  # one side of the contrast has no event: no ratio exists
        "level_only",  # too few months for a change of slope: a step only. facts: months_before, months_after
        "interval_from_months",  # errors from months alone: somewhat too narrow where the same frail citizens make the events of many months
        "autocorrelated",  # months hang together beyond trend and season. facts: autocorrelation
        "overdispersed",  # facts: dispersion
        "errors_differ_by_level",  # errors by citizen and by municipality disagree. facts: se_by_citizen, se_by_unit, df_by_unit
        "errors_differ_by_method",  # model-based and HAC errors disagree. facts: se_model, se_hac
        "counts_taken_as_poisson",  # no citizens in the frame: repeated events of one citizen make the interval too narrow
        "horizon_after_data",  # facts: months_after, horizon
        "few_months_before",  # facts: months_before
        "units_without_events",  # facts: n_units_without_events: they carry no information on a ratio and are not in the model
        "months_without_events",  # facts: n_months_without_events
        "few_degrees_of_freedom",  # facts: df: the interval rests on very few units
        "one_cluster",  # errors by cluster cannot be computed
        "perfect_fit",  # the frame leaves no residual: no interval
        "order_not_random",  # the roll-out order was not drawn by lot
        "few_orders",  # facts: n_orders: so few orders that no p below `smallest_p` can occur
        "interval_unbounded",  # the interval by inversion has no end on one side
        "orders_sampled",  # facts: n_orders: too many orders to try them all; a random part was tried
        "equal_starts",  # facts: n_orders: units that start together reduce the number of orders
        "units_left_out",  # facts: n_units_left_out: units without a number are not pooled
        "few_units_pooled",  # facts: k: with so few units the spread between them is hardly known
        "heterogeneous",  # facts: i2: the units differ by more than chance
        "known_break",  # a registration change lies in the period (added by the caller)
        "selected_on_outcome",  # the group was chosen by what the programme may change (added by the caller)
        "contaminated_before",  # an earlier effort lies in the before period (added by the caller)
        "moved_between_arms",  # facts: n_moved: citizens who lived in both arms count in each for their time there
        "whole_years_missing",  # before or after is not made of whole calendar years: season may be in the contrast
        "one_category",  # all judgements fall in one category: agreement beyond chance is not defined
        "followed_too_short",  # facts: n_left_out: citizens not followed for the whole window are left out
        "few_units_compared",  # facts: n_units: so few units that the spread between them is hardly known
        "no_variation",  # the units differ by no more than chance would give
        "short_baseline",  # facts: n_periods: the limits of the chart rest on few points
        "singular_variance",  # a variance between groups is estimated as 0, or two random effects as one
        "weights_unbalanced",  # facts: largest_smd: after weighting some covariate still differs
        "weights_few",  # facts: effective_citizens_treated, effective_citizens_comparison: a few citizens carry most of the weight
        "few_units_influence",  # facts: n_clusters: errors from influence functions are too small with few units
        "cohort_of_one",  # some start cohort is a single unit: its own variation is not in the error
        "units_always_treated",  # facts: n_units_always_treated: units that had started by the first period have no before and are left out
        "cohort_periods_left_out",  # facts: n_cohort_periods_left_out: no unit was left to compare with
        "few_clusters",  # fewer than 8 clusters: a wild cluster bootstrap can hardly reject
        "few_treated_clusters",  # one cluster only is treated, or is not: the wild cluster bootstrap is not reliable
        "weights_not_unique",  # other weights fit the time before as well
        "outside_comparison",  # the unit lies outside what the others can be mixed to
        "few_placebos",  # facts: n_units: no p below smallest_p can occur
        "no_zero_costs",  # everybody has a cost: the first part of a two-part model is certain
        "nothing_saved",  # the two groups use the same of the service that was to be saved: no ratio exists
        "citizens_without_use",  # facts: n_citizens_without_use: they have no mix and are not in the model
        "calibrated_on_controls",  # facts: n_controls: moved and widened by what was found on outcomes the programme cannot touch
        "immortal_time",  # time before enrolment is counted as exposed: the ratio is too low
        "nobody_answered",  # facts: n_without_answer: arms and waves in which nobody answered: no weights can stand for them
        "values_imputed",  # facts: imputations, missing_information: missing values were drawn by chained equations
        "bounds_only",  # facts: share_missing, bound_low, bound_high: so much is missing that only bounds are given
        "subgroup",  # one of several subgroups: read the test of interaction, not each effect
        "subgroup_not_declared",  # the subgroup was not named in the protocol
        "subgroup_without_answer",  # the estimator has no answer in this subgroup
    }
)

FACTS = frozenset(
    {
        "autocorrelation", "bound_high", "bound_low", "contaminated_months", "df", "df_by_unit", "dispersion", "effect_log", "exposure_treated",
        "hac_lags", "horizon", "i2", "k", "low_hac", "high_hac", "min_citizens", "min_events", "months_after", "months_before", "months_needed",
        "n_citizens", "n_citizens_treated", "n_clusters", "n_events", "n_events_after", "n_events_before", "n_events_treated",
        "n_months_without_events",
        "n_moved", "n_orders", "n_periods", "n_units", "n_units_left_out", "n_units_treated", "n_units_without_events", "p_doubling",
        "p_minimum_likelihood", "park_lambda", "park_family", "per_months", "phase_in_months", "prediction_high", "prediction_low", "pretrend",
        "pretrend_detectable", "pretrend_p", "q", "q_p", "replicates", "se_by_citizen", "se_by_unit", "se_hac", "se_model", "seed", "shared_variance",
        "smallest_p", "tau2", "bias_correction", "acceleration",
        "agreement", "days", "expected", "icc", "n_left_out", "observed", "se_robust",
        "largest_smd", "effective_citizens_treated", "effective_citizens_comparison",
        "band_critical", "n_units_always_treated", "n_cohort_periods_left_out",
        "n_units_weighted", "rmspe_before", "rmspe_after", "se_robust", "park_se",
        "threshold", "difference_less", "difference_more", "n_citizens_without_use", "programme_total",
        "n_controls", "n_without_answer",
        "gamma_mean", "gamma_shape", "imputations", "missing_information", "share_missing",
    }
)  # fmt: skip


def check(*, contrast: str = "", method: str = "", reasons: Keys = (), cautions: Keys = (), facts: Keys = ()) -> None:
    """Raise DataError naming the first key that no list holds."""
    for kind, given, known in (
        ("contrast", (contrast,), CONTRASTS),
        ("method", (method,) if method else (), METHODS),
        ("reason", reasons, REASONS),
        ("caution", cautions, CAUTIONS),
        ("fact", facts, FACTS),
    ):
        for key in given:
            if key not in known:
                raise DataError(f"{key!r} is not a known {kind}: add it to effekt/estimates/keys.py and its sentences to the report.")

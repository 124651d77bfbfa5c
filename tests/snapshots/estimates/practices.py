"""Practices side by side: funnels, shrinkage, variation, control charts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e

RNG = np.random.default_rng(35)
UNITS = pd.DataFrame({"unit": [f"p{k:02d}" for k in range(16)], "n": RNG.integers(20, 200, 16)})
UNITS = UNITS.assign(expected=UNITS["n"] * 0.2, observed=RNG.poisson(UNITS["n"] * 0.2 * RNG.gamma(8, 1 / 8, 16)) + 1)
UNITS.attrs = {"outcome": "adm_acute"}
SHARES = UNITS.drop(columns="expected")
TWICE = pd.concat([UNITS, UNITS.iloc[:3]])
EFFECTS = pd.DataFrame({"unit": list("abcdef"), "estimate": RNG.normal(0, 0.3, 6), "se": RNG.uniform(0.05, 0.2, 6)})
X = RNG.poisson(12, 24)
M = RNG.integers(50, 80, 24)
VALUES = np.r_[RNG.normal(10, 1, 12), RNG.normal(12, 1, 12)]
CHARTS = {"p_chart": e.p_chart, "u_chart": e.u_chart, "laney_p": e.laney_p, "laney_u": e.laney_u}
CALLS: dict[str, Callable[[], object]] = {
    **{f"funnel {o}": partial(e.funnel, UNITS, overdispersion=o) for o in ("none", "truncate", "winsorise", "trim")},
    **{f"funnel of shares {o}": partial(e.funnel, SHARES, overdispersion=o) for o in ("none", "truncate", "winsorise")},
    **{f"funnel {t}": partial(e.funnel, UNITS, overdispersion="winsorise", transformation=t) for t in ("log", "sqrt", "arcsine")},
    **{f"funnel of shares by {t}": partial(e.funnel, SHARES, overdispersion="truncate", transformation=t) for t in ("arcsine", "log")},
    **{f"funnel with tails of {s}": partial(e.funnel, UNITS, overdispersion="winsorise", share=s) for s in (0, 0.25, 0.5)},
    "funnel of rows": lambda: e.funnel(TWICE),
    "funnel of few": lambda: e.funnel(UNITS.iloc[:3], overdispersion="truncate"),
    "funnel of one": lambda: e.funnel(UNITS.iloc[:1]),
    "funnel without events": lambda: e.funnel(UNITS.assign(observed=0), overdispersion="truncate"),
    "funnel of none": lambda: e.funnel(UNITS.assign(observed=0)),
    "funnel of more than all": lambda: e.funnel(SHARES.assign(n=1)),
    "funnel of less": lambda: e.funnel(UNITS.assign(observed=-1)),
    "funnel of shares of all": lambda: e.funnel(SHARES.assign(observed=SHARES["n"])),
    "funnel with wide spread": lambda: (
        e.funnel(UNITS.assign(observed=UNITS["observed"] * (1 + 3 * (UNITS.index % 2))), overdispersion="truncate", share=0.05)
    ),
    "shrink": lambda: e.shrink(UNITS),
    "shrink rows": lambda: e.shrink(TWICE, level=0.9),
    "shrink few": lambda: e.shrink(UNITS.iloc[:4]),
    "shrink alike": lambda: e.shrink(UNITS.assign(observed=UNITS["expected"].round())),
    "shrink one": lambda: e.shrink(UNITS.iloc[:1]),
    "shrink none": lambda: e.shrink(UNITS.assign(observed=0)),
    "shrink wide": lambda: e.shrink(UNITS.assign(observed=UNITS["observed"] * (1 + 5 * (UNITS.index % 2)))),
    "reliability": lambda: e.reliability(EFFECTS),
    "reliability of a spread": lambda: e.reliability(EFFECTS, tau2=0.04),
    "reliability of none": lambda: e.reliability(EFFECTS, tau2=0),
    "reliability of one": lambda: e.reliability(EFFECTS.iloc[:1]),
    "reliability of one with a spread": lambda: e.reliability(EFFECTS.iloc[:1], tau2=0.1),
    "reliability of less": lambda: e.reliability(EFFECTS, tau2=-1),
    "reliability of no end": lambda: e.reliability(EFFECTS, tau2=np.inf),
    "reliability of no error": lambda: e.reliability(EFFECTS.assign(se=0.0)),
    "component": lambda: e.systematic_component(UNITS),
    "component of rows": lambda: e.systematic_component(TWICE, level=0.9),
    "component of few": lambda: e.systematic_component(UNITS.iloc[:5]),
    "component of alike": lambda: e.systematic_component(UNITS.assign(observed=UNITS["expected"])),
    "component of one": lambda: e.systematic_component(UNITS.iloc[:1]),
    "median odds": lambda: e.median_odds_ratio(SHARES),
    "median odds of few": lambda: e.median_odds_ratio(SHARES.iloc[:5], level=0.9),
    "median odds of alike": lambda: e.median_odds_ratio(SHARES.assign(n=50, observed=10)),
    "median odds of wide": lambda: e.median_odds_ratio(SHARES.assign(observed=(SHARES["n"] * np.where(SHARES.index % 2, 0.8, 0.1)).astype(int))),
    "median odds of one": lambda: e.median_odds_ratio(SHARES.iloc[:1]),
    "median odds of nobody": lambda: e.median_odds_ratio(SHARES.assign(observed=0)),
    "median odds of all": lambda: e.median_odds_ratio(SHARES.assign(observed=SHARES["n"])),
    "median odds of half": lambda: e.median_odds_ratio(SHARES.assign(observed=0.5)),
    "median odds of more": lambda: e.median_odds_ratio(SHARES.assign(n=1)),
    "median odds of half people": lambda: e.median_odds_ratio(SHARES.assign(n=200.5)),
    "median odds of rows": lambda: e.median_odds_ratio(pd.concat([SHARES, SHARES.iloc[:3]])),
    **{f"{name}": partial(chart, X, M) for name, chart in CHARTS.items()},
    **{f"{name} of a baseline": partial(chart, X, M, baseline=12) for name, chart in CHARTS.items()},
    **{f"{name} of one size": partial(chart, X, 60) for name, chart in CHARTS.items()},
    **{f"{name} of none": partial(chart, 0 * X, M) for name, chart in CHARTS.items()},
    **{f"{name} of two lengths": partial(chart, X, M[:3]) for name, chart in CHARTS.items()},
    **{f"{name} of too long a baseline": partial(chart, X, M, baseline=99) for name, chart in CHARTS.items()},
    **{f"{name} of more events": partial(chart, X * 10, M) for name, chart in CHARTS.items()},
    **{f"{name} of one point": partial(chart, X[:1], M[:1]) for name, chart in CHARTS.items()},
    **{f"{name} of no baseline": partial(chart, X, M, baseline=0) for name, chart in CHARTS.items()},
    **{f"{name} of no size": partial(chart, X, 0 * M) for name, chart in CHARTS.items()},
    "c": lambda: e.c_chart(X),
    "c of a baseline": lambda: e.c_chart(X, baseline=5),
    "c of none": lambda: e.c_chart(0 * X),
    "c of a table": lambda: e.c_chart(np.ones((2, 2))),
    "c of nothing": lambda: e.c_chart([]),
    "c of less": lambda: e.c_chart([-1, 2]),
    "xmr": lambda: e.xmr(VALUES),
    "xmr of a baseline": lambda: e.xmr(VALUES, baseline=12),
    "xmr of one": lambda: e.xmr([1.0]),
    "xmr of a short baseline": lambda: e.xmr(VALUES, baseline=1),
    "xmr of too long a baseline": lambda: e.xmr(VALUES, baseline=30),
    "xmr of alike": lambda: e.xmr([3.0] * 12),
    "xmr of a jump": lambda: e.xmr([*([3.0, 3.2] * 8), 9.0]),
    "xmr of a trend": lambda: e.xmr(np.arange(12.0)),
    "xmr of a hole": lambda: e.xmr([1.0, np.nan, 3]),
    "xmr of a series": lambda: e.xmr(pd.Series(VALUES)),
    "xmr of words": lambda: e.xmr(["a", "b", "c"]),
    "funnel of one more than all": lambda: e.funnel(SHARES.assign(n=SHARES["observed"] - (SHARES.index == 2))),
}

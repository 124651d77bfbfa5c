"""Changes over time: before and after, time series, with a comparison, what selection alone would do, immortal time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from effekt import estimates as e
from tests.properties.estimate_frames import MONTHS, START, region

RNG = np.random.default_rng(33)
N = 40
PERSONS = pd.DataFrame({"citizen_id": np.repeat(np.arange(N), 2), "after": np.tile([False, True], N), "treated": np.repeat(np.arange(N) % 2 == 0, 2)})
PERSONS = PERSONS.assign(exposure=RNG.uniform(0.3, 1, 2 * N), events=RNG.poisson(1.2, 2 * N))
PERSONS.attrs = {"outcome": "adm_acute", "unit": "vest", "measure_unit": "per_person_year"}
COUNTS = PERSONS.drop(columns="citizen_id")
PLAIN = PERSONS[["citizen_id", "after", "events", "exposure"]]
MOVERS = PERSONS.assign(treated=PERSONS["treated"] ^ (PERSONS["after"] & (PERSONS["citizen_id"] < 3)))
T = np.arange(60)
SERIES = pd.DataFrame({"month": pd.date_range("2010-01-01", periods=60, freq="MS"), "exposure": 90.0 + T % 7})
SERIES["events"] = RNG.poisson(2 * np.exp(0.004 * T + 0.1 * np.cos(T / 2)) * np.where(T >= 36, 0.75, 1.0) * SERIES["exposure"])
SERIES.attrs = {"outcome": "adm_acute", "unit": "vest"}
SINCE = pd.Timestamp("2013-01-01")
REGION = region(1, citizens=120)
WALK = region(5, citizens=120, shock=0.15)
FEW = {"start": START, "min_events": 1, "min_citizens": 1}
POOL = pd.DataFrame({"before": RNG.poisson(RNG.gamma(0.6, 1.2, 200)), "years": RNG.choice([0.5, 1.0], 200), "after": RNG.poisson(0.6, 200)})
POOL["later"] = RNG.choice([0.5, 1.0], 200)
POOL["enrolled"] = POOL["before"] >= 2
TIMES = pd.DataFrame({"entry": 0.0, "exit": RNG.uniform(100, 700, 40).round(), "event": RNG.integers(0, 2, 40).astype(bool)})
TIMES["enrolled"] = np.where(np.arange(40) % 2, np.nan, TIMES["exit"] * (np.arange(40) % 5) / 6)
DATED = TIMES.assign(**{c: pd.Timestamp("2012-01-01") + pd.to_timedelta(TIMES[c].round(), unit="D") for c in ("entry", "exit", "enrolled")})
AUDIT = {"entry": "entry", "exit": "exit", "enrolled": "enrolled", "event": "event"}


def its(frame: pd.DataFrame = SERIES, **options: object) -> object:
    return e.interrupted_time_series(frame, **{"start": SINCE, **options})


def controlled(frame: pd.DataFrame = REGION, **options: object) -> object:
    return e.controlled_time_series(frame, **{**FEW, **options})


def meter(frame: pd.DataFrame = POOL, **options: object) -> object:
    return e.regression_to_mean(frame, **{"enrolled": "enrolled", "exposure": "years", "after": "after", "exposure_after": "later", **options})


BOTH = (e.rate_ratio, e.rate_difference)
CALLS: dict[str, Callable[[], object]] = {
    **{
        f"{f.__name__} {c}": partial(f, PERSONS, contrast=c)
        for f in BOTH for c in (None, "after_before", "group_group", "programme_comparison", "other")
    },
    **{f"{f.__name__} of counts {c}": partial(f, COUNTS, contrast=c, level=0.9) for f in BOTH for c in (None, "after_before", "group_group")},
    **{f"{f.__name__} of one group": partial(f, PLAIN) for f in BOTH},
    **{f"{f.__name__} of movers": partial(f, MOVERS) for f in BOTH},
    **{f"{f.__name__} of no contrast": partial(f, PERSONS[["citizen_id", "events", "exposure"]]) for f in BOTH},
    **{f"{f.__name__} all after": partial(f, PERSONS[PERSONS["after"]], contrast="after_before") for f in BOTH},
    **{f"{f.__name__} of the treated all after": partial(f, PERSONS[PERSONS["after"] | ~PERSONS["treated"]], contrast="after_before") for f in BOTH},
    **{f"{f.__name__} of one group after": partial(f, PERSONS[PERSONS["treated"] | ~PERSONS["after"]], contrast="group_group") for f in BOTH},
    **{f"{f.__name__} of no exposure": partial(f, PERSONS.assign(exposure=PERSONS["exposure"] * PERSONS["after"])) for f in BOTH},
    **{f"{f.__name__} of no events": partial(f, PERSONS.assign(events=PERSONS["events"] * PERSONS["after"])) for f in BOTH},
    **{f"{f.__name__} of money": partial(f, PERSONS.assign(events=PERSONS["events"] * 1.5)) for f in BOTH},
    **{f"{f.__name__} at level 1": partial(f, PERSONS, level=1) for f in BOTH},
    **{f"{f.__name__} of a negative count": partial(f, PERSONS.assign(events=-1)) for f in BOTH},
    **{f"{f.__name__} of infinite exposure": partial(f, PERSONS.assign(exposure=np.inf)) for f in BOTH},
    "exact": lambda: e.rate_ratio(PLAIN, exact=True),
    "exact of groups": lambda: e.rate_ratio(COUNTS, exact=True, contrast="group_group", level=0.9),
    "exact of four groups": lambda: e.rate_ratio(PERSONS, exact=True),
    "exact of fractions": lambda: e.rate_ratio(PLAIN.assign(events=0.5), exact=True),
    **{
        f"exact {rule} {events}": partial(e.exact_rate_ratio, events, (2.0, 3.5), p_rule=rule)
        for rule in ("minimum_likelihood", "doubling") for events in ((5, 12), (0, 4), (6, 0), (0, 0), (7, 12))
    },
    "exact by another rule": lambda: e.exact_rate_ratio((5, 12), (2, 3), p_rule="mid"),
    "exact level": lambda: e.exact_rate_ratio((5, 12), (2, 3), level=0.8, contrast="group_group"),
    "exact of words": lambda: e.exact_rate_ratio(("a", 1), (1, 1)),
    "exact of three": lambda: e.exact_rate_ratio((1, 2, 3), (1, 1)),
    "exact of no time": lambda: e.exact_rate_ratio((1, 2), (1, 0)),
    "exact of half": lambda: e.exact_rate_ratio((1, 2.5), (1, 1)),
    "its": its,
    **{f"its season {s}": partial(its, season=s) for s in (0, 1, 5, 6, -1)},
    "its without slope": lambda: its(slope=False),
    "its with slope": lambda: its(SERIES.iloc[24:48], slope=True, start=pd.Timestamp("2013-01-01")),
    "its too short for a slope": lambda: its(SERIES.iloc[:46]),
    "its barely long enough": lambda: its(SERIES.iloc[12:48]),
    "its with lags": lambda: its(hac_lags=3, level=0.9),
    "its without lags": lambda: its(hac_lags=0),
    "its with too many lags": lambda: its(hac_lags=60),
    "its with fewer lags than none": lambda: its(hac_lags=-1),
    "its started late": lambda: its(start=pd.Timestamp("2014-10-01")),
    "its started early": lambda: its(start=pd.Timestamp("2010-05-01")),
    "its without a month": lambda: its(SERIES.drop(index=[7, 9])),
    "its with a month twice": lambda: its(pd.concat([SERIES, SERIES.iloc[:2]])),
    "its without exposure": lambda: its(SERIES.assign(exposure=0.0)),
    "its without events": lambda: its(SERIES.assign(events=0)),
    "its without events after": lambda: its(SERIES.assign(events=SERIES["events"] * (T < 36))),
    "its of money": lambda: its(SERIES.assign(events=SERIES["events"] * 1000.5)),
    "its of numbers": lambda: its(SERIES.assign(month=T)),
    "its of words": lambda: its(SERIES.assign(month="x")),
    "its of texts": lambda: its(SERIES.assign(month=SERIES["month"].astype(str))),
    "its without a start": lambda: its(start=pd.NaT),
    "its of a missing month": lambda: its(SERIES.assign(month=SERIES["month"].where(T > 2))),
    "its that hangs together": lambda: its(SERIES.assign(events=(SERIES["events"] * (1 + 0.4 * np.sin(T / 9))).round())),
    "its at level 2": lambda: its(level=2),
    "controlled": controlled,
    "controlled by nine units": lambda: controlled(region(2, citizens=120, treated_units=1, comparison_units=2)),
    "controlled walk": lambda: controlled(WALK, level=0.9),
    **{
        f"controlled where the comparison had {c}": partial(controlled, comparison_exposure=c)
        for c in ("none", "same_initiative", "unknown", "other")
    },
    "controlled later": lambda: controlled(horizon=6, phase_in=0),
    "controlled after the data": lambda: controlled(horizon=48),
    "controlled at the start": lambda: controlled(horizon=0, phase_in=6),
    "controlled without contaminated months": lambda: controlled(contaminated=[(MONTHS[18], MONTHS[23])]),
    "controlled all contaminated": lambda: controlled(contaminated=[(MONTHS[0], MONTHS[23])]),
    "controlled contaminated twice": lambda: controlled(contaminated=[(MONTHS[2], MONTHS[4]), (MONTHS[20], MONTHS[40])]),
    "controlled with few events": lambda: controlled(min_events=10_000),
    "controlled with few citizens": lambda: controlled(min_citizens=10_000),
    "controlled with events in few": lambda: controlled(REGION.assign(events=REGION["events"] * (REGION["citizen_id"] < 1010)), min_events=20),
    "controlled of one arm": lambda: controlled(REGION.assign(treated=True)),
    "controlled of no programme": lambda: controlled(REGION.assign(treated=False)),
    "controlled of mixed units": lambda: controlled(REGION.assign(treated=REGION["citizen_id"] % 2 == 0)),
    "controlled of events nowhere": lambda: controlled(REGION.assign(exposure=REGION["exposure"] * (REGION["month"] != MONTHS[5]))),
    "controlled all phase-in": lambda: controlled(phase_in=40),
    "controlled before the data": lambda: controlled(start=MONTHS[0]),
    "controlled of money": lambda: controlled(REGION.assign(events=REGION["events"] * 1234.5)),
    "controlled of no events": lambda: controlled(REGION.assign(events=0), min_events=0),
    "controlled of no events after": lambda: controlled(REGION.assign(events=REGION["events"] * (REGION["month"] < START)), min_events=0),
    "controlled of few months": lambda: controlled(REGION[REGION["month"].between(MONTHS[18], MONTHS[30])]),
    "controlled with negative phase-in": lambda: controlled(phase_in=-1),
    "controlled of a hole": lambda: controlled(REGION.assign(exposure=np.nan)),
    "controlled at level 0": lambda: controlled(level=0),
    "drop": lambda: e.selection_drop(0.5, 0.6, 2),
    **{
        f"drop of {a}": partial(e.selection_drop, *a)
        for a in ((0.5, 0.6, 0), (1.5, 2.0, 1), (0, 1, 1), (1, 0, 1), (1, 1, -1), (0.01, 9.0, 40), ("x", 1, 1), (np.inf, 1, 1), (1, np.inf, 2))
    },
    "meter": meter,
    "meter before only": lambda: meter(after=None, exposure_after=None, level=0.9),
    "meter without exposure": lambda: meter(exposure=None, exposure_after=None),
    "meter without differences": lambda: meter(POOL.assign(before=np.arange(200) % 2, enrolled=np.arange(200) % 2 == 1)),
    "meter of halves": lambda: meter(POOL.assign(before=0.5)),
    "meter of everybody": lambda: meter(POOL.assign(enrolled=True)),
    "meter of nobody": lambda: meter(POOL.assign(enrolled=False)),
    "meter of no event": lambda: meter(POOL.assign(before=np.where(POOL["enrolled"], 0, 1))),
    "meter of no time": lambda: meter(POOL.assign(years=0.0)),
    "meter of no event after": lambda: meter(POOL.assign(after=0)),
    "immortal": lambda: e.immortal_time_audit(TIMES, **AUDIT),
    "immortal in dates": lambda: e.immortal_time_audit(DATED, **AUDIT, level=0.9),
    "immortal of early exits": lambda: e.immortal_time_audit(TIMES.assign(exit=-1.0), **AUDIT),
    "immortal of late enrolment": lambda: e.immortal_time_audit(TIMES.assign(enrolled=900.0), **AUDIT),
    "immortal of everybody": lambda: e.immortal_time_audit(TIMES.assign(enrolled=0.0), **AUDIT),
    "immortal of nobody": lambda: e.immortal_time_audit(TIMES.assign(enrolled=np.nan), **AUDIT),
    "immortal from the start": lambda: e.immortal_time_audit(TIMES.assign(enrolled=TIMES["enrolled"].where(TIMES["enrolled"].isna(), -5.0)), **AUDIT),
    "immortal without an exit": lambda: e.immortal_time_audit(TIMES.assign(exit=np.nan), **AUDIT),
    "immortal of words": lambda: e.immortal_time_audit(TIMES.assign(entry="x"), **AUDIT),
    "immortal without events": lambda: e.immortal_time_audit(TIMES.assign(event=False), **AUDIT),
    "exposed time": lambda: e.check_exposed_time(pd.DataFrame({"s": [0, 5], "t": [False, True], "e": [5, 5]}), start="s", treated="t", enrolled="e"),
    "exposed before": lambda: (
        e.check_exposed_time(pd.DataFrame({"s": [0, 5, 9], "t": [True, True, True], "e": [5, 5, np.nan]}), start="s", treated="t", enrolled="e")
    ),
    **{f"{f.__name__} of no events at another level": partial(f, PERSONS.assign(events=0), level=0.8) for f in BOTH},
    **{f"{f.__name__} of one group without events": partial(f, PLAIN.assign(events=0), level=0.8) for f in BOTH},
    **{f"{f.__name__} without a column": partial(f, PERSONS.drop(columns="events")) for f in BOTH},
    "its without events at another level": lambda: its(SERIES.assign(events=0), level=0.8),
    "its without a column": lambda: its(SERIES.drop(columns="exposure")),
    "its of negative events": lambda: its(SERIES.assign(events=-1)),
    "controlled with few events at another level": lambda: controlled(min_events=10_000, level=0.8),
    "controlled of no events at another level": lambda: controlled(REGION.assign(events=0), min_events=0, level=0.8),
    "controlled of one mixed row": lambda: controlled(REGION.assign(treated=REGION["treated"] ^ (np.arange(len(REGION)) == 3))),
    "controlled without a column": lambda: controlled(REGION.drop(columns="exposure")),
    "controlled of negative events": lambda: controlled(REGION.assign(events=-1)),
    "controlled of negative exposure": lambda: controlled(REGION.assign(exposure=-1.0)),
    "meter without a column": lambda: meter(POOL.drop(columns="before")),
    "meter of no time after": lambda: meter(POOL.assign(later=0.0)),
    "meter of negative counts after": lambda: meter(POOL.assign(after=-1)),
    "immortal without a column": lambda: e.immortal_time_audit(TIMES.drop(columns="event"), **AUDIT),
    "immortal without events at another level": lambda: e.immortal_time_audit(TIMES.assign(event=False), **AUDIT, level=0.8),
}

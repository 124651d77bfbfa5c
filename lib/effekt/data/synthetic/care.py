"""Home nursing (from 2014 only, as the national series), days waited in hospital after the treatment has ended, and the population in figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from effekt.catalogue.codes import load_municipalities
from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.files import Names, dates, texts
from effekt.data.synthetic.places import place_at
from effekt.data.synthetic.region import Region

NURSING_FROM = np.datetime64("2014-01-01")
NURSED, NURSED_AGE, WEEKS_SHARE = 0.055, 0.05, 0.55   # share at 75 with average frailty, growth with age, share of the weeks with a visit
WAITS, LONG_STAY = 0.06, 72 * 60
OLDEST = 105


def nursing_table(region: Region, names: Names) -> tuple[pa.Table, dict[str, Any]]:
    """homenursing.csv: one row a citizen and week with visits, of residents of the clusters. Before 2014 nothing is registered."""
    spec, calendar, citizens = region.spec, region.spec.calendar, region.citizens
    rng = spec.draws("home nursing")
    since = max(int((NURSING_FROM - calendar.first_day).astype(int)), spec.first_day)
    mondays = calendar.thursdays - 3
    mondays = mondays[mondays >= since]
    age = (since - citizens.birth) / YEAR - 75
    share = np.clip(NURSED * np.sqrt(citizens.frailty) * np.exp(NURSED_AGE * age), 0, 0.6)
    who = np.flatnonzero(rng.random(len(citizens)) < share)
    row, week = np.nonzero(rng.random((len(who), len(mondays))) < WEEKS_SHARE)
    citizen, day = who[row], mondays[week]
    place = place_at(region, citizen, day)
    kept = (place >= 0) & (np.append(spec.cluster_of, -1)[place] >= 0)
    citizen, day, place = citizen[kept], day[kept], place[kept]
    n = len(citizen)
    table = pa.table(
        {
            "pnr": texts(names.pnr, citizen),
            "kommunekode": texts(list(spec.municipalities), place),
            "dato": dates(region, day),
            "ydelse": texts(["G2.1", "G2.3", "I1.7"], rng.choice(3, n, p=(0.6, 0.1, 0.3))),
            "antal": (1 + rng.poisson(1.4, n)).astype(np.int8),
            "leveret": np.ones(n, dtype=np.int8),
        }
    )
    return table, {"from": str(calendar.dates(since)), "before": "not registered, which is not none"}


def delayed_table(region: Region, names: Names) -> tuple[pa.Table, dict[str, Any]]:
    """delayed_discharge.csv: waits at the end of long stays, the same with and without the programme."""
    spec, stays = region.spec, region.stays
    rng = spec.draws("delayed discharges")
    n = len(stays)
    long_ones = stays.inpatient & ~stays.died & (stays.end - stays.start >= LONG_STAY) & (rng.random(n) < WAITS)
    end = stays.end // MINUTES
    wait = np.minimum(1 + rng.poisson(2.0, n), end - stays.start // MINUTES - 1)
    kept = long_ones & (end - wait >= spec.first_day) & (end < spec.calendar.n_days)
    table = pa.table(
        {"pnr": texts(names.pnr, stays.citizen[kept]), "faerdig_dato": dates(region, (end - wait)[kept]), "slut_dato": dates(region, end[kept])}
    )
    return table, {"share_of_long_stays": WAITS, "effect_of_the_programme": 1.0}


def population_table(region: Region) -> tuple[pa.Table, dict[str, Any]]:
    """folk1a.csv: the simulated citizens of 65 and over, by municipality, sex and age, on 1 January of every year."""
    spec, calendar, citizens = region.spec, region.spec.calendar, region.citizens
    known = load_municipalities()
    months = np.flatnonzero((calendar.month_of_year == 0) & (np.arange(spec.n_months) >= spec.run_in))
    n_places, ages = len(spec.municipalities), np.arange(spec.age_min, OLDEST + 1)
    shape = (len(months), n_places, 2, len(ages))
    count = np.zeros(shape, dtype=np.int64)
    for k, month in enumerate(months):
        there = (citizens.days[:, month] > 0) & (citizens.place[:, month] >= 0) & (citizens.age[:, month] >= spec.age_min)
        age = np.minimum(citizens.age[there, month], OLDEST) - spec.age_min
        np.add.at(count[k], (citizens.place[there, month].astype(int), citizens.sex[there].astype(int) - 1, age), 1)
    year, place, sex, age = (axis.ravel() for axis in np.indices(shape))
    areas = [f"{code[1:]} {known.get(code, '')}".strip() for code in spec.municipalities]
    table = pa.table(
        {
            "område": texts(areas, place),
            "køn": texts(["1 Mænd", "2 Kvinder"], sex),
            "alder": texts([f"{one} år" for one in ages], age),
            "tid": texts([f"{calendar.year_of_month[month]}K1" for month in months], year),
            "indhold": count.ravel(),
        }
    )
    return table, {"counted": f"the simulated citizens of {spec.age_min} and over, not the people of the municipality"}

"""General practices with their lists and quality clusters, and the medicine their patients collect in the last three years of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import NEVER
from effekt.data.synthetic.files import Names, dates, decimals, texts
from effekt.data.synthetic.places import place_at
from effekt.data.synthetic.prices import price_index
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.spec import allot_citizens

CITIZENS_A_PRACTICE, QUALITY_CLUSTER = 250, 7
MEDICINE_MONTHS, INTERVAL = 36, 120               # days between two dispensings of one medicine
OTHER_PRESCRIBER, REVERSED = 0.05, 0.004
VARIED, VARIES = "A02BC", 0.30                    # the medicine group in which practices differ, and the standard deviation of their log rates

# ATC code: users among citizens of average frailty (as a rate), growth with age, price of a package in oere
MEDICINES: dict[str, tuple[float, float, int]] = {
    "A02BC01": (0.16, 0.01, 4_900), "A02BC02": (0.10, 0.01, 5_200), "A06AD11": (0.07, 0.04, 6_100), "A10BA02": (0.11, 0.00, 3_900),
    "B01AC06": (0.22, 0.02, 2_500), "B01AC04": (0.07, 0.02, 6_900), "B01AF02": (0.07, 0.03, 62_000), "B03BB01": (0.05, 0.03, 3_100),
    "C01AA05": (0.05, 0.05, 3_300), "C03CA01": (0.16, 0.05, 3_700), "C03AB01": (0.15, 0.01, 3_400), "C07AB02": (0.22, 0.02, 4_200),
    "C08CA01": (0.23, 0.01, 3_500), "C09AA05": (0.17, 0.01, 3_900), "C09CA01": (0.16, 0.01, 4_500), "C10AA01": (0.25, 0.00, 3_200),
    "C10AA05": (0.09, 0.00, 4_400), "D07AC01": (0.04, 0.01, 5_900), "G04CA02": (0.07, 0.03, 6_800), "H02AB06": (0.05, 0.02, 4_100),
    "H03AA01": (0.08, 0.01, 4_300), "M01AE01": (0.08, -0.01, 4_600), "M05BA04": (0.06, 0.02, 5_400), "N02AX02": (0.08, 0.02, 7_200),
    "N02BE01": (0.30, 0.03, 5_500), "N05CF01": (0.07, 0.02, 3_600), "N06AB04": (0.08, 0.02, 3_900), "N06AX11": (0.06, 0.03, 5_100),
    "R03AC02": (0.07, 0.00, 7_900), "R03AK06": (0.07, 0.00, 31_000), "S01ED51": (0.05, 0.03, 9_800),
}  # fmt: skip


@dataclass(frozen=True)
class Practices:
    """number : the provider number. place : municipality. quality_cluster : its name. tendency : log rate of the varied group, planted.

    list_* : one entry a citizen and period with a practice: position, days (NEVER: still listed).
    """

    number: np.ndarray
    place: np.ndarray
    quality_cluster: np.ndarray
    tendency: np.ndarray
    list_citizen: np.ndarray
    list_practice: np.ndarray
    list_start: np.ndarray
    list_end: np.ndarray


def draw_practices(region: Region) -> Practices:
    """At least one practice a municipality of the clusters, more where more citizens live; citizens choose one where they live."""
    spec = region.spec
    rng = spec.draws("general practices")
    size = allot_citizens(spec) * (spec.cluster_of >= 0)
    here = np.flatnonzero(size)
    many = np.maximum(1, np.round(size[here] / CITIZENS_A_PRACTICE).astype(int))
    place = np.repeat(here, many)
    quality, used = np.zeros(len(place), dtype=int), 0
    for k in range(len(spec.clusters)):
        own = np.flatnonzero(spec.cluster_of[place] == k)
        groups = max(1, round(len(own) / QUALITY_CLUSTER))
        quality[own] = used + np.arange(len(own)) * groups // max(len(own), 1)
        used += groups if len(own) else 0
    number = np.char.zfill(rng.permutation(900_000)[: len(place)].astype(str), 6)
    tendency = rng.normal(0, VARIES, len(place))
    first = np.searchsorted(place, np.arange(len(size)))
    count = np.bincount(place, minlength=len(size))
    choice = rng.random(len(region.citizens))
    home = region.citizens.home[:, spec.run_in // 3 :].astype(np.int64)
    listed = (home >= 0) & (count[np.maximum(home, 0)] > 0)
    new = listed & np.concatenate([np.ones((len(home), 1), dtype=bool), home[:, 1:] != home[:, :-1]], axis=1)
    citizen, quarter = np.nonzero(new)
    ends = np.concatenate([home[:, 1:] != home[:, :-1], np.ones((len(home), 1), dtype=bool)], axis=1) & listed
    last = np.nonzero(ends)[1]
    at = home[citizen, quarter]
    starts = np.append(spec.calendar.quarter_start[spec.run_in // 3 :], NEVER)
    until = starts[last + 1]
    practice = first[at] + (choice[citizen] * count[at]).astype(int)
    names = np.char.add("kk", np.char.zfill((quality + 1).astype(str), 2))
    return Practices(number, place, names, tendency, citizen, practice, starts[quarter], np.where(until < NEVER, until - 1, NEVER))


def practice_tables(region: Region, names: Names, practices: Practices) -> dict[str, pa.Table]:
    """practices.csv and practice_list.csv."""
    listed = np.bincount(practices.list_practice[practices.list_end == NEVER], minlength=len(practices.number))
    codes = list(region.spec.municipalities)
    return {
        "practices": pa.table(
            {
                "ydernr": pa.array(practices.number),
                "kommunekode": texts(codes, practices.place),
                "kvalitetsklynge": pa.array(practices.quality_cluster),
                "tilmeldte": np.round(listed / 0.17).astype(np.int64),
                "tilmeldte_65plus": listed,
            }
        ),
        "practice_list": pa.table(
            {
                "pnr": texts(names.pnr, practices.list_citizen),
                "ydernr": texts(practices.number, practices.list_practice),
                "fra": dates(region, practices.list_start),
                "til": dates(region, practices.list_end),
            }
        ),
    }


def medicine_table(region: Region, names: Names, practices: Practices) -> tuple[pa.Table, dict[str, Any]]:
    """lmdb.csv of the citizens who are on a practice's list when its three years begin, and what is planted in it."""
    spec, calendar, citizens = region.spec, region.spec.calendar, region.citizens
    rng = spec.draws("medicine")
    first = int(calendar.month_start[max(spec.n_months - MEDICINE_MONTHS, spec.run_in)])
    on = np.flatnonzero((practices.list_start <= first) & (practices.list_end >= first))
    who, practice = practices.list_citizen[on], practices.list_practice[on]
    rate, growth, price = (np.array(column) for column in zip(*MEDICINES.values(), strict=True))
    age = citizens.age[who, calendar.month_of_day[first]] - 75
    level = np.log(0.75 + 0.60 * np.minimum(citizens.frailty[who], 4))
    varied = np.array([atc.startswith(VARIED) for atc in MEDICINES])
    rates = rate * np.exp(level[:, None] + growth * age[:, None] + varied * practices.tendency[practice][:, None])
    person, medicine = np.nonzero(rng.random(rates.shape) < -np.expm1(-rates))
    n, days = len(person), calendar.n_days - first
    begins = np.where(rng.random(n) < 0.25, rng.random(n) * days, rng.random(n) * INTERVAL)
    stops = np.where(rng.random(n) < 0.15, begins + rng.random(n) * (days - begins), days)
    times = np.maximum(np.ceil((stops - begins) / INTERVAL), 1).astype(int)
    pair = np.repeat(np.arange(n), times)
    order = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    day = first + (begins[pair] + INTERVAL * order + rng.integers(0, 21, len(pair))).astype(np.int64)
    citizen = who[person[pair]]
    there = place_at(region, citizen, day) >= 0
    pair, day, citizen = pair[there], day[there], citizen[there]
    kind, m = medicine[pair], len(pair)
    doctor = np.where(rng.random(m) < OTHER_PRESCRIBER, rng.integers(0, len(practices.number), m), practice[person[pair]])
    oere = np.round(price[kind] * price_index(calendar.year_of_day[day]) / 100).astype(np.int64)
    back = np.flatnonzero(rng.random(m) < REVERSED)
    at, sign = np.concatenate([np.arange(m), back]), np.repeat([1, -1], [m, len(back)])
    table = pa.table(
        {
            "pnr": texts(names.pnr, citizen[at]),
            "eksd": dates(region, day[at]),
            "atc": texts(list(MEDICINES), kind[at]),
            "vnr": texts([f"{100_000 + 37 * k}" for k in range(len(MEDICINES))], kind[at]),
            "apk": sign.astype(np.int8),
            "volume": np.full(len(at), 100, dtype=np.int8),
            "eksp": decimals(sign * oere[at], 2),
            "ptp": decimals(sign * (oere[at] * 3 // 10), 2),
            "korr": (sign < 0).astype(np.int8),
            "ydernr": texts(practices.number, doctor[at]),
        }
    )
    truth = {
        "from": str(calendar.dates(first)),
        "medicine_group": VARIED,
        "sd_of_log_rate_between_practices": VARIES,
        "log_rate_by_practice_sd": round(float(practices.tendency.std(ddof=1)), 6) if len(practices.tendency) > 1 else None,
        "reversals": len(back),
        "dispensings": m,
    }
    return table, truth

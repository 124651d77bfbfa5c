"""The raw files of a delivery as Arrow tables, column by column as the senders name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from effekt.data.synthetic.calendar import MINUTES, NEVER
from effekt.data.synthetic.citizens import ELSEWHERE
from effekt.data.synthetic.contacts import DIAGNOSES, INPATIENT, NOT_ENDED, WARDS, Contacts, draw_contacts, hospitals
from effekt.data.synthetic.prices import HOUR_DKK, hour_oere, price_index
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.services import PRACTICE_SERVICES, draw_home_care, draw_practice

OTHER_MUNICIPALITIES = ("101", "147", "851", "253")   # where people live who have moved out of the study area
ENDINGS = np.array(["1", "F", "8", ""])


@dataclass(frozen=True)
class Names:
    """The sender's identifiers: a 12-digit pseudonym a citizen (some with leading zeros) and a running number a contact."""

    pnr: np.ndarray
    recnum: np.ndarray


def draw_names(region: Region, n_contacts: int) -> Names:
    """Distinct random pseudonyms; nothing about a citizen can be read from them."""
    rng = region.spec.draws("names")
    numbers = np.unique(rng.integers(0, 10**12, len(region.citizens) + 64))
    pnr = rng.permutation(numbers)[: len(region.citizens)]
    recnum = 10**11 + np.cumsum(rng.integers(1, 40, n_contacts))
    return Names(np.char.zfill(pnr.astype(str), 12), recnum.astype(str))


def delivery_tables(region: Region) -> Iterator[tuple[str, pa.Table]]:
    """(file name without .csv, table) of every register file, one at a time so that little memory is used."""
    contacts = _delivered(region, draw_contacts(region))
    names = draw_names(region, len(contacts))
    yield "bef", _bef(region, names)
    yield "dod", _dod(region, names)
    yield "vnds", _vnds(region, names)
    yield "lpr_adm", _lpr_adm(region, contacts, names)
    yield "lpr_diag", _lpr_diag(region, contacts, names)
    inside = contacts.pattype == INPATIENT
    yield "drg_hel", pa.table({"recnum": names.recnum[inside], "v_totpris_genop": decimals(contacts.price_dkk[inside], 3)})
    yield "drg_amb", pa.table({"recnum": names.recnum[~inside], "v_pris_genop": decimals(contacts.price_dkk[~inside], 3)})
    visits = np.flatnonzero(contacts.stay < 0)
    yield "lpr_bes", pa.table({"recnum": names.recnum[visits], "d_ambdto": dates(region, contacts.start[visits] // MINUTES)})
    yield "sssy", _sssy(region, names)
    yield "homecare", _homecare(region, names)
    years = region.spec.calendar.years
    yield "price_index", pa.table({"year": years, "index": decimals(np.round(price_index(years) * 10).astype(np.int64), 1)})
    yield "unit_cost", pa.table(
        {
            "service_type": np.repeat(list(HOUR_DKK), len(years)),
            "year": np.tile(years, len(HOUR_DKK)),
            "dkk": decimals(np.concatenate([hour_oere(service, years) for service in HOUR_DKK]), 2),
            "unit": ["hour"] * (len(HOUR_DKK) * len(years)),
        }
    )


def decimals(whole: np.ndarray, places: int) -> pa.Array:
    """Whole numbers as exact decimals: 12345 with 2 places is 123.45."""
    low = np.asarray(whole, dtype=np.int64)
    pairs = np.column_stack([low, np.where(low < 0, -1, 0)])
    return pa.Array.from_buffers(pa.decimal128(18, places), len(low), [None, pa.py_buffer(np.ascontiguousarray(pairs))])


def texts(values: list[str] | np.ndarray, chosen: np.ndarray) -> pa.Array:
    """`values[chosen]` as an Arrow text column, without a Python object a row."""
    return pa.array(values, type=pa.string()).take(pa.array(chosen))


def dates(region: Region, days: np.ndarray) -> pa.Array:
    """Days as dates; NEVER is missing."""
    days = np.asarray(days, dtype=np.int64)
    there = days < NEVER
    return pa.array(region.spec.calendar.dates(np.where(there, days, 0)), mask=~there)


def registered(region: Region) -> np.ndarray:
    """Citizens whom the population register has at least one row about."""
    return (_snapshots(region) >= ELSEWHERE).any(axis=1)


def _snapshots(region: Region) -> np.ndarray:
    """`Citizens.home` of the quarters of the data period."""
    return region.citizens.home[:, region.spec.run_in // 3 :]


def _bef(region: Region, names: Names) -> pa.Table:
    citizens, calendar = region.citizens, region.spec.calendar
    citizen, quarter = np.nonzero(_snapshots(region) >= ELSEWHERE)
    quarter = quarter + region.spec.run_in // 3
    home = citizens.home[citizen, quarter].astype(np.int64)
    codes = [code[1:] for code in region.spec.municipalities] + list(OTHER_MUNICIPALITIES)
    home = np.where(home == ELSEWHERE, len(region.spec.municipalities) + citizen % len(OTHER_MUNICIPALITIES), home)
    regions = ["82" if owner >= 0 else "83" for owner in region.spec.cluster_of] + ["84"] * len(OTHER_MUNICIPALITIES)
    return pa.table(
        {
            "pnr": texts(names.pnr, citizen),
            "koen": citizens.sex[citizen],
            "foed_dag": dates(region, citizens.birth[citizen]),
            "kom": texts(codes, home),
            "reg": texts(regions, home),
            "antpersh": (1 + (citizen * 7919) % 2).astype(np.int8),
            "referencetid": dates(region, calendar.quarter_start[quarter]),
        }
    )


def _dod(region: Region, names: Names) -> pa.Table:
    dead = np.flatnonzero((region.citizens.death < NEVER) & registered(region))
    return pa.table({"pnr": names.pnr[dead], "doddato": dates(region, region.citizens.death[dead])})


def _vnds(region: Region, names: Names) -> pa.Table:
    citizens, calendar = region.citizens, region.spec.calendar
    left = np.flatnonzero((citizens.emigration < NEVER) & registered(region))
    quarter = np.minimum(citizens.back[left], calendar.n_quarters)
    returned = quarter < calendar.n_quarters
    arrival = np.append(calendar.quarter_start, NEVER)[quarter]
    returned &= arrival < citizens.death[left]
    who = np.concatenate([left, left[returned]])
    day = np.concatenate([citizens.emigration[left], arrival[returned]])
    code = np.repeat(["U", "I"], [len(left), int(returned.sum())])
    seen = day >= region.spec.first_day
    return pa.table({"pnr": names.pnr[who[seen]], "indud_kode": code[seen], "haend_dato": dates(region, day[seen])})


def _delivered(region: Region, contacts: Contacts) -> Contacts:
    """Contacts of stays that end within the data period or later; those still running when the data end have no date of discharge yet."""
    stay_end = np.append(region.potential.end, 0)[contacts.stay]
    contacts = contacts.take(np.where(contacts.stay >= 0, stay_end, contacts.end) >= region.spec.first_day * MINUTES)
    running = contacts.end >= region.spec.calendar.n_days * MINUTES
    columns = {**vars(contacts), "ending": np.where(running, NOT_ENDED, contacts.ending)}
    return Contacts(**columns)


def _lpr_adm(region: Region, contacts: Contacts, names: Names) -> pa.Table:
    start, end = contacts.start // MINUTES, contacts.end // MINUTES
    still = contacts.ending == NOT_ENDED
    hour = (contacts.end % MINUTES // 60).astype(np.int8)
    codes = [code[1:] for code in region.spec.municipalities]
    return pa.table(
        {
            "recnum": pa.array(names.recnum),
            "pnr": texts(names.pnr, contacts.citizen),
            "c_sgh": texts(hospitals(region), contacts.hospital),
            "c_afd": texts([f"{k + 1:02d}1" for k in range(len(WARDS))], contacts.ward),
            "c_spec": texts(WARDS, contacts.ward),
            "c_pattype": contacts.pattype.astype(np.int8),
            "c_indm": np.where(contacts.acute, 1, 2).astype(np.int8),
            "c_udm": texts(ENDINGS, contacts.ending),
            "c_kom": texts(codes, contacts.place),
            "d_inddto": dates(region, start),
            "v_indtime": (contacts.start % MINUTES // 60).astype(np.int8),
            "v_indminut": (contacts.start % 60).astype(np.int8),
            "d_uddto": dates(region, np.where(still, NEVER, end)),
            "v_udtime": pa.array(hour, mask=still),
            "v_sengdage": pa.array(np.where(contacts.pattype == INPATIENT, np.maximum(end - start, 1), 0), mask=still),
            "c_adiag": pa.array(contacts.diagnosis),
        }
    )


def _lpr_diag(region: Region, contacts: Contacts, names: Names) -> pa.Table:
    """The action diagnosis of every contact (A), and for half of the inpatient ones another diagnosis (B)."""
    rng = region.spec.draws("diagnoses")
    inside = np.flatnonzero(contacts.pattype == INPATIENT)
    second = inside[rng.random(len(inside)) < 0.5]
    codes = rng.choice(DIAGNOSES["outpatient"], len(second))
    kind = np.repeat(["A", "B"], [len(contacts), len(second)])
    recnum = np.concatenate([names.recnum, names.recnum[second]])
    return pa.table({"recnum": recnum, "c_diag": np.concatenate([contacts.diagnosis, codes]), "c_diagtype": kind})


def _sssy(region: Region, names: Names) -> pa.Table:
    rng = region.spec.draws("practices")
    practice = draw_practice(region)
    practice = practice.take(region.spec.calendar.thursdays[practice.week] >= region.spec.first_day)
    year, week = region.spec.calendar.iso_weeks
    yyww = [f"{y % 100:02d}{w:02d}" for y, w in zip(year, week, strict=True)]
    doctor = np.char.zfill(rng.integers(1000, 999_999, 400).astype(str), 6)
    n = len(practice.citizen)
    return pa.table(
        {
            "pnr": texts(names.pnr, practice.citizen),
            "ydernr": texts(doctor, practice.citizen % 400),
            "speciale": texts(list(PRACTICE_SERVICES), practice.service),
            "ydlant": practice.quantity,
            "kontakt": practice.quantity,
            "bruhon": decimals(practice.fee_oere, 2),
            "honuge": texts(yyww, practice.week),
            "barnmak": np.zeros(n, dtype=np.int8),
        }
    )


def _homecare(region: Region, names: Names) -> pa.Table:
    care = draw_home_care(region)
    care = care.take(region.spec.calendar.thursdays[care.week] >= region.spec.first_day)
    year, week = region.spec.calendar.iso_weeks
    return pa.table(
        {
            "pnr": texts(names.pnr, care.citizen),
            "kommunekode": texts(list(region.spec.municipalities), care.place),
            "aar": year[care.week].astype(np.int16),
            "uge": week[care.week].astype(np.int8),
            "personlig_pleje_min": care.personal_minutes,
            "praktisk_hjaelp_min": care.practical_minutes,
            "leveret": np.ones(len(care.citizen), dtype=np.int8),
        }
    )

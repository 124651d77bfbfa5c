"""Stays as a hospital registers them: emergency room, wards, transfers, nested contacts, and outpatient visits, each with its price."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from effekt.data.synthetic.calendar import MINUTES
from effekt.data.synthetic.citizens import YEAR
from effekt.data.synthetic.prices import price_index
from effekt.data.synthetic.region import Region
from effekt.data.synthetic.spec import load_places
from effekt.data.synthetic.stays import APART, EMERGENCY, PLANNED, Stays, draw_cells

HOUR = 60
INPATIENT, OUTPATIENT, EMERGENCY_ROOM = 0, 2, 3          # c_pattype
HOME, TRANSFER, DEAD, NOT_ENDED = 0, 1, 2, 3
MEDICAL = np.array(["01", "02", "06", "08", "10"])
SURGICAL = np.array(["30", "37", "35", "20"])
WARDS = np.concatenate([MEDICAL, SURGICAL])
DIAGNOSES = {
    "medical": np.array(["DJ189", "DJ440", "DI500", "DN300", "DE869", "DI489", "DA099", "DK590", "DR559", "DE119"]),
    "surgical": np.array(["DS720", "DK800", "DM169", "DN200", "DS525", "DK409", "DI639"]),
    "outpatient": np.array(["DI109", "DE119", "DM169", "DH269", "DJ449", "DC509", "DI489", "DN189"]),
    "emergency": np.array(["DS610", "DS525", "DS099", "DR074", "DZ039", "DS934"]),
}


@dataclass(frozen=True)
class Contacts:
    """One entry a contact, by citizen and start; minutes count from the first day of the period.

    stay : position in `Region.potential`, -1 outpatient. end : whole hour. pattype, ending : codes above. acute : c_indm 1.
    hospital : position in `hospitals`. ward : position in WARDS. price_dkk : nominal, of the year of the end (0: no tariff).
    """

    stay: np.ndarray
    citizen: np.ndarray
    place: np.ndarray
    start: np.ndarray
    end: np.ndarray
    pattype: np.ndarray
    acute: np.ndarray
    ending: np.ndarray
    hospital: np.ndarray
    ward: np.ndarray
    diagnosis: np.ndarray
    price_dkk: np.ndarray

    def __len__(self) -> int:
        return len(self.citizen)

    def take(self, chosen: np.ndarray) -> Contacts:
        return Contacts(*(getattr(self, f.name)[chosen] for f in fields(self)))


def hospitals(region: Region) -> list[str]:
    """SHAK codes of the hospitals of the municipalities, each once."""
    places = load_places()
    return sorted({places[code]["hospital"] for code in region.spec.municipalities})


def draw_contacts(region: Region) -> Contacts:
    """The contacts of what happens in the region. Drawn for every potential stay, so that they do not depend on the programme."""
    rng = region.spec.draws("contacts")
    stays = region.potential
    parts = [_admitted(rng, region, stays), _sent_home(rng, region, stays), _outpatient(rng, region)]
    contacts = Contacts(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Contacts)))
    contacts = contacts.take(np.append(region.happens, True)[contacts.stay])
    return contacts.take(np.lexsort((contacts.start, contacts.citizen)))


def _admitted(rng: np.random.Generator, region: Region, stays: Stays) -> Contacts:
    """Emergency room before some acute admissions; a transfer within three hours, or a ward visited within the stay."""
    chosen = np.flatnonzero(stays.inpatient)
    s, n = stays.take(chosen), len(chosen)
    hours = (s.end - s.start) // HOUR
    data_end = region.spec.calendar.n_days * MINUTES   # a contact that begins later is in no delivery
    room_end = -(-s.start // HOUR) * HOUR + HOUR * rng.integers(1, 3, n)
    to_ward = room_end + rng.integers(0, 50, n)
    through_room = (s.kind != PLANNED) & (hours >= 8) & (rng.random(n) < 0.4) & (to_ward < data_end)
    begins = np.where(through_room, to_ward, s.start)
    leaves = (s.start + (s.end - s.start) * (0.3 + 0.4 * rng.random(n))).astype(np.int64) // HOUR * HOUR
    arrives = leaves + HOUR * rng.integers(0, 3, n) + rng.integers(1, 50, n)
    moved = (hours >= 48) & (rng.random(n) < 0.07) & (arrives < data_end)
    inside_start = s.start + 20 * HOUR
    inside = (hours >= 72) & ~moved & (rng.random(n) < 0.05) & (inside_start < data_end)
    inside_end = -(-inside_start // HOUR) * HOUR + HOUR * rng.integers(2, 20, n)
    hospital, ward = _hospital(rng, region, s.place), _ward(rng, s.medical)
    other = np.where(rng.random(n) < 0.5, hospital, _hospital(rng, region, s.place, away=0.5))
    ends = np.where(s.died, DEAD, HOME)
    acute = s.kind != PLANNED
    diagnosis = _diagnosis(rng, s.medical)
    room_type = np.where(s.month < region.spec.registration_break, EMERGENCY_ROOM, OUTPATIENT)

    def part(keep: np.ndarray, *told: np.ndarray) -> Contacts:
        start, end, pattype, ending, at, on = told
        price = _price(rng, region, s.citizen, start, end, pattype)
        columns = (chosen, s.citizen, s.place, start, end, pattype, acute, ending, at, on, diagnosis, price)
        return Contacts(*(np.asarray(column)[keep] for column in columns))

    ward_type, still = np.full(n, INPATIENT), np.full(n, TRANSFER)
    everybody = np.ones(n, dtype=bool)
    visit_type, elsewhere = np.where(rng.random(n) < 0.5, INPATIENT, OUTPATIENT), _ward(rng, ~s.medical)
    parts = (
        part(through_room, s.start, room_end, room_type, still, hospital, ward),
        part(everybody, begins, np.where(moved, leaves, s.end), ward_type, np.where(moved, TRANSFER, ends), hospital, ward),
        part(moved, arrives, s.end, ward_type, ends, other, _ward(rng, s.medical)),
        part(inside, inside_start, inside_end, visit_type, np.full(n, HOME), hospital, elsewhere),
    )
    return Contacts(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Contacts)))


def _sent_home(rng: np.random.Generator, region: Region, stays: Stays) -> Contacts:
    """Emergency visits: c_pattype 3 until the registration break, then acute outpatient contacts."""
    chosen = np.flatnonzero((stays.kind == EMERGENCY) & ~stays.inpatient)
    s, n = stays.take(chosen), len(chosen)
    pattype = np.where(s.month < region.spec.registration_break, EMERGENCY_ROOM, OUTPATIENT)
    diagnosis = rng.choice(DIAGNOSES["emergency"], n)
    price = _price(rng, region, s.citizen, s.start, s.end, pattype)
    ending = np.where(s.died, DEAD, HOME)
    hospital, ward = _hospital(rng, region, s.place), _ward(rng, s.medical)
    return Contacts(chosen, s.citizen, s.place, s.start, s.end, pattype, np.ones(n, dtype=bool), ending, hospital, ward, diagnosis, price)


def _outpatient(rng: np.random.Generator, region: Region) -> Contacts:
    """Planned visits by day, none within six hours of a potential stay: whether a visit takes place does not depend on the programme."""
    spec, citizens, stays = region.spec, region.citizens, region.potential
    expected = spec.rates.outpatient * np.sqrt(citizens.frailty)[:, None].astype(np.float32) * (citizens.days / np.float32(YEAR))
    citizen, month = draw_cells(rng, expected)
    n = len(citizen)
    day = spec.calendar.month_start[month] + np.floor(rng.random(n) * citizens.days[citizen, month]).astype(np.int64)
    start = day * MINUTES + 8 * HOUR + rng.integers(0, 7 * HOUR, n)
    end = -(-start // HOUR) * HOUR + HOUR * rng.integers(0, 2, n)
    key = np.int64(10**9)
    near = np.searchsorted(stays.citizen * key + stays.start, citizen * key + start)
    before, after = np.maximum(near - 1, 0), np.minimum(near, len(stays) - 1)
    clash = (stays.citizen[before] == citizen) & (stays.start[before] <= start) & (start < stays.end[before] + APART)
    clash |= (stays.citizen[after] == citizen) & (stays.start[after] >= start) & (end + APART > stays.start[after])
    place = citizens.place[citizen, month]
    pattype = np.full(n, OUTPATIENT)
    visits = Contacts(
        np.full(n, -1), citizen, place, start, end, pattype, np.zeros(n, dtype=bool), np.full(n, HOME), _hospital(rng, region, place),
        rng.integers(0, len(WARDS), n), rng.choice(DIAGNOSES["outpatient"], n), _price(rng, region, citizen, start, end, pattype),
    )  # fmt: skip
    return visits.take(~clash)


def _hospital(rng: np.random.Generator, region: Region, place: np.ndarray, away: float = 0.05) -> np.ndarray:
    """The hospital of the municipality; for a few another one."""
    known, places = hospitals(region), load_places()
    own = np.array([known.index(places[code]["hospital"]) for code in region.spec.municipalities])[place]
    return np.where(rng.random(len(place)) < away, rng.integers(0, len(known), len(place)), own)


def _ward(rng: np.random.Generator, medical: np.ndarray) -> np.ndarray:
    on_medical, on_surgical = rng.integers(0, len(MEDICAL), len(medical)), rng.integers(0, len(SURGICAL), len(medical))
    return np.where(medical, on_medical, len(MEDICAL) + on_surgical)


def _diagnosis(rng: np.random.Generator, medical: np.ndarray) -> np.ndarray:
    return np.where(medical, rng.choice(DIAGNOSES["medical"], len(medical)), rng.choice(DIAGNOSES["surgical"], len(medical)))


def _price(rng: np.random.Generator, region: Region, citizen: np.ndarray, start: np.ndarray, end: np.ndarray, pattype: np.ndarray) -> np.ndarray:
    """Tariff in nominal whole kroner: grows with the length of the contact, is skewed, and is dearer in the last half year of life."""
    calendar = region.spec.calendar
    days = np.maximum(np.minimum(end, calendar.n_days * MINUTES) - start, 0) / MINUTES   # of those still running: so far
    basis = np.select([pattype == INPATIENT, pattype == EMERGENCY_ROOM], [17_000 + 11_000 * days**0.8, 1_200.0], 2_300.0)
    dying = region.citizens.death[citizen] * MINUTES - start < 183 * MINUTES
    year = calendar.year_of_day[np.minimum(end // MINUTES, calendar.n_days - 1)]
    luck = np.exp(rng.normal(-0.18, 0.6, len(citizen)))
    return np.round(basis * np.where(dying, 1.25, 1.0) * luck * price_index(year) / 100).astype(np.int64)

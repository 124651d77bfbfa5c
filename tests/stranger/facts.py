"""What happened to some invented citizens of another region, told in no sender's form: what the tables of an import are held against."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

MUNICIPALITIES = {
    "0851": "Aalborg",
    "0840": "Rebild",
    "0860": "Hjørring",
    "0813": "Frederikshavn",
    "0820": "Vesthimmerlands",
    "0787": "Thisted",
    "0326": "Kalundborg",
    "0306": "Odsherred",
}
EQ5D = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")
Day = Callable[[int, int], date]


@dataclass(frozen=True)
class Person:
    """A citizen. moves : since when they live where, in order; the first is before everything."""

    pnr: str
    sex: int
    born: date
    moves: tuple[tuple[date, str], ...]
    died: date | None
    left: date | None

    def home(self, day: date) -> str | None:
        """Municipality on a day; None where dead or away."""
        if (self.died and day > self.died) or (self.left and day >= self.left):
            return None
        return [code for since, code in self.moves if since <= day][-1]


@dataclass(frozen=True)
class Contact:
    """A hospital contact, admitted or outpatient with the days of attendance. kroner : its DRG value, in whole hundreds."""

    key: str
    pnr: str
    start: datetime
    end: datetime
    admitted: bool
    acute: bool
    codes: tuple[tuple[str, str], ...]
    attendances: tuple[date, ...]
    ward: str
    hundreds: int


@dataclass
class Facts:
    """All that happened from the first to the last day; tuples begin with pnr.

    services : day, specialty and service, number, oere. medicine : day, atc, item, packages, ddd a package, oere, own oere.
    care : municipality, ISO year, ISO week, minutes of personal care, of practical help, delivered. nursing : municipality, day, visits.
    visits : municipality, discharge, accepted, planned, held. answers : municipality, wave, day, answers to EQ5D.
    """

    first: date
    last: date
    people: list[Person] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    services: list[tuple[str, date, str, int, int]] = field(default_factory=list)
    medicine: list[tuple[str, date, str, str, int, float, int, int]] = field(default_factory=list)
    care: list[tuple[str, str, int, int, int, int, int]] = field(default_factory=list)
    nursing: list[tuple[str, str, date, int]] = field(default_factory=list)
    visits: list[tuple[str, str, date, bool, date, date | None]] = field(default_factory=list)
    answers: list[tuple[str, str, str, date, tuple[int, ...]]] = field(default_factory=list)

    def quarters(self) -> list[date]:
        """First days of the quarters."""
        return [date(year, month, 1) for year in range(self.first.year, self.last.year + 1) for month in (1, 4, 7, 10)]

    def years(self) -> range:
        """The calendar years."""
        return range(self.first.year, self.last.year + 1)

    def snapshots(self) -> list[tuple[date, Person, str]]:
        """Who lived where on the first day of each quarter."""
        return [(day, person, home) for day in self.quarters() for person in self.people if (home := person.home(day))]


def draw_facts(first_year: int, last_year: int, n: int, seed: int) -> Facts:
    """Facts about n citizens; the same for the same seed."""
    rng = random.Random(seed)
    facts = Facts(date(first_year, 1, 1), date(last_year, 12, 31))
    span = (facts.last - facts.first).days

    def day(low: int, high: int) -> date:
        return facts.first + timedelta(days=rng.randrange(low, high))

    for place in range(n):
        person = _person(rng, day, span, place, first_year)
        facts.people.append(person)
        gone = min(each for each in (person.died, person.left, facts.last) if each)
        until = (gone - facts.first).days - 60
        _draw_contacts(facts, rng, day, person, until)
        _draw_primary_care(facts, rng, day, person, until)
        _draw_municipality(facts, rng, day, person, until)
    _draw_visits(facts, rng)
    _draw_answers(facts, rng, day, span)
    return facts


def _person(rng: random.Random, day: Day, span: int, place: int, first_year: int) -> Person:
    home = rng.choice(list(MUNICIPALITIES))
    moves = [(date(1900, 1, 1), home)]
    if place % 7 == 0:
        moves.append((day(200, span - 200), next(code for code in MUNICIPALITIES if code != home)))
    return Person(
        f"{rng.randrange(10**9):012d}",
        rng.choice((1, 2)),
        date(first_year - rng.randrange(66, 92), rng.randrange(1, 13), rng.randrange(1, 28)),
        tuple(moves),
        day(span // 2, span) if place % 9 == 4 else None,
        day(span // 2, span) if place % 15 == 8 else None,
    )


def _draw_contacts(facts: Facts, rng: random.Random, day: Day, person: Person, until: int) -> None:
    for _ in range(rng.randrange(2, 5)):
        begun = day(0, until)
        start = datetime(begun.year, begun.month, begun.day, rng.randrange(22), rng.randrange(60))
        admitted = rng.random() < 0.6
        days = () if admitted else (begun, begun + timedelta(days=rng.randrange(1, 30)))
        end = start + timedelta(hours=rng.randrange(13, 300)) if admitted else start + (days[1] - days[0]) + timedelta(hours=2)
        primary, others = rng.choice(("DI500", "DJ189", "DN300", "DS720")), rng.sample(("DE119", "DI109", "DZ755"), rng.randrange(3))
        codes = ((primary, "A"), *((code, "B") for code in others))
        acute = admitted and rng.random() < 0.8
        key, ward, hundreds = f"{rng.randrange(10**17):018d}", rng.choice(("8001011", "4001001")), rng.randrange(20, 900)
        facts.contacts.append(Contact(key, person.pnr, start, end, admitted, acute, codes, days, ward, hundreds))


def _draw_primary_care(facts: Facts, rng: random.Random, day: Day, person: Person, until: int) -> None:
    for _ in range(4):
        what = rng.choice(("800101", "800421", "190110"))
        facts.services.append((person.pnr, day(0, until), what, rng.randrange(1, 4), rng.randrange(5000, 60000)))
        item, packages, ddd = f"{rng.randrange(999999):06d}", rng.randrange(1, 3), rng.choice((28.0, 98.0, 12.5))
        atc, oere, own = rng.choice(("C09AA02", "N02BE01")), rng.randrange(2000, 90000), rng.randrange(500, 2000)
        facts.medicine.append((person.pnr, day(0, until), atc, item, packages, ddd, oere, own))


def _draw_municipality(facts: Facts, rng: random.Random, day: Day, person: Person, until: int) -> None:
    begun = day(7, until - 60)
    thursday = begun + timedelta(days=3 - begun.weekday())
    for week in range(6):
        then = thursday + timedelta(days=7 * week)
        home = person.home(then)
        assert home is not None
        year, number, _ = then.isocalendar()
        personal, practical = 15 * rng.randrange(4, 40), 15 * rng.randrange(1, 8)
        facts.care += [(person.pnr, home, year, number, personal, practical, 0), (person.pnr, home, year, number, personal - 30, practical, 1)]
    visited = day(0, until)
    facts.nursing.append((person.pnr, person.home(visited) or "", visited, rng.randrange(1, 4)))


def _draw_visits(facts: Facts, rng: random.Random) -> None:
    """One visit after the first admission of each citizen."""
    homes = {person.pnr: person for person in facts.people}
    for contact in {contact.pnr: contact for contact in facts.contacts if contact.admitted}.values():
        home = homes[contact.pnr].home(contact.end.date())
        accepted = rng.random() < 0.6
        held = contact.end.date() + timedelta(days=6) if accepted else None
        facts.visits.append((contact.pnr, home or "", contact.end.date(), accepted, contact.end.date() + timedelta(days=5), held))


def _draw_answers(facts: Facts, rng: random.Random, day: Day, span: int) -> None:
    for before, after in pairwise(facts.people[:12]):
        for person, wave, answered in ((before, "before", day(0, 100)), (after, "after", day(span // 3, span // 2))):
            if not any(row[0] == person.pnr for row in facts.answers):
                facts.answers.append((person.pnr, person.moves[0][1], wave, answered, tuple(rng.randrange(1, 6) for _ in EQ5D)))

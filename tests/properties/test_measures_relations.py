"""Relations of stays and person-months that hold whatever the contacts and homes.

An example is a world of a few citizens of its own. All worlds, and their changed copies, are built in one table: a query costs its planning, not
its rows, and what one citizen has must not touch another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from effekt.measures import build_person_months, build_stays
from tests.derived import built, canonical, contact, little, lived
from tests.properties.relations import EXAMPLES, relation

WORLDS, PER_WORLD, COPY = 2 * EXAMPLES, 1_000, 10_000_000
HOMES = ("0751", "0615", "0461", "0101")
LOOKED_AT = ["start", "end", "is_admission", "acute", "medical", "short_stay", "bed_days", "stay_hours", "days_to_readmission", "is_readmission_30"]
Row = dict[str, Any]
Worlds = dict[int, pd.DataFrame]
worlds = st.integers(0, WORLDS - 1)


def by_world(table: pa.Table | list[Row], order: str) -> tuple[Worlds, Worlds]:
    """The rows of every world, and of its copy with the citizens' own numbers, in order of citizen and time."""
    found = pd.DataFrame(table).sort_values(["citizen_id", order])
    copied = found["citizen_id"] >= COPY
    found["citizen_id"] = found["citizen_id"] % COPY
    one, other = ({world: rows.reset_index(drop=True) for world, rows in part.groupby(part["citizen_id"] // PER_WORLD)}
                  for part in (found[~copied], found[copied]))  # fmt: skip
    return one, other


@cache
def contacts(world: int) -> tuple[Row, ...]:
    """A dozen contacts of three citizens in 2012 to 2014, of whole hours, some within or close to each other."""
    rng, rows = np.random.default_rng(world), []
    for _ in range(12):
        begins = datetime(2012, 7, 2) + timedelta(hours=int(rng.integers(0, 600 * 24)) // (1 if rng.random() < 0.5 else 8))
        ends = begins + timedelta(hours=int(rng.choice([1, 5, 26, 80, 300])))
        kinds = {"kind": str(rng.choice(["inpatient", "inpatient", "emergency"])), "acute": bool(rng.random() < 0.8)}
        dead = {"discharge_mode": "dead"} if rng.random() < 0.1 else {}
        rows.append(contact(str(begins), str(ends), citizen=world * PER_WORLD + int(rng.integers(1, 4)), **kinds, **dead))
    return tuple(rows)


def stays_of_two(change: Callable[[int, tuple[Row, ...]], list[Row]]) -> tuple[Worlds, Worlds]:
    """The stays of every world's contacts, and of the contacts as `change` leaves them."""
    rows = [row for world in range(WORLDS) for row in contacts(world)]
    copies = [row | {"citizen_id": row["citizen_id"] + COPY} for world in range(WORLDS) for row in change(world, contacts(world))]
    return by_world(built(build_stays.build, {"contact": rows + copies, "residence": []}), "start")


def halves(row: Row, share: float) -> list[Row]:
    """A contact as two that adjoin: a transfer on a whole hour, everything else the same."""
    at = row["start"] + timedelta(hours=int(share * ((row["end"] - row["start"]) // timedelta(hours=1))))
    first = row | {"end": at, "discharge_mode": "transfer"}
    return [first, row | {"start": at, "contact_id": row["contact_id"] + COPY}] if row["start"] < at else [row]


@cache
def split() -> tuple[Worlds, Worlds]:
    return stays_of_two(lambda world, rows: [half for row in rows for half in halves(row, (world % 97 + 1) / 99)])


@relation(worlds)
def test_a_stay_does_not_depend_on_how_its_contacts_are_split(world: int) -> None:
    one, other = (stays[world] for stays in split())
    pd.testing.assert_frame_equal(one[["citizen_id", *LOOKED_AT]], other[["citizen_id", *LOOKED_AT]])
    assert other["n_contacts"].sum() > one["n_contacts"].sum()


def weeks(world: int) -> timedelta:
    return timedelta(weeks=world % 51 - 25)


@cache
def shifted() -> tuple[Worlds, Worlds]:
    return stays_of_two(lambda world, rows: [row | {end: row[end] + weeks(world) for end in ("start", "end")} for row in rows])


@relation(worlds)
def test_stays_and_readmissions_move_with_the_weeks_and_do_not_change(world: int) -> None:
    one, other = (stays[world] for stays in shifted())
    moved = one.assign(start=one["start"] + weeks(world), end=one["end"] + weeks(world))
    pd.testing.assert_frame_equal(moved[["citizen_id", *LOOKED_AT]], other[["citizen_id", *LOOKED_AT]])


@cache
def mixed() -> tuple[Worlds, Worlds]:
    def change(world: int, rows: tuple[Row, ...]) -> list[Row]:
        return [rows[place] | {"contact_id": COPY + int(place)} for place in np.random.default_rng(world).permutation(len(rows))]

    return stays_of_two(change)


@relation(worlds)
def test_stays_do_not_depend_on_the_order_or_the_numbers_of_contacts(world: int) -> None:
    one, other = (stays[world] for stays in mixed())
    looked_at = ["citizen_id", "start", "end", "n_contacts", "is_admission", "bed_days", "stay_hours"]
    pd.testing.assert_frame_equal(one[looked_at], other[looked_at])


@cache
def people(world: int, first: int = 1, n: int = 4) -> dict[str, list[Row]]:
    """Citizens of about 60 to 90 who move once, some of whom die."""
    rng = np.random.default_rng(world + COPY * first)
    found: dict[str, list[Row]] = {"residence": [], "citizen": [], "death": []}
    for citizen in range(world * PER_WORLD + first, world * PER_WORLD + first + n):
        moved = date(2012, 1, 1) + timedelta(days=int(rng.integers(1, 1_000)))
        for home, begins, ends in ((rng.choice(HOMES), "2010-01-01", str(moved)), (rng.choice(HOMES), str(moved), "2016-01-01")):
            found["residence"].append(lived(str(home), begins, ends, citizen=citizen))
        born = date(1923, 1, 1) + timedelta(days=int(rng.integers(0, 30 * 365)))
        found["citizen"].append({"citizen_id": citizen, "sex": int(rng.integers(1, 3)), "birth_date": born})
        if rng.random() < 0.4:
            found["death"].append({"citizen_id": citizen, "death_date": date(2012, 1, 1) + timedelta(days=int(rng.integers(1, 1_000)))})
    return found


@cache
def stays() -> pa.Table:
    """Every world's stays as a canonical table for the next builder."""
    rows = [row for world in range(WORLDS) for row in contacts(world)]
    return pa.Table.from_pylist(built(build_stays.build, {"contact": rows, "residence": []}))


def months(age_min: int, *, silent: bool = False, copy: Callable[[int, Row], list[Row]] | None = None) -> tuple[Worlds, Worlds]:
    """The person-months of every world: with citizens who have no contacts where `silent`, and of a copy whose homes are as `copy` leaves them."""
    given: dict[str, list[Row]] = {"residence": [], "citizen": [], "death": []}
    for world in range(WORLDS):
        for found in (people(world), *([people(world, first=101)] if silent else [])):
            for name, rows in found.items():
                given[name] += rows
                if copy:
                    changed = [part for row in rows for part in (copy(world, row) if name == "residence" else [row])]
                    given[name] += [row | {"citizen_id": row["citizen_id"] + COPY} for row in changed]
    tables = {name: canonical(name, rows) for name, rows in given.items()}
    return by_world(built(build_person_months.build, {**tables, "stays": stays()}, little(target=f"{{age_min: {age_min}}}")), "month")


@cache
def alone() -> Worlds:
    return months(65)[0]


@cache
def with_silent() -> Worlds:
    return months(65, silent=True)[0]


@cache
def younger() -> Worlds:
    return months(60)[0]


def month_rows(found: Worlds, world: int) -> pd.DataFrame:
    return found[world] if world in found else next(iter(found.values())).iloc[:0]


@relation(worlds)
def test_citizens_without_contacts_add_days_and_change_nobody_elses_months(world: int) -> None:
    plain, both = month_rows(alone(), world), month_rows(with_silent(), world)
    counts = [name for name in both.columns if name not in ("citizen_id", "month", "kommunekode", "cluster_id", "age", "sex", "days")]
    others = both["citizen_id"] % PER_WORLD > 100
    pd.testing.assert_frame_equal(plain, both[~others].reset_index(drop=True))
    assert (both.loc[others, counts] == 0).all().all() and plain[counts].sum().tolist() == both[counts].sum().tolist()


@relation(worlds, st.integers(66, 90))
def test_the_months_of_two_age_bands_are_those_of_their_union(world: int, age: int) -> None:
    everybody, older = month_rows(younger(), world), month_rows(alone(), world)
    pd.testing.assert_frame_equal(older, everybody[everybody["age"] >= 65].reset_index(drop=True))
    bands = [everybody[everybody["age"].between(low, high)] for low, high in ((65, age - 1), (age, 200))]
    assert sum(band[["days", "adm_rate"]].sum() for band in bands).tolist() == older[["days", "adm_rate"]].sum().tolist()


@cache
def cut_homes() -> tuple[Worlds, Worlds]:
    def copy(world: int, row: Row) -> list[Row]:
        cut = date(2012, 1, 1) + timedelta(days=world * 2 + 1)
        return [row | {"start": cut}, row | {"end": cut}] if row["start"] < cut < row["end"] else [row]

    return months(65, copy=copy)


@relation(worlds)
def test_a_home_told_in_two_periods_is_one_home(world: int) -> None:
    one, other = (month_rows(found, world) for found in cut_homes())
    looked_at = ["citizen_id", "month", "kommunekode", "cluster_id", "age", "sex", "days"]
    pd.testing.assert_frame_equal(one[looked_at], other[looked_at])

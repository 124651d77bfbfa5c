"""The same hospital contacts told by two registers, such as LPR2 and LPR3: how many admissions differ, and why."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.build_stays import HOUR, keep_stay_contacts, merge_contacts
from effekt.protocol import Protocol

REASONS = ("same", "inpatient_under_limit", "no_inpatient_code_over_limit", "gap_near_limit", "other")


@dataclass(frozen=True)
class Difference:
    """Admissions of the first and of the second telling that differ, or agree, for one reason; `same` has the same number on both sides."""

    reason: str
    n_first: int
    n_second: int


def count_differing_stays(first: Table, second: Table, protocol: Protocol) -> tuple[Difference, ...]:
    """Every admission of two tellings of the same contacts, counted under one reason, in the order of `REASONS`. Times count in whole hours.

    first, second : canonical contacts with the same citizens; the first has inpatient codes (LPR2), the second may have none (LPR3).
    same : an admission in both, from the same hour to the same hour. inpatient_under_limit : the same stay, which only the first has an inpatient
    code for, and shorter than `admission_hours`. no_inpatient_code_over_limit : the same stay, without an inpatient code in the first, and long
    enough to be an admission in the second. gap_near_limit : one telling merges what the other keeps apart, and the time between lies at most an
    hour beyond `gap_hours`, which is what whole hours can move. other : any other admission that only one of them tells.
    The numbers of each telling add up to its admissions.

    References
    ----------
    Gregersen et al. (2024). Scand J Public Health. DOI 10.1177/14034948241284711 (the rules of 4 and 12 hours).
    """
    stays = [_stays(contacts, protocol) for contacts in (first, second)]
    span = ["citizen_id", "from_hour", "to_hour"]
    exact = stays[0].inner_join(stays[1], span).select(*span, first_is=stays[0].is_admission, second_is=stays[1].is_admission)
    both = exact.group_by("first_is", "second_is").agg(n=_.count()).execute()
    n = {(bool(row.first_is), bool(row.second_is)): int(row.n) for row in both.itertuples()}
    apart = [_apart(stays[side], stays[1 - side], span) for side in (0, 1)]
    counted = {
        "same": (n.get((True, True), 0),) * 2,
        "inpatient_under_limit": (n.get((True, False), 0), 0),
        "no_inpatient_code_over_limit": (0, n.get((False, True), 0)),
        "gap_near_limit": (apart[0][0], apart[1][0]),
        "other": (apart[0][1], apart[1][1]),
    }
    return tuple(Difference(reason, *counted[reason]) for reason in REASONS)


def forget_codes(contacts: Table) -> Table:
    """Contacts as a register without inpatient codes tells them, so that only the hours decide what an admission is."""
    return contacts.mutate(
        source=ibis.literal("lpr3f"), kind=contacts.kind.isin(("inpatient", "emergency")).ifelse(ibis.literal("unknown"), contacts.kind)
    )


def _stays(contacts: Table, protocol: Protocol) -> Table:
    stays = merge_contacts(keep_stay_contacts(contacts, protocol), protocol.stays.gap_hours, protocol.stays.admission_hours)
    neighbours = ibis.window(group_by=stays.citizen_id, order_by=stays.from_minute)
    near = (protocol.stays.gap_hours + 1) * HOUR
    after = stays.from_minute.lead().over(neighbours) - stays.to_minute
    before = stays.from_minute - stays.to_minute.lag().over(neighbours)
    return stays.select(
        "citizen_id",
        "is_admission",
        "from_minute",
        "to_minute",
        from_hour=stays.from_minute // HOUR,
        to_hour=stays.to_minute // HOUR,
        is_near=ibis.coalesce(after <= near, False) | ibis.coalesce(before <= near, False),
    ).cache()


def _apart(mine: Table, theirs: Table, span: list[str]) -> tuple[int, int]:
    """Admissions of one telling that the other has no stay with the same hours for: (those near the limit of the gap, the others)."""
    alone = mine.filter(mine.is_admission).anti_join(theirs, span)
    near = theirs.filter(theirs.is_near).select("citizen_id", their_from="from_minute", their_to="to_minute")
    touching = [alone.citizen_id == near.citizen_id, alone.from_minute - HOUR < near.their_to, near.their_from < alone.to_minute + HOUR]
    touched = alone.filter(~alone.is_near).semi_join(near, touching)
    n, n_near, n_touched = (int(number.execute()) for number in (alone.count(), alone.filter(alone.is_near).count(), touched.count()))
    return n_near + n_touched, n - n_near - n_touched

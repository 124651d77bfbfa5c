"""The derived table `traits`: what was known of each citizen of the target population on the day before the start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.catalogue.codes import load_chronic_groups
from effekt.protocol import Protocol
from effekt.study import COMPARISON

YEAR_DAYS = 365
DRUG_DAYS = 120
CARE_DAYS = 91
CARE_TYPES = ("personal_care", "practical_help")
DIAGNOSES_THAT_COUNT = ("A", "B", "C", "G", "+")
KEYS = ("citizen_id", "start_of")


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a citizen in the target population of a cluster, or of the comparison, on the first day of the cluster's start: a citizen of the
    comparison has a row for each start.

    Columns
    -------
    citizen_id. cluster_id, kommunekode : home on that day ("comparison" for the comparison). start_of : the cluster whose start it is.
    start : that day. age, sex : on that day. Everything else was known before it:
    lives_alone : by the latest fact of the household; missing where none is told. n_chronic : groups of chronic disease [1]_ among the diagnoses of
    the last `frailty.look_back_months`. n_drugs : different medicines (ATC of seven characters) collected in the last 120 days. n_acute : acute
    admissions begun in the last 365 days. care_minutes : personal care and practical help delivered in the last 91 days.
    0 = none. Missing = not told: diagnoses, medicine or care of that time are not in the data of the clusters, or of the comparison, at all.
    And afterwards: rolling_on : end of the first acute medical admission of a day or more, discharged alive, from the start on (the rule by which
    registers find the group; the programme may change it). enrolled_on : first enrolment. Both missing where it never came.

    References
    ----------
    .. [1] codelists/chronic_groups.csv, not verified.
    """
    people = keep_present(tables["person_months"], protocol)
    facts = [
        add_household(people, tables["household"]),
        count_chronic(people, tables["contact"], tables["diagnosis"]),
        count_drugs(people, tables["prescription"]),
        count_acute(people, tables["stays"]),
        sum_care(people, tables["service"]),
        find_rolling(people, tables["stays"]),
        tables["enrolment"].group_by("citizen_id").agg(enrolled_on=_.start.min()),
    ]
    for fact in facts:
        people = _joined(people, fact)
    people = people.mutate(care_told=ibis.coalesce(people.care_told, False), n_acute=ibis.coalesce(people.n_acute, 0))
    told = {"n_chronic": "chronic_told", "n_drugs": "drugs_told", "care_minutes": "care_told"}
    people = _told_where_any(people, told)
    columns = ("lives_alone", "n_chronic", "n_drugs", "n_acute", "care_minutes", "rolling_on", "enrolled_on")
    return people.select("citizen_id", "cluster_id", "kommunekode", "start_of", "start", "age", "sex", *columns)


def keep_present(person_months: Table, protocol: Protocol) -> Table:
    """The rows of the target population on the day of each cluster's start, with the days from which facts are looked for."""
    starts = [cluster.start for cluster in protocol.clusters]
    before = {"year_from": YEAR_DAYS, "drugs_from": DRUG_DAYS, "care_from": CARE_DAYS}
    days = {name: [start - timedelta(days=back) for start in starts] for name, back in before.items()}
    days["diagnoses_from"] = [months_before(start, protocol.frailty.look_back_months) for start in starts]
    dates = ibis.memtable({"start_of": [cluster.id for cluster in protocol.clusters], "start": starts, **days})
    there = [person_months.month == dates.start, (person_months.cluster_id == dates.start_of) | (person_months.cluster_id == COMPARISON)]
    rows = person_months.select("citizen_id", "month", "cluster_id", "kommunekode", "age", "sex").inner_join(dates, there)
    return rows.drop("month").mutate(is_compared=rows.cluster_id == COMPARISON)


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before that of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def add_household(people: Table, household: Table) -> Table:
    """lives_alone by the latest row of the household before the start; missing where there is none, or where that row does not say."""
    known = _within(people, household, household.date, None)
    return known.group_by(*KEYS).agg(lives_alone=_.lives_alone.first(order_by=_.date.desc(), include_null=True))


def count_chronic(people: Table, contact: Table, diagnosis: Table) -> Table:
    """n_chronic: groups of chronic disease among the diagnoses of contacts begun in the look-back window."""
    groups, firsts, lasts = (list(column) for column in zip(*load_chronic_groups(), strict=True))
    ranges = ibis.memtable({"chronic": groups, "first": firsts, "last": lasts})
    codes = diagnosis.filter(diagnosis.type.isin(DIAGNOSES_THAT_COUNT)).mutate(short=_.code.left(4)).select("contact_id", "short").distinct()
    seen = codes.inner_join(contact.select("contact_id", "citizen_id", day=contact.start.date()), "contact_id")
    found = _within(people, seen, seen.day, "diagnoses_from")
    in_groups = found.left_join(ranges, [found.short >= ranges["first"], found.short <= ranges["last"]])
    return in_groups.group_by(*KEYS).agg(n_chronic=_.chronic.nunique().cast("int32"), chronic_told=_.count() > 0)


def count_drugs(people: Table, prescription: Table) -> Table:
    """n_drugs: medicines collected more often than returned in the last days before the start."""
    lines = prescription.mutate(sign=prescription.is_reversal.ifelse(-1, 1))
    found = _within(people, lines, lines.dispensed, "drugs_from")
    kept = found.group_by(*KEYS, "atc7").agg(times=_.sign.sum())
    return kept.group_by(*KEYS).agg(n_drugs=(_.times > 0).sum().cast("int32"), drugs_told=_.count() > 0)


def count_acute(people: Table, stays: Table) -> Table:
    """n_acute: acute admissions begun in the year before the start."""
    acute = stays.filter(stays.is_admission, stays.acute).select("citizen_id", day=_.start.date())
    return _within(people, acute, acute.day, "year_from").group_by(*KEYS).agg(n_acute=_.count().cast("int32"))


def sum_care(people: Table, service: Table) -> Table:
    """care_minutes: home care delivered in the weeks before the start."""
    lines = service.filter(service.service_type.isin(CARE_TYPES), service.unit == "minute").select("citizen_id", "date", "quantity")
    found = _within(people, lines, lines.date, "care_from")
    return found.group_by(*KEYS).agg(care_minutes=_.quantity.sum().cast("int64"), care_told=_.count() > 0)


def find_rolling(people: Table, stays: Table) -> Table:
    """rolling_on: when the rolling rule was first met, from the start on."""
    kept = stays.filter(stays.is_admission, stays.acute, stays.medical, ~stays.short_stay, stays.discharged_alive)
    ends = kept.select("citizen_id", begins=kept.start.date(), ends=kept.end.date())
    later = people.select(*KEYS, "start").inner_join(ends, "citizen_id")
    return later.filter(later.begins >= later.start).group_by(*KEYS).agg(rolling_on=_.ends.min())


def _within(people: Table, rows: Table, day: ibis.Value, since: str | None) -> Table:
    """Rows of the people whose `day` lies before their start and, where `since` names a column, not before that day."""
    dated = rows.mutate(day_of_row=day)
    joined = people.select(*KEYS, "start", *([since] if since else [])).inner_join(dated, "citizen_id", rname="row_{name}")
    kept = joined.filter(joined.day_of_row < joined.start)
    return kept.filter(kept.day_of_row >= kept[since]) if since else kept


def _joined(people: Table, fact: Table) -> Table:
    keys = [key for key in KEYS if key in fact.columns]
    joined = people.left_join(fact, keys)
    return joined.drop(*(f"{key}_right" for key in keys if f"{key}_right" in joined.columns))


def _told_where_any(people: Table, told: Mapping[str, str]) -> Table:
    """Where anybody of the same side and start has a fact, those without it have none of it: 0. Where nobody has, it is missing."""
    side = ibis.window(group_by=["start_of", "is_compared"])
    nothing = ibis.null("int64")
    is_told = {name: ibis.coalesce(people[seen], False).any().over(side) for name, seen in told.items()}
    return people.mutate(**{name: anybody.ifelse(ibis.coalesce(people[name], 0), nothing) for name, anybody in is_told.items()})

"""The derived table `discharges`: every admission with what a rule of readmission asks of it and how long its citizen could be followed."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.catalogue.codes import load_readmission_exclusions
from effekt.measures.diagnosis_groups import group_of
from effekt.measures.people import add_cluster, add_home, add_person
from effekt.protocol import Protocol

YEAR_DAYS = 365
FOLLOWED_DAYS = 365


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row an admission of somebody who lived in a municipality of the study, dated by its discharge.

    Which of them are index admissions, and which of those that follow are readmissions, is for the reader to say (`measures.discharges`): a rule
    with other parameters needs no other table.

    Columns
    -------
    citizen_id, stay_id. start, end : timestamps. cluster_id, kommunekode : home on the day of discharge; missing outside the study. sex, age : on
    that day. acute, medical, short_stay, discharged_alive : of the stay. first_group, last_group : group of diagnoses that a rule may leave out [1]_,
    of the stay's first and of its last diagnosis; missing where in none. n_before : acute admissions begun in the 365 days before this one.
    death_date : missing = alive. leaves : the day on which the citizen had left the study's municipalities, if within a year of the discharge or
    later; missing where the citizen did not live there.

    References
    ----------
    .. [1] codelists/readmission_exclusions.csv, not verified.
    """
    stays = tables["stays"]
    own = tables["residence"].filter(tables["residence"].kommunekode.isin(list(protocol.municipalities())))
    rows = stays.filter(stays.is_admission).semi_join(own, "citizen_id").mutate(day=_.end.date())
    rows = add_home(rows, own, "day").rename(kommunekode="home")
    rows = add_person(add_cluster(rows, protocol), tables["citizen"], "day").left_join(tables["death"], "citizen_id").drop("citizen_id_right")
    rows = rows.left_join(_count_before(stays), "stay_id").drop("stay_id_right")
    rows = rows.left_join(_last_day(rows, own), "stay_id")
    ranges = load_readmission_exclusions()
    return rows.select(
        "citizen_id", "stay_id", "start", "end", "cluster_id", "kommunekode", "sex", "age", "acute", "medical", "short_stay", "discharged_alive",
        first_group=group_of(rows.primary_diagnosis, ranges), last_group=group_of(rows.last_diagnosis, ranges),
        n_before=ibis.coalesce(rows.n_before, 0).cast("int32"), death_date=rows.death_date, leaves=rows.leaves,
    )  # fmt: skip


def _count_before(stays: Table) -> Table:
    """stay_id and n_before, where there was any."""
    admitted = stays.filter(stays.is_admission)
    earlier = admitted.filter(admitted.acute).select(who="citizen_id", begun=_.start)
    met = [admitted.citizen_id == earlier.who, earlier.begun < admitted.start, earlier.begun >= admitted.start - ibis.interval(days=YEAR_DAYS)]
    return admitted.inner_join(earlier, met).group_by("stay_id").agg(n_before=_.count())


def _last_day(rows: Table, own: Table) -> Table:
    """stay_id and the end of the last residence in the study that begins within a year of the discharge."""
    lived = own.select(owner="citizen_id", begins="start", gone="end")
    within = rows.day + ibis.interval(days=FOLLOWED_DAYS)
    met = [rows.citizen_id == lived.owner, lived.begins <= within, lived.gone > rows.day]
    return rows.select("stay_id", "citizen_id", "day").inner_join(lived, met).group_by("stay_id").agg(leaves=_.gone.max())

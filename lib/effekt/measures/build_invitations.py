"""The derived table `invitations`: who was asked and who answered, with what is known of both, so that silence can be studied."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.people import add_cluster, add_home, add_person
from effekt.protocol import Protocol

DAYS_BEFORE = 365
DAYS_TO_ANSWER = 60


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a person asked in a wave: the patient, or the patient whose relative was asked.

    Columns
    -------
    citizen_id, respondent, wave, cluster_id, kommunekode, invited_date, answered (bool), sex, age on that day. admissions_before, bed_days_before :
    of the 365 days before the invitation. lives_alone : as told last before the invitation; missing where it is not told. dead : died within 60 days
    of the invitation without an answer, so that silence and death are told apart.
    """
    rows = add_home(tables["survey_invitation"], tables["residence"], "invited_date")
    rows = add_cluster(rows.mutate(kommunekode=ibis.coalesce(rows.kommunekode, rows.home)).drop("home"), protocol)
    rows = add_person(rows, tables["citizen"], "invited_date")
    stays = tables["stays"]
    stays = stays.filter(stays.is_admission).select(stayer="citizen_id", day=stays.start.date(), bed_days="bed_days")
    recent = [rows.citizen_id == stays.stayer, stays.day < rows.invited_date, stays.day >= rows.invited_date - ibis.interval(days=DAYS_BEFORE)]
    keys = ("citizen_id", "respondent", "wave")
    counted = rows.inner_join(stays, recent).group_by(*keys).agg(admissions=_.count().cast("int32"), bed_days=_.bed_days.sum().cast("int32"))
    household = tables["household"].select(owner="citizen_id", told="date", alone="lives_alone")
    lived = rows.inner_join(household, [rows.citizen_id == household.owner, household.told <= rows.invited_date])
    alone = lived.group_by(*keys).agg(lives_alone=_.alone.argmax(_.told))
    joined = rows.left_join(counted, list(keys)).drop("citizen_id_right", "respondent_right", "wave_right").left_join(alone, list(keys))
    death = tables["death"].select(gone="citizen_id", died="death_date")
    joined = joined.drop("citizen_id_right", "respondent_right", "wave_right").left_join(death, joined.citizen_id == death.gone)
    soon = joined.died <= joined.invited_date + ibis.interval(days=DAYS_TO_ANSWER)
    return joined.select(
        *keys, "cluster_id", "kommunekode", "invited_date", "answered", "sex", "age",
        admissions_before=ibis.coalesce(joined.admissions, 0), bed_days_before=ibis.coalesce(joined.bed_days, 0), lives_alone=joined.lives_alone,
        dead=ibis.coalesce(soon, False) & ~joined.answered,
    )  # fmt: skip

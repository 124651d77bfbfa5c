"""The derived table `responses`: every response of the surveys with its health profile, which is valued elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis import _
from ibis.expr.types import Table

from effekt.measures.people import add_person
from effekt.protocol import Protocol

DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")
VERSIONS = {"eq5d3l": "3L", "eq5d5l": "5L"}


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a response.

    Columns
    -------
    response_id, citizen_id, respondent, wave, cluster_id, kommunekode, date (first of its answers), sex, age (missing for an anonymous one).
    version : "3L" or "5L", of the EQ-5D that was answered; missing where none was. The five dimensions : level from 1, missing where not answered.
    profile : the five levels as text ("11231"); missing unless all five are there. vas : 0 to 100. n_items, n_missing : items asked and not answered.
    """
    answers = tables["answers"]
    is_eq5d = answers.instrument.isin(list(VERSIONS))
    told = answers.group_by("response_id").agg(
        citizen_id=_.citizen_id.max(),
        respondent=_.respondent.max(),
        wave=_.wave.max(),
        cluster_id=_.cluster_id.max(),
        kommunekode=_.kommunekode.max(),
        date=_.date.min(),
        instrument=_.instrument.max(where=is_eq5d),
        **{name: _.value.max(where=is_eq5d & (answers.item_id == name)).cast("int32") for name in DIMENSIONS},
        vas=_.value.max(where=answers.instrument == "eqvas"),
        n_items=_.count().cast("int32"),
        n_missing=_.value.isnull().sum().cast("int32"),
    )
    told = told.mutate(version=told.instrument.cases(*VERSIONS.items(), else_=ibis.null("string")))
    profile = told[DIMENSIONS[0]].cast("string")
    for name in DIMENSIONS[1:]:
        profile = profile + told[name].cast("string")
    told = add_person(told.mutate(profile=profile), tables["citizen"], "date")
    shown = ("response_id", "citizen_id", "respondent", "wave", "cluster_id", "kommunekode", "date", "sex", "age", "version")
    return told.select(*shown, *DIMENSIONS, "profile", "vas", "n_items", "n_missing")

"""What page 01 says of the delivery: the whole study's, and which outcomes it cuts short."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from effekt import report
from effekt.report import prose, tables
from tests.snapshots import handmade

ACCOUNTS = pd.DataFrame([("lmdb.csv", "read", "", 10), ("lmdb.csv", "kept", "", 10)], columns=["file", "kind", "rule", "n"])
FIRST, LATER = pd.Timestamp("2010-01-01"), pd.Timestamp("2014-01-01")


def registered(here: pd.Timestamp, there: pd.Timestamp) -> pd.DataFrame:
    return pd.DataFrame({"outcome": ["cost_total", "nursing"], "first_month": [FIRST, here], "first_month_comparison": [FIRST, there]})


def test_an_outcome_that_begins_midway_or_is_missing_in_the_comparison_is_told() -> None:
    study = handmade.study()
    for here, there in ((LATER, FIRST), (FIRST, LATER), (FIRST, pd.NaT), (pd.NaT, pd.NaT)):
        table = report.blocked_outcomes(study, ACCOUNTS, registered(here, there))
        assert len(table.rows) == 1, (here, there)
        assert "comparison municipalities: 1." in prose.plain(report.delivery_in_short(study, ACCOUNTS, registered(here, there)))
    assert "ikke registreret" in tables.plain(replace(table, language="da"))


def test_what_is_registered_all_the_way_is_not() -> None:
    study = handmade.study()
    words = prose.plain(report.delivery_in_short(study, ACCOUNTS, registered(FIRST, FIRST)))
    assert words == prose.plain(report.delivery_in_short(study, ACCOUNTS))
    assert prose.plain(report.blocked_outcomes(study, ACCOUNTS, registered(FIRST, FIRST))) == words.splitlines()[-1]


def test_the_delivery_is_not_taken_for_that_of_the_place() -> None:
    assert "the whole study and not of the North cluster alone" in prose.plain(report.delivery_in_short(handmade.study(), ACCOUNTS))

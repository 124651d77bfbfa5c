"""Results about visits and answers, made by hand: told, too few, none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt import report
from effekt.report.results import Result
from effekt.study import Study


def visits(n: int = 120) -> pd.DataFrame:
    """Discharges of as many citizens: each third is offered nothing, each second offer leads to a visit; the last four are outside the rule."""
    place = np.arange(n)
    offered, held = place % 3 > 0, place % 6 == 1
    days = np.where(held, 3.0 + place % 8, np.nan)
    return pd.DataFrame(
        {
            "citizen_id": place, "kommunekode": np.where(place % 2, "0615", "0766"), "discharge_date": pd.Timestamp("2014-01-01"),
            "sex": 1 + place // 3 % 2,
            "age": 66 + place // 5 % 25,
            "eligible": place < n - 4, "listed": offered, "offered": offered,
            "accepted": offered & (place % 5 > 0) | held,
            "held": held, "days_to_visit": days, "within_7_days": days <= 7, "second_held": held & (place % 4 == 1), "third_held": False,
            "performer": np.where(held, np.where(place % 4 == 1, "joint", "nurse"), None),
            "not_held_reason": np.where(offered & ~held, "capacity", None),
        }
    )  # fmt: skip


def answers(n: int = 40, *, lift: int = 0, items: tuple[str, ...] = ("overall", "medicine")) -> pd.DataFrame:
    """As many answers a wave and question, half of them satisfied before, and `lift` more after."""
    place = np.arange(n)
    parts = [
        pd.DataFrame(
            {
                "response_id": place + (n if wave == "after" else 0), "wave": wave, "item_id": item,
                "value": np.where(place < n // 2 + (lift if wave == "after" else 0), 4.0, 2.0),
            }
        )
        for wave in ("before", "after")
        for item in items
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def asked(n: int = 60) -> pd.DataFrame:
    """As many asked a wave, two in three of whom answered."""
    place = np.arange(2 * n)
    return pd.DataFrame(
        {
            "wave": np.where(place < n, "before", "after"), "answered": place % 3 > 0, "sex": 1 + place % 2, "age": 70 + place * 7 % 20,
            "admissions_before": place * 5 % 4, "lives_alone": place * 11 % 7 > 3,
        }
    )  # fmt: skip


def results(study: Study) -> dict[str, Result]:
    """Name -> result of the pages on visits and on experience."""
    rows, fine, none = visits(), answers(lift=12), answers().head(0)
    unlisted = rows.assign(listed=False)
    return {
        "visits": report.visits_in_short(study, rows),
        "visits few": report.visits_in_short(study, rows.head(9)),
        "visits nobody": report.visits_in_short(study, unlisted),
        "visit steps": report.visit_steps(study, rows),
        "visit steps few": report.visit_steps(study, rows.head(9)),
        "visit days": report.visit_days(study, pd.concat([rows, rows])),
        "visit days few": report.visit_days(study, rows),
        "visit takers": report.visit_takers(study, rows),
        "visit performers": report.visit_kinds(study, pd.concat([rows, rows]), by="performer"),
        "visit reasons": report.visit_kinds(study, rows, by="not_held_reason"),
        "visit reach": report.visit_reach(study, rows),
        "visit reach nobody": report.visit_reach(study, unlisted),
        "experience more": report.experience_in_short(study, fine, fine),
        "experience less": report.experience_in_short(study, answers(lift=-12), answers(lift=-12)),
        "experience unclear": report.experience_in_short(study, answers(), answers()),
        "experience few": report.experience_in_short(study, fine.groupby("wave").head(3), none),
        "response": report.response_shares(study, asked(), asked(9)),
        "response nobody": report.response_shares(study, asked(0), asked(0)),
        "response traits": report.response_traits(study, asked()),
        "response traits few": report.response_traits(study, asked(9)),
        "satisfied patients": report.satisfied_shares(study, fine),
        "satisfied relatives few": report.satisfied_shares(study, fine.groupby("wave").head(3), respondent="relative"),
        "satisfied nobody": report.satisfied_shares(study, none),
        "changes": report.satisfied_changes(study, fine),
    }

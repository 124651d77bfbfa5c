"""Results about how citizens live and about what is followed over time, made by hand: told, too few, none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from effekt import report
from effekt.report.results import Result
from effekt.study import Study

PRIMARY = "adm_acute_medical"
DIMENSIONS = ("mobility", "self_care", "usual_activities", "pain_discomfort", "anxiety_depression")


def home(n: int = 60, *, lift: float = 0.0, compared: bool = True) -> pd.DataFrame:
    """As many citizens a group and period; `lift` more days at home where the programme came. One in ten died."""
    parts = []
    for cell, (treated, after) in enumerate([(True, False), (True, True), (False, False), (False, True)][: 4 if compared else 2]):
        place = np.arange(n)
        dead = place % 10 == 3
        days = np.where(dead, 90, 170 + place % 7 + (lift if treated and after else 0))
        parts.append(
            pd.DataFrame(
                {
                    "citizen_id": place + cell * n, "kommunekode": "0615", "sex": 1 + place % 2, "age": 70 + place * 7 % 20, "days_home": days,
                    "days_away": 2, "days_dead": 178 - days, "dead": dead, "treated": treated, "after": after, "cluster": "north",
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def responses(n: int = 40, *, versions: tuple[str, str] = ("3L", "5L"), lift: float = 0.0, compared: bool = False) -> pd.DataFrame:
    """As many responses a wave, those of one citizen in both; EQ VAS is `lift` higher afterwards where the programme came."""
    parts = []
    for treated in (True, False)[: 2 if compared else 1]:
        for after, version in enumerate(versions):
            place = np.arange(n)
            levels = {name: 1 + (place * step + after) % 3 for name, step in zip(DIMENSIONS, (1, 2, 4, 5, 7), strict=True)}
            profile = ["".join(str(levels[name][k]) for name in DIMENSIONS) for k in place]
            vas = 50.0 + place * 11 % 30 + after * (place * 7 % 5 + (lift if treated else 0.0))
            ids = {"response_id": place + 100 * after + 1000 * treated, "citizen_id": (place + 500 * treated).astype(float)}
            where = {"cluster_id": "north", "kommunekode": "0615", "wave": ("before", "after")[after], "after": bool(after), "treated": treated}
            people = {"sex": 1 + place % 2, "age": 70 + place * 7 % 20, "version": version, "profile": profile, "vas": vas}
            parts.append(pd.DataFrame(ids | where | people | levels))
    return pd.concat(parts, ignore_index=True)


def wishes(n: int = 40, *, lift: int = 0) -> pd.DataFrame:
    """As many answers a wave and question, half of them yes before and `lift` more after."""
    place = np.arange(n)
    parts = [
        pd.DataFrame({"response_id": place + n * after, "wave": wave, "item_id": item, "value": (place < n // 2 + lift * after).astype(float)})
        for after, wave in enumerate(("before", "after"))
        for item in ("wishes_followed", "wishes_asked")
    ]
    return pd.concat(parts, ignore_index=True)


def asked(n: int = 60) -> pd.DataFrame:
    """As many asked a wave, of whom the first two in three answered and the last two died first."""
    place = np.arange(n)
    parts = [
        pd.DataFrame(
            {
                "citizen_id": place + 500, "wave": wave, "answered": place < 2 * n // 3, "dead": place >= n - 2, "sex": 1 + place % 2,
                "age": 70 + place * 7 % 20, "admissions_before": place * 5 % 4, "bed_days_before": 0, "lives_alone": place % 3 == 0,
            }
        )
        for wave in ("before", "after")
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def monthly(*, level: float = 60.0, after: float = 1.0, everywhere: float = 1.0, outcome: str = PRIMARY) -> pd.DataFrame:
    """84 months of an outcome: from month 45 on `after` times as many in the area, and `everywhere` times as many in both places."""
    place = np.arange(84)
    swing = 1 + 0.06 * np.sin(place * 1.7) + 0.05 * np.cos(place * 2.9)
    late = np.where(place >= 45, everywhere, 1.0)
    other = np.round(3 * level * late * (1 + 0.02 * np.sin(place * 2.3)))
    return pd.DataFrame(
        {
            "outcome": outcome, "month": pd.date_range("2010-01-01", periods=84, freq="MS"),
            "events": np.round(level * swing * late * np.where(place >= 45, after, 1.0)), "exposure": 200.0, "n_citizens": 2400,
            "other_events": other, "other_exposure": 600.0,
        }
    )  # fmt: skip


def rounds(n: int = 120, *, latest: int = 60, before: int = 60, outcome: str = PRIMARY) -> pd.DataFrame:
    """As many citizens a round, so many of whom have one event each."""
    starts = {"latest": ("2016-10-01", latest), "before": ("2016-07-01", before), "year_before": ("2015-10-01", before)}
    place = np.arange(n)
    parts = [
        pd.DataFrame(
            {"outcome": outcome, "citizen_id": place, "round": told, "first": pd.Timestamp(first), "events": (place < some) * 1.0, "exposure": 0.25}
        )
        for told, (first, some) in starts.items()
    ]
    return pd.concat(parts, ignore_index=True)


def results(north: Study) -> dict[str, Result]:
    """Name -> result."""
    fewer, few, own = home(lift=20), home(9), responses()
    change = report.home_change(north, fewer)
    falls = monthly(after=0.6)
    return {
        "life": report.life_in_short(north, fewer, own, wishes(lift=12)),
        "life worse": report.life_in_short(north, home(lift=-20), responses(lift=20, versions=("5L", "5L")), wishes(lift=-12)),
        "life alone": report.life_in_short(north, home(compared=False), own, wishes()),
        "life few": report.life_in_short(north, few, own.head(5), wishes(4)),
        "home means": report.home_means(north, fewer),
        "home means few": report.home_means(north, few),
        "home changes": report.home_changes(north, fewer),
        "home changes alone": report.home_changes(north, home(compared=False)),
        "home changes nobody": report.home_changes(north, few.head(0)),
        "health": report.health_levels(north, own),
        "health few": report.health_levels(north, own.head(5)),
        "health nobody": report.health_levels(north, own.head(0)),
        "health compared": report.health_compared(north, responses(compared=True, lift=4)),
        "health compared nobody": report.health_compared(north, own),
        "responders": report.health_responders(north, responses(versions=("5L", "5L"), lift=6)),
        "responders few": report.health_responders(north, own.head(9)),
        "problems": report.problem_shares(north, responses(versions=("5L", "5L"))),
        "problems two versions": report.problem_shares(north, own),
        "problems nobody": report.problem_shares(north, own.head(0)),
        "wishes": report.wish_shares(north, wishes(lift=6)),
        "wishes few": report.wish_shares(north, wishes(4)),
        "wishes nobody": report.wish_shares(north, wishes().head(0)),
        "wish changes": report.wish_changes(north, wishes(lift=6)),
        "asked and dead": report.asked_and_dead(north, asked()),
        "health of all": report.health_of_all(north, own, asked()),
        "limits of life": report.limits(north, change, topics=["life"], about_study=False),
        "method of life": report.method(north, change, topics=["life"], about_study=False),
        "monitoring": report.monitoring_in_short(north, falls, rounds(latest=90)),
        "monitoring quiet": report.monitoring_in_short(north, monthly(), rounds(latest=65)),
        "monitoring few": report.monitoring_in_short(north, monthly(level=1.0), rounds(latest=2)),
        "chart": report.control_chart(north, falls, PRIMARY),
        "chart relative": report.control_chart(north, falls, PRIMARY, against="relative"),
        "chart money": report.control_chart(north, monthly(after=1.4, outcome="cost_total"), "cost_total"),
        "chart few": report.control_chart(north, monthly(level=1.0), PRIMARY),
        "signals": report.signal_table(north, falls, PRIMARY),
        "signals none": report.signal_table(north, monthly(), PRIMARY),
        "overview": report.signal_overview(north, pd.concat([falls, monthly(outcome="adm_rate"), monthly(level=1.0, outcome="readm30")])),
        "rounds": report.round_changes(north, pd.concat([rounds(latest=90), rounds(latest=2, outcome="readm30")])),
        "rounds few": report.round_changes(north, rounds(latest=2)),
        "limits of monitoring": report.limits(north, topics=["monitoring"], about_study=False),
        "method of monitoring": report.method(north, topics=["monitoring"], about_study=False),
    }

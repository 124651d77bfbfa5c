"""Hand-made results of the page on the use of services: told, one-sided, too few, not registered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from effekt import report
from effekt.estimates.estimate import Estimate
from effekt.report.results import Result
from effekt.study import Study

PARTS = ("adm_rate", "outpat", "gp_contacts", "homecare_services")
COSTS = {"cost_hosp": 24000.0, "cost_prac": 1000.0, "cost_mun": 12000.0}
RATES = {"beddays": 1.8, "homecare_h": 30.0, "adm_rate": 0.4, "outpat": 1.2, "gp_contacts": 8.0, "homecare_services": 15.0}


def use(n: int = 120, **effects: float) -> pd.DataFrame:
    """Citizens of the programme and of the comparison before and after; `effects` are the ratios of the programme's after."""
    place = np.arange(n)
    rows = []
    for treated in (True, False):
        for after in (False, True):
            ratio = {name: effects.get(name, 1.0) if treated and after else 1.0 for name in (*COSTS, *RATES)}
            levels = enumerate((COSTS | RATES).items())
            used = {name: level * ratio[name] * (0.6 + 0.8 * ((place * (7 + k) + 3 * after + 5 * k) % 13) / 12) for k, (name, level) in levels}
            unit = np.where(place % 2, "0751", "0741") if treated else np.where(place % 2, "0461", "0420")
            about = {"citizen_id": place + 1000 * treated, "cluster": "north", "unit": unit, "treated": treated, "after": after, "exposure": 1.0}
            rows.append(pd.DataFrame({**about, **used}))
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(services_total=frame[list(PARTS)].sum(axis=1))


def parts() -> pd.DataFrame:
    """What the total adds, and home nursing, which it does not."""
    first = pd.Timestamp("2010-01-01")
    rows = [(name, first, first, True) for name in PARTS]
    rows.append(("nursing", pd.Timestamp("2014-01-01"), pd.NaT, False))
    return pd.DataFrame(rows, columns=["part", "first_month", "first_month_comparison", "added"])


def results(study: Study, ratio: Estimate) -> dict[str, Result]:
    """Name -> result."""
    shifted = use(cost_hosp=0.8, cost_mun=1.2, beddays=0.8, homecare_h=1.2, gp_contacts=0.7, adm_rate=0.8)
    back, few = use(cost_hosp=1.2, beddays=1.2, adm_rate=0.8), use(5)
    alone = shifted[shifted["treated"]]
    untold = replace(ratio, value=None, low=None, high=None, p=None, claim="descriptive", cautions=("not_registered_both",), reasons=(), facts={})
    moved = [replace(ratio, outcome="gp_contacts"), replace(ratio, outcome="homecare_h", n_events=None), replace(untold, outcome="nursing")]
    return {
        "mix more": report.mix_in_short(study, shifted),
        "mix less": report.mix_in_short(study, back),
        "mix unclear": report.mix_in_short(study, use()),
        "mix alone": report.mix_in_short(study, alone),
        "mix few": report.mix_in_short(study, few),
        "mix nobody": report.mix_in_short(study, shifted.head(0)),
        "mix bars": report.mix_bars(study, shifted),
        "mix bars alone": report.mix_bars(study, alone),
        "mix bars few": report.mix_bars(study, few),
        "mix changes": report.mix_changes(study, shifted),
        "mix other ways": report.mix_other_ways(study, shifted),
        "mix other ways nobody": report.mix_other_ways(study, alone),
        "service parts": report.service_parts(study, shifted, parts()),
        "service parts few": report.service_parts(study, few, parts()),
        "sector moves": report.sector_moves(study, moved),
        "registered": report.registered_table(study, parts().rename(columns={"part": "outcome"})),
        "substitutions": report.substitutions(study, shifted),
        "substitutions back": report.substitutions(study, back),
        "substitutions none": report.substitutions(study, few),
        **visit_results(study),
        **survey_results(study),
        "services limits": report.limits(study, moved, topics=["services"]),
        "services method": report.method(study, topics=["services"]),
    }


def discharges(n: int = 400) -> pd.DataFrame:
    """Discharges, every second with a visit, half of them readmitted."""
    place = np.arange(n)
    day = pd.Series(np.where(place % 2, 3 + place % 9, -1)).astype("Int64").replace(-1, pd.NA)
    until = np.where(place % 4 < 2, 20 + (place * 37) % 150, 180)
    return pd.DataFrame({"citizen_id": place, "days_followed": until, "days_to_visit": day, "event": place % 4 < 2, "listed": True})


def visit_results(study: Study) -> dict[str, Result]:
    """Name -> result of the comparison of visited and not visited."""
    rows = discharges()
    visited, again = rows["days_to_visit"].notna(), rows["event"]
    others_sooner = rows.assign(days_followed=rows["days_followed"].mask(again & ~visited, 20))
    more = again & (visited | (rows["citizen_id"] % 8 == 0))
    visited_sooner = rows.assign(days_followed=rows["days_followed"].mask(again & visited, 20), event=more)
    return {
        "visited less": report.compare_visited(study, others_sooner),
        "visited more": report.compare_visited(study, visited_sooner),
        "visited unclear": report.compare_visited(study, rows),
        "visited few": report.compare_visited(study, discharges(40)),
        "visited nobody": report.compare_visited(study, discharges().assign(listed=False)),
        "visited three ways": report.visit_effect_table(study, discharges()),
    }


def survey(n: int = 200) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of those asked in two waves, and everybody asked: those who live alone answer less often and are satisfied less often."""
    place = np.tile(np.arange(n), 2)
    wave = np.repeat(["before", "after"], n)
    alone = place % 2 == 0
    about = {"citizen_id": place, "wave": wave, "lives_alone": alone, "sex": 1 + (place // 8) % 2, "age": 70 + (place * 7) % 20}
    asked = pd.DataFrame({**about, "admissions_before": (place * 11) % 3, "answered": (place // 2) % 4 < np.where(alone, 1, 3), "dead": False})
    value = np.where((place // 2 + (wave == "after")) % 5 < np.where(alone, 1, 4), 5.0, 2.0)
    said = asked[asked["answered"]]
    return said[["citizen_id", "wave"]].assign(item_id="overall", value=value[asked["answered"]]), asked


def survey_results(study: Study) -> dict[str, Result]:
    """Name -> result of the answers with those who did not answer weighed in."""
    answers, asked = survey()
    return {
        "weighed patients": report.weighted_satisfied(study, answers, asked),
        "weighed relatives few": report.weighted_satisfied(study, *survey(30), respondent="relative"),
        "weighed relatives": report.weighted_satisfied(study, answers, asked, respondent="relative"),
        "weighed nobody": report.weighted_satisfied(study, answers, asked.head(0)),
    }

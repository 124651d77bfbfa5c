"""Results about who the citizens are and about subgroups, made by hand: told, too few, none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from effekt import report
from effekt.estimates.estimate import Estimate
from effekt.estimates.interaction_contrasts import Interaction
from effekt.report.results import Result
from effekt.report.subgroup_changes import LevelChange, SubgroupChanges, SubgroupTest
from effekt.study import Study


def traits(n: int = 120) -> pd.DataFrame:
    """As many citizens of the area and twice as many of the comparison: every second lives alone, nobody's medicine is told."""
    place = np.arange(3 * n)
    return pd.DataFrame(
        {
            "citizen_id": place, "treated": place < n, "age": 65 + place * 7 % 31, "sex": 1 + place // 2 % 2,
            "lives_alone": pd.array(place % 2 == 0, dtype="boolean"),
            "n_chronic": pd.array(place % 5, dtype="Int64"), "n_drugs": pd.array([None] * len(place), dtype="Int64"),
            "n_acute": place * 3 % 7 // 5, "care_minutes": pd.array(place % 9 // 7 * 60, dtype="Int64"),
            "rolling_on": pd.Series(pd.Timestamp("2014-05-01"), index=place).where(place % 3 == 0),
            "enrolled_on": pd.Series(pd.NaT, index=place),
        }
    )  # fmt: skip


def residents(n: int = 130) -> pd.DataFrame:
    """Residents from 60 years on."""
    return pd.DataFrame({"kommunekode": ["0615", "0615"], "age": [60, 70], "n": [n - 120, 120]})


def enrolled(n: int = 12) -> pd.DataFrame:
    """As many enrolled, two in three of whom are citizens of `traits` (the others came later)."""
    place = np.arange(n)
    return pd.DataFrame({"citizen_id": np.where(place % 3 == 2, 10**6 + place, place), "n_acute": 2 + place % 2, "at_start": place % 3 < 2})


def treatments(n: int = 60) -> pd.DataFrame:
    """As many admissions before as after, every tenth outside and every twelfth unknown."""
    place = np.arange(2 * n)
    where = np.where(place % 12 == 11, None, np.where(place % 10 == 0, "south", "north"))
    return pd.DataFrame({"citizen_id": place // 2, "cluster_id": "north", "after": place >= n, "hospital_cluster": where})


def persons(n: int = 400) -> pd.DataFrame:
    """Citizens before and after: events in two of eleven rows."""
    place = np.arange(2 * n)
    events = (place * 7 % 11 < 2) * 1
    rows = pd.DataFrame({"citizen_id": place % n, "treated": place % n < n // 2, "after": place >= n, "events": events, "exposure": 2.0})
    rows.attrs = {"outcome": "adm_acute_medical", "unit": "north", "measure_unit": "per_person_year"}
    return rows


def movements() -> pd.DataFrame:
    """100 to begin with, 20 turn 65, 5 move in, 9 die, 3 move out; the same after."""
    counts = {(True, "first_month"): 100, (True, "age"): 20, (True, "move"): 5, (False, "death"): 9, (False, "move"): 3}
    parts = [
        pd.DataFrame({"enters": enters, "reason": reason, "after": after}, index=range(n))
        for (enters, reason), n in counts.items()
        for after in (False, True)
        if not (after and reason == "first_month")
    ]
    return pd.concat(parts, ignore_index=True)


def changes(whole: Estimate, *, p_holm: float | None = 0.4, untold: bool = False, declared: bool = True) -> SubgroupChanges:
    """Men with `whole`, women with a fifth less and, where `untold`, without a number; the test of sex has `p_holm`."""
    less = replace(whole, value=0.71, low=0.6, high=0.84)
    nothing = replace(whole, value=None, low=None, high=None, p=None, se=None, claim="descriptive", cautions=("too_few_events",))
    levels = (LevelChange("sex", "men", whole), LevelChange("sex", "women", nothing if untold else less))
    found = Interaction(2, 0, 1, 5.2, 1.0, 0.02, 0.77, 0.62, 0.96) if p_holm is not None else Interaction(0)
    tests = (SubgroupTest("sex", found, "men" if p_holm else "", "women" if p_holm else "", p_holm, 345),)
    tests += (SubgroupTest("age", Interaction(0), "", "", None, 0),)
    return SubgroupChanges(whole, levels, tests) if declared else SubgroupChanges(whole, (), ())


def results(study: Study, region: Study, whole: Estimate) -> dict[str, Result]:
    """Name -> result of the pages on the population and on subgroups."""
    rows, few = traits(), traits(9)
    everybody = persons()
    return {
        "population": report.population_in_short(study, rows, enrolled(24)),
        "population few enrolled": report.population_in_short(study, rows, enrolled()),
        "population region": report.population_in_short(region, rows, enrolled()),
        "population nobody enrolled": report.population_in_short(study, rows, enrolled(0)),
        "population few": report.population_in_short(study, few, enrolled(0)),
        "population nobody": report.population_in_short(study, rows[~rows["treated"]], enrolled(0)),
        "flow": report.population_flow(study, rows, residents(), enrolled()),
        "flow nobody": report.population_flow(study, rows[~rows["treated"]], residents(), enrolled(0)),
        "profile": report.population_profile(study, rows),
        "profile few": report.population_profile(study, few),
        "treated outside": report.treatment_in_short(study, treatments()),
        "treated few": report.treatment_in_short(study, treatments(5)),
        "treatments": report.treatment_table(study, treatments()),
        "treatments of the region": report.treatment_table(region, treatments()),
        "cohorts": report.cohort_table(study, everybody, everybody[everybody["treated"]].head(300)),
        "cohorts few": report.cohort_table(study, everybody, everybody[everybody["treated"]].head(9)),
        "movements": report.movement_table(study, movements()),
        "movements of the region": report.movement_table(region, movements()),
        "movements nobody": report.movement_table(study, movements().head(0)),
        "limits of groups": report.limits(study, topics=["population", "subgroups"], about_study=False),
        "method of groups": report.method(study, topics=["population", "subgroups"], about_study=False),
        "subgroups alike": report.subgroups_in_short(study, changes(whole)),
        "subgroups differ": report.subgroups_in_short(study, changes(whole, p_holm=0.02)),
        "subgroups too few": report.subgroups_in_short(study, changes(whole, p_holm=None)),
        "subgroups undeclared": report.subgroups_in_short(study, changes(whole, declared=False)),
        "subgroup forest": report.subgroup_forest(study, changes(whole, untold=True)),
        "subgroup forest undeclared": report.subgroup_forest(study, changes(whole, declared=False)),
        "subgroup tests": report.subgroup_tests(study, changes(whole)),
        "subgroup tests too few": report.subgroup_tests(study, changes(whole, p_holm=None)),
    }

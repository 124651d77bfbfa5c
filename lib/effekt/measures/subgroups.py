"""Which level of each declared subgroup a citizen is in: one level for the whole of the evaluation, fixed by what was known before the start."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from effekt.errors import UsageError
from effekt.study import COMPARISON, Study

if TYPE_CHECKING:
    import pandas as pd

AGES_FROM: Mapping[str, int] = MappingProxyType({"young": 0, "middle": 75, "old": 85})
LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "age": tuple(AGES_FROM),
        "sex": ("men", "women"),
        "lives_alone": ("together", "alone"),
        "multimorbidity": ("few", "several"),
    }
)
"""Levels of each subgroup that a protocol can declare, in the order in which they are shown."""


def subgroup_levels(study: Study) -> pd.DataFrame:
    """The level of every declared subgroup for each citizen of the study's cluster and of the comparison.

    age : on the day of the start, also for whoever died before or came later; sex : both from the population register. lives_alone and
    multimorbidity (at least `frailty.chronic_groups` groups) : as known on the day before the start, for those in the target population on that day;
    missing for all others and where it is not told.

    Returns
    -------
    DataFrame
        Index citizen_id; one column a declared subgroup, in the order of the protocol: a name of `LEVELS`, or missing.

    Raises
    ------
    UsageError
        The study is the whole region: each cluster has its own start. DataError: a derived table is missing or damaged.
    """
    import pandas as pd

    if study.cluster is None:
        raise UsageError("The levels of subgroups are those on the day of a cluster's start: use measures.subgroup_levels(study.of(cluster)).")
    born = study.read("born").set_index("citizen_id").sort_index()
    known = study.read(
        "traits",
        ["citizen_id", "lives_alone", "n_chronic"],
        filters=[("start_of", "==", study.cluster), ("cluster_id", "in", [study.cluster, COMPARISON])],
    ).set_index("citizen_id")
    several = pd.to_numeric(known["n_chronic"]).astype("Int64") >= study.protocol.frailty.chronic_groups
    found = {
        "age": pd.cut(age_on(born["birth_date"], study.start), [*AGES_FROM.values(), 200], right=False, labels=list(AGES_FROM)).astype("object"),
        "sex": born["sex"].map({1: "men", 2: "women"}),
        "lives_alone": known["lives_alone"].astype("boolean").map({False: "together", True: "alone"}),
        "multimorbidity": several.astype("boolean").map({False: "few", True: "several"}),
    }
    declared = list(dict.fromkeys(study.protocol.subgroups))
    return pd.DataFrame({name: found[name].reindex(born.index) for name in declared}, index=born.index, dtype="object")


def age_on(birth_date: pd.Series, day: pd.Timestamp) -> pd.Series:
    """Age in whole years; a birthday on `day` has been reached."""
    born = birth_date.astype("datetime64[s]")
    ahead = (born.dt.month > day.month) | ((born.dt.month == day.month) & (born.dt.day > day.day))
    return day.year - born.dt.year - ahead.astype("int64")

"""Signs of frailty by the rules of the protocol, from what was known of a citizen before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effekt.study import Study

if TYPE_CHECKING:
    import pandas as pd

SIGNS = ("lives_alone", "chronic", "drugs", "acute", "care")


def add_signs(study: Study, traits: pd.DataFrame) -> pd.DataFrame:
    """Which signs of frailty each citizen had on the day before the start, by `frailty` of the protocol.

    traits : as from `measures.traits`.

    Returns
    -------
    DataFrame
        One row a citizen, as in `traits`: lives_alone, chronic, drugs, acute, care (boolean; missing where the fact is not told), n_signs (how
        many are true; one that is not told is not), frail (n_signs >= signs of the protocol). `attrs` and the other columns as they were.
    """
    rule = study.protocol.frailty
    held = {
        "lives_alone": traits["lives_alone"],
        "chronic": traits["n_chronic"] >= rule.chronic_groups,
        "drugs": traits["n_drugs"] >= rule.drugs,
        "acute": traits["n_acute"] >= rule.acute_admissions,
        "care": traits["care_minutes"] > 0,
    }
    told = traits.assign(**{name: column.astype("boolean") for name, column in held.items()})
    n_signs = told[list(SIGNS)].fillna(False).astype("int64").sum(axis=1)
    marked = told.assign(n_signs=n_signs, frail=n_signs >= rule.signs)
    marked.attrs = dict(traits.attrs)
    return marked

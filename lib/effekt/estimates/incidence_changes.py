"""Change of a cumulative incidence with a competing event, against a comparison: readmission where people may die instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames, intervals
from effekt.estimates.estimate import Estimate
from effekt.estimates.group_rates import contrast_cells
from effekt.estimates.marginal_models import FEW_GROUPS
from effekt.estimates.proportions import TERMS, Contrast
from effekt.estimates.time_to_event import incidence_at

METHOD = "incidence_change"
CELLS = {
    "after_before": ({"after": False}, {"after": True}),
    "group_group": ({"treated": False}, {"treated": True}),
    "programme_comparison": tuple({"treated": treated, "after": after} for treated in (False, True) for after in (False, True)),
}


@dataclass(frozen=True)
class IncidenceChange:
    """What `incidence_change` found.

    effect : the change, scale difference (of probabilities). incidences : frame treated, after (those that the contrast is about), n (spells),
    n_events, estimate. influence : Series, group -> influence on the effect, for `shared_variance`; its squares add up to the squared error.
    """

    effect: Estimate
    incidences: pd.DataFrame
    influence: pd.Series = field(compare=False, repr=False)


def incidence_change(
    spells: pd.DataFrame,
    *,
    at: float,
    event: Literal[1, 2] = 1,
    groups: str = "citizen_id",
    contrast: Contrast | None = None,
    level: float = 0.95,
) -> IncidenceChange:
    """Difference in the probability that the event has happened by `at`, after minus before (or treated minus others), or of their differences.

    Aalen-Johansen in each period and arm, so that death competes with the event and is no censoring; every row has a clock of its own. The
    standard error is the infinitesimal jackknife over `groups`: a citizen's spells, also those of different periods, are left out together.
    The interval is normal. Without censoring it is the plain difference of shares, with the error robust by citizen.

    Parameters
    ----------
    spells : DataFrame
        One row a spell, for instance a discharge: `groups`, entry, exit (any unit of time, exit > entry), event (0 censored, 1 event,
        2 competing), after and/or treated (bool or 0/1). Spells of one citizen may overlap in the calendar.
    at : a time within the observation of every period and arm.
    event : 1, or 2 for the competing one.
    groups : column of those whose spells hang together (the citizen).
    contrast : as in `rate_ratio`: None takes what varies in the frame; after_before with both is the programme's rows (treated) alone,
        group_group the rows after the start alone.
    level : level of the interval, both ends included.

    Returns
    -------
    IncidenceChange
        scale difference (0.05 = 5 percentage points); n_events is the spells with the event by `at`. The claim is "descriptive": with one period
        before and one after, a course that was already under way cannot be told from an effect. Caution few_units_compared with fewer than 40 groups.

    Raises
    ------
    DataError
        A column is missing or not in its range; nothing varies; a cell of the contrast is empty; `at` lies outside the observation of one.

    References
    ----------
    .. [1] Aalen, Johansen (1978). Scand J Stat 5:141-150.
    """
    frames.check_level(level)
    frames.require(spells, [groups, "entry", "exit", "event"], what="spell")
    if contrast is not None and contrast not in TERMS:
        raise DataError(f"contrast is {contrast!r}; it must be one of {', '.join(TERMS)}, or None.")
    if not {"after", "treated"} & set(spells.columns):
        raise DataError("The frame has neither a column after nor a column treated: there is nothing to compare.")
    after, treated = (frames.flags(spells, name) if name in spells else None for name in ("after", "treated"))
    kept, cell, signs, grade = contrast_cells(after, treated, contrast)
    kind = contrast or {"after_before": "after_before", "group_group": "group_group"}.get(grade.contrast, "programme_comparison")
    empty = int((np.bincount(cell[kept], minlength=len(signs)) == 0).sum())
    if empty:
        raise DataError(f"{empty} of the {len(signs)} cells of the contrast {grade.contrast} have no row: there is nothing to compare.")
    code, labels = frames.codes(spells.loc[kept], groups)
    own, cell = spells.loc[kept], cell[kept]
    value, influence, rows = 0.0, np.zeros(len(labels)), []
    for place, sign in enumerate(signs):
        here = cell == place
        estimate, moved = incidence_at(own.loc[here], at, event)
        value += sign * estimate
        influence += sign * np.bincount(code[here], moved, len(labels))
        happened = (own.loc[here, "event"] == event) & (own.loc[here, "exit"] <= at)
        rows.append({**CELLS[kind][place], "n": int(here.sum()), "n_events": int(happened.sum()), "estimate": estimate})
    fields: dict[str, Any] = {
        "method": METHOD, "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "n_citizens": len(labels),
        "n_events": sum(row["n_events"] for row in rows), "cautions": ("few_units_compared",) if len(labels) < FEW_GROUPS else (),
        "facts": {"n_units": len(labels)},
    }  # fmt: skip
    effect = intervals.difference(value, float(np.linalg.norm(influence)), level=level, **fields)
    return IncidenceChange(frames.named(effect, spells), pd.DataFrame(rows), pd.Series(influence, index=labels))

"""Which months of which units are before, after or left out of a controlled time series, and what is counted in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import frames
from effekt.estimates.citizen_cells import CitizenCells


@dataclass(frozen=True)
class Plan:
    """Months as numbers, and bool a cell: treated, after (from the start on), used (in the model)."""

    first: int
    horizon: int
    phase_in: int
    contaminated_months: int
    treated: np.ndarray
    after: np.ndarray
    used: np.ndarray
    years: np.ndarray

    def months(self, cells: CitizenCells, after: bool) -> np.ndarray:
        """Month numbers of the programme's used cells before, or from, the start."""
        return np.unique(cells.cell_month[self.used & self.treated & (self.after == after)])


def plan_months(cells: CitizenCells, start: pd.Timestamp, horizon: int, phase_in: int, contaminated: Iterable) -> Plan:
    """Which cells are used; DataError where a side has no unit, or no month before or after is left."""
    first = frames.month_number(start)
    month, treated, present = cells.cell_month, cells.cell_treated, cells.exposure > 0
    dirty = np.zeros(len(month), dtype=bool)
    for low, high in contaminated:
        dirty |= (month >= frames.month_number(low)) & (month <= frames.month_number(high))
    after = month >= first
    used = present & ~(treated & (dirty | (after & (month < first + phase_in))))
    for side, name in ((treated, "programme"), (~treated, "comparison")):
        if not (side & present).any():
            raise DataError(f"The frame has no {name} unit with exposure: treated must be true for some units and false for others.")
        for period, word in ((~after, "before"), (after, "after")):
            if not (used & side & period).any():
                raise DataError(
                    f"No month is left {word} the start in the {name}: the data, the start, the phase-in and the contaminated months leave none. "
                    "Check them in evaluation.yml."
                )
    n_dirty = len(np.unique(month[treated & dirty & ~after & present]))
    return Plan(first, horizon, phase_in, n_dirty, treated, after, used, (month - first - horizon) / 12.0)


def count(cells: CitizenCells, plan: Plan, counted: bool) -> dict[str, int]:
    """Events (rows with an amount, for money) by side and period, and citizens by side, in the used cells."""
    row_used = plan.used[cells.cell]
    happened = cells.row_events if counted else (cells.row_events > 0).astype(float)
    group = (2 * plan.treated + plan.after)[cells.cell]
    events = np.bincount(group[row_used], happened[row_used], 4)
    side = plan.treated[cells.cell]
    citizens = [len(np.unique(cells.citizen[row_used & (side == flag)])) for flag in (False, True)]
    return {
        "n_events": int(events.sum()), "n_events_treated": int(events[2:].sum()),
        "n_events_before": int(events[2]), "n_events_after": int(events[3]), "comparison_before": int(events[0]), "comparison_after": int(events[1]),
        "n_citizens": len(np.unique(cells.citizen[row_used])), "n_citizens_treated": citizens[1], "comparison_citizens": citizens[0],
    }  # fmt: skip


def too_thin(counts: Mapping[str, int], min_events: int, min_citizens: int) -> tuple[str, ...]:
    """Cautions that forbid a model: too_few_events, too_few_citizens, or none."""
    events = min(counts[key] for key in ("n_events_before", "n_events_after", "comparison_before", "comparison_after"))
    citizens = min(counts["n_citizens_treated"], counts["comparison_citizens"])
    few_events = ("too_few_events",) if events < max(min_events, 1) else ()
    return few_events + (("too_few_citizens",) if citizens < min_citizens else ())

"""Asking an estimator a question that may have no answer: where there is nobody, or too little, the answer says so in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from effekt.estimates.estimate import Estimate, Scale

if TYPE_CHECKING:
    from effekt.study import Study

ASKED: dict[str, tuple[str, str, Scale]] = {
    "bootstrap_mean_difference": ("bootstrap_percentile", "programme_comparison", "difference"),
    "controlled_time_series": ("controlled_time_series", "programme_comparison", "ratio"),
    "cost_difference": ("cost_difference", "programme_comparison", "difference"),
    "cost_ratio": ("cost_ratio_glm", "after_before", "ratio"),
    "interrupted_time_series": ("quasi_poisson_time_series", "programme_forecast", "ratio"),
    "rate_ratio": ("poisson_by_citizen", "after_before", "ratio"),
}
_NO_MONTHS = ("month", "observed", "rate", "low", "high", "used")


@dataclass(frozen=True)
class Untold:
    """An answer without a number: `effect` says why in its cautions; there are no months to draw."""

    effect: Estimate
    counterfactual: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(_NO_MONTHS)))
    events_avoided: Estimate | None = None


def answer(study: Study, estimate: Callable[..., Any], frame: pd.DataFrame, **options: Any) -> Any:
    """`estimate(frame, **options)`, or an `Untold` where the programme's side of the frame is thinner than the protocol's `too_few`.

    Below either limit, before or after the start (where the frame says which), no number is computed: an empty cluster, or one with a handful
    of citizens or events. The limit on events holds for counts only. Nor is one where a contrast against a comparison has no comparison, or no
    month on a side of the start. `estimate` is a function named in `ASKED`; any other is asked at once.
    """
    name = getattr(estimate, "__name__", "")
    if name not in ASKED:
        return estimate(frame, **options)
    citizens, events = _thinnest(frame)
    limit = study.protocol.too_few
    short = {"too_few_events": events is not None and events < limit.events, "too_few_citizens": citizens is not None and citizens < limit.citizens}
    cautions = tuple(key for key, is_short in short.items() if is_short)
    if name == "controlled_time_series" and citizens:
        cautions = _one_sided(frame, **options)
        cautions = ("not_registered_both",) if frame.attrs.get("unregistered") and "no_months_left" in cautions else cautions
    if not cautions:
        return estimate(frame, **options)
    facts: dict[str, float] = {"n_citizens": citizens or 0, "min_citizens": limit.citizens, "min_events": limit.events}
    facts |= {} if events is None else {"n_events": events}
    if not citizens and frame.attrs.get("unregistered"):
        cautions, facts = ("not_registered",), {}
    named = {key: str(frame.attrs.get(key, "")) for key in ("outcome", "measure_unit", "unit")}
    return _nothing(study, name, cautions, facts, **named)


def lacking(study: Study, outcome: str, estimate: str = "controlled_time_series") -> Untold:
    """The answer on an outcome that the study's delivery has no data for; `estimate` is a name in `ASKED`."""
    return _nothing(study, estimate, ("not_delivered",), {}, outcome=outcome, measure_unit=study.outcome(outcome).unit)


def unregistered(study: Study, outcome: str, estimate: str = "controlled_time_series") -> Untold:
    """The answer on an outcome that is not registered both here and in the comparison, before and after the start."""
    return _nothing(study, estimate, ("not_registered_both",), {}, outcome=outcome, measure_unit=study.outcome(outcome).unit)


def _nothing(
    study: Study, name: str, cautions: tuple[str, ...], facts: dict[str, float], *, outcome: str, measure_unit: str, unit: str = ""
) -> Untold:
    method, contrast, scale = ASKED[name]
    reasons = ("too_few",) if any(key.startswith("too_few") for key in cautions) else ()
    nothing = Estimate(scale, None, None, None, method, "descriptive", contrast, study.level, cautions=cautions, reasons=reasons, facts=facts)
    return Untold(nothing.named(outcome=outcome, unit=unit or study.unit, measure_unit=measure_unit))


def _one_sided(frame: pd.DataFrame, start: pd.Timestamp, phase_in: int = 0, contaminated: Iterable[Any] = (), **_: Any) -> tuple[str, ...]:
    """What a contrast over time against a comparison lacks altogether: the comparison, or all months before or after the start."""
    lived = frame["exposure"].to_numpy() > 0
    treated, month = frame["treated"].to_numpy(), frame["month"].to_numpy()
    first = np.datetime64(start, "ns")
    earlier = (month < first) & lived
    for low, high in contaminated:
        earlier &= ~(treated & (month >= np.datetime64(low, "ns")) & (month <= np.datetime64(high, "ns")))
    later = (month >= np.datetime64(start + pd.DateOffset(months=phase_in), "ns")) & lived
    if not (lived & ~treated).any():
        return ("no_comparison_group",)
    sides = (earlier & treated, later & treated, (month < first) & lived & ~treated, (month >= first) & lived & ~treated)
    return () if all(side.any() for side in sides) else ("no_months_left",)


def _thinnest(frame: pd.DataFrame) -> tuple[int | None, float | None]:
    """Fewest citizens and fewest events of the programme on a side of the start; None for what the frame does not tell."""
    own = frame[frame["treated"]] if "treated" in frame else frame
    sides = [own[own["after"]], own[~own["after"]]] if "after" in own else [own]
    counts = str(frame.attrs.get("measure_unit", "")) != "dkk_per_person_year" and "events" in own
    citizens = min(side["citizen_id"].nunique() for side in sides) if "citizen_id" in own else None if len(own) else 0
    return citizens, min(float(side["events"].sum()) for side in sides) if counts else None

"""Results about an answer held against other ways of computing it, made by hand: it holds, it leans, it falls, there is none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from effekt import report
from effekt.estimates.detectable import DetectableEffect
from effekt.estimates.estimate import Estimate
from effekt.estimates.placebos import PlaceboDates, negative_controls
from effekt.report.alternatives import Way
from effekt.report.holding import ZERO, Checks, Drift, Held, Tried
from effekt.report.results import Result
from effekt.report.sensitivity import Sensitivity
from effekt.study import Study


def ways(main: Estimate, *ratios: float | None, own: float | None = None) -> tuple[Tried, ...]:
    """A way a ratio (None: no number), with an interval as wide as the main one; `own` is that of the way without a comparison."""
    def effect(ratio: float | None) -> Estimate | None:
        if ratio is None or main.value is None:
            return None
        return replace(main, value=ratio, low=main.low * ratio / main.value, high=main.high * ratio / main.value)

    names = [
        ("phase_in", "Alle måneder tæller", "Every month counts"), ("cohort", "Kun de første", "Only the first"), ("errors", "Fejl", "Errors"),
    ]  # fmt: skip
    tried = [Tried(Way(f"{choice}_{place}", choice, place, {"da": da, "en": en}), effect(ratio)) for place, (ratio, (choice, da, en)) in
             enumerate(zip(ratios, names, strict=False))]  # fmt: skip
    alone = [Tried(Way("own_course_1", "own_course", 1, {"da": "Egen udvikling", "en": "Own course"}), effect(own))] if own else []
    return tuple(sorted([*tried, *alone], key=lambda one: (one.effect is None, one.effect.value if one.effect is not None else 0.0)))


def held(main: Estimate, *ratios: float | None, own: float | None = None) -> Held:
    """An answer and the ways of `ways`."""
    return Held(main, None, ways(main, *ratios, own=own))


def checks(main: Estimate, *, calm: bool = True) -> Checks:
    """Everything else: two false starts, one outcome that cannot move, two clusters' drifts, hospitals, a plan; `calm` decides how they turn out."""
    low, high = (0.91, 1.12) if calm else (1.02, 1.21)
    dates = [(ZERO - pd.DateOffset(months=months), 1.05, low, high, 0.21, "") for months in (6, 12)]
    dates.append((ZERO - pd.DateOffset(months=24), None, None, None, None, "few"))
    placebo = PlaceboDates(pd.DataFrame(dates, columns=["start", "value", "low", "high", "p", "note"]).astype(object), 0.0, 0.5)
    control = replace(main, outcome="adm_planned_other", value=1.02 if calm else 1.3, low=0.9 if calm else 1.1, high=1.2 if calm else 1.5,
                      p=0.6 if calm else 0.002, se=0.08)  # fmt: skip
    away = pd.DataFrame({"kommunekode": ["0791", "0740"], "n": [500, 400], "n_elsewhere": [10, 12 if calm else 80], "n_unknown": [3, 4]})
    plan = DetectableEffect(pd.DataFrame({"ratio": [1.0, 0.93, 0.89], "power": [0.05, 0.5, 0.86], "mc_error": [0.01, 0.03, 0.02]}), 0.05,
                            0.902 if calm else None, 200, 1)  # fmt: skip
    others = replace(main, value=0.931, low=0.87, high=0.99 if calm else 1.02)
    return Checks(
        placebo, (control,), negative_controls([control], effect=main), {"adm_planned_other": {"da": "De er aftalt før.", "en": "Agreed before."}},
        (Drift(main, 0.4), Drift(replace(main, unit="south"), None)), away, others, plan,
    )  # fmt: skip


NOTHING = Checks(None, (), None, {}, (), pd.DataFrame({"n": [], "n_elsewhere": []}), None, None)


def results(north: Study, region: Study, told: dict[str, Any]) -> dict[str, Result]:
    """told : less, unclear, none, money: the estimates that handmade.py has."""
    less, unclear, none = told["less"], told["unclear"], told["none"]
    firm = replace(less, facts={**less.facts, "bound_low": 0.8, "bound_high": 0.98})
    holds = Sensitivity(held(less, 0.91, 0.93, own=0.9), checks(firm), held(told["money"], 0.9, 0.95, None))
    falls = Sensitivity(held(less, 0.97, 1.04, None, own=1.2), checks(less, calm=False), None)
    empty = Sensitivity(Held(none, None, ()), NOTHING, None)
    leans = Sensitivity(held(less, 0.97, 0.98, own=0.97), checks(less), None)
    loose = Sensitivity(held(unclear, 0.9, 1.01), checks(unclear), None)
    calm = Sensitivity(held(unclear, 0.99, 1.02, own=1.03), checks(unclear), None)
    alone = replace(holds, checks=replace(holds.checks, away=holds.checks.away[:1]))
    plain = {"holds": holds, "falls": falls, "none": empty, "leans": leans, "loose": loose, "calm": calm}
    shown = {f"sensitivity {name}": report.sensitivity_in_short(north, found) for name, found in plain.items()}
    for name, found in (("holds", holds), ("falls", falls), ("none", empty)):
        shown |= {
            f"false starts {name}": report.false_starts(north, found),
            f"untouched {name}": report.untouched_outcomes(north, found),
            f"drift {name}": report.drift_before(north, found),
            f"spillover {name}": report.spillover(north, found),
            f"hidden {name}": report.hidden_difference(north, found),
            f"smallest {name}": report.smallest_change(north, found),
        }
    return shown | {
        "curve": report.specification_curve(north, holds.primary),
        "curve money": report.specification_curve(north, holds.second),
        "curve nobody": report.specification_curve(north, empty.primary),
        "curve no second": report.specification_curve(north, None),
        "curve untried": report.specification_curve(north, held(less, None)),
        "drift unclear": report.drift_before(north, calm),
        "spillover one": report.spillover(north, alone),
        "drift region": report.drift_before(region, holds),
        "hidden unclear": report.hidden_difference(north, calm),
        "other things": report.other_things(north),
        "other things region": report.other_things(region),
    }

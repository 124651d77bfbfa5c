"""Several units' effects as one: the mean, the spread between units, and what to expect in the next unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates.between_variance import ESTIMATORS, generalised_q, weighted_mean
from effekt.estimates.estimate import Claim, Estimate

Tau2 = Literal["REML", "DL", "PM", "ML", "SJ", "EE"]
Test = Literal["z", "hksj"]
FEW_UNITS = 5


class Prediction(NamedTuple):
    """Where the true effect of a new unit is expected, on the scale of the frame, with the degrees of freedom used (inf = normal)."""

    low: float
    high: float
    df: float


@dataclass(frozen=True)
class Pooled:
    """What `pool` found, on the scale of the frame (logs for ratios), and `effect`, the same on the natural scale.

    estimate, se, low, high : mean effect. tau2 : variance between units. i2 : per cent of the total variance that lies between units.
    q : Cochran's Q (df k - 1). prediction : low, high, df. blups : frame unit, estimate, se, low, high: each unit drawn towards the mean.
    units : frame unit, estimate, se, low, high, weight (shares of 1): what was pooled.
    All numbers are None, and the frames empty, where fewer than two units could be pooled.
    """

    effect: Estimate
    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    tau2: float | None
    i2: float | None
    q: float | None
    prediction: Prediction | None
    blups: pd.DataFrame
    units: pd.DataFrame


@dataclass(frozen=True)
class _Given:
    """Effects as arrays, with what their Estimates say beside the numbers."""

    unit: list[str]
    y: np.ndarray
    v: np.ndarray
    scale: str
    claims: tuple[Claim, ...] = ()
    contrasts: tuple[str, ...] = ("",)
    left_out: int = 0
    counts: tuple[int | None, int | None, float | None] = (None, None, None)
    name: tuple[str, str] = ("", "")


def pool(
    effects: pd.DataFrame | Iterable[Any],
    *,
    tau2: Tau2 = "REML",
    test: Test = "z",
    level: float = 0.95,
    shared_variance: float = 0.0,
    scale: str = "ratio",
) -> Pooled:
    """Mean effect over the units' population of effects, with the spread between units and the range expected in a new unit.

    Random-effects model y_i ~ N(mean, v_i + tau2), weights 1 / (v_i + tau2). tau2: REML, ML (largest root of the score), PM (root of the
    generalised Q = k - 1), DL, SJ (started at the variance of y with divisor k), EE (no spread: equal effects). test "z": se = 1 / sqrt(sum
    of weights), normal quantiles. test "hksj": se of Hartung, Knapp, Sidik and Jonkman, not truncated from below, t with k - 1. The
    prediction interval is mean +- quantile x sqrt(tau2 + se2), with t(k - 1) for hksj and the normal for z. i2 = 100 tau2 / (tau2 + typical
    variance), the typical variance of Higgins and Thompson; for EE from Q. These are metafor's conventions; root-finding is exact.

    Parameters
    ----------
    effects : DataFrame or iterable
        A frame unit, estimate, se (log scale for ratios), or an iterable of `Estimate`s, or of results that hold one as `.effect`; those
        without a value are not pooled (caution units_left_out). One row a unit; se > 0.
    shared_variance : float
        Part of every unit's variance that is the same error (the same comparison group stands behind each contrast), from `shared_variance`.
        It is no evidence about the spread between units: it is taken from each se2 before pooling and added to the variance of the mean
        afterwards (exact when all covariances are equal). It is known from many citizens, so for hksj the interval of the mean then has
        the degrees of freedom of Welch and Satterthwaite, (k - 1) (1 + shared / own)^2 with own = the variance of the mean without it: with
        k - 1 it covered 99.5% for a nominal 95% with five units. The prediction interval keeps k - 1. 0 = independent units.
    scale : ratio | difference
        Whether a frame's estimates are logs of ratios; `effect` is then the exponential. Estimates bring their own.
    tau2 : EE, DL, PM, REML, ML or SJ. test : z or hksj.
    level : level of the interval, both ends included.

    Returns
    -------
    Pooled
        Claim: the weakest among those pooled; a bare frame tells nothing, so descriptive. With fewer than two units, no value.

    Raises
    ------
    DataError
        A column is missing or not a finite number, an se is not above 0, a unit occurs twice, scales or outcomes are mixed, or
        `shared_variance` is as large as some unit's whole variance.

    References
    ----------
    .. [1] Viechtbauer (2010). J Stat Softw 36(3) (metafor). IntHout, Ioannidis, Borm (2014). BMC Med Res Methodol 14:25 (HKSJ).
    """
    frames.check_level(level)
    if tau2 not in ESTIMATORS:
        raise DataError(f"tau2 is {tau2!r}; it must be one of {', '.join(ESTIMATORS)}.")
    if test not in ("z", "hksj"):
        raise DataError(f"test is {test!r}; it must be z or hksj.")
    given = _from_frame(effects, scale) if isinstance(effects, pd.DataFrame) else _from_estimates(effects)
    method = f"pool_{tau2.lower()}_{test}"
    grade = claims.pooled(given.claims)
    fields: dict[str, Any] = {
        "method": method, "claim": grade.claim, "contrast": given.contrasts[0] if len(set(given.contrasts)) == 1 else "",
        "n_citizens": given.counts[0], "n_events": given.counts[1], "exposure": given.counts[2],
    }  # fmt: skip
    left_out = ("units_left_out",) if given.left_out else ()
    facts: dict[str, float] = {"k": len(given.y), "n_units_left_out": given.left_out}
    if len(given.y) < 2:
        return _nothing(given, fields | {"claim": "descriptive"}, level, left_out, facts)
    reduced = given.v - shared_variance
    if shared_variance < 0 or (reduced <= 0).any():
        raise DataError(
            "shared_variance must be at least 0 and below every unit's squared standard error: "
            f"it is not below that of {int((reduced <= 0).sum())} of {len(reduced)} units."
        )
    found = _solve(given.y, reduced, tau2, test)
    df = len(given.y) - 1 if test == "hksj" else math.inf
    mean, se = found["mean"], math.sqrt(found["variance"] + shared_variance)
    df_mean = df if shared_variance == 0 or found["variance"] == 0 else df * (1 + shared_variance / found["variance"]) ** 2
    quantile = intervals.reach(level, df)
    spread = quantile * math.sqrt(found["tau2"] + se**2)
    prediction = Prediction(mean - spread, mean + spread, df)
    natural = math.exp if given.scale == "ratio" else float
    facts |= {
        "tau2": found["tau2"], "i2": found["i2"], "q": found["q"], "q_p": float(chdtrc(len(given.y) - 1, found["q"])),
        "shared_variance": shared_variance,
        "prediction_low": natural(prediction.low), "prediction_high": natural(prediction.high), "df": df_mean if test == "hksj" else 0,
    }  # fmt: skip
    if test == "z":
        del facts["df"]
    cautions = left_out + (("few_units_pooled",) if len(given.y) <= FEW_UNITS else ()) + (("heterogeneous",) if facts["q_p"] < 0.1 else ())
    fields |= {"cautions": cautions, "facts": facts, "reasons": grade.reasons}
    make = intervals.ratio if given.scale == "ratio" else intervals.difference
    effect = make(mean, se, level=level, df=df_mean, **fields)
    half = intervals.reach(level, df_mean) * se
    return Pooled(
        effect=effect.named(outcome=given.name[0], unit="", measure_unit=given.name[1]),
        estimate=mean, se=se, low=mean - half, high=mean + half, tau2=found["tau2"], i2=found["i2"], q=found["q"], prediction=prediction,
        blups=_blups(given, reduced, found, se, quantile), units=_units(given, found["weights"], level),
    )  # fmt: skip


def leave_one_out(effects: pd.DataFrame | Iterable[Any], **options: Any) -> pd.DataFrame:
    """The pooled effect with each unit left out in turn: frame unit (left out), estimate, se, low, high, tau2, i2, on the pooling scale.

    Parameters
    ----------
    effects : one row a unit, as in `pool`. options : keywords of `pool`.

    Returns
    -------
    DataFrame
        unit (left out), estimate, se, low, high, tau2, i2, on the pooling scale; one row a unit.

    Raises
    ------
    DataError
        Fewer than three units, or as in `pool`.

    References
    ----------
    .. [1] Viechtbauer, Cheung (2010). Res Synth Methods 1:112-125.
    """
    if not isinstance(effects, pd.DataFrame):
        effects = list(effects)
        given = _from_estimates(effects)
        options.setdefault("scale", given.scale)
        effects = pd.DataFrame({"unit": given.unit, "estimate": given.y, "se": np.sqrt(given.v)})
    if len(effects) < 3:
        raise DataError(f"Leaving one out of {len(effects)} units leaves nothing to pool: at least three units are needed.")
    rows = []
    for place in range(len(effects)):
        rest = pool(effects.drop(effects.index[place]), **options)
        rows.append((effects["unit"].iloc[place], rest.estimate, rest.se, rest.low, rest.high, rest.tau2, rest.i2))
    return pd.DataFrame(rows, columns=["unit", "estimate", "se", "low", "high", "tau2", "i2"])


def _solve(y: np.ndarray, v: np.ndarray, tau2: str, test: str) -> dict[str, Any]:
    k = len(y)
    between = ESTIMATORS[tau2](y, v)
    weights = 1 / (v + between)
    mean = weighted_mean(y, weights)
    variance = 1 / weights.sum()
    if test == "hksj":
        variance *= generalised_q(y, v, between) / (k - 1)
    q = generalised_q(y, v, 0.0)
    fixed = 1 / v
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    i2 = 100 * max(0.0, (q - (k - 1)) / q) if tau2 == "EE" and q > 0 else 100 * between / (between + typical)
    return {"mean": mean, "variance": float(variance), "tau2": between, "i2": float(i2), "q": q, "weights": weights / weights.sum()}


def _blups(given: _Given, v: np.ndarray, found: dict[str, Any], se: float, quantile: float) -> pd.DataFrame:
    kept = found["tau2"] / (found["tau2"] + v)
    value = kept * given.y + (1 - kept) * found["mean"]
    error = np.sqrt(kept * v + (1 - kept) ** 2 * found["variance"] + (se**2 - found["variance"]))
    return pd.DataFrame({"unit": given.unit, "estimate": value, "se": error, "low": value - quantile * error, "high": value + quantile * error})


def _units(given: _Given, weights: np.ndarray, level: float) -> pd.DataFrame:
    error = np.sqrt(given.v)
    half = intervals.reach(level) * error
    return pd.DataFrame({"unit": given.unit, "estimate": given.y, "se": error, "low": given.y - half, "high": given.y + half, "weight": weights})


def _from_frame(effects: pd.DataFrame, scale: str) -> _Given:
    if scale not in ("ratio", "difference"):
        raise DataError(f"scale is {scale!r}; it must be ratio (estimates are logs) or difference.")
    frames.require(effects, ("unit", "estimate", "se"), what="unit")
    y, se = frames.numbers(effects, "estimate"), frames.numbers(effects, "se", above=0)
    unit = [str(name) for name in effects["unit"]]
    _distinct(unit)
    return _Given(unit, y, se**2, scale, name=(str(effects.attrs.get("outcome", "")), str(effects.attrs.get("measure_unit", ""))))


def _from_estimates(results: Iterable[Any]) -> _Given:
    estimates = [result if isinstance(result, Estimate) else result.effect for result in results]
    told = [e for e in estimates if e.value is not None and e.se is not None and e.se > 0]
    kinds = {e.scale for e in estimates}
    if len(kinds) > 1 or len({e.outcome for e in estimates}) > 1:
        raise DataError("The estimates to pool are of several scales or outcomes. Pool one outcome on one scale at a time.")
    scale = kinds.pop() if kinds else "ratio"
    y = np.array([math.log(e.value) if scale == "ratio" else e.value for e in told], dtype=float)
    unit = [e.unit or str(place) for place, e in enumerate(told)]
    _distinct(unit)

    def total(name: str) -> Any:
        parts = [getattr(e, name) for e in told]
        return sum(parts) if parts and all(part is not None for part in parts) else None

    return _Given(
        unit, y, np.array([e.se**2 for e in told], dtype=float), scale, tuple(e.claim for e in told), tuple(e.contrast for e in told) or ("",),
        len(estimates) - len(told), (total("n_citizens"), total("n_events"), total("exposure")),
        (told[0].outcome, told[0].measure_unit) if told else ("", ""),
    )  # fmt: skip


def _distinct(unit: list[str]) -> None:
    if len(set(unit)) < len(unit):
        raise DataError(f"{len(unit) - len(set(unit))} units occur more than once among the effects. One effect a unit.")


def _nothing(given: _Given, fields: dict[str, Any], level: float, left_out: tuple[str, ...], facts: dict[str, float]) -> Pooled:
    scale = "ratio" if given.scale == "ratio" else "difference"
    effect = Estimate(scale, None, None, None, level=level, cautions=("too_few_units", *left_out), reasons=("too_few",), facts=facts, **fields)
    blank = pd.DataFrame({"unit": [], "estimate": [], "se": [], "low": [], "high": []})
    return Pooled(effect, None, None, None, None, None, None, None, None, blank, blank.assign(weight=[]))

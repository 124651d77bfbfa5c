"""Who answered, by arm and wave, and weights under which those who answered are like all who were asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import covariates as design_of
from effekt.estimates import frames
from effekt.estimates.glm import check_rank, fit_glm
from effekt.estimates.shares import wilson_limits

THIN = 0.1


@dataclass(frozen=True)
class ResponseTable:
    """What `response_table` found.

    table : frame treated, wave, n, dead, asked, answered, share, low, high (Wilson, of those asked), effective: one row an arm and wave.
    weights : Series with the index of the frame: asked / answered in the sense of the model for who answered, 0 for everybody else.
    balance : frame covariate, mean_asked, mean_answered, mean_weighted, smd_before, smd_after over all arms and waves together.
    cautions : keys (nobody_answered, weights_few). facts : the numbers they quote.
    """

    table: pd.DataFrame
    weights: pd.Series
    balance: pd.DataFrame
    cautions: tuple[str, ...]
    facts: Mapping[str, float]


def response_table(
    persons: pd.DataFrame,
    *,
    answered: str = "answered",
    treated: str = "treated",
    wave: str = "wave",
    covariates: Iterable[str] = (),
    dead: str | None = None,
    level: float = 0.95,
) -> ResponseTable:
    """Share of the living who answered, by arm and wave, and inverse-probability weights for not answering.

    Weights: within each arm and wave, a logit of answering on the covariates among those asked; who answered gets 1 / probability
    (unstabilised, nothing truncated), so that an arm's weights add up to about its number asked [1]_. Without covariates, and where all
    answered, it is asked / answered. The weights repair non-response that depends on the covariates alone, never on the answer itself. The
    dead are no non-responders: they are counted apart, not asked, and get weight 0 (in a QALY they count 0: `quality_years`).

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and wave, also where there is no answer: `answered`, `treated` (bool or 0/1), `wave`, and the covariates, which must
        be known for everybody asked.
    answered, treated, wave : names of those columns.
    covariates : columns or simple terms (see `covariates.build`) that tell who answers.
    dead : column (bool or 0/1) of those who had died before the wave; None where nobody had.
    level : level of Wilson's intervals, both ends included.

    Returns
    -------
    ResponseTable
        `weighted_difference` takes the weights on the rows that answered. Cautions: nobody_answered (an arm and wave without an answer:
        its weights are 0 and it stands for nothing), weights_few (the effective number of an arm and wave is below a tenth of its answers).

    Raises
    ------
    DataError
        A column is missing or not in its range; a dead citizen answered; nobody was asked; a covariate is missing for somebody asked; the
        covariates separate those who answered from those who did not in an arm and wave.

    References
    ----------
    .. [1] Seaman, White (2013). Stat Methods Med Res 22:278-295.
    """
    frames.check_level(level)
    frames.require(persons, [answered, treated, wave, *([dead] if dead else [])], what="citizen and wave")
    arm, said = frames.flags(persons, treated), frames.flags(persons, answered)
    moment, waves = frames.codes(persons, wave)
    gone = frames.flags(persons, dead) if dead else np.zeros(len(arm), dtype=bool)
    if (gone & said).any():
        raise DataError(f"{int((gone & said).sum())} rows are of the dead and have an answer. Correct {dead}, or the wave of the answer.")
    asked = ~gone
    if not asked.any():
        raise DataError(f"Nobody was alive to be asked in any of the {len(arm)} rows: there is no response to count.")
    x = design_of.build(persons.loc[asked], covariates, what="citizen and wave")
    matrix = np.zeros((len(arm), x.matrix.shape[1]))
    matrix[asked] = x.matrix
    weights, rows, nobody, thin = np.zeros(len(arm)), [], 0, False
    for code in np.unique(2 * moment + arm):
        here = 2 * moment + arm == code
        inside, out = here & asked, here & said
        if out.any():
            weights[out] = _weights(matrix[inside], said[inside], x.names)
        nobody += int(inside.any() and not out.any())
        effective = float(weights[out].sum() ** 2 / np.sum(weights[out] ** 2)) if out.any() else 0.0
        thin |= bool(out.any()) and effective < THIN * out.sum()
        rows.append((bool(code % 2), waves[code // 2], here.sum(), (here & gone).sum(), inside.sum(), out.sum(), effective))
    table = pd.DataFrame(rows, columns=["treated", "wave", "n", "dead", "asked", "answered", "effective"])
    cautions = (("nobody_answered",) if nobody else ()) + (("weights_few",) if thin else ())
    balance = _balance(x, said[asked], weights[asked])
    facts: dict[str, float] = {"n_without_answer": float(nobody)} if nobody else {}
    if thin:
        by_arm = [_effective(weights[said & (arm == side)]) for side in (True, False)]
        facts |= {"effective_citizens_treated": by_arm[0], "effective_citizens_comparison": by_arm[1]}
    return ResponseTable(
        _with_shares(table, level), pd.Series(weights, index=persons.index, name="weight"), balance, cautions, MappingProxyType(facts)
    )


def _weights(matrix: np.ndarray, said: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Weights of those who answered in one arm and wave."""
    if said.all() or not names:
        return np.full(int(said.sum()), len(said) / said.sum())
    varies = np.ptp(matrix, axis=0) > 0
    design = np.column_stack([np.ones(len(matrix)), matrix[:, varies]])
    kept = ["intercept", *(name for name, moves in zip(names, varies, strict=True) if moves)]
    check_rank(design, kept, where="an arm and wave")
    return 1.0 / fit_glm(design, said.astype(float), "binomial", what="the model for who answered in an arm and wave").mu[said]


def _effective(weights: np.ndarray) -> float:
    return float(weights.sum() ** 2 / np.sum(weights**2)) if weights.any() else 0.0


def _with_shares(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Wilson's intervals of the share of those asked; where all had died nobody was asked, and share, low and high are None."""
    some = (table["asked"] > 0).to_numpy()
    held = {name: np.full(len(table), None, dtype=object) for name in ("share", "low", "high")}
    low, high = wilson_limits(table.loc[some, "answered"], table.loc[some, "asked"], level=level)
    held["share"][some] = (table.loc[some, "answered"] / table.loc[some, "asked"]).to_list()
    held["low"][some], held["high"][some] = low.tolist(), high.tolist()
    shares = {name: (values.astype(float) if some.all() else values) for name, values in held.items()}
    order = ["treated", "wave", "n", "dead", "asked", "answered", "share", "low", "high", "effective"]
    return table.assign(**shares)[order].sort_values(["wave", "treated"], ignore_index=True)


def response_gaps(
    persons: pd.DataFrame, *, answered: str = "answered", covariates: Iterable[str] = (), dead: str | None = None
) -> pd.DataFrame:
    """How those who answered differ from everybody who was asked, before any weighing, in standard deviations.

    No model is fitted, so there is an answer also where a covariate tells exactly who answered. The living alone count as asked.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen and wave, also where there is no answer; all rows are taken together.
    answered, dead : names of columns (bool or 0/1), as in `response_table`.
    covariates : columns or simple terms (see `covariates.build`), known for everybody asked.

    Returns
    -------
    DataFrame
        One row a covariate: covariate, mean_asked, mean_answered, smd_before (their difference in standard deviations among those asked; 0
        where nobody differs). No rows where nobody answered.

    Raises
    ------
    DataError
        A column is missing or not in its range; a covariate is missing for somebody asked.

    References
    ----------
    .. [1] Austin (2009). Stat Med 28:3083-3107 (standardised differences).
    """
    frames.require(persons, [answered, *([dead] if dead else [])], what="citizen and wave")
    asked = ~frames.flags(persons, dead) if dead else np.ones(len(persons), dtype=bool)
    return _gaps(design_of.build(persons.loc[asked], covariates, what="citizen and wave"), frames.flags(persons, answered)[asked])


def _gaps(x: design_of.Covariates, said: np.ndarray) -> pd.DataFrame:
    names = x.names if said.any() else ()
    everybody = x.matrix.mean(axis=0) if names else []
    plain = x.matrix[said].mean(axis=0) if names else []
    gaps = (plain - everybody) / _spread(x) if names else []
    return pd.DataFrame({"covariate": list(names), "mean_asked": everybody, "mean_answered": plain, "smd_before": gaps})


def _spread(x: design_of.Covariates) -> np.ndarray:
    spread = x.matrix.std(axis=0, ddof=1) if len(x.matrix) > 1 else np.zeros(len(x.names))
    return np.where(spread > 0, spread, 1.0)


def _balance(x: design_of.Covariates, said: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    gaps = _gaps(x, said)
    weighed = weights @ x.matrix / weights.sum() if len(gaps) else []
    after = (weighed - x.matrix.mean(axis=0)) / _spread(x) if len(gaps) else []
    order = ["covariate", "mean_asked", "mean_answered", "mean_weighted", "smd_before", "smd_after"]
    return gaps.assign(mean_weighted=weighed, smd_after=after)[order]

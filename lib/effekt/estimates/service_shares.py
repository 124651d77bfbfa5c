"""The mix of services: how the sectors' shares move together, and how much of one service comes instead of another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import claims, frames, intervals
from effekt.estimates import covariates as columns
from effekt.estimates.estimate import Estimate
from effekt.estimates.glm import check_rank

ITERATIONS = 100


@dataclass(frozen=True)
class ServiceMix:
    """What `service_mix` found.

    shares : frame sector, treated, comparison, difference, se, low, high (shares of 1; the differences sum to 0). differences : sector ->
    Estimate of the difference in mean share. coefficients : frame sector, name, estimate, se (log odds against the first sector).
    n_without : citizens without any use, who have no mix and are not in the model.
    """

    shares: pd.DataFrame
    differences: dict[str, Estimate]
    coefficients: pd.DataFrame
    n_without: int


def service_mix(
    persons: pd.DataFrame, *, sectors: Sequence[str], treated: str, covariates: Iterable[str] = (), groups: str | None = None, level: float = 0.95
) -> ServiceMix:
    """Difference in the mean share of each sector between everybody treated and nobody treated, citizens otherwise as they are.

    Fractional multinomial logit [1]_: quasi-likelihood of the shares of a citizen's use (zeros allowed), the first sector as reference, with an
    intercept, `treated` and the covariates. Shares by arm are recycled predictions; errors by the delta method from the robust sandwich (no
    small-sample factor, by `groups` where given), covariates taken as they are; normal intervals.

    Parameters
    ----------
    persons : DataFrame
        One row a citizen. sectors : columns of use in one unit (kroner), >= 0, at least two. treated : bool or 0/1. covariates : as in
        `covariates.build`. A citizen without any use has no mix: not in the model, counted in `n_without` (fact and caution citizens_without_use).
    groups : column by which errors are robust; None = by row.
    level : level of the interval, both ends included.

    Returns
    -------
    ServiceMix
        Estimates of scale difference, claim descriptive.

    Raises
    ------
    DataError
        A column is missing, negative or not finite, an arm is empty, a sector is never used or one alone is, or the model has no answer.

    References
    ----------
    .. [1] Papke, Wooldridge (1996). J Appl Econ 11:619-632. Mullahy (2015). J Econ Methods 4:71-100.
    """
    frames.check_level(level)
    sectors = list(sectors)
    use = _use(persons, sectors, (treated, *([groups] if groups else [])))
    kept = use.sum(axis=1) > 0
    n_without = int((~kept).sum())
    if not kept.any():
        raise DataError("Nobody uses any of the sectors: there is no mix.")
    people = persons.loc[kept]
    share = use[kept] / use[kept].sum(axis=1, keepdims=True)
    for name, total in zip(sectors, share.sum(axis=0), strict=True):
        if total == 0:
            raise DataError(f"{name} is 0 for everybody: a sector that is never used has no share to model. Leave it out.")
    arm = frames.flags(people, treated)
    if arm.all() or not arm.any():
        raise DataError(f"{treated} is {'true' if arm.all() else 'false'} for everybody with any use: there is nobody to compare with.")
    terms = [treated, *(term for term in covariates if term != treated)]
    designs = []
    for value in (arm, np.ones(len(arm)), np.zeros(len(arm))):
        design, names = _matrix(people.assign(**{treated: np.asarray(value, dtype=float)}), terms)
        designs.append(design)
    check_rank(designs[0], names, where="the covariates")
    beta, influence = _fit(designs[0], share)
    group = frames.codes(people, groups)[0] if groups else None
    if group is not None:
        summed = np.zeros((int(group.max()) + 1, influence.shape[1]))
        np.add.at(summed, group, influence)
        influence = summed
    arms, slopes = zip(*(_mean_shares(design, beta) for design in designs[1:]), strict=True)
    spread = np.sqrt(np.sum((influence @ (slopes[0] - slopes[1]).T) ** 2, axis=0))
    grade = claims.two_groups()
    fields = {
        "method": "fractional_multinomial", "claim": grade.claim, "contrast": grade.contrast, "reasons": grade.reasons, "level": level,
        "cautions": ("citizens_without_use",) if n_without else (), "facts": {"n_citizens_without_use": n_without}, "n_citizens": len(people),
    }  # fmt: skip
    differences = {
        name: frames.named(intervals.difference(arms[0][k] - arms[1][k], spread[k], **fields), persons) for k, name in enumerate(sectors)
    }
    half = intervals.reach(level) * spread
    gap = arms[0] - arms[1]
    table = pd.DataFrame(
        {"sector": sectors, "treated": arms[0], "comparison": arms[1], "difference": gap, "se": spread, "low": gap - half, "high": gap + half}
    )
    errors = np.sqrt(np.sum(influence**2, axis=0)).reshape(beta.shape)
    rows = [(sectors[k + 1], name, beta[k, j], errors[k, j]) for k in range(len(beta)) for j, name in enumerate(names)]
    return ServiceMix(table, differences, pd.DataFrame(rows, columns=["sector", "name", "estimate", "se"]), n_without)


def log_ratios(frame: pd.DataFrame, *, sectors: Sequence[str]) -> pd.DataFrame:
    """Isometric log-ratio coordinates of the mix (pivot form): how much of each sector against the geometric mean of those after it [1]_.

    Coordinate k (k = 1 .. parts - 1) = sqrt((D - k) / (D - k + 1)) x log(x_k / geometric mean of x_k+1 .. x_D), D parts. Any linear
    model of the coordinates is free of the constraint that shares add up to 1; distances between mixes are kept.

    Parameters
    ----------
    frame : DataFrame
        One row a unit or unit-period; sectors : at least two columns, all > 0 (add up over units until no zero is left: a citizen without
        home care has no log-ratio; use `service_mix` for citizens).

    Returns
    -------
    DataFrame
        One column a coordinate, named after its sector; index of the frame.

    Raises
    ------
    DataError
        A column is missing, not finite or not above 0, or fewer than two sectors.

    References
    ----------
    .. [1] Egozcue, Pawlowsky-Glahn, Mateu-Figueras, Barcelo-Vidal (2003). Math Geol 35:279-300.
    """
    sectors = list(sectors)
    if len(sectors) < 2:
        raise DataError("A mix has at least two sectors.")
    frames.require(frame, sectors, what="unit")
    logs = np.log(np.column_stack([frames.numbers(frame, name, above=0) for name in sectors]))
    parts = len(sectors)
    columns = {
        sectors[k]: math.sqrt((parts - k - 1) / (parts - k)) * (logs[:, k] - logs[:, k + 1 :].mean(axis=1)) for k in range(parts - 1)
    }
    return pd.DataFrame(columns, index=frame.index)


def _matrix(people: pd.DataFrame, terms: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    return columns.with_intercept(columns.build(people, terms), len(people))


def _use(persons: pd.DataFrame, sectors: list[str], others: tuple[str, ...]) -> np.ndarray:
    if len(sectors) < 2 or len(set(sectors)) < len(sectors):
        raise DataError("sectors must name at least two different columns.")
    frames.require(persons, (*sectors, *others), what="citizen")
    return np.column_stack([frames.numbers(persons, name, minimum=0) for name in sectors])


def _chances(design: np.ndarray, beta: np.ndarray) -> np.ndarray:
    eta = np.column_stack([np.zeros(len(design)), design @ beta.T])
    raw = np.exp(eta - eta.max(axis=1, keepdims=True))
    return raw / raw.sum(axis=1, keepdims=True)


def _fit(design: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (parts - 1 x p) and the citizens' influence on them (n x ((parts - 1) p))."""
    parts, p = share.shape[1] - 1, design.shape[1]
    beta = np.zeros((parts, p))
    for _ in range(ITERATIONS):
        chance = _chances(design, beta)[:, 1:]
        scores = ((share[:, 1:] - chance)[:, :, None] * design[:, None, :]).reshape(len(design), -1)
        information = np.empty((parts * p, parts * p))
        for a in range(parts):
            for b in range(parts):
                weight = chance[:, a] * ((a == b) - chance[:, b])
                information[a * p : (a + 1) * p, b * p : (b + 1) * p] = (design * weight[:, None]).T @ design
        move = np.linalg.lstsq(information, scores.sum(axis=0), rcond=1e-12)[0].reshape(parts, p)
        beta = beta + move
        eta = design @ beta.T
        if np.abs(eta).max() > 25:
            break
        if np.abs(design @ move.T).max() < 1e-10:
            return beta, scores @ np.linalg.pinv(information, rcond=1e-12, hermitian=True)
    raise DataError("The model of the mix has no answer: some group hardly uses one of the sectors. Merge sectors or leave out covariates.")


def _mean_shares(design: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean share of each sector, and its derivative by the coefficients (sectors x ((parts - 1) p))."""
    chance = _chances(design, beta)
    n, parts = chance.shape
    slopes = np.empty((parts, parts - 1, design.shape[1]))
    for k in range(parts):
        for a in range(1, parts):
            slopes[k, a - 1] = (chance[:, k] * ((k == a) - chance[:, a])) @ design / n
    return chance.mean(axis=0), slopes.reshape(parts, -1)

"""The model behind `controlled_time_series`: cells with unit and month effects, and what follows from its coefficients and citizens' scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from effekt.estimates.citizen_cells import CitizenCells, citizen_scores
from effekt.estimates.cluster_errors import ClusterError, cluster_errors
from effekt.estimates.poisson import PoissonFit, fit_poisson, two_way_dummies

UNITS_A_SIDE = 2
UNITS_IN_ALL = 8


@dataclass(frozen=True)
class CellModel:
    """A Poisson fit on the used cells.

    used : bool a cell, without units and months that have no event at all (they fit perfectly and say nothing about a ratio).
    unit, period : codes of the used cells. unit_labels, period_months : what the codes stand for (places in `cells.units`, month numbers).
    extra : used cells x k further covariates, the last k coefficients. scores : citizens x p.
    """

    cells: CitizenCells
    used: np.ndarray
    unit: np.ndarray
    period: np.ndarray
    unit_labels: np.ndarray
    period_months: np.ndarray
    extra: np.ndarray
    fit: PoissonFit
    scores: np.ndarray
    empty_units: int
    empty_months: int

    @property
    def size(self) -> int:
        return len(self.fit.coefficients)

    @property
    def first_extra(self) -> int:
        return self.size - self.extra.shape[1]

    def influence(self, functionals: np.ndarray) -> np.ndarray:
        """citizens x m influences on m linear functionals (p x m) of the coefficients; their squares add up to the variances."""
        return self.scores @ (self.fit.bread @ functionals)


def fit_cells(cells: CitizenCells, used: np.ndarray, extra: np.ndarray) -> CellModel:
    """Fit unit effects, month effects and the columns of `extra` (cells x k) on the used cells."""
    unit_all, month_all = cells.cell_unit, cells.cell_month
    place = month_all - cells.months[0]
    unit_events = np.bincount(unit_all[used], cells.events[used], len(cells.units))
    month_events = np.bincount(place[used], cells.events[used], len(cells.months))
    inside = used & (unit_events[unit_all] > 0) & (month_events[place] > 0)
    unit_labels, unit = np.unique(unit_all[inside], return_inverse=True)
    period_months, period = np.unique(month_all[inside], return_inverse=True)
    covariates = extra[inside]
    design = np.hstack([two_way_dummies(unit, period), covariates])
    fit = fit_poisson(design, cells.events[inside], cells.exposure[inside])
    scores = citizen_scores(cells, inside, fit.mu, unit, period, covariates)
    return CellModel(
        cells, inside, unit, period, unit_labels, period_months, covariates, fit, scores,
        empty_units=len(np.unique(unit_all[used])) - len(unit_labels),
        empty_months=len(np.unique(place[used])) - len(period_months),
    )  # fmt: skip


def error_by_unit(model: CellModel, functional: np.ndarray) -> ClusterError | None:
    """Error with units as clusters, scaled to be unbiased under Poisson variance; None with fewer than two units a side or eight in all."""
    treated = model.cells.treated[model.unit_labels]
    if min(treated.sum(), (~treated).sum()) < UNITS_A_SIDE or len(treated) < UNITS_IN_ALL:
        return None
    mu = model.fit.mu
    residuals = (model.cells.events[model.used] - mu) / mu
    design = np.hstack([two_way_dummies(model.unit, model.period), model.extra])
    told = cluster_errors(
        design, residuals, model.unit, functional, weights=mu, working_variance=1 / mu, counted=model.size, bread=model.fit.bread, scalar=True
    )["cr2"]
    return told if told.df is not None else None


def expected_rates(model: CellModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rate of the programme's units without the programme, its log gradient and the month numbers, for every month of the model.

    Returns rates (m; per person-year, weighted by the exposure the units had), gradients of their logs (p x m) and months (m).
    """
    cells, coefficients = model.cells, model.fit.coefficients
    units, months = len(model.unit_labels), model.period_months
    exposure = cells.exposure.reshape(len(cells.units), -1)[:, months - cells.months[0]]
    everybody = exposure[cells.treated].sum(axis=0)
    inside = cells.treated[model.unit_labels]
    own = exposure[model.unit_labels] * np.exp(coefficients[:units])[:, None] * inside[:, None]
    month_effect = np.concatenate([[0.0], coefficients[units : units + len(months) - 1]])
    present = own.sum(axis=0) > 0
    share = own[:, present] / own[:, present].sum(axis=0)
    rates = own.sum(axis=0)[present] / everybody[present] * np.exp(month_effect[present])
    gradients = np.zeros((model.size, int(present.sum())))
    gradients[:units] = share
    which = np.flatnonzero(present)
    later = which > 0
    gradients[units + which[later] - 1, np.flatnonzero(later)] = 1.0
    return rates, gradients, months[present]


def events_less(model: CellModel, after: np.ndarray) -> tuple[float, np.ndarray]:
    """Expected without minus expected with the programme, over the used cells where `after` (bool a used cell), and its gradient (p)."""
    beta = model.fit.coefficients[model.first_extra :]
    with_programme = model.fit.mu * after
    without = with_programme * np.exp(-model.extra @ beta)
    design = two_way_dummies(model.unit, model.period)
    gradient = np.concatenate([design.T @ (without - with_programme), -(model.extra.T @ with_programme)])
    return float((without - with_programme).sum()), gradient

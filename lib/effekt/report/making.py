"""From estimates to a result: columns and a row for every number that a sentence or a table shows, and the labels that they need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from effekt.estimates.estimate import Estimate
from effekt.report import wording
from effekt.report.numbers import LANGUAGES
from effekt.report.results import Cell, Column
from effekt.report.sentences import text
from effekt.report.shown import Shown

if TYPE_CHECKING:
    from effekt.study import Study

Facts = dict[str, tuple[Column, Cell]]
TOO_FEW = frozenset({"too_few_events", "too_few_citizens", "zero_events"})
_COUNTED = ("months", "citizens", "events", "units", "orders", "moved", "clusters", "periods")
_COUNTS = ("k", "horizon", "min_events", "min_citizens", "replicates", "seed", "hac_lags", "imputations", "n_controls")


def fact_column(name: str) -> Column:
    """The column of a fact of an estimate: counts whole, p-values as p, everything else with two decimals."""
    key = f"fact_{name}"
    if name == "p" or name.endswith("_p") or name.startswith("p_"):
        return Column(key, "p")
    if name in _COUNTS or any(word in name for word in _COUNTED):
        return Column(key, "count")
    return Column(key, "number", 2)


def of_estimate(estimate: Estimate) -> Facts:
    """What sentences say about an estimate: outcome, place, the change in percent, the ratio, counts, level, claim and its facts."""
    size, low, high = wording.sizes(estimate)
    ratio = estimate.scale == "ratio"
    told: Facts = {
        "outcome": (Column("outcome", "label"), estimate.outcome),
        "place": (Column("place", "label"), f"place.{estimate.unit}"),
        "ratio": (Column("ratio", "ratio", 2, n="n_events"), estimate.value if ratio else None),
        "low": (Column("low", "ratio", 2, n="n_events"), estimate.low if ratio else None),
        "high": (Column("high", "ratio", 2, n="n_events"), estimate.high if ratio else None),
        "size": (Column("size", "percent", 1, n="n_events"), size),
        "size_low": (Column("size_low", "percent", 1, n="n_events"), low),
        "size_high": (Column("size_high", "percent", 1, n="n_events"), high),
        "change": (Column("change", "percent", 1, n="n_events"), _percent(estimate.value) if ratio else None),
        "change_low": (Column("change_low", "number", 1, unit="percent", n="n_events"), _percent(estimate.low) if ratio else None),
        "change_high": (Column("change_high", "number", 1, unit="percent", n="n_events"), _percent(estimate.high) if ratio else None),
        "level": (Column("level", "percent"), 100.0 * estimate.level),
        "p": (Column("p", "p"), estimate.p),
        "n_citizens": (Column("n_citizens", "count"), estimate.n_citizens),
        "n_events": (Column("n_events", "count"), estimate.n_events),
        "claim": (Column("claim", "label"), claim_key(estimate)),
    }
    for name, value in estimate.facts.items():
        told[f"fact_{name}"] = (fact_column(name), value)
        if name in ("bound_low", "bound_high"):
            told[name] = (Column(name, "percent", 1), _percent(value))
    return told


def claim_key(estimate: Estimate) -> str:
    """The label of what a number may be used for; of one that does not exist, whether that is because there was too little to count."""
    if estimate.value is not None:
        return f"claim_short.{estimate.claim}"
    return "claim_short.too_few" if is_too_few(estimate) else "not_estimated"


def is_too_few(estimate: Estimate) -> bool:
    """Whether there is no number because there was too little to count."""
    return estimate.value is None and bool(TOO_FEW & set(estimate.cautions))


def about(study: Study, estimate: Estimate) -> Estimate:
    """The estimate, saying which unit it is about: the study's own where the estimator could not know."""
    if estimate.unit:
        return estimate
    return estimate.named(outcome=estimate.outcome, unit=study.unit)


def of_design(study: Study) -> Facts:
    """What the protocol says and sentences quote: start, horizon, phase-in, price year, age."""
    return {
        "start": (Column("start", "month"), month(study.start) if study.cluster else None),
        "horizon": (Column("horizon", "count"), study.horizon),
        "phase_in": (Column("phase_in", "count"), study.phase_in),
        "price_year": (Column("price_year", "year"), study.protocol.price_year),
        "age_min": (Column("age_min", "count"), study.protocol.target.age_min),
        "first_month": (Column("first_month", "month"), month(study.period[0])),
        "last_month": (Column("last_month", "month"), month(study.period[1])),
    }


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else 100.0 * (ratio - 1.0)


def month(moment: Any) -> str:
    """A date as the ISO first day of its month."""
    return f"{moment:%Y-%m}-01"


def shown(
    study: Study,
    view: str,
    name: str,
    rows: Sequence[Facts],
    *,
    estimates: Iterable[Estimate] = (),
    context: Mapping[str, Any] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
) -> Shown:
    """A result of `view` with one row a dict of facts; a fact that a row lacks is empty. Its id is `name`, unique in the notebook."""
    columns: dict[str, Column] = {}
    for row in rows:
        for key, (column, _) in row.items():
            columns.setdefault(key, column)
    cells = tuple(tuple(row[key][1] if key in row else None for key in columns) for row in rows)
    held = tuple(columns.values())
    return Shown(
        id=name,
        view=view,
        columns=held,
        rows=cells,
        estimates=tuple(estimates),
        context=dict(context or {}),
        labels={**_used(study, held, cells), **(labels or {})},
        language=study.language,
        synthetic=study.synthetic,
    )


def _used(study: Study, columns: Sequence[Column], rows: Sequence[tuple[Cell, ...]]) -> dict[str, Mapping[str, str]]:
    """The study's own names among the label cells, and the places made from them."""
    own = study.labels()
    found: dict[str, Mapping[str, str]] = {}
    for place, column in enumerate(columns):
        for row in rows:
            key = row[place]
            if column.type != "label" or not isinstance(key, str):
                continue
            if key in own:
                found[key] = own[key]
            elif key.startswith("place.") and key.removeprefix("place.") in own:
                found[key] = place_names(key.removeprefix("place."), own)
    return dict(sorted(found.items()))


def place_names(unit: str, names: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What a unit is called within a sentence: "hospitalsklyngen Horsens", "the Horsens cluster"; a region by its name alone."""
    form = "place.region" if unit == "region" else "place.municipality" if unit.isdigit() else "place.cluster"
    return {language: text(form, language).replace("{name}", names[unit][language]) for language in LANGUAGES}

"""Every outcome's change in every cluster, made once by `effekt prepare`: pages that show many outcomes read it instead of fitting them again.

The numbers are those of `change`: the same rows, model, errors and claim. The rows of a derived table are read and added up once for all of its
outcomes, and only the headline of each is kept, without the cautions that are about single months and municipalities.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates.citizen_cells import add_up
from effekt.estimates.controlled import controlled_time_series
from effekt.estimates.controlled_effect import CitizenRows, controlled_effect, keep_rows, sort_rows, with_events
from effekt.estimates.estimate import Estimate
from effekt.estimates.pooling import Pooled, pool
from effekt.estimates.shared_comparison import shared_variance
from effekt.measures.citizens import person_months
from effekt.measures.frames import COMPARISON
from effekt.measures.many_outcomes import outcome_months
from effekt.provenance import file_hash, hash_files, import_closure
from effekt.report.asking import Untold, answer, lacking
from effekt.report.changes import pooled_effect
from effekt.study import Study

TABLE = "outcome_changes"
REGION = "region"
MADE_OF = ("person_months", "cost_months", "service_months")
Say = Callable[[str], None]


@dataclass(frozen=True)
class OutcomeChange:
    """The change of one outcome in the region. clusters : one estimate a cluster, in the study's order; one without a value says why.

    effect : the region's. pooled : the clusters' pooled again, for what each cluster is drawn to and what to expect of a new one.
    """

    outcome: str
    effect: Estimate
    clusters: tuple[Estimate, ...]
    pooled: Pooled

    def of(self, unit: str) -> Estimate:
        """The estimate of a cluster, or of the region."""
        return next(one for one in (*self.clusters, self.effect) if one.unit == unit)


def outcome_changes(study: Study) -> tuple[OutcomeChange, ...]:
    """The changes of the outcomes that serve an aim, or that the protocol names, in the order of the catalogue, as `effekt prepare` made them.

    Returns
    -------
    tuple of OutcomeChange
        Those that the delivery lacks are there too, without values. Raises DataError where the table has not been made.
    """
    table = study.read(TABLE)
    told: dict[str, dict[str, Estimate]] = {}
    for row in table.itertuples():
        told.setdefault(row.outcome, {})[row.unit] = Estimate.from_record(json.loads(row.estimate))
    shared = dict(zip(table["outcome"], table["shared_variance"], strict=True))
    return tuple(_change(study, outcome, told[outcome], float(shared[outcome])) for outcome in held_outcomes(study) if outcome in told)


def held_outcomes(study: Study) -> tuple[str, ...]:
    """The outcomes of the table: those that serve an aim, the primary one, and those of the spread rule, in the order of the catalogue."""
    rule = study.protocol.spread_rule
    named = {study.protocol.primary_outcome, rule.cost, *rule.harms}
    return tuple(name for name, outcome in study.protocol.catalogue().items() if outcome.aim != "none" or name in named)


def _change(study: Study, outcome: str, told: Mapping[str, Estimate], shared: float) -> OutcomeChange:
    clusters = tuple(told[cluster] for cluster in study.clusters)
    pooled = pool(clusters, tau2="REML", test="hksj", shared_variance=shared, level=study.level)
    return OutcomeChange(outcome, told[REGION], clusters, pooled)


def ensure_changes(path: Path, report: Say = lambda line: None) -> None:
    """Make the table of a prepared study where it is missing or something that it is made of has changed."""
    study = Study.open(path)
    final, record = path / "derived" / f"{TABLE}.parquet", path / "derived" / f"{TABLE}.json"
    key = _key(study)
    known = _read_json(record)
    if known.get("key") == key and final.is_file() and file_hash(final) == known.get("content"):
        report(f"{TABLE}: {known.get('rows', 0):,} rows, unchanged")
        return
    made = build(study, report)
    fresh = final.with_suffix(".new")
    made.to_parquet(fresh, index=False)
    os.replace(fresh, final)
    record.write_text(json.dumps({"key": key, "content": file_hash(final), "rows": len(made)}, indent=1) + "\n", encoding="utf-8")
    report(f"{TABLE}: {len(made):,} rows, built")


def build(study: Study, report: Say = lambda line: None) -> pd.DataFrame:
    """One row an outcome and unit (the clusters, then the region): outcome, unit, estimate (its record as JSON), shared_variance.

    An outcome that cannot be computed in a cluster has an estimate without a value; what the data are at fault with is told by `report`.
    """
    rows = []
    for outcomes in _together(study):
        found = _in_clusters(study, outcomes, report)
        for outcome in outcomes:
            changes = [found[cluster][outcome] for cluster in study.clusters]
            _, effect = pooled_effect(study, outcome, changes)
            shared = shared_variance(changes)
            estimates = {**dict(zip(study.clusters, (one.effect for one in changes), strict=True)), REGION: effect}
            rows += [(outcome, unit, json.dumps(one.record()), shared) for unit, one in estimates.items()]
    return pd.DataFrame(rows, columns=["outcome", "unit", "estimate", "shared_variance"])


def _together(study: Study) -> Iterator[tuple[str, ...]]:
    """The outcomes in groups whose rows can be read at once: of one derived table, registered up to the same month, and delivered or not."""

    def alike(name: str) -> tuple[str, str, bool]:
        return study.outcome(name).table, str(study.last_complete_month(name)), bool(study.lacking(name))

    for _, names in groupby(sorted(held_outcomes(study), key=alike), key=alike):
        yield tuple(names)


def _in_clusters(study: Study, outcomes: tuple[str, ...], report: Say) -> dict[str, dict[str, Any]]:
    """cluster -> outcome -> its change there."""
    units = [study.of(cluster) for cluster in study.clusters]
    if study.lacking(outcomes[0]):
        return {each.unit: {outcome: lacking(each, outcome) for outcome in outcomes} for each in units}
    frame = outcome_months(study, outcomes)
    return {each.unit: _in_one(each, outcomes, frame[frame["cluster_id"].isin([each.cluster, COMPARISON])], report) for each in units}


def _in_one(study: Study, outcomes: tuple[str, ...], rows: pd.DataFrame, report: Say) -> dict[str, Any]:
    try:
        held, order = sort_rows(add_up(rows.assign(events=0)))
    except DataError:
        held, order = None, slice(None)
    return {outcome: _told(study, outcome, rows[outcome].to_numpy(dtype=float, na_value=np.nan)[order], held, report) for outcome in outcomes}


def _told(study: Study, outcome: str, events: np.ndarray, rows: CitizenRows | None, report: Say) -> Any:
    """As `change` in a cluster. Where there is nothing to fit, `answer` is asked for the words."""
    try:
        if rows is not None:
            return _quick(study, outcome, events, rows)
    except DataError:
        pass
    try:
        return answer(study, controlled_time_series, person_months(study, outcome), **study.design)
    except DataError as fault:
        report(f"note: {outcome} in {study.unit} could not be computed: {fault}")
        return Untold(replace(lacking(study, outcome).effect, cautions=("not_computed",)))


def _quick(study: Study, outcome: str, events: np.ndarray, rows: CitizenRows) -> Any:
    there = ~np.isnan(events)
    own = rows if there.all() else keep_rows(rows, there)
    held = np.where(there, events, 0.0)
    named = {"outcome": outcome, "unit": study.unit, "measure_unit": study.outcome(outcome).unit}
    counted = not study.outcome(outcome).is_cost and bool((held == np.floor(held)).all())
    return controlled_effect(with_events(own, held), **study.design, counted=counted, named=named)


def _key(study: Study) -> str:
    made_of = {
        "tables": {name: file_hash(study.path / "derived" / f"{name}.parquet") for name in MADE_OF},
        "lacking": [name for name in held_outcomes(study) if study.lacking(name)],
        "library": hash_files(import_closure(__name__)),
        "protocol": study.protocol.content_hash(),
    }
    return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

"""A study as a notebook meets it: the protocol, the cluster of this run, and the derived tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from effekt.catalogue.codes import load_municipalities
from effekt.catalogue.outcomes import Outcome, nearest
from effekt.errors import DataError, UsageError
from effekt.paths import find_study
from effekt.protocol import Cluster, Protocol, load_protocol

if TYPE_CHECKING:
    import pandas as pd

COMPARISON = "comparison"


@dataclass(frozen=True)
class Study:
    """A study folder opened for one cluster, one of its municipalities, or the whole region (`cluster` is None). Made by `Study.open`.

    municipality : code of the one municipality of `cluster` that this run is about; None = all of them. Its dates are those of its cluster.
    parameters : whatever else the notebook's parameters cell held.
    """

    path: Path
    protocol: Protocol
    cluster: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    municipality: str | None = None
    _read: set[str] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def open(cls, study_path: str | Path, cluster: str | None = None, **parameters: object) -> Study:
        """Open the folder that holds an `evaluation.yml`; no table is read yet.

        cluster : id of a cluster, code of a municipality in one, or "region" (as is None).

        Raises UsageError for a folder that is no study and for an unknown cluster (with the valid ones, nearest first), ProtocolError for an
        `evaluation.yml` that contradicts itself.
        """
        path = find_study(study_path)
        protocol = load_protocol(path)
        cluster, municipality = _place(protocol, cluster)
        return cls(path, protocol, cluster, MappingProxyType(dict(parameters)), municipality)

    def of(self, cluster: str | None) -> Study:
        """The same study for another cluster or municipality (None = the region); tables read through it count as read by this one too."""
        cluster, municipality = _place(self.protocol, cluster)
        return Study(self.path, self.protocol, cluster, self.parameters, municipality, self._read)

    @property
    def clusters(self) -> tuple[str, ...]:
        """The ids of the clusters, in the order of the protocol."""
        return tuple(cluster.id for cluster in self.protocol.clusters)

    @property
    def unit(self) -> str:
        """What this run is about: the municipality's code, the cluster's id, or "region"."""
        return self.municipality or self.cluster or "region"

    @property
    def start(self) -> pd.Timestamp:
        """First month of the cluster's new way of working. Raises UsageError for the region, which has one start per cluster."""
        return _timestamp(self._cluster("start").start)

    @property
    def contaminated(self) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
        """Periods (first and last month) in which an earlier initiative ran in the cluster; for the region none."""
        if self.cluster is None:
            return []
        return [(_timestamp(span.first), _timestamp(span.last)) for span in self._cluster("contaminated").contaminated]

    @property
    def period(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last month of the data."""
        return _timestamp(self.protocol.data_period.first), _timestamp(self.protocol.data_period.last)

    @property
    def horizon(self) -> int:
        """The effect is stated this many months after the start."""
        return self.protocol.horizon_months

    @property
    def phase_in(self) -> int:
        """Months from the start that count neither as before nor as after."""
        return self.protocol.phase_in_months

    @property
    def design(self) -> dict[str, Any]:
        """What the protocol says about the cluster's contrast over time, as the keywords of `estimates.controlled_time_series`."""
        return {
            "start": self.start,
            "horizon": self.horizon,
            "phase_in": self.phase_in,
            "contaminated": self.contaminated,
            "comparison_exposure": self.comparison_exposure,
            "level": self.level,
            "min_events": self.protocol.too_few.events,
            "min_citizens": self.protocol.too_few.citizens,
        }

    @property
    def language(self) -> str:
        """The language of computed text in JupyterLab: "da" or "en"."""
        return self.protocol.language

    @property
    def level(self) -> float:
        """Nominal level of intervals."""
        return self.protocol.level

    @property
    def synthetic(self) -> bool:
        """True where no row is about a real person."""
        return self.protocol.synthetic

    @property
    def seed(self) -> int:
        """Seed of everything that draws."""
        return self.protocol.seed

    @property
    def random_order(self) -> bool:
        """Whether the protocol says that the order of the start dates was drawn by lot."""
        return self.protocol.rollout_order == "random"

    @property
    def comparison_exposure(self) -> str:
        """What the comparison municipalities were given themselves: none, same_initiative or unknown."""
        return self.protocol.comparison.exposure

    def last_complete_month(self, outcome: str) -> pd.Timestamp:
        """Last month of the data in which `outcome` is fully registered: months after it are in no frame."""
        import pandas as pd

        late = self.protocol.late_registration
        months = {"stays": late.stays, "costs": late.costs, "services": late.costs, "sums": max(late.stays, late.costs)}
        return self.period[1] - pd.DateOffset(months=months[self.outcome(outcome).source])

    def outcome(self, outcome: str) -> Outcome:
        """The catalogue's record of an outcome. Raises UsageError for an unknown one, with the nearest."""
        catalogue = self.protocol.catalogue()
        if outcome not in catalogue:
            raise UsageError(f"Unknown outcome {outcome!r}{nearest(outcome, list(catalogue))}.")
        return catalogue[outcome]

    def lacking(self, outcome: str) -> tuple[str, ...]:
        """The files and columns that the study's delivery lacks for an outcome, which is then not available (and not 0); none where it lacks nothing.

        A study whose tables were not made by an import lacks nothing.
        """
        try:
            record = json.loads((self.path / "tables" / "import.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ()
        return tuple(record.get("blocked", {}).get(outcome, ()))

    def labels(self) -> dict[str, dict[str, str]]:
        """The study's own names by key, in both languages: region, clusters, municipalities, outcomes."""
        names = load_municipalities()
        region = {"da": self.protocol.region.da, "en": self.protocol.region.en}
        return {
            "region": region,
            self.protocol.region.id: region,
            **{cluster.id: {"da": cluster.name.da, "en": cluster.name.en} for cluster in self.protocol.clusters},
            **{code: {"da": names[code], "en": names[code]} for code in self.protocol.municipalities()},
            **{outcome.id: outcome.label() for outcome in self.protocol.catalogue().values()},
        }

    def read(self, table: str, columns: Sequence[str] | None = None, filters: Any = None) -> pd.DataFrame:
        """A derived table as a frame; only the named columns and the row groups that `filters` (as in pyarrow) can match are read.

        Raises DataError for a table or a column that is not there, with the command that makes it, and for an outcome that the delivery has no
        data for.
        """
        return self.read_arrow(table, columns, filters).to_pandas(date_as_object=False)

    def read_arrow(self, table: str, columns: Sequence[str] | None = None, filters: Any = None) -> Any:
        """As `read`, as a pyarrow table."""
        import pyarrow.parquet as parquet

        for column in columns or ():
            if lacking := self.lacking(column):
                raise DataError(
                    f"The outcome {column} is not available: the delivery lacks {', '.join(lacking)}. "
                    f"Ask for it, then: python -m effekt import {self.path / 'delivery'} --study {self.path}"
                )
        path = self.path / "derived" / f"{table}.parquet"
        make = f"Make it with: python -m effekt prepare --study {self.path}"
        if not path.is_file():
            raise DataError(f"The derived table {table} is missing: looked for {path}. {make}")
        try:
            found = parquet.read_schema(path).names
            absent = [column for column in columns or () if column not in found]
            if absent:
                raise DataError(f"The derived table {table} has no column {', '.join(absent)}; it has {', '.join(found)}. {make}")
            frame = parquet.read_table(path, columns=list(columns) if columns is not None else None, filters=filters)
        except (OSError, ValueError) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"The derived table {table} cannot be read: {path} is damaged or no parquet file. {make}") from None
        self._read.add(table)
        return frame

    def tables_read(self) -> tuple[str, ...]:
        """The derived tables read so far, sorted."""
        return tuple(sorted(self._read))

    def _cluster(self, wanted: str) -> Cluster:
        if self.cluster is None:
            raise UsageError(f"The region has no {wanted} of its own: each cluster has one. Use study.of(cluster).{wanted}.")
        return _find_cluster(self.protocol, self.cluster)


def _place(protocol: Protocol, unit: str | None) -> tuple[str | None, str | None]:
    """(cluster, municipality) that `unit` names; UsageError where it names nothing in the region."""
    if unit in (None, "region", protocol.region.id):
        return None, None
    if unit.isdigit():
        places = protocol.municipalities()
        if places.get(unit, COMPARISON) == COMPARISON:
            own = [code for code, cluster in places.items() if cluster != COMPARISON]
            raise UsageError(f"{unit} is no municipality of a cluster of this study. Those are {', '.join(own)}.")
        return places[unit], unit
    return _find_cluster(protocol, unit).id, None


def _find_cluster(protocol: Protocol, cluster: str) -> Cluster:
    valid = [item.id for item in protocol.clusters]
    for item in protocol.clusters:
        if item.id == cluster:
            return item
    hint = nearest(cluster, valid)
    listed = "" if hint.startswith("; valid") else f" The clusters of this study: {', '.join(valid)}."
    raise UsageError(f"Unknown cluster {cluster!r}{hint}.{listed}".replace("?.", "?"))


def _timestamp(month: Any) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(month)

"""`effekt describe`: what a study holds, without reading a row."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from effekt.protocol import load_protocol
from effekt.study import Study


def describe_study(study: Path, console: Console) -> None:
    """Print the clusters with their starts, the tables with their numbers of rows, and the outcomes."""
    protocol = load_protocol(study)
    period = f"{protocol.data_period.first:%Y-%m} to {protocol.data_period.last:%Y-%m}"
    made_up = "synthetic data" if protocol.synthetic else "real data"
    console.print(f"{protocol.name.en}: {protocol.region.en}, {period}, {made_up}", highlight=False)
    clusters = Table("cluster", "name", "start", "municipalities", title="Clusters", title_justify="left")
    for cluster in protocol.clusters:
        clusters.add_row(cluster.id, cluster.name.en, f"{cluster.start:%Y-%m}", " ".join(cluster.municipalities))
    console.print(clusters)
    console.print(_tables(study))
    opened = Study.open(study)
    outcomes = Table("outcome", "name", "unit", "the delivery lacks", title="Outcomes", title_justify="left")
    for outcome in protocol.catalogue().values():
        name = outcome.id + (" (primary)" if outcome.id == protocol.primary_outcome else "")
        outcomes.add_row(name, outcome.label()["en"], outcome.unit, ", ".join(opened.lacking(outcome.id)))
    console.print(outcomes)


def _tables(study: Path) -> Table:
    from pyarrow import parquet

    tables = Table("table", "rows", "columns", title="Tables", title_justify="left")
    found = [path for part in ("tables", "derived") for path in sorted((study / part).glob("*.parquet"))]
    for path in found:
        about = parquet.read_metadata(path)
        tables.add_row(path.relative_to(study).as_posix(), f"{about.num_rows:,}", ", ".join(about.schema.names))
    if not found:
        tables.add_row("none yet", "", "python -m effekt prepare")
    return tables

"""`effekt describe`: what a study holds, without reading a row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from effekt.protocol import load_protocol
from effekt.study import Study

_UNDATED = ("birth_date",)


def describe_study(study: Path, console: Console) -> None:
    """Print the clusters with their starts, the tables with their rows and months, and which outcomes can be computed."""
    protocol = load_protocol(study)
    period = f"{protocol.data_period.first:%Y-%m} to {protocol.data_period.last:%Y-%m}"
    made_up = "synthetic data" if protocol.synthetic else "real data"
    console.print(f"{protocol.name.en}: {protocol.region.en}, {period}, {made_up}", highlight=False)
    clusters = Table("cluster", "name", "start", "municipalities", title="Clusters", title_justify="left")
    for cluster in protocol.clusters:
        clusters.add_row(cluster.id, cluster.name.en, f"{cluster.start:%Y-%m}", " ".join(cluster.municipalities))
    console.print(clusters)
    found = [path for part in ("tables", "derived") for path in sorted((study / part).glob("*.parquet"))]
    console.print(_tables(study, found))
    console.print(_outcomes(study, bool(found)))


def _tables(study: Path, found: list[Path]) -> Table:
    from pyarrow import parquet

    tables = Table("table", "rows", "months", title="Tables", title_justify="left")
    for path in found:
        about = parquet.read_metadata(path)
        tables.add_row(path.relative_to(study).as_posix(), f"{about.num_rows:,}", _months(about))
    if not found:
        tables.add_row("none yet", "", "python -m effekt import")
    return tables


def _outcomes(study: Path, delivered: bool) -> Table:
    protocol, opened = load_protocol(study), Study.open(study)
    outcomes = Table("outcome", "name", "unit", title="Outcomes", title_justify="left")
    outcomes.add_column("can be computed", overflow="fold")
    for outcome in protocol.catalogue().values():
        name = outcome.id + (" (primary)" if outcome.id == protocol.primary_outcome else "")
        lacks = ", ".join(map(_named, opened.lacking(outcome.id)))
        answer = "nothing delivered yet" if not delivered else f"no: the delivery lacks {lacks}" if lacks else "yes"
        outcomes.add_row(name, outcome.label()["en"], outcome.unit, answer)
    return outcomes


def _named(item: str) -> str:
    """A file or column that is lacking, as the list of files in data/README.md calls it."""
    from effekt.data.opening import sources

    name, _, column = item.partition(".")
    file = next((source.file for source in sources() if source.name == name), name)
    return f"{column} in {file}" if column else file


def _months(about: Any) -> str:
    """First and last month of the table's first column of dates, or year, as the file itself tells it; "" where no row has one."""
    for place in range(about.num_columns):
        told = [about.row_group(group).column(place).statistics for group in range(about.num_row_groups)]
        ends = [end for each in told if each is not None and each.has_min_max for end in (each.min, each.max)]
        if not ends or about.schema.names[place] in _UNDATED:
            continue
        if isinstance(ends[0], date):
            return f"{min(ends):%Y-%m} to {max(ends):%Y-%m}"
        if about.schema.names[place] in ("month", "year"):
            return f"{min(ends)} to {max(ends)}"
    return ""

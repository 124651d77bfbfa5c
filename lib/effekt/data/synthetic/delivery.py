"""The raw delivery of a synthetic study: generated when it is missing, or when the generator or what it is told has changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from effekt.data.folders import replaced_folders
from effekt.data.synthetic.dirt import plant
from effekt.data.synthetic.files import delivery_tables, draw_names
from effekt.data.synthetic.programme import programme_tables
from effekt.data.synthetic.region import Region, simulate_region
from effekt.data.synthetic.sources import source_tables
from effekt.data.synthetic.spec import RegionSpec, load_spec
from effekt.data.synthetic.truth import truth_of
from effekt.data.synthetic.visits import draw_visits
from effekt.data.synthetic.workbook import REFERENCE, USED
from effekt.paths import find_study

DELIVERY, TRUTH = "delivery", "truth.json"
_CSV = pyarrow.csv.WriteOptions(include_header=False, delimiter=";", quoting_style="none")


def ensure_delivery(study_path: str | Path, report: Callable[[str], None] | None = None) -> Path:
    """The folder of raw files of a synthetic study, as a sender would deliver them, with `truth.json` beside it.

    Nothing is done where the files are there and were made by this generator from the same places, dates, sizes, effects and seed.
    `report` is told a line when something is made.

    Raises UsageError for a study that does not say `synthetic: true`: a real delivery is never touched.
    """
    study = find_study(study_path)
    spec = load_spec(study)
    stamp = generator_stamp(spec)
    delivery = study / DELIVERY
    if _is_current(study, stamp):
        return delivery
    began = time.perf_counter()
    region = simulate_region(spec)
    planted: dict[str, int] = {}
    rows: dict[str, int] = {}
    told: dict[str, Any] = {}
    (study / TRUTH).unlink(missing_ok=True)
    with replaced_folders(study, DELIVERY) as (folder,):
        for name, table, added, true in _tables(region):
            write_csv(table, folder / f"{name}.csv")
            planted |= added
            told |= {name: true} if true else {}
            rows[f"{name}.csv"] = len(table)
    truth = {"synthetic": True, "seed": spec.seed, "stamp": stamp, **truth_of(region), "sources": told, "planted_rows": planted, "rows": rows}
    _write_whole(study / TRUTH, json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
    if report is not None:
        report(f"generated the synthetic delivery {delivery}: {sum(rows.values()):,} rows in {len(rows)} files, {time.perf_counter() - began:.0f} s")
    return delivery


def write_csv(table: pa.Table, path: Path) -> None:
    """Semicolons, utf-8, dates as yyyy-mm-dd, nothing quoted, missing values empty."""
    with open(path, "wb") as file:
        file.write((";".join(table.column_names) + "\n").encode())
        pyarrow.csv.write_csv(table, file, _CSV)


def _tables(region: Region) -> Iterator[tuple[str, pa.Table, dict[str, int], dict[str, Any]]]:
    """Every file in turn, with its dirty rows and how many they are, and what is true of it."""
    rng = region.spec.draws("dirt")
    dead: pa.Table | None = None
    for name, table in delivery_tables(region):
        dead = table if name == "dod" else dead
        yield name, *plant(name, table, rng, dead), {}
    names = draw_names(region, 0)
    visits, truth = draw_visits(region)
    for name, table in programme_tables(region, names, visits):
        yield name, table, {}, {}
    for name, table, added, true in source_tables(region, names, visits, dead):
        yield name, table, added, truth if name == "home_visits" else true


def generator_stamp(spec: RegionSpec) -> str:
    """A hash of the generator's own files and of everything it is told."""
    digest = hashlib.sha256(repr(spec).encode())
    for path in [*sorted(Path(__file__).parent.glob("*.*")), *(REFERENCE / f"{name}.csv" for name in USED)]:
        if path.suffix in (".py", ".csv"):
            digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _is_current(study: Path, stamp: str) -> bool:
    try:
        truth: dict[str, Any] = json.loads((study / TRUTH).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return truth.get("stamp") == stamp and all((study / DELIVERY / file).is_file() for file in truth.get("rows", {"missing": 0}))


def _write_whole(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)

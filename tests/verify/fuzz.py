"""Thousands of corrupted rows, twelve kinds of corruption: no identifier is ever shown, and nothing ends in a traceback.

`python tests/verify/fuzz.py` corrupts 10,000 rows in 100 deliveries and imports each through the command line. Every person's number is a canary,
so is every text in which anything may stand; what is printed and every file that is written (but the delivery and the keys) is searched for them.
Writes fuzz.md and fuzz.json. A test runs 300 rows of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as parquet

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from effekt import cli, paths  # noqa: E402
from effekt.data.checks.fixes import is_free  # noqa: E402
from effekt.data.contracts import Column  # noqa: E402
from effekt.data.registers import REGISTERS  # noqa: E402
from tests.tiny import HOMES, tiny_files, write_study  # noqa: E402

CPR, DASHED = "0101701234", "010170-1234"
NUMBERS = {pnr: f"7731{int(pnr) % 10**8:08d}" for pnr in HOMES}
WORD = "KANARIEFUGL"
CANARIES = (*NUMBERS.values(), CPR, DASHED, "101701234")
# A study's own words stand in its tables, which are searched for numbers of persons alone; everywhere else no word of a row may stand.
TABLES_OF_FACTS = ("quarantine.parquet", "account.parquet")

Cell = Callable[[str, random.Random], str]
Bytes = Callable[[bytes, random.Random], bytes]
CODE = (f'=HYPERLINK("{DASHED}")', f"<script>{CPR}</script>", "'; DROP TABLE people; --", "${x} {0} %s \\N")
CELLS: dict[str, Cell] = {
    "number of a person in another column": lambda text, rng: rng.choice(CANARIES),
    "cut off": lambda text, rng: text[: len(text) // 2],
    "letters among digits": lambda text, rng: text[:3] + "XØ" + text[3:],
    "control and direction signs": lambda text, rng: text[:2] + rng.choice(("\x07", "\u202e", "\x1b[2J")) + text[2:],
    "dates that are none": lambda text, rng: rng.choice(("31-02-2013", "2013-02-31", "23000", "9999-12-31", "01/02/13", "2093-01-01")),
    "numbers that are none": lambda text, rng: rng.choice(("1,5", "1.234", "1.01702E+08", "inf", "NaN", "-0", "99999999999999999999")),
    "very long": lambda text, rng: text + CPR * 2000,
    "formula or code": lambda text, rng: rng.choice(CODE),
    "blanks and case": lambda text, rng: f"  {text.swapcase()} ",
}
FILES: dict[str, Bytes] = {
    "another number of columns": lambda line, rng: line + f";{CPR};{WORD}".encode(),
    "a quotation mark": lambda line, rng: line.replace(b";", b';"', 1),
    "bytes that are no text": lambda line, rng: line[:5] + rng.choice((b"\xe6\xff", b"\x00", b"\xc3\x83\xc2\xa6")) + line[5:],
}
MILD = ("cut off", "letters among digits", "blanks and case", "number of a person in another column")
KINDS = (*CELLS, *FILES)


@dataclass
class Found:
    """What the fuzz saw. shown : where canaries came out, never as the text. n : corrupted rows of each kind. rules : that refused."""

    rows: int = 0
    deliveries: int = 0
    n: Counter = field(default_factory=Counter)
    status: Counter = field(default_factory=Counter)
    rules: Counter = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)


def fuzz(folder: Path, rows: int, a_delivery: int, seed: int) -> Found:
    """Import deliveries with `a_delivery` corrupted rows each, until `rows` are corrupted."""
    rng, found = random.Random(seed), Found()
    while found.rows < rows:
        study = folder / f"study{found.deliveries}"
        files = whole_delivery(rng)
        corrupted = min(a_delivery, rows - found.rows)
        kinds = rng.sample(MILD if rng.random() < 0.6 else tuple(CELLS), rng.randint(1, 3))
        plan = [rng.choice(kinds) for _ in range(corrupted)]
        broken_files = rng.sample(tuple(FILES), 1) * rng.randint(1, 3) if found.deliveries % 5 == 0 else []
        plan[: len(broken_files)] = broken_files
        for kind in plan:
            if kind in CELLS:
                corrupt_cell(files, CELLS[kind], rng)
        write_study(study, files=files)
        for kind in broken_files:
            corrupt_line(study, FILES[kind], rng)
        found.n.update(plan)
        found.rows += corrupted
        import_and_search(study, found)
        found.deliveries += 1
        shutil.rmtree(study)
    return found


def whole_delivery(rng: random.Random) -> dict[str, list[dict[str, object]]]:
    """The tiny delivery under canary numbers, and some rows of every optional file."""
    files = {name: [row | {key: NUMBERS.get(str(value), value) for key, value in row.items()} for row in rows] for name, rows in tiny_files().items()}
    for row in files["initiatives"]:
        row["name"] = WORD
    add_years_of_rows(files)
    for register in REGISTERS:
        for source in register.sources:
            name = source.file.rsplit(".", 1)[0]
            if name not in files and not source.never_with and rng.random() < 0.4:
                files[name] = [{column.name: plausible(column, rng) for column in source.columns} for _ in range(4)]
    return files


def add_years_of_rows(files: dict[str, list[dict[str, object]]]) -> None:
    """More contacts, services and weeks of care, so that a few corrupted rows are few."""
    contacts = files["lpr_adm"][:4]
    for place in range(120):
        day = f"{2012 + place % 3}-{1 + place % 12:02d}-{1 + place % 28:02d}"
        row = contacts[place % 4] | {"recnum": f"x{place}", "d_inddto": day, "d_uddto": day, "v_indtime": "9", "v_udtime": "15"}
        files["lpr_adm"].append(row)
        files["lpr_diag"].append({"recnum": f"x{place}", "c_diag": "DI500", "c_diagtype": "A"})
        files["drg_hel"].append({"recnum": f"x{place}", "v_totpris_genop": "20.125"})
        files["sssy"].append(files["sssy"][place % 3] | {"honuge": f"13{1 + place % 50:02d}"})
        files["homecare"].append(files["homecare"][0] | {"aar": 2012 + place % 2, "uge": 1 + place % 50})


def plausible(column: Column, rng: random.Random) -> str:
    """A value that the contract may allow."""
    if column.kind == "person":
        return rng.choice(tuple(NUMBERS.values()))
    if column.kind == "municipality":
        return rng.choice(("751", "741", "615"))
    if column.codes:
        return rng.choice(column.codes)
    if is_free(column):
        return f"{WORD} {rng.randint(1, 9)}"
    return {"date": f"2013-0{rng.randint(1, 9)}-15", "timestamp": "2013-05-01 10:30:00"}.get(column.type, str(max(1, int(column.low or 1))))


def corrupt_cell(files: dict[str, list[dict[str, object]]], change: Cell, rng: random.Random) -> None:
    """One more row of some file, a copy with one corrupted cell."""
    names = sorted(files)
    rows = files[rng.choices(names, [len(files[name]) for name in names])[0]]
    row = dict(rng.choice(rows))
    name = rng.choice(sorted(row))
    rows.append(row | {name: change(str(row[name]), rng)})


def corrupt_line(study: Path, change: Bytes, rng: random.Random) -> None:
    """One line of some file, byte by byte."""
    path = rng.choice(sorted((study / "delivery").glob("*.csv")))
    lines = path.read_bytes().split(b"\n")
    place = rng.randrange(1, len(lines) - 1)
    lines[place] = change(lines[place], rng)
    path.write_bytes(b"\n".join(lines))


def import_and_search(study: Path, found: Found) -> None:
    """Import through the command line and look for canaries in all that came out."""
    logs = set((paths.OUTPUTS / "log").glob("*"))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(["import", str(study / "delivery"), "--study", str(study), *(["--accept-detected"] if found.deliveries % 2 else [])])
    found.status[status] += 1
    found.rules.update(re.findall(r"\[([a-zæøå_0-9.]+)\]", err.getvalue()))
    if status not in (0, 3) or "Traceback" in err.getvalue() or "import.engine" in err.getvalue():
        found.shown.append(f"delivery {found.deliveries}: status {status}, {err.getvalue()[-200:]}")
    said = out.getvalue() + err.getvalue()
    logged = [(path.name, path.read_text()) for path in set((paths.OUTPUTS / "log").glob("*")) - logs]
    for place, text in [("screen", said), *written(study), *logged]:
        words = () if place.endswith(".parquet") and place not in TABLES_OF_FACTS else (WORD,)
        found.shown += [f"delivery {found.deliveries}: {place}" for canary in (*CANARIES, *words) if canary in text]
    record = study / "tables" / "import.json"
    for account in json.loads(record.read_text(encoding="utf-8"))["accounts"] if record.is_file() else ():
        if account["n_in"] != account["n_kept"] + account["n_quarantined"] + account["n_set_aside"]:
            found.unaccounted.append(account["file"])


def written(study: Path) -> list[tuple[str, str]]:
    """Every file of the study but the delivery and the keys, as text."""
    files = [path for path in study.rglob("*") if path.is_file() and path.relative_to(study).parts[0] not in ("delivery", "keys")]
    return [(path.name, _text(path)) for path in files]


def _text(path: Path) -> str:
    if path.suffix != ".parquet":
        return path.read_bytes().decode("utf-8", "replace")
    return "\n".join(str(value) for column in parquet.read_table(path).to_pydict().values() for value in column)


def main(rows: int = 10_000) -> int:
    """Run, write the figures, return 1 where anything was shown or lost."""
    with tempfile.TemporaryDirectory() as folder:
        found = fuzz(Path(folder), rows, 125, seed=20130301)
    told = {
        "rows_corrupted": found.rows,
        "deliveries": found.deliveries,
        "imported": found.status[0],
        "refused": found.status[3],
        "other_exit_codes": sum(found.status.values()) - found.status[0] - found.status[3],
        "rows_a_kind": {kind: found.n[kind] for kind in KINDS},
        "canaries_searched_for": len(CANARIES) + 1,
        "rules_that_refused": len(found.rules),
        "shown": len(found.shown),
        "files_with_rows_unaccounted_for": len(found.unaccounted),
    }
    here = Path(__file__).parent
    (here / "fuzz.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kinds = "\n".join(f"| {kind} | {n:,} |" for kind, n in told["rows_a_kind"].items())
    (here / "fuzz.md").write_text(
        f"# Corrupted deliveries\n\n{told['rows_corrupted']:,} corrupted rows in {told['deliveries']} deliveries, imported through the command line: "
        f"{told['imported']} were imported, {told['refused']} refused, {told['other_exit_codes']} ended otherwise. Numbers of persons and free texts "
        f"are canaries ({told['canaries_searched_for']}); what was printed and every file written were searched. Shown: {told['shown']}. "
        f"Files whose rows do not add up: {told['files_with_rows_unaccounted_for']}.\n\n| corruption | rows |\n|---|---|\n{kinds}\n",
        encoding="utf-8",
    )
    print("\n".join(found.shown[:20]) or f"{found.rows:,} rows, nothing shown")
    return 1 if found.shown or found.unaccounted or told["other_exit_codes"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))

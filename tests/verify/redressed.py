"""The demonstration's raw delivery in other clothes: the canonical tables are the same, table by table.

Every file is written again in Windows-1252, tab separated, with names in capitals, a decimal comma and dates as days since 1960 (SAS), and a
`delivery.yml` says so. `python tests/verify/redressed.py` imports both and writes tests/verify/redressed.md and .json.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from pyarrow import parquet  # noqa: E402

from effekt import paths  # noqa: E402
from effekt.data.delivery import import_delivery  # noqa: E402
from effekt.data.opening import sources  # noqa: E402
from effekt.data.registers.source import Source  # noqa: E402
from effekt.data.synthetic.delivery import ensure_delivery  # noqa: E402

FORM = 'form: {encoding: cp1252, delimiter: tab, decimal: ",", dates: sas}\n'
ACCOUNT = ("account", "quarantine")
DAY_0 = date(1960, 1, 1)


def other_text(kind: str, text: str) -> str:
    """A value as the other sender writes it; what is no date and no number stays as it is."""
    if kind == "date":
        try:
            return str((date.fromisoformat(text) - DAY_0).days)
        except ValueError:
            return text
    return text.replace(".", ",") if kind in ("number", "money") else text


def redress(source: Source, delivery: Path, folder: Path) -> None:
    """One file of the demonstration in the other form."""
    kinds = {column.name: column.type for column in source.columns}
    with open(delivery / source.file, encoding="utf-8", newline="") as file, open(folder / source.file, "w", encoding="cp1252", newline="") as other:
        rows = csv.reader(file, delimiter=";")
        names = next(rows)
        writer = csv.writer(other, delimiter="\t", lineterminator="\r\n")
        writer.writerow([name.upper() for name in names])
        told = [kinds.get(name.strip().lower(), "text") for name in names]
        writer.writerows([other_text(kind, text) for kind, text in zip(told, row, strict=True)] for row in rows)


def tables_of(study: Path) -> dict[str, object]:
    """Canonical table -> its rows, those that tell of the import itself left out."""
    found = sorted((study / "tables").glob("*.parquet"))
    return {path.stem: parquet.read_table(path) for path in found if path.stem not in ACCOUNT}


def main() -> int:
    """Import both, compare, write; 1 where a table differs."""
    ensure_delivery(paths.DEMO)
    import_delivery(paths.DEMO / "delivery", paths.DEMO)
    with tempfile.TemporaryDirectory() as place:
        study, folder = Path(place) / "study", Path(place) / "delivery"
        for new in (study, folder):
            new.mkdir()
        (study / "evaluation.yml").write_text((paths.DEMO / "evaluation.yml").read_text(encoding="utf-8"), encoding="utf-8")
        for source in sources():
            if (paths.DEMO / "delivery" / source.file).is_file():
                redress(source, paths.DEMO / "delivery", folder)
        (folder / "delivery.yml").write_text("sender: The same in other clothes\n" + FORM, encoding="utf-8")
        report = import_delivery(folder, study)
        one, other = tables_of(paths.DEMO), tables_of(study)
        figures = {name: {"rows": table.num_rows, "same": name in other and table.equals(other[name])} for name, table in one.items()}
        n_in = sum(account.n_in for account in report.accounts)
    n_same = sum(item["same"] for item in figures.values())
    (HERE / "redressed.json").write_text(json.dumps({"rows_in": n_in, "tables": figures}, indent=1) + "\n", encoding="utf-8")
    lines = [f"| {name} | {item['rows']:,} | {'yes' if item['same'] else 'NO'} |" for name, item in figures.items()]
    head = f"{n_in:,} raw rows. {n_same} of {len(figures)} canonical tables are identical, row by row.\n\n"
    head += "| table | rows | identical |\n|---|---|---|\n"
    title = "# The demonstration's delivery in other clothes\n\nWindows-1252, tabs, names in capitals, decimal comma, SAS dates: "
    (HERE / "redressed.md").write_text(title + head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{n_same} of {len(figures)} tables are identical")
    return 0 if n_same == len(figures) and set(one) == set(other) else 1


if __name__ == "__main__":
    sys.exit(main())

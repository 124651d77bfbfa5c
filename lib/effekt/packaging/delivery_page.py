"""Write the list of files and columns in data/README.md from what the readers expect: `python -m effekt.packaging.delivery_page`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from effekt.data.contracts import Column
from effekt.data.registers import REGISTERS
from effekt.data.registers.source import Source
from effekt.paths import REPOSITORY

PAGE = REPOSITORY / "data" / "README.md"
LIST = re.compile(r"(<!-- delivery: .*? -->\n)(.*?)(<!-- /delivery -->)", re.DOTALL)


def column_row(column: Column) -> str:
    """One line of a file's table: the name, what it holds in both languages, and which values are allowed."""
    if column.codes:
        allowed = ", ".join(column.codes)
    elif column.low is not None or column.high is not None:
        allowed = f"{'' if column.low is None else f'{column.low:g}'} to {'' if column.high is None else f'{column.high:g}'}".strip()
    else:
        allowed = column.type
    return f"| `{column.name}` | {column.da} | {column.en} | {allowed}{'' if column.required else ', may be empty'} |"


def file_section(source: Source) -> str:
    """A file: what to ask for, and its columns."""
    title = f"### {source.file}{' (optional)' if source.optional else ''}"
    head = [title, "", f"{source.ask[0].upper()}{source.ask[1:]}.", "", "| column | dansk | English | values |", "|---|---|---|---|"]
    return "\n".join([*head, *map(column_row, source.columns), ""])


def page(text: str) -> str:
    """The page with its list of files as the readers are now; the rest as it is."""
    sections = "\n".join(file_section(source) for register in REGISTERS for source in register.sources)
    return LIST.sub(lambda found: f"{found.group(1)}\n{sections}\n{found.group(3)}", text)


def main(path: Path = PAGE) -> int:
    """Write the page; 0."""
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

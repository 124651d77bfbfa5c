"""What a notebook file says, read without running it: its name and place, its parameters, its code, its prose in two languages."""

from __future__ import annotations

import ast
import io
import json
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from effekt.errors import UsageError

Per = Literal["cluster", "region", "everywhere", "quality_cluster"]
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cluster": ("cluster", "municipality"),
        "region": ("region",),
        "everywhere": ("region", "cluster", "municipality"),
        "quality_cluster": ("quality_cluster",),
    }
)
"""The kinds of unit that a notebook is run for, by what its metadata say under "per"."""
TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One line `name: type = literal  # help` of the parameters cell."""

    name: str
    type: str
    default: Any
    help: str

    def accepts(self, value: Any) -> bool:
        """Whether `value` has the declared type; a whole number is a float, a truth value is not a number."""
        kinds = [kind.strip() for kind in self.type.split("|")]
        if value is None:
            return "None" in kinds
        wanted = [TYPES[kind] for kind in kinds if kind in TYPES]
        if isinstance(value, bool):
            return bool in wanted
        return isinstance(value, tuple(wanted)) or (isinstance(value, int) and float in wanted)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook: `language` is "da" or "en" for prose tagged so, else None."""

    kind: Literal["code", "markdown"]
    source: str
    tags: tuple[str, ...] = ()

    @property
    def language(self) -> str | None:
        return next((tag[len("lang-") :] for tag in self.tags if tag.startswith("lang-")), None)


@dataclass(frozen=True)
class Notebook:
    """A notebook of the suite: `name` as in its metadata, `per` what it is run once for (see KINDS).

    on_request : not part of a batch unless named (metadata "plan": "on request"). packages : of an extra, which it shows more with than
    without. public_data : what it shows is not the study's data but published ones (metadata "data": "public").
    """

    path: Path
    name: str
    order: float
    per: Per
    parameters: tuple[Parameter, ...]
    cells: tuple[Cell, ...]
    on_request: bool = False
    packages: tuple[str, ...] = ()
    public_data: bool = False

    @property
    def code(self) -> tuple[str, ...]:
        """The code cells in order, as they stand in the file."""
        return tuple(cell.source for cell in self.cells if cell.kind == "code")

    @property
    def unit_parameter(self) -> str:
        """The parameter that a batch sets to the unit; "" for a notebook of the region alone."""
        return "" if self.per == "region" else "quality_cluster" if self.per == "quality_cluster" else "cluster"

    def titles(self) -> dict[str, str]:
        """The question of the notebook: its level-1 heading in each language."""
        found: dict[str, str] = {}
        for cell in self.cells:
            heading = next((line[2:].strip() for line in cell.source.splitlines() if line.startswith("# ")), None)
            if cell.kind == "markdown" and cell.language and heading:
                found.setdefault(cell.language, heading)
        return found


def load_notebook(path: Path) -> Notebook:
    """Read one notebook; every fault of its metadata and parameters cell is listed in one UsageError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        cells = tuple(_cell(cell) for cell in raw["cells"] if cell["cell_type"] in ("code", "markdown"))
        about = raw["metadata"].get("effekt") or {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(f"{path.name} is not a notebook that can be read: open it in JupyterLab and save it again, or remove it.") from None
    faults = []
    if not isinstance(about.get("name"), str) or not isinstance(about.get("order"), int | float) or about.get("per") not in KINDS:
        kinds = ", ".join(KINDS)
        faults.append(f'its metadata needs "effekt": {{"order": number, "name": text, "per": one of {kinds}}}')
    if about.get("plan", "always") not in ("always", "on request") or about.get("data", "study") not in ("study", "public"):
        faults.append('its metadata may say "plan": "on request" and "data": "public", and nothing else there')
    tagged = [cell for cell in cells if cell.kind == "code" and "parameters" in cell.tags]
    if len(tagged) != 1:
        faults.append(f'it needs exactly one code cell tagged "parameters" and has {len(tagged)}')
    parameters, wrong = _parameters(tagged[0].source) if len(tagged) == 1 else ((), [])
    faults += wrong + [fault for number, cell in enumerate(cells, 1) if (fault := _syntax_fault(number, cell))]
    if faults:
        raise UsageError("\n".join(f"{path.name}: {fault}." for fault in faults))
    packages = tuple(str(package) for package in about.get("packages", ()))
    special = {"on_request": about.get("plan") == "on request", "packages": packages, "public_data": about.get("data") == "public"}
    return Notebook(path, about["name"], about["order"], about["per"], parameters, cells, **special)


def _cell(raw: dict[str, Any]) -> Cell:
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    return Cell(raw["cell_type"], source, tuple(raw.get("metadata", {}).get("tags", ())))


def _syntax_fault(number: int, cell: Cell) -> str | None:
    if cell.kind == "code":
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            return f"cell {number}, line {error.lineno}: this is not Python"
    return None


def _parameters(source: str) -> tuple[tuple[Parameter, ...], list[str]]:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return (), ["its parameters cell is not Python"]
    helps = _comments(source)
    found, faults = [], []
    for line in body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name) or line.value is None:
            faults.append(f"line {line.lineno} of its parameters cell is not `name: type = literal  # help`")
            continue
        name, kind = line.target.id, ast.unparse(line.annotation)
        unknown = [part for part in kind.split("|") if part.strip() not in (*TYPES, "None")]
        try:
            default = ast.literal_eval(line.value)
        except ValueError:
            faults.append(f"the default of parameter {name} is not a literal")
            continue
        parameter = Parameter(name, kind, default, helps.get(line.lineno, ""))
        if unknown:
            faults.append(f"parameter {name} has the type {kind}; known are {', '.join(TYPES)}, each also with `| None`")
        elif not parameter.accepts(default):
            faults.append(f"the default of parameter {name} is not a {kind}")
        else:
            found.append(parameter)
    return tuple(found), faults


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}

"""Imports run only downward through the layers; CONTRIBUTING.md shows the same layers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "lib" / "effekt"
LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "paths", "provenance", "lazy", "yaml_lines"),
    ("catalogue",),
    ("protocol", "protocol_checks", "protocol_lock", "protocol_parts", "protocol_sensitivity"),
    ("study",),
    ("data",),
    ("measures",),
    ("estimates",),
    ("calibration", "published"),
    ("report",),
    ("batch",),
    ("cli", "cli_import", "packaging"),
    ("__main__",),
)
"""From the ground up. A module may import from its own layer and from those before it."""
ESTIMATES_MAY_IMPORT = {"errors", "estimates", "lazy"}
"""Estimators take anybody's frames: no study, no file, no catalogue."""
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(LIBRARY.rglob("*.py"))


def part(module: str) -> str:
    """The part of the package that a dotted name belongs to: `effekt.report.views` -> `report`; the package itself -> ""."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def dotted(path: Path) -> str:
    """`lib/effekt/report/views.py` -> `effekt.report.views`."""
    pieces = path.relative_to(LIBRARY.parent).with_suffix("").parts
    return ".".join(pieces[:-1] if pieces[-1] == "__init__" else pieces)


def imported(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything of effekt that a module imports, at the top or inside a function, absolute or relative."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "effekt":
                    yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                base = ".".join(package[: len(package) - node.level + 1] + ([node.module] if node.module else []))
            if base.split(".")[0] == "effekt":
                for alias in node.names:
                    yield node.lineno, f"{base}.{alias.name}"


def wrong_arrows(source: str, module: str, is_package: bool = False) -> list[str]:
    """The imports of a module that run upward."""
    own = part(module)
    wrong = []
    for line, name in imported(source, module, is_package):
        target = part(name)
        if own and LEVEL.get(target, -1) > LEVEL[own]:
            wrong.append(f"line {line}: {own} may not import {name}")
        elif own == "estimates" and target not in ESTIMATES_MAY_IMPORT:
            wrong.append(f"line {line}: estimates take frames only and may not import {name}")
    return wrong


def test_imports_run_downward() -> None:
    wrong = [(dotted(path), *wrong_arrows(path.read_text(encoding="utf-8"), dotted(path), path.name == "__init__.py")) for path in MODULES]
    assert [found for found in wrong if len(found) > 1] == []


def test_every_part_of_the_library_has_a_layer() -> None:
    parts = {part(dotted(path)) for path in MODULES} - {""}
    assert parts <= set(LEVEL), f"say in LAYERS where these belong: {sorted(parts - set(LEVEL))}"


@pytest.mark.parametrize(
    ("source", "module", "is_package"),
    [
        ("from effekt.report import results", "effekt.measures.cohort", False),
        ("import effekt.batch.plan", "effekt.report.views", False),
        ("def f():\n    from effekt import cli", "effekt.batch.runner", False),
        ("from ..report import tables", "effekt.data.delivery", False),
        ("from ..batch import plan", "effekt.report", True),
        ("from effekt.study import Study", "effekt.estimates.pooling", False),
        ("from effekt.study import Study", "effekt.protocol", False),
    ],
)
def test_an_upward_import_is_found_in_every_form(source: str, module: str, is_package: bool) -> None:
    assert wrong_arrows(source, module, is_package)


def test_the_picture_in_contributing_shows_these_layers_in_this_order() -> None:
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- layers -->\n```text\n(.*?)```", text, re.DOTALL)
    assert block, "CONTRIBUTING.md needs its picture: a text block after <!-- layers -->"
    shown = [tuple(re.findall(r"[a-z_]+", line.split("|")[1])) for line in block.group(1).splitlines() if "|" in line]
    assert shown == [names for names in reversed(LAYERS)]

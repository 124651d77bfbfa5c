"""Write `environment.yml`, the file that conda users take, from `pyproject.toml`: `python -m effekt.packaging.environment`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from effekt.paths import REPOSITORY

CONDA_NAMES = {"duckdb": "python-duckdb", "ibis-framework": "ibis-duckdb"}
"""Packages that are called something else on conda-forge; every other name is the same there."""

HEADER = """\
# For conda users. Written from pyproject.toml by: python -m effekt.packaging.environment   (a test holds it up to date)
# No conda client runs in our checks: those install requirements.lock, which is exact; this file gives ranges.
"""


def conda_requirement(line: str) -> str:
    """One dependency of pyproject.toml as conda-forge calls it: its name there and its range, without extras."""
    requirement = Requirement(line)
    name = CONDA_NAMES.get(requirement.name, requirement.name)
    return name + ",".join(sorted((str(part) for part in requirement.specifier), reverse=True))


def environment(pyproject: str) -> str:
    """The text of `environment.yml` that belongs to the text of a `pyproject.toml`."""
    project = tomllib.loads(pyproject)["project"]
    needed = [f"python{project['requires-python']}", *map(conda_requirement, project["dependencies"]), "pip"]
    lines = ["name: effekt", "channels: [conda-forge, nodefaults]", "dependencies:", *(f'  - "{item}"' for item in needed)]
    return HEADER + "\n".join([*lines, "  - pip:", '      - "-e ."', ""])


def main(root: Path = REPOSITORY) -> int:
    """Write the file; 0."""
    text = environment((root / "pyproject.toml").read_text(encoding="utf-8"))
    (root / "environment.yml").write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

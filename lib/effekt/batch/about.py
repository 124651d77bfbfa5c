"""The versions that a run's record names."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from effekt import paths


@lru_cache(maxsize=1)
def library_version() -> str:
    """Version of effekt: of the working copy where there is one, else of the installed package."""
    project = _project()
    if project:
        return str(project["version"])
    try:
        return version("effekt")
    except PackageNotFoundError:
        return ""


def package_versions() -> dict[str, str]:
    """The installed version of every package that effekt depends on by name."""
    names = sorted(re.split(r"[\[<>=!~; ]", text, maxsplit=1)[0] for text in _project().get("dependencies", ()))
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


@lru_cache(maxsize=1)
def _project() -> dict:
    try:
        return tomllib.loads((paths.REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return {}

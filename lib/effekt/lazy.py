"""Packages whose names load their module on first use, so that a notebook pays only for what it uses.

The literal table in a package's `__init__` is also what `provenance` reads to follow `estimates.pool` to the file that defines it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def exports(package: str, table: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` (PEP 562) of `package`, whose public names come from the submodules that `table` gives.

    `table` maps name -> submodule ("pool" -> "pooling"). A name equal to its submodule is the submodule itself ("estimates" -> "estimates").

    Raises (on use) AttributeError for a name that is not in the table, listing the nearest; ImportError for an object with the name of
    the module that holds it, because `package.name` would be the module or the object depending on what was imported first.
    """

    def __getattr__(name: str) -> object:
        if name not in table:
            if name.startswith("__"):
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            from difflib import get_close_matches

            near = get_close_matches(name, table, n=1)
            raise AttributeError(f"{package} has no {name!r}" + (f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(sorted(table))}"))
        module = import_module(f"{package}.{table[name]}")
        if table[name] == name:
            if hasattr(module, name):
                raise ImportError(f"{package}.{name} would be a module or an object depending on import order: give the module another name")
            return module
        value = getattr(module, name)
        setattr(sys.modules[package], name, value)
        return value

    def __dir__() -> list[str]:
        return sorted(table)

    return __getattr__, __dir__

"""A result of an estimator as plain data, down to its last field, and how it is compared with what it was."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from effekt.errors import DataError
from effekt.estimates import Estimate

CLOSE = 1e-6
DIGITS = 10
LONGEST = 24


def told(call: Callable[[], object]) -> Any:
    """What the call gives, or the whole text with which it refuses; a warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return plain(call())
        except DataError as refused:
            return {"refused": str(refused)}


def plain(thing: Any) -> Any:
    """Numbers, texts, lists and dicts; of a record its fields, and what its properties and its methods without arguments give."""
    if isinstance(thing, Estimate):
        return plain(thing.record())
    if is_dataclass(thing) and not isinstance(thing, type):
        named = {field.name: plain(getattr(thing, field.name)) for field in fields(thing) if not field.name.startswith("_")}
        return {"type": type(thing).__name__, **named, **{name: plain(value) for name, value in _asked(thing)}}
    if isinstance(thing, pd.DataFrame):
        columns = {str(name): plain(thing[name]) for name in thing.columns}
        return {"columns": columns, "kinds": [column.dtype.kind for _, column in thing.items()], "index": plain(thing.index)}
    if isinstance(thing, tuple) and hasattr(thing, "_asdict"):
        return plain(thing._asdict())
    if isinstance(thing, pd.Series | pd.Index):
        return plain(thing.tolist())
    if isinstance(thing, np.ndarray | list | tuple):
        return _short([plain(value) for value in thing])
    if isinstance(thing, Mapping):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, bool | np.bool_):
        return bool(thing)
    if isinstance(thing, int | np.integer):
        return int(thing)
    if isinstance(thing, float | np.floating):
        return float(f"{float(thing):.{DIGITS}g}") if math.isfinite(thing) else str(float(thing))
    return thing if thing is None or isinstance(thing, str) else str(thing)


def _short(values: list[Any]) -> Any:
    """A long list of finite numbers as its length, ends, sum and sum weighted by place, which no change of one of them leaves as they are."""
    if len(values) <= LONGEST or not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return values
    sums = (math.fsum(values), math.fsum(place * value for place, value in enumerate(values)), math.fsum(abs(value) for value in values))
    return {"length": len(values), "first": values[:3], "last": values[-3:], "sums": [float(f"{total:.{DIGITS}g}") for total in sums]}


def _asked(record: object) -> Iterator[tuple[str, Any]]:
    for name, held in inspect.getmembers(type(record)):
        if name.startswith("_") or not type(record).__module__.startswith("effekt."):
            continue
        if isinstance(held, property):
            yield name, getattr(record, name)
        elif inspect.isfunction(held) and all(one.default is not one.empty for one in list(inspect.signature(held).parameters.values())[1:]):
            yield f"{name}()", getattr(record, name)()


def differences(now: Any, was: Any, where: str = "") -> list[str]:
    """Where two plain results differ: numbers by more than one in a million, everything else at all."""
    if isinstance(now, dict) and isinstance(was, dict):
        odd = sorted(set(now) ^ set(was))
        return [f"{where}: only one of the two has {', '.join(odd)}"] * bool(odd) + [
            line for key in now if key in was for line in differences(now[key], was[key], f"{where}.{key}")
        ]
    if isinstance(now, list) and isinstance(was, list):
        if len(now) != len(was):
            return [f"{where}: {len(now)} instead of {len(was)}"]
        return [line for place, pair in enumerate(zip(now, was, strict=True)) for line in differences(*pair, f"{where}[{place}]")]
    if isinstance(now, float | int) and isinstance(was, float | int) and type(now) is not bool and type(was) is not bool:
        return [] if math.isclose(now, was, rel_tol=CLOSE, abs_tol=1e-9) else [f"{where}: {now!r}, was {was!r}"]
    return [] if now == was and type(now) is type(was) else [f"{where}: {now!r}, was {was!r}"]

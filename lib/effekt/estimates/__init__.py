"""Estimators: a tidy frame in, an `Estimate` or a small frozen record of them out; no Study, no file, no global."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "Estimate": "estimate",
    "controlled_time_series": "controlled",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

"""How far the estimators can be trusted: regions of known truth drawn thousands of times, and what each estimator said of them."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "Request": "run",
    "calibrate": "run",
    "measured": "table",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

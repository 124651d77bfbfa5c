"""Published evaluations of real data, found again by our estimators: what was printed, what another program gives, what we give."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "Comparison": "comparing",
    "Figure": "comparing",
    "compare": "comparing",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

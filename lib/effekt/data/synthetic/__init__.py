"""The known-truth region: citizens simulated one by one, a programme that avoids some of their admissions, and the raw files of it all."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "ensure_delivery": "delivery",
    "load_spec": "spec",
    "person_months": "counts",
    "simulate_region": "region",
    "truth_of": "truth",
}

__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

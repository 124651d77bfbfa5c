"""What is data and not code: the outcomes, the labels in both languages, the code lists."""

from effekt import lazy

_EXPORTS: dict[str, str] = {"load_outcomes": "outcomes", "load_municipalities": "codes"}

__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

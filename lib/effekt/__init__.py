"""What a notebook may import: the study, and the packages that turn its tables (or published ones) into results."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "Study": "study",
    "calibration": "calibration",
    "catalogue": "catalogue",
    "estimates": "estimates",
    "measures": "measures",
    "published": "published",
    "report": "report",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

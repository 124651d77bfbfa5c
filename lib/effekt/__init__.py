"""What a notebook may import: the study, and the four packages that turn its tables into results."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "Study": "study",
    "catalogue": "catalogue",
    "estimates": "estimates",
    "measures": "measures",
    "report": "report",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

"""From estimates to what people see: results with sentences, tables and figures in Danish and English."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "MIME": "results",
    "Result": "results",
    "render": "rendering",
    "time_series": "trends",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

"""From estimates to what people see: results with sentences, tables and figures in Danish and English."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "MIME": "results",
    "Result": "results",
    "answer": "asking",
    "broken_assumptions": "method_trust",
    "cost_sectors": "costs",
    "coverage_figure": "method_trust",
    "difference_table": "costs",
    "done": "closing",
    "effect_table": "effects",
    "finding": "findings",
    "forest": "synthesis",
    "in_short": "findings",
    "limits": "reservations",
    "method": "reservations",
    "methods_in_short": "method_trust",
    "methods_table": "method_trust",
    "outcomes_of": "repeating",
    "over_clusters": "repeating",
    "over_outcomes": "repeating",
    "pooled_in_short": "synthesis",
    "published_in_short": "published_cases",
    "published_sources": "published_cases",
    "published_table": "published_cases",
    "render": "rendering",
    "sector_costs": "costs",
    "simpler": "effects",
    "synthesis_table": "synthesis",
    "tile_map": "maps",
    "time_series": "trends",
}
__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)

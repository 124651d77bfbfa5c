"""The frozen reference numbers: `r/<name>.json`, each made by the script `r/<name>.R` beside it (`Rscript <name>.R` in that folder)."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "r"


@lru_cache
def frozen(name: str) -> dict[str, Any]:
    """The numbers that R gave."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

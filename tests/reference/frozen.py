"""The frozen reference numbers: `r/<name>.json`, each made by the script `r/<name>.R` beside it (`Rscript <name>.R` in that folder).

Second opinions from Python packages that are not installed with the suite are in `python/`, in the same way.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@lru_cache
def frozen(name: str, language: str = "r") -> dict[str, Any]:
    """The numbers that R (or, for "python", the packages that the script names) gave."""
    return json.loads((FOLDER / language / f"{name}.json").read_text(encoding="utf-8"))

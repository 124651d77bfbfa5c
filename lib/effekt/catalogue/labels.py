"""The names that every page uses, in Danish and English: units, sectors, arms, periods, column headings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from effekt.errors import DataError

LANGUAGES = ("da", "en")


def load_labels(path: Path) -> Mapping[str, Mapping[str, str]]:
    """key -> {"da", "en"}, read-only. Raises DataError naming every key that lacks a language."""
    pairs = yaml.safe_load(path.read_text(encoding="utf-8"))
    short = sorted(key for key, names in pairs.items() if set(names) != set(LANGUAGES) or not all(names.values()))
    if short:
        raise DataError(f"{path.name}: these keys need both da and en: {', '.join(short)}")
    return MappingProxyType({key: MappingProxyType(dict(names)) for key, names in pairs.items()})


LABELS = load_labels(Path(__file__).parent / "labels.yml")


def label(key: str, language: str) -> str:
    """The name of `key` in "da" or "en". Raises DataError for an unknown key or language."""
    if key not in LABELS or language not in LANGUAGES:
        raise DataError(f"catalogue/labels.yml has no {key!r} in {language!r}")
    return LABELS[key][language]

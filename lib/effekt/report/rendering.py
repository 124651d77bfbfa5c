"""One executed notebook, two languages: a stored bundle drawn as an HTML fragment."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from effekt.errors import DataError
from effekt.report import views
from effekt.report.numbers import LANGUAGES
from effekt.report.results import Result


def render(bundle: Mapping[str, Any], language: str) -> str:
    """The HTML fragment of one result in "da" or "en", from the bundle alone: no study, no table, no kernel.

    The fragment is a `section` with the result's id. It holds no script and no style attribute; every number in it is a `data` element (in
    a figure a group) whose `data-cell` is "<result id>:<row>:<column>"; every text that came from a study is escaped.

    Raises DataError for an unknown view, language or label.
    """
    if language not in LANGUAGES:
        raise DataError(f"language is {language!r}; it must be one of {', '.join(LANGUAGES)}")
    result = Result.from_bundle(bundle, language)
    inside = views.find(result.view).html(result)
    return f'<section class="effekt-result effekt-view-{html.escape(result.view)}" id="{html.escape(result.id)}">{inside}</section>'

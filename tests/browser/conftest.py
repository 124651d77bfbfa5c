"""A published batch of the demo study, and a browser to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.devtools import Page, chromium
from tests.faults.real import publish_demo


@pytest.fixture(scope="session")
def published(once: Callable[..., Path], demo_study_path: Path) -> Path:
    """`outputs/latest` of a batch over the region and one cluster of the demo study."""
    return publish_demo(once, demo_study_path)


@pytest.fixture(scope="module")
def page(require_program: Callable[..., str]) -> Iterator[Page]:
    """A tab of a headless Chromium without network."""
    with chromium(require_program("chromium", "chromium-browser", "google-chrome")) as tab:
        yield tab

"""The pages of the committed notebooks, and a browser to look at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.browser.committed import publish_committed
from tests.browser.devtools import Page, chromium
from tests.browser.visits import Visit, visit_all


@pytest.fixture(scope="session")
def published(once: Callable[..., Path]) -> Path:
    """A published folder with a page for every notebook."""
    return once("committed-pages", publish_committed) / "latest"


@pytest.fixture(scope="module")
def page(require_program: Callable[..., str]) -> Iterator[Page]:
    """A tab of a headless Chromium without network."""
    with chromium(require_program("chromium", "chromium-browser", "google-chrome")) as tab:
        yield tab


@pytest.fixture(scope="module")
def visits(page: Page, published: Path) -> Mapping[str, Visit]:
    """Every page in both languages, looked at once: path within the published folder -> what was found."""
    return visit_all(page, published)

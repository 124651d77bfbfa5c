"""The README's picture comes from the newest run and stays small."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effekt.errors import UsageError
from effekt.packaging import picture


def test_the_page_is_taken_from_the_newest_run(tmp_path: Path) -> None:
    for age, run in enumerate(("b_newest", "a_older")):
        page = tmp_path / run / picture.PAGE
        page.parent.mkdir(parents=True)
        page.touch()
        os.utime(page, (1000 - age, 1000 - age))
    assert picture.newest_page(tmp_path).parents[1].name == "b_newest"


def test_without_a_run_it_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make run"):
        picture.newest_page(tmp_path)


def test_colours_are_given_up_before_bytes_and_too_large_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "raw.png")
    full = picture.shrink(tmp_path / "raw.png", tmp_path / "small.png")
    size = (tmp_path / "small.png").stat().st_size
    assert full == picture.COLOURS[0]
    assert picture.shrink(tmp_path / "raw.png", tmp_path / "small.png", largest=size) < full
    with pytest.raises(UsageError, match="larger than 50 bytes"):
        picture.shrink(tmp_path / "raw.png", tmp_path / "small.png", largest=50)
    assert not (tmp_path / "small.png").exists()

"""The README's picture comes from the newest run and stays small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from effekt.errors import UsageError
from effekt.packaging import picture


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

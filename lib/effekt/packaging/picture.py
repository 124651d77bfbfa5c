"""Make the README's picture from a page of the demonstration: `python -m effekt.packaging.picture` (after `make run`; needs Chromium).

The picture lies beside this script, because it belongs to the documents and not to a run; it is not part of the installed package.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from effekt.errors import UsageError
from effekt.paths import OUTPUTS

PICTURE = Path(__file__).with_name("tour.png")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "msedge")
PAGE = "en/03_admissions_aarhus.html"
LARGEST_BYTES = 100_000
COLOURS = (64, 48, 32, 16)


def newest_page(outputs: Path = OUTPUTS) -> Path:
    """The page in the newest run; UsageError where it has none."""
    page = outputs / "latest" / PAGE
    if not page.is_file():
        raise UsageError(f"The newest run has no page {PAGE}: type `make run` first.")
    return page


def photograph(page: Path, target: Path, width: int, height: int) -> None:
    """What a browser shows of the top of a page, as PNG."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise UsageError(f"A browser is needed to take the picture: one of {', '.join(BROWSERS)}.")
    command = [browser, "--headless", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}", f"--screenshot={target}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    subprocess.run([*command, page.as_uri()], check=True, capture_output=True, timeout=120)


def shrink(source: Path, target: Path, largest: int = LARGEST_BYTES) -> int:
    """Write a picture with as many colours as fit into `largest` bytes; the number of colours. UsageError where none fits."""
    from PIL import Image

    with Image.open(source) as picture:
        plain = picture.convert("RGB")
    for colours in COLOURS:
        plain.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size < largest:
            return colours
    target.unlink()
    raise UsageError(f"The picture is larger than {largest} bytes even with {COLOURS[-1]} colours: take less of the page (--height).")


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 made, 2 not possible."""
    parser = argparse.ArgumentParser(description="Make the README's picture from the newest run of the demonstration.")
    parser.add_argument("--width", type=int, default=820)
    parser.add_argument("--height", type=int, default=1660)
    chosen = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            raw = Path(folder) / "page.png"
            photograph(newest_page(), raw, chosen.width, chosen.height)
            colours = shrink(raw, PICTURE)
    except UsageError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    print(f"{PICTURE.name}: {PICTURE.stat().st_size} bytes, {colours} colours")
    return 0


if __name__ == "__main__":
    sys.exit(main())

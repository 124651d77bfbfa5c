"""What every test may ask for: the demo study, the small study, a program that must be there.

With EFFEKT_REQUIRE_ALL=1 (as .ci/run sets it) a skipped test is a failed one, unless its reason is that it belongs to another operating system.
`make test` leaves out what is marked `thorough` (a second seed, another way round the same rule): .ci/run, and pytest by itself, run it.
"""

from __future__ import annotations

import gc
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tree import kept_files

REPOSITORY = Path(__file__).resolve().parents[1]
SMALL = REPOSITORY / "tests" / "studies" / "small"
REQUIRE_ALL = os.environ.get("EFFEKT_REQUIRE_ALL") == "1"
QUICK = "EFFEKT_EXAMPLES" in os.environ and not REQUIRE_ALL
OTHER_SYSTEMS = ("Windows only", "macOS only")
LONGEST_FIRST = ("tests/install", "tests/docs", "tests/recovery", "tests/browser", "tests/faults", "notebooks")

collect_ignore_glob = ["*.ipynb"]


def must_not_skip(reason: str) -> bool:
    """Whether a skip for this reason counts as a failure in this run."""
    return REQUIRE_ALL and not reason.removeprefix("Skipped: ").startswith(OTHER_SYSTEMS)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files with few and long tests come first, so that no worker is left with one of them at the end; a quick run has no `thorough` ones."""
    if QUICK and (left_out := [item for item in items if item.get_closest_marker("thorough")]):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]
    places = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: next((place for folder, place in places.items() if item.nodeid.startswith(folder)), len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """Turn a skip into a failure where everything is required."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2])
        if must_not_skip(reason):
            report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped, and EFFEKT_REQUIRE_ALL=1 allows no skip. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> object:
    """The same for a whole module that skips itself while it is collected."""
    report = yield
    if report.skipped and must_not_skip(str(report.longrepr[2])):
        report.outcome, report.longrepr = "failed", f"{collector.nodeid} was skipped, and EFFEKT_REQUIRE_ALL=1 allows no skip. {report.longrepr[2]}"
    return report


@pytest.fixture(scope="module", autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Drop between files what notebooks and killed kernels left (sockets, event loops), not in a test that takes warnings for errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()
    yield


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """`once(name, make)`: a folder filled by `make(folder)` one time in the whole run, whichever of the parallel workers comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def get(name: str, make: Callable[[Path], None]) -> Path:
        folder, ready, failed = shared / f"once-{name}", shared / f"once-{name}.ready", shared / f"once-{name}.failed"
        try:
            folder.mkdir()
        except FileExistsError:
            while not ready.exists():
                if failed.exists():
                    pytest.fail(f"{name} could not be made: {failed.read_text(encoding='utf-8')}")
                time.sleep(0.1)
            return folder
        try:
            make(folder)
        except BaseException as problem:
            failed.write_text(f"{type(problem).__name__}: {problem}", encoding="utf-8")
            raise
        ready.touch()
        return folder

    return get


@pytest.fixture(scope="session")
def demo_study_path(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The demo study, prepared (`make test` prepares it before pytest starts; otherwise it is prepared here). Read it, never write to it."""
    study = REPOSITORY / "data" / "demo"

    def prepare_if_needed(_: Path) -> None:
        if not (study / "derived" / "prepared.json").is_file():
            prepared(study)

    once("demo", prepare_if_needed)
    return study


@pytest.fixture(scope="session")
def small_study_path(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The small study (one empty and one tiny cluster), generated and prepared in a temporary folder. Read it, never write to it."""

    def make(folder: Path) -> None:
        shutil.copytree(SMALL, folder / "study")
        prepared(folder / "study")

    return once("small", make) / "study"


def prepared(study: Path) -> None:
    """Generate (where synthetic), import and prepare a study."""
    from effekt.batch.chain import prepare_tables

    prepare_tables(study, synthetic=True, say=lambda line: None)


@pytest.fixture(scope="session")
def copy_of_the_tree() -> Callable[[Path], None]:
    """`copy_of_the_tree(folder)`: what a clone would have after the next commit, put into a folder."""

    def copy(folder: Path) -> None:
        for path in kept_files():
            target = folder / path.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)

    return copy


@pytest.fixture(scope="session")
def require_program() -> Callable[..., str]:
    """`require_program("chromium", "google-chrome")`: the path of the first of these programs that is there; else the test skips and says so."""

    def find(*names: str) -> str:
        for name in names:
            path = shutil.which(name)
            if path:
                return path
        pytest.skip(f"needs the program {' or '.join(names)}, which is not on this machine")

    return find

"""Where things lie: the repository, its notebooks, a study's folders. Nothing here creates or reads a file."""

from __future__ import annotations

from pathlib import Path

from effekt.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = Path(__file__).resolve().parent
NOTEBOOKS = REPOSITORY / "notebooks"
OUTPUTS = REPOSITORY / "outputs"
DEMO = REPOSITORY / "data" / "demo"


def find_study(path: str | Path) -> Path:
    """The study folder named by `path`: as given, else relative to the repository (notebooks run from anywhere).

    Raises UsageError where neither holds an `evaluation.yml`.
    """
    given = Path(path)
    for candidate in (given, REPOSITORY / given):
        if (candidate / "evaluation.yml").is_file():
            return candidate.resolve()
    raise UsageError(
        f"No study at {given}: a study is a folder with an evaluation.yml. Looked in {given.absolute()} and in the repository. "
        "Name the folder with --study, for instance --study data/demo."
    )

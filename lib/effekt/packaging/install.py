"""Make `.venv` and install the lock into it, when that is needed: `python lib/effekt/packaging/install.py [--test] [--wheelhouse FOLDER]`.

Runs before anything is installed, so it uses the standard library only and is started by its path. It works with pip alone; `uv` is used where it
is there and can reach a package index. `lib/` is put on the path of the environment by a `.pth` file instead of an editable install: that needs no
build backend, so it is the same online and from a wheelhouse, on Python 3.11 (whose environments bring an old setuptools) and on 3.12 and later
(whose environments bring none). The path in it is relative, so letters outside ASCII in a user's folder names do no harm.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
LOCKS = {"runtime": "requirements.lock", "test": "requirements-test.lock"}
OLDEST = (3, 11)
PATH_FILE = "effekt.pth"
WHEELHOUSE_LOCK = re.compile(r"^# lock: sha256 ([0-9a-f]{64})$", re.MULTILINE)


class InstallError(Exception):
    """The environment cannot be made; the message says what to do."""


def lock_hashes(repository: Path) -> dict[str, str]:
    """SHA-256 of each lock file with line ends as git stores them; the test lock holds the runtime lock's versions and more."""
    return {name: hashlib.sha256((repository / file).read_bytes().replace(b"\r\n", b"\n")).hexdigest() for name, file in LOCKS.items()}


def venv_python(environment: Path) -> Path:
    """The interpreter of a virtual environment on this platform."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_path(environment: Path) -> Path:
    """Where the environment remembers which locks it holds."""
    return environment / "effekt-lock.json"


def read_stamp(environment: Path) -> dict[str, str]:
    """The hashes of the locks that were installed whole; empty where there is no environment or an installation was broken off."""
    try:
        return json.loads(stamp_path(environment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def is_current(environment: Path, wanted: str, hashes: dict[str, str]) -> bool:
    """Whether the environment runs and already holds the lock named `wanted`."""
    return read_stamp(environment).get(wanted) == hashes[wanted] and runs(venv_python(environment))


def runs(python: Path) -> bool:
    """Whether an interpreter starts and is new enough."""
    check = f"import sys; raise SystemExit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([str(python), "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def make_environment(environment: Path) -> None:
    """A virtual environment with pip, made anew where the one that is there does not run."""
    if runs(venv_python(environment)):
        return
    say(f"making {environment.name} with Python {sys.version.split()[0]}")
    command = [sys.executable, "-m", "venv", "--clear", str(environment)]
    if subprocess.run(command).returncode:
        raise InstallError("python -m venv failed. On Debian and Ubuntu it needs one more package: sudo apt-get install python3-venv")


def install_lock(python: Path, lock: Path) -> None:
    """Every package of a lock, each file checked against its hash; uv first where it is there, else pip."""
    uv = shutil.which("uv")
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(python), "--no-deps", "--require-hashes", "-r", str(lock)]
        if subprocess.run(command).returncode == 0:
            return
        say("uv could not install the lock (it does not read pip's configuration); trying pip")
    run_pip(python, ["--require-hashes", "--no-deps", "-r", str(lock)])


def install_wheelhouse(python: Path, wheelhouse: Path, lock_hash: str) -> None:
    """Every wheel of a wheelhouse, with no index; refused where the wheelhouse was made from another lock."""
    listing = wheelhouse / "requirements.txt"
    if not listing.is_file():
        raise InstallError(f"{wheelhouse} is no wheelhouse: it has no requirements.txt. Make one with `make wheelhouse` where there is internet.")
    made_from = WHEELHOUSE_LOCK.search(listing.read_text(encoding="utf-8"))
    if made_from is None or made_from.group(1) != lock_hash:
        raise InstallError(f"{wheelhouse} was made from another version of requirements.lock: copy the wheelhouse and the repository together.")
    run_pip(python, ["--no-index", "--find-links", str(wheelhouse), "--require-hashes", "--no-deps", "-r", str(listing)])


def run_pip(python: Path, arguments: list[str]) -> None:
    """`pip install` in the environment, counting packages for whoever watches; InstallError where it fails."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace") as pip:
        seen = 0
        for line in pip.stdout or ():
            seen += line.startswith("Collecting ")
            if sys.stderr.isatty():
                step = "unpacking" if line.startswith("Installing ") else "fetching"
                print(f"\reffekt: {step}, {seen} packages", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if pip.returncode:
        raise InstallError("pip could not install the packages (its message is above). Without internet, use a wheelhouse: see README.md.")


def add_library(environment: Path, python: Path, repository: Path) -> None:
    """Put the repository's `lib` on the environment's path."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([str(python), "-c", ask], capture_output=True, text=True, encoding="utf-8", check=True).stdout.strip())
    library = repository / "lib"
    inside = environment.resolve().is_relative_to(repository.resolve())
    line = os.path.relpath(library.resolve(), site.resolve()) if inside else str(library.resolve())
    (site / PATH_FILE).write_text(line + "\n", encoding="utf-8")


def install(environment: Path, *, test: bool = False, wheelhouse: Path | None = None, repository: Path = REPOSITORY) -> bool:
    """Bring the environment up to date; True where something was installed, False where it already held the lock."""
    if sys.version_info < OLDEST:
        this = sys.version.split()[0]
        raise InstallError(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {this}. Name another: make run PYTHON=python3.12")
    hashes = lock_hashes(repository)
    wanted = "test" if test else "runtime"
    if is_current(environment, wanted, hashes):
        return False
    make_environment(environment)
    stamp_path(environment).unlink(missing_ok=True)
    python = venv_python(environment)
    if wheelhouse is not None:
        say(f"installing from {wheelhouse}")
        install_wheelhouse(python, wheelhouse, hashes["runtime"])
    else:
        say(f"installing {LOCKS[wanted]} (about 1 GB, once; some minutes)")
        install_lock(python, repository / LOCKS[wanted])
    add_library(environment, python, repository)
    held = hashes if test else {"runtime": hashes["runtime"]}
    stamp_path(environment).write_text(json.dumps(held, indent=1), encoding="utf-8")
    return True


def say(message: str) -> None:
    """One line of progress."""
    print(f"effekt: {message}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 done, 1 not possible."""
    parser = argparse.ArgumentParser(description="Make the virtual environment of effekt, or bring it up to date.")
    parser.add_argument("--test", action="store_true", help="with the packages that only the tests need")
    parser.add_argument("--wheelhouse", type=Path, help="folder made by `make wheelhouse`: install without internet")
    parser.add_argument("--venv", type=Path, default=REPOSITORY / ".venv", help="the environment (default: .venv in the repository)")
    chosen = parser.parse_args(arguments)
    if chosen.test and chosen.wheelhouse:
        parser.error("a wheelhouse holds what is needed to run, not to test: leave out --test or --wheelhouse")
    try:
        if install(chosen.venv, test=chosen.test, wheelhouse=chosen.wheelhouse):
            say("ready")
    except InstallError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

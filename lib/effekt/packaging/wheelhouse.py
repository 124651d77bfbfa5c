"""A folder of hashed wheels for a machine without internet: `python -m effekt.packaging.wheelhouse --platform win_amd64 --python 3.11`.

pip evaluates the lock's conditions for the machine it runs on, also when it downloads for another, so they are evaluated here, for the target. What
lands in `wheelhouse/<platform>-py<version>/`: the wheels, `requirements.txt` (one exact file and hash each) and `INSTALL.txt` (Danish and English).
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from effekt.errors import UsageError
from effekt.packaging.install import LOCKS, lock_hashes
from effekt.packaging.instructions import instructions
from effekt.paths import REPOSITORY

OLDEST_GLIBC, NEWEST_GLIBC = 5, 28
FULL_VERSIONS = {"3.11": "3.11.9", "3.12": "3.12.10", "3.13": "3.13.5"}
"""The patch release assumed of each Python; the oldest that the wheels accept is the same or lower."""


@dataclass(frozen=True)
class Platform:
    """A kind of machine: the wheel tags it accepts (best first) and the words it uses in the lock's conditions."""

    tags: tuple[str, ...]
    os_name: str
    sys_platform: str
    platform_system: str
    platform_machine: str

    def conditions(self, version: str) -> dict[str, str]:
        """What the lock's conditions see on this platform with that Python ("3.11")."""
        return {
            "os_name": self.os_name,
            "sys_platform": self.sys_platform,
            "platform_system": self.platform_system,
            "platform_machine": self.platform_machine,
            "platform_python_implementation": "CPython",
            "implementation_name": "cpython",
            "python_version": version,
            "python_full_version": FULL_VERSIONS[version],
            "implementation_version": FULL_VERSIONS[version],
        }


def linux_tags(machine: str) -> tuple[str, ...]:
    """Wheel tags of Linux servers with glibc 2.28 or newer."""
    return tuple(f"manylinux_2_{minor}_{machine}" for minor in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)) + (f"manylinux2014_{machine}",)


PLATFORMS: Mapping[str, Platform] = {
    "win_amd64": Platform(("win_amd64",), "nt", "win32", "Windows", "AMD64"),
    "linux_x86_64": Platform((*linux_tags("x86_64"), "manylinux2010_x86_64", "manylinux1_x86_64"), "posix", "linux", "Linux", "x86_64"),
    "linux_aarch64": Platform(linux_tags("aarch64"), "posix", "linux", "Linux", "aarch64"),
    "macos_arm64": Platform(("macosx_14_0_arm64", "macosx_14_0_universal2"), "posix", "darwin", "Darwin", "arm64"),
}


def this_platform() -> str:
    """The name in `PLATFORMS` of the machine we run on."""
    for name, known in PLATFORMS.items():
        if (known.sys_platform, known.platform_machine.lower()) == (sys.platform, platform.machine().lower()):
            return name
    raise UsageError(f"No platform is known for this machine ({sys.platform}, {platform.machine()}). Name one: {', '.join(PLATFORMS)}.")


@dataclass(frozen=True)
class Pinned:
    """One package of the lock: `name==version` and the hashes of its files."""

    requirement: str
    hashes: frozenset[str]

    def lines(self) -> str:
        """As pip reads it."""
        return " \\\n".join([self.requirement, *(f"    --hash=sha256:{digest}" for digest in sorted(self.hashes))])


def pinned(lock: str, conditions: Mapping[str, str]) -> tuple[Pinned, ...]:
    """The packages of a lock that a machine with these conditions needs, conditions removed."""
    needed = []
    for block in re.sub(r"\\\n\s*", "", lock).splitlines():
        if not block.strip() or block.lstrip().startswith("#"):
            continue
        requirement = Requirement(block.split("--hash")[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(dict(conditions)):
            needed.append(Pinned(f"{requirement.name}{requirement.specifier}", frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", block))))
    return tuple(needed)


def download(packages: tuple[Pinned, ...], target: Platform, version: str, folder: Path) -> None:
    """Fetch the wheel of each package into the folder; pip checks the hashes and passes over files that are there already."""
    wanted = folder / "wanted.txt"
    wanted.write_text("\n".join(package.lines() for package in packages) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--progress-bar", "off", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--implementation", "cp", "--python-version", FULL_VERSIONS[version]]
    command += [f"--platform={tag}" for tag in target.tags] + ["--dest", str(folder), "-r", str(wanted)]
    failed = subprocess.run(command).returncode
    wanted.unlink()
    if failed:
        reason = "A package without a wheel for the platform must be held back in pyproject.toml."
        raise UsageError(f"Not every wheel could be fetched (pip's message is above). {reason}")


def listing(folder: Path, packages: tuple[Pinned, ...], lock_hash: str) -> str:
    """The text of the folder's `requirements.txt`: each package with the hash of its one wheel. Wheels of other versions are removed.

    Raises UsageError where a wheel is missing or is not one of the lock's files.
    """
    wheels: dict[str, Path] = {}
    for wheel in sorted(folder.glob("*.whl")):
        name, version, *_ = parse_wheel_filename(wheel.name)
        wheels[f"{name}=={version}"] = wheel
    lines, kept = [f"# lock: sha256 {lock_hash}"], set()
    for package in packages:
        requirement = Requirement(package.requirement)
        wheel = wheels.get(f"{canonicalize_name(requirement.name)}{requirement.specifier}")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest() if wheel else ""
        if wheel is None or digest not in package.hashes:
            problem = "is missing or is not the file that the lock names"
            raise UsageError(f"The wheel of {package.requirement} {problem}: empty {folder.name} and try again.")
        kept.add(wheel)
        lines.append(f"{package.requirement} --hash=sha256:{digest}")
    for stale in set(wheels.values()) - kept:
        stale.unlink()
    return "\n".join(lines) + "\n"


def build(name: str, version: str = "3.11", *, repository: Path = REPOSITORY, into: Path | None = None) -> Path:
    """Make the wheelhouse of one platform and Python; the folder it lies in.

    Raises UsageError for an unknown platform or Python, a package without a wheel, and where no index can be reached.
    """
    if name not in PLATFORMS or version not in FULL_VERSIONS:
        raise UsageError(f"No wheelhouse for {name} and Python {version}. Platforms: {', '.join(PLATFORMS)}. Pythons: {', '.join(FULL_VERSIONS)}.")
    folder = (into or repository / "wheelhouse") / f"{name}-py{version.replace('.', '')}"
    folder.mkdir(parents=True, exist_ok=True)
    target = PLATFORMS[name]
    packages = pinned((repository / LOCKS["runtime"]).read_text(encoding="utf-8"), target.conditions(version))
    download(packages, target, version, folder)
    text = listing(folder, packages, lock_hashes(repository)["runtime"])
    (folder / "requirements.txt").write_text(text, encoding="utf-8", newline="\n")
    ending = "\r\n" if target.os_name == "nt" else "\n"
    (folder / "INSTALL.txt").write_text(instructions(folder.name, version, windows=target.os_name == "nt"), encoding="utf-8", newline=ending)
    return folder


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 done, 2 not possible."""
    parser = argparse.ArgumentParser(description="Make a folder of wheels for a machine without internet.")
    parser.add_argument("--platform", default="this", help=f"this (default) or {', '.join(PLATFORMS)}")
    parser.add_argument("--python", default="3.11", help=f"{', '.join(FULL_VERSIONS)} (default 3.11)")
    chosen = parser.parse_args(arguments)
    try:
        folder = build(this_platform() if chosen.platform == "this" else chosen.platform, chosen.python)
    except UsageError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    sizes = [wheel.stat().st_size for wheel in folder.glob("*.whl")]
    print(f"{folder}: {len(sizes)} wheels, {sum(sizes) / 1e6:.0f} MB. Copy it with the repository; INSTALL.txt says how.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

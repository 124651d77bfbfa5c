"""Locks, the conda file, the wheelhouse's choice of wheels and the installer's decisions agree with pyproject.toml and with each other."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from effekt.errors import UsageError
from effekt.packaging import environment, install, wheelhouse
from effekt.packaging.instructions import instructions
from effekt.packaging.lock import commands
from tests.tree import outside_make

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = {name: (REPOSITORY / file).read_text(encoding="utf-8") for name, file in install.LOCKS.items()}
TARGETS = [(name, version) for name in wheelhouse.PLATFORMS for version in wheelhouse.FULL_VERSIONS]


def versions(lock: str, platform: str = "linux_x86_64", python: str = "3.11") -> dict[str, Version]:
    """Package -> version of a lock, for one platform and Python."""
    conditions = wheelhouse.PLATFORMS[platform].conditions(python)
    requirements = [Requirement(package.requirement) for package in wheelhouse.pinned(LOCKS[lock], conditions)]
    return {canonicalize_name(one.name): Version(str(one.specifier).removeprefix("==")) for one in requirements}


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(("platform", "python"), TARGETS)
def test_every_locked_package_has_a_hash_and_one_version_on_each_platform(lock: str, platform: str, python: str) -> None:
    packages = wheelhouse.pinned(LOCKS[lock], wheelhouse.PLATFORMS[platform].conditions(python))
    names = [Requirement(package.requirement).name for package in packages]
    assert len(names) == len(set(names)) > 100
    assert all(package.hashes for package in packages)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    assert re.findall(r"\w+://|--(?:extra-)?index|--find|--trusted", LOCKS[lock]) == []


@pytest.mark.parametrize(("platform", "python"), TARGETS)
def test_what_is_tested_is_what_is_installed_to_run(platform: str, python: str) -> None:
    runtime, test = versions("runtime", platform, python), versions("test", platform, python)
    assert runtime == {name: version for name, version in test.items() if name in runtime}


@pytest.mark.parametrize("python", wheelhouse.FULL_VERSIONS)
def test_the_locks_satisfy_pyproject(python: str) -> None:
    for lock, lines in {"runtime": PROJECT["dependencies"], "test": PROJECT["optional-dependencies"]["test"]}.items():
        held = versions(lock, python=python)
        unmet = [line for line in lines if not (one := Requirement(line)).specifier.contains(held[canonicalize_name(one.name)])]
        assert unmet == []


def test_packages_that_only_tests_need_are_not_installed_to_run() -> None:
    only_tests = {canonicalize_name(Requirement(line).name) for line in PROJECT["optional-dependencies"]["test"]}
    runtime = versions("runtime")
    assert {"pyfixest", "hypothesis", "pytest-xdist"} <= only_tests
    assert {name for name in only_tests if name in runtime} <= {"pytest"}, "pytest comes with nbval; nothing else may come"


def test_environment_yml_is_up_to_date() -> None:
    expected = environment.environment((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert (REPOSITORY / "environment.yml").read_text(encoding="utf-8") == expected, "run: python -m effekt.packaging.environment"


@pytest.mark.parametrize(
    ("line", "conda"),
    [
        ("ibis-framework[duckdb]>=12.0,<13", "ibis-duckdb>=12.0,<13"),
        ("duckdb>=1.4,<1.6", "python-duckdb>=1.4,<1.6"),
        ("pandas>=3.0,<4", "pandas>=3.0,<4"),
    ],
)
def test_a_dependency_gets_its_conda_name_and_loses_its_extra(line: str, conda: str) -> None:
    assert environment.conda_requirement(line) == conda


def test_conditions_are_judged_for_the_target_not_for_this_machine() -> None:
    windows, linux, mac = (versions("runtime", name) for name in ("win_amd64", "linux_x86_64", "macos_arm64"))
    assert "pywinpty" in windows and "pywinpty" not in linux and "pywinpty" not in mac
    assert "appnope" in mac and "appnope" not in linux
    assert "pexpect" in linux and "pexpect" not in windows


def test_a_lock_block_is_read_with_its_condition_and_all_its_hashes() -> None:
    lock = "a==1.0 ; os_name == 'nt' \\\n    --hash=sha256:" + "1" * 64 + " \\\n    --hash=sha256:" + "2" * 64 + "\n    # via b\nb==2\n"
    windows = wheelhouse.pinned(lock, wheelhouse.PLATFORMS["win_amd64"].conditions("3.11"))
    assert windows == (wheelhouse.Pinned("a==1.0", frozenset({"1" * 64, "2" * 64})), wheelhouse.Pinned("b==2", frozenset()))
    assert [one.requirement for one in wheelhouse.pinned(lock, wheelhouse.PLATFORMS["linux_x86_64"].conditions("3.11"))] == ["b==2"]


def test_a_wheel_that_is_not_the_locked_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "six-1.17.0-py2.py3-none-any.whl").write_bytes(b"not the real one")
    with pytest.raises(UsageError, match=r"six==1\.17\.0 is missing or is not the file"):
        wheelhouse.listing(tmp_path, (wheelhouse.Pinned("six==1.17.0", frozenset({"0" * 64})),), "f" * 64)


def test_an_unknown_platform_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert wheelhouse.main(["--platform", "amiga"]) == 2
    assert "win_amd64, linux_x86_64" in capsys.readouterr().err


@pytest.mark.parametrize(("windows", "python"), [(True, r".venv\Scripts\python -m effekt run"), (False, ".venv/bin/python -m effekt run")])
def test_the_instructions_give_the_lines_twice_once_a_language(windows: bool, python: str) -> None:
    text = instructions("folder-py311", "3.11", windows=windows)
    assert text.count(python) == text.count("folder-py311") == 2
    assert "{" not in text


def test_an_environment_is_left_alone_only_while_it_holds_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "runs", lambda python: True)
    hashes = {"runtime": "a", "test": "b"}
    assert not install.is_current(tmp_path, "runtime", hashes)
    install.stamp_path(tmp_path).write_text(json.dumps({"runtime": "a"}), encoding="utf-8")
    assert install.is_current(tmp_path, "runtime", hashes)
    assert not install.is_current(tmp_path, "test", hashes)
    assert not install.is_current(tmp_path, "runtime", {"runtime": "raised", "test": "b"})
    install.stamp_path(tmp_path).write_text("{broken off", encoding="utf-8")
    assert not install.is_current(tmp_path, "runtime", hashes)


def test_a_wheelhouse_of_another_lock_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("# lock: sha256 " + "0" * 64 + "\n", encoding="utf-8")
    with pytest.raises(install.InstallError, match="copy the wheelhouse and the repository together"):
        install.install_wheelhouse(tmp_path / "python", tmp_path, "1" * 64)


def test_raising_the_lock_resolves_for_tests_first_and_writes_no_host() -> None:
    test, runtime = commands(None)
    assert "--upgrade" in test and "--upgrade" not in runtime
    assert all({"--no-emit-index-url", "--no-emit-find-links", "--generate-hashes", "--universal"} <= set(one) for one in (test, runtime))
    assert "--upgrade-package=duckdb" in commands(("duckdb",))[0]


def test_the_version_is_the_same_everywhere() -> None:
    cited = re.search(r"^version: (.+)$", (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    logged = re.search(r"^## (\d\S*)", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert cited and logged
    assert cited.group(1) == logged.group(1) == PROJECT["version"]


def test_every_file_that_the_library_reads_is_in_its_package() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    packed = {pattern.rsplit("*", 1)[1] for pattern in project["tool"]["setuptools"]["package-data"]["effekt"]}
    there = {path.suffix for path in (REPOSITORY / "lib" / "effekt").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert there - {".py", ".png"} <= packed


@pytest.mark.parametrize("target", ["run", "test", "verify", "wheelhouse", "lock"])
def test_every_make_target_brings_the_environment_up_to_date_first(target: str, require_program: Callable[..., str]) -> None:
    command = [require_program("make"), "--dry-run", target]
    steps = subprocess.run(command, cwd=REPOSITORY, env=outside_make(), capture_output=True, text=True, check=True).stdout
    assert steps.startswith("python3 lib/effekt/packaging/install.py")


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 10, 12))
    with pytest.raises(install.InstallError, match=r"3\.11 or newer is needed.*make run PYTHON="):
        install.install(tmp_path)
    assert list(tmp_path.iterdir()) == []

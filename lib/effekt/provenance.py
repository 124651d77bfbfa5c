"""Which files of the library a module or a notebook can reach, and what they hold: the keys that decide what is made again.

The graph is read from the source text, never by importing. It errs on the side of reaching too much:

- an import counts wherever it stands (in a function, under TYPE_CHECKING), with the `__init__` of every package above it;
- `from package import name` and `package.name` go through the literal `_EXPORTS` table of the package (see `lazy`) to one submodule;
  a name that cannot be followed, a package handed on as an object and `import *` count the whole package;
- a text that is exactly the dotted name of a module ("effekt.report.render") counts as an import of it; an import of a computed name
  counts the whole library (but for `lazy`, whose imports are what the tables say);
- a data file (anything that is not Python) counts when the module names it ("labels.yml"), or, within the folder of the module's
  package, its folder ("codelists") or its suffix (".csv", "*.csv", f"{name}.csv"). Docstrings do not count.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LIBRARY = Path(__file__).resolve().parent
PACKAGE = LIBRARY.name


@dataclass(frozen=True)
class _Names:
    """What a source text says: modules it imports whole, (package, name) pairs it takes, and its texts."""

    modules: frozenset[str]
    taken: frozenset[tuple[str, str]]
    texts: frozenset[str]
    dynamic: bool


def import_closure(module: str) -> tuple[Path, ...]:
    """Every library file that importing and using `module` ("effekt.measures.prepare") can reach, itself included, sorted.

    Raises ModuleNotFoundError for a module that the library does not have.
    """
    if _module_file(module) is None:
        raise ModuleNotFoundError(f"the library has no module {module}", name=module)
    _data_files.cache_clear()
    return _closure(_with_parents(module))


def notebook_closure(cells: Iterable[str]) -> tuple[Path, ...]:
    """Every library file that the code cells of a notebook can reach, sorted; the whole library where they cannot be parsed."""
    _data_files.cache_clear()
    try:
        names = _names_in("\n".join(cells))
    except SyntaxError:
        return _library_files()
    return _closure(_reached_by(names, folder=None))


def hash_files(paths: Iterable[Path]) -> str:
    """One hash of the names and contents of library files; line endings do not count, so that Windows and Linux agree."""
    digest = hashlib.sha256()
    for path in sorted(Path(path).resolve() for path in paths):
        name = path.relative_to(LIBRARY).as_posix() if path.is_relative_to(LIBRARY) else path.name
        digest.update(f"{name}\0{_text_hash(path)}\n".encode())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of the bytes of one file of any size."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _closure(start: Iterable[Path]) -> tuple[Path, ...]:
    reached: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        if path.suffix == ".py":
            waiting.extend(_reached_from(path, path.stat().st_mtime_ns, path.stat().st_size))
    return tuple(sorted(reached))


@lru_cache(maxsize=4096)
def _reached_from(path: Path, _changed: int, _size: int) -> tuple[Path, ...]:
    names = _names_in(path.read_text(encoding="utf-8"))
    if path == LIBRARY / "lazy.py":
        names = _Names(names.modules, names.taken, frozenset(), dynamic=False)
    return tuple(_reached_by(names, folder=path.parent) - {path})


def _reached_by(names: _Names, folder: Path | None) -> set[Path]:
    if names.dynamic:
        return set(_library_files())
    reached: set[Path] = set()
    for module in names.modules:
        reached |= _with_parents(module)
    for package, name in names.taken:
        reached |= _taken(package, name)
    for text in names.texts:
        if text.startswith(f"{PACKAGE}.") and _module_file(text):
            reached |= _with_parents(text)
    return reached | _data_named(names.texts, folder)


def _taken(package: str, name: str) -> set[Path]:
    """Files behind `from package import name`, or behind `package.name`."""
    reached = _with_parents(package)
    source = _module_file(package)
    if source is None or source.name != "__init__.py":
        return reached
    table, defined = _package_names(source, source.stat().st_mtime_ns, source.stat().st_size)
    if _module_file(f"{package}.{name}") and table.get(name, name) == name:
        return reached | _with_parents(f"{package}.{name}")
    if name in table:
        return reached | _with_parents(f"{package}.{table[name]}")
    if name in defined or (name.startswith("__") and name.endswith("__")):
        return reached
    return reached | _package_files(package)


@lru_cache(maxsize=256)
def _package_names(init: Path, _changed: int, _size: int) -> tuple[dict[str, str], frozenset[str]]:
    """The literal `_EXPORTS` of a package, and the names that its `__init__` defines or imports."""
    table: dict[str, str] = {}
    defined: set[str] = set()
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            defined |= {item.id for item in ast.walk(target) if isinstance(item, ast.Name)}
            if isinstance(target, ast.Name) and target.id == "_EXPORTS" and node.value is not None:
                table = ast.literal_eval(node.value)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            defined |= {(alias.asname or alias.name.split(".")[0]) for alias in node.names}
    return table, frozenset(defined)


def _names_in(source: str) -> _Names:
    nodes = list(ast.walk(ast.parse(source)))
    modules: set[str] = set()
    taken: set[tuple[str, str]] = set()
    packages: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == PACKAGE:
                    modules.add(alias.name)
                    bound = alias.name if alias.asname else PACKAGE
                    packages[alias.asname or PACKAGE] = bound
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == PACKAGE:
            for alias in node.names:
                taken.add((str(node.module), alias.name))
                packages[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    packages = {name: module for name, module in packages.items() if _is_package(module)}
    uses = _uses(nodes, packages)
    silent = {id(text) for text in _silent_texts(nodes)}
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent}
    return _Names(frozenset(modules), frozenset(taken | uses), frozenset(texts), _imports_computed_name(nodes))


def _uses(nodes: list[ast.AST], packages: dict[str, str]) -> set[tuple[str, str]]:
    """(package, name) for every `package.name` in the text; (package, "*") where the package is handed on as an object."""
    taken: set[tuple[str, str]] = set()
    followed: set[int] = set()
    for node in nodes:
        chain = _chain(node)
        if chain is None or id(node) in followed or chain[0].id not in packages or len(chain[1]) == 0:
            continue
        inner = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
            followed.add(id(inner))
        package = packages[chain[0].id]
        for name in chain[1]:
            taken.add((package, name))
            if not _is_package(f"{package}.{name}"):
                break
            package = f"{package}.{name}"
        else:
            taken.add((package, "*"))
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in packages and id(node) not in followed:
            taken.add((packages[node.id], "*"))
    return taken


def _chain(node: ast.AST) -> tuple[ast.Name, list[str]] | None:
    """The name and the attributes of `a.b.c`, or None for another expression."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return (node, attributes) if isinstance(node, ast.Name) else None


def _silent_texts(nodes: list[ast.AST]) -> Iterable[ast.AST]:
    """Texts that name no file: docstrings, and the export table."""
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "_EXPORTS" for target in targets):
                yield from ast.walk(node.value)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                yield first.value


def _imports_computed_name(nodes: list[ast.AST]) -> bool:
    for node in nodes:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if name in ("import_module", "__import__") and not (node.args and isinstance(node.args[0], ast.Constant)):
                return True
    return False


def _data_named(texts: frozenset[str], folder: Path | None) -> set[Path]:
    whole = {text.replace("\\", "/").rsplit("/", 1)[-1] for text in texts}
    ends = {text.replace("\\", "/").rsplit("/", 1)[-1] for text in texts if 0 < len(text) < 200}
    named: set[Path] = set()
    for path in _data_files():
        inside = folder is not None and path.is_relative_to(folder) and _package_folder(path) == folder
        folders = set(path.relative_to(folder).parts[:-1]) if inside and folder else set()
        suffix = {path.suffix, f"*{path.suffix}"} if path.suffix else set()
        if path.name in whole or (inside and (folders & ends or suffix & ends)):
            named.add(path)
    return named


def _package_folder(path: Path) -> Path:
    folder = path.parent
    while not (folder / "__init__.py").exists() and folder != LIBRARY:
        folder = folder.parent
    return folder


def _module_file(module: str) -> Path | None:
    parts = module.split(".")
    if parts[0] != PACKAGE or not all(part.isidentifier() for part in parts):
        return None
    base = LIBRARY.joinpath(*parts[1:])
    for candidate in (base / "__init__.py", base.with_name(base.name + ".py") if len(parts) > 1 else base):
        if candidate.is_file():
            return candidate
    return None


def _is_package(module: str) -> bool:
    source = _module_file(module)
    return source is not None and source.name == "__init__.py"


def _with_parents(module: str) -> set[Path]:
    parts = module.split(".")
    files = (_module_file(".".join(parts[: count + 1])) for count in range(len(parts)))
    return {file for file in files if file is not None}


def _package_files(package: str) -> set[Path]:
    folder = LIBRARY.joinpath(*package.split(".")[1:])
    return {path for path in _library_files() if path.is_relative_to(folder)}


def _library_files() -> tuple[Path, ...]:
    return tuple(sorted(path for path in LIBRARY.rglob("*") if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"))


@lru_cache(maxsize=1)
def _data_files() -> list[Path]:
    return [path for path in _library_files() if path.suffix != ".py"]

"""Which files of a delivery become which of ours: by delivery.yml, else by the names they are known by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from effekt.data.declaration import DRAFT, FILE, Declaration, Entry
from effekt.data.forms import csv_text, database, packed, parquet, sas, workbook
from effekt.data.forms.first_bytes import kind_of, stem_of
from effekt.data.forms.opened import Form, FormError, Opened
from effekt.data.registers.source import Source
from effekt.provenance import file_hash

_OPEN: dict[str, Callable[[Path, Form, Path], Opened]] = {
    "csv": csv_text.open_text,
    "parquet": parquet.open_parquet,
    "sas7bdat": sas.open_sas,
    "xport": sas.open_xport,
    "xlsx": workbook.open_sheet,
}
_IGNORED = (FILE, DRAFT)


@dataclass(frozen=True)
class Candidate:
    """A table that lies in a delivery: a file, a member of a zip, or a sheet of a workbook. stem : its name in small letters, without extension."""

    path: Path
    stem: str
    member: str | None = None
    sheet: str | None = None

    @property
    def told(self) -> str:
        """As a person would name it."""
        inside = self.member or (f"sheet {self.sheet}" if self.sheet else None)
        return f"{self.path.name} ({inside})" if inside else self.path.name


@dataclass(frozen=True)
class Part:
    """One table of theirs, opened, that is one of our files or a piece of one. path : None for a table of a database."""

    told: str
    path: Path | None
    opened: Opened
    entry: Entry


def candidates(delivery: Path) -> tuple[list[Candidate], list[str]]:
    """Every table in a folder, links left out; and the names of the archives and workbooks that do not open, with what is wrong."""
    found: list[Candidate] = []
    problems: list[str] = []
    for path in sorted(delivery.iterdir()):
        if path.name in _IGNORED or path.name.startswith(".") or not path.is_file():
            continue
        stem, readable = stem_of(path.name)
        found.append(Candidate(path, stem))
        if path.is_symlink() or not readable or not path.name.lower().endswith((".zip", ".xlsx")):
            continue
        try:
            kind = kind_of(path)
            if kind == "zip":
                found += [Candidate(path, stem_of(Path(name).name)[0], member=name) for name in packed.members(path)]
            elif kind == "xlsx":
                found += [Candidate(path, title.strip().lower(), sheet=title) for title in workbook.sheet_names(path)]
        except FormError as error:
            problems.append(f"{path.name} {error}")
    return found, problems


def open_candidate(item: Candidate, folder: Path, skip: int = 0) -> Opened:
    """A table that lies in a delivery, opened with nothing declared but the rows above its header. Raises FormError."""
    return _of_file(item.path, Entry(member=item.member, sheet=item.sheet, skip=skip), folder).opened


def locate(source: Source, delivery: Path, declaration: Declaration, there: Sequence[Candidate], folder: Path) -> tuple[list[Part], list[str]]:
    """The parts of one of our files, opened, and every problem in words. No parts and no problems: not delivered."""
    entries = declaration.entries(source.name)
    if not entries:
        return _by_name(source, declaration, there, folder)
    parts: list[Part] = []
    problems: list[str] = []
    for entry in entries:
        if entry.table is not None:
            _collect(parts, problems, source.file, lambda entry=entry: _of_database(entry, declaration, delivery))
            continue
        paths = sorted(path for path in delivery.glob(entry.path or "") if path.is_file() or path.is_symlink())
        if not paths:
            told = f"delivery.yml says {entry.path}, and there is no such file in {delivery}. Ask for {source.ask}."
            problems.append(f"{source.file} [file.missing]: {told}")
        for path in paths:
            _collect(parts, problems, path.name, lambda path=path, entry=entry: _of_file(path, entry, folder))
    return parts, problems


def _by_name(source: Source, declaration: Declaration, there: Sequence[Candidate], folder: Path) -> tuple[list[Part], list[str]]:
    mine = [item for item in there if item.stem in source.known_stems]
    readable = [item for item in mine if item.member or item.sheet or stem_of(item.path.name)[1]]
    inside = {item.path for item in readable if item.member or item.sheet}
    chosen = [item for item in readable if not (item.path in inside and not (item.member or item.sheet))] or mine
    if len(chosen) > 1:
        names = ", ".join(item.told for item in chosen)
        ask = f"Leave one, or say in {FILE} which; several can be parts of one."
        return [], [f"{source.file} [file.ambiguous]: {len(chosen)} files could be it: {names}. {ask}"]
    parts: list[Part] = []
    problems: list[str] = []
    for item in chosen:
        entry = declaration.writing().model_copy(update={"member": item.member, "sheet": item.sheet})
        _collect(parts, problems, item.told, lambda item=item, entry=entry: _of_file(item.path, entry, folder))
    return parts, problems


def _collect(parts: list[Part], problems: list[str], name: str, opening: Callable[[], Part]) -> None:
    try:
        parts.append(opening())
    except FormError as error:
        problems.append(f"{name} {error}")


def _of_file(path: Path, entry: Entry, folder: Path) -> Part:
    if path.is_symlink():
        raise FormError("link", "is a link to another place. Put the file itself into the delivery.")
    if entry.sha256 and file_hash(path).lower() != entry.sha256.lower():
        raise FormError("sha256", "its sum is not the one in delivery.yml: it is another file, or damaged on its way. Ask for it again.")
    place, told = path, path.name
    form = entry.form
    kind = kind_of(place)
    if kind == "zip":
        member = _member(packed.members(place), form.member)
        place, told = packed.unpack_member(place, member, folder), f"{told} ({member})"
        kind = kind_of(place)
    elif kind == "gz":
        place = packed.unpack_gz(place, folder)
        kind = kind_of(place)
    if kind not in _OPEN:
        raise FormError("form", "is packed twice. Ask for it packed once, or not at all.")
    opened = _OPEN[kind](place, form, folder)
    if kind != "csv" or place != path:
        how = f"opened as {kind}" + (", unpacked" if place != path else "") + (f", sheet {form.sheet}" if form.sheet else "")
        opened = replace(opened, notes=(how, *opened.notes))
    return Part(told, path, opened, entry)


def _member(names: Sequence[str], wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    listed = ", ".join(names[:10]) + (" ..." if len(names) > 10 else "")
    if wanted is None:
        raise FormError("member", f"the archive holds {len(names)} files: {listed or 'none'}. Say which by `member:` in delivery.yml.")
    matching = [name for name in names if Path(name).match(wanted)]
    if len(matching) != 1:
        raise FormError("member", f"{len(matching)} of its files are {wanted!r}: {listed}. Correct `member:` in delivery.yml.")
    return matching[0]


def _of_database(entry: Entry, declaration: Declaration, delivery: Path) -> Part:
    told = declaration.databases[entry.database or ""]
    path = delivery / told.path if told.path else None
    if path is not None and (path.is_symlink() or not path.is_file()):
        raise FormError("missing", f"the database {told.path} is not in the delivery.")
    place = database.Database(entry.database or "", told.kind, path, told.environment)
    return Part(f"{entry.database}.{entry.table}", path, database.open_table(place, entry.table or ""), entry)

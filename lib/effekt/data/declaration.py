"""`delivery.yml`: what a sender calls things and how they write them, read strictly, with every problem told at once and by line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from effekt.catalogue.outcomes import nearest
from effekt.data.forms.opened import Form
from effekt.errors import DeliveryError
from effekt.yaml_lines import Source as Yaml
from effekt.yaml_lines import read_yaml

FILE = "delivery.yml"
DRAFT = "delivery.draft.yml"
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t", "bar": "|"}
Texts = list[str]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Writing(_Strict):
    """How values are written. dates : a form of dates. decimal, thousands : the marks in numbers. missing : texts that mean that nothing is known."""

    dates: str | None = None
    decimal: Literal[",", "."] | None = None
    thousands: Literal[",", ".", " "] | None = None
    missing: Texts | None = None


class ColumnSpec(Writing):
    """One of our columns: from which of theirs, or which constant; and what is done to it, in this order.

    source : their columns, put together with `join` between. characters : first and last place that are kept, counted from 1, both included.
    digits : filled up with zeros from the left. codes : theirs -> ours. dates, part : read as a date, of which a part is taken.
    unit, times : numbers are multiplied. prefix : put before what does not begin with it.
    """

    source: Texts | None = Field(None, alias="from")
    value: str | None = None
    join: str = " "
    characters: list[int] | None = Field(None, min_length=2, max_length=2)
    digits: int | None = Field(None, ge=1, le=30)
    codes: dict[str, str] = {}
    part: str | None = None
    unit: str | None = None
    times: float | int | None = None
    prefix: str | None = None


class Span(_Strict):
    """Days or months the delivery is about, both included, as the sender says: 2012-01 or 2012-01-31."""

    first: str = Field(alias="from")
    last: str = Field(alias="to")


class Database(_Strict):
    """A database: the file of it in the delivery (`path`), or the variable of the environment that holds its address (`environment`)."""

    kind: str
    path: str | None = None
    environment: str | None = None


class Entry(Writing):
    """One file, or several of the same form (`path` with * or ?), or one table of a database, that become one of our files, or a part of one.

    where, unless : only rows whose column (theirs) has one of these texts, or none of them. rows, sha256 : what the sender says it holds.
    """

    path: str | None = None
    database: str | None = None
    table: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    skip: int = Field(0, ge=0, le=1000)
    sheet: str | None = None
    member: str | None = None
    columns: dict[str, ColumnSpec] = {}
    where: dict[str, Texts] = {}
    unless: dict[str, Texts] = {}
    rows: int | None = Field(None, ge=0)
    sha256: str | None = Field(None, pattern=r"^[0-9a-fA-F]{64}$")

    @property
    def form(self) -> Form:
        """How the file is opened."""
        mark = DELIMITERS.get(self.delimiter or "", self.delimiter)
        return Form(self.encoding, mark, self.skip, self.sheet, self.member)


class Defaults(Writing):
    """What holds for every file that does not say otherwise."""

    encoding: str | None = None
    delimiter: str | None = None
    skip: int = Field(0, ge=0, le=1000)


class Declaration(_Strict):
    """A delivery as its sender wrote it. files : our name of a file -> where it comes from. columns : of every file that has such a column.

    unused : names of files in the folder that are left alone. without : our files ("dod") and columns ("bef.kom") that the sender does not have:
    what is made of them is then left out, also where the study's primary outcome is.
    """

    sender: str = ""
    period: Span | None = None
    form: Defaults = Defaults()
    columns: dict[str, ColumnSpec] = {}
    databases: dict[str, Database] = {}
    files: dict[str, list[Entry]] = {}
    unused: Texts = []
    without: Texts = []

    def entries(self, name: str) -> list[Entry]:
        """What is declared about one of our files, with the defaults filled in; none where nothing is."""
        told = {key: value for key, value in self.form.model_dump().items() if value}
        return [entry.model_copy(update={key: value for key, value in told.items() if not getattr(entry, key)}) for entry in self.files.get(name, [])]

    def writing(self) -> Entry:
        """The defaults alone, for a file that is found by its name."""
        return Entry(**{key: value for key, value in self.form.model_dump().items() if value})


def find_declaration(delivery: Path, study: Path | None = None) -> Path | None:
    """The `delivery.yml` of a delivery: in its folder, else in the study's; None where there is none."""
    places = [delivery / FILE, *([study / FILE] if study is not None else [])]
    return next((place for place in places if place.is_file()), None)


def load_declaration(path: Path | None) -> Declaration:
    """Read and check a `delivery.yml`; None gives one that declares nothing. Raises DeliveryError with all problems, one a line."""
    if path is None:
        return Declaration()
    try:
        return read_declaration(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError:
        raise DeliveryError(f"{path} cannot be opened.") from None
    except UnicodeDecodeError:
        raise DeliveryError(f"{path.name} is not UTF-8 text: save it again with the encoding UTF-8.") from None


def read_declaration(text: str, file: str = FILE) -> Declaration:
    """A checked declaration from the text of a `delivery.yml`; raises DeliveryError as `load_declaration` does."""
    from effekt.data.declaration_checks import check_meaning

    source = read_yaml(text)
    problems = list(source.problems)
    declaration = None
    if isinstance(source.values, dict) and not (problems and not source.values):
        try:
            declaration = Declaration.model_validate(_spelled_out(source.values))
        except ValidationError as error:
            problems += [(_line(source, found["loc"]), _sentence(found)) for found in error.errors(include_url=False, include_input=False)]
        if declaration is not None:
            problems += [(_line(source, place), sentence) for place, sentence in check_meaning(declaration)]
    elif not problems:
        problems.append((1, "expected keys and values, such as 'files:'"))
    if problems or declaration is None:
        raise DeliveryError("\n".join(dict.fromkeys(f"{file} line {line} [file.declaration]: {sentence}" for line, sentence in sorted(problems))))
    return declaration


def _spelled_out(values: Mapping[str, Any]) -> dict[str, Any]:
    """The long way of writing: a file is a list of entries, a column keys and values, one text a list of one."""
    told = dict(values)
    if "columns" in told:
        told["columns"] = _columns(told["columns"])
    if isinstance(told.get("files"), dict):
        told["files"] = {name: [_entry(item) for item in (entry if isinstance(entry, list) else [entry])] for name, entry in told["files"].items()}
    return told


def _entry(entry: Any) -> Any:
    if isinstance(entry, str):
        return {"path": entry}
    if not isinstance(entry, dict):
        return entry
    told = dict(entry)
    if "columns" in told:
        told["columns"] = _columns(told["columns"])
    for key in ("where", "unless"):
        if isinstance(told.get(key), dict):
            told[key] = {name: [text] if isinstance(text, str) else text for name, text in told[key].items()}
    return told


def _columns(columns: Any) -> Any:
    if columns is None:
        return {}
    if not isinstance(columns, dict):
        return columns
    told = {name: {"from": column} if isinstance(column, str | list) else column for name, column in columns.items()}
    for name, column in told.items():
        if isinstance(column, dict) and isinstance(column.get("from"), str):
            told[name] = {**column, "from": [column["from"]]}
    return told


def _line(source: Yaml, place: tuple[str | int, ...]) -> int:
    """The line of a place in the spelled-out values: where a list of one was written as the one, its number is not in the file."""
    written: tuple[str | int, ...] = ()
    for part in place:
        written = (*written, part) if (*written, part) in source.lines else written
    return source.line(written)


def _sentence(found: Mapping[str, Any]) -> str:
    place, context = found["loc"], found.get("ctx", {})
    key = next((part for part in reversed(place) if isinstance(part, str)), "this")
    match found["type"]:
        case "extra_forbidden":
            return f"unknown key {key!r}{nearest(key, _keys(place))}"
        case "missing":
            return f"{key!r} is missing"
        case "literal_error":
            return f"{key}: expected one of {context['expected'].replace(' or ', ', ')}"
        case "string_type":
            return f"{key}: expected text (a number that is text stands in quotes)"
        case "greater_than_equal" | "less_than_equal" | "too_short" | "too_long":
            return f"{key}: too small, too large, too few or too many"
        case "string_pattern_mismatch":
            return f"{key}: expected 64 digits and letters a to f"
        case "int_type" | "int_from_float" | "int_parsing":
            return f"{key}: expected a whole number without quotes"
        case "list_type" | "dict_type" | "model_type":
            return f"{key}: expected keys and values, or a list of them"
    return f"{key}: not of the form that is expected here"


def _keys(place: tuple[str | int, ...]) -> list[str]:
    """The keys that could have stood at a place."""
    model: type[BaseModel] = Declaration
    steps: dict[str, type[BaseModel]] = {"form": Defaults, "period": Span, "columns": ColumnSpec, "databases": Database, "files": Entry}
    for part in place[:-1]:
        model = steps.get(str(part), model)
    return [item.alias or name for name, item in model.model_fields.items()]

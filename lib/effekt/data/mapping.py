"""From what a sender wrote to what our contract reads: SQL on text, before anything is typed.

What cannot be mapped is never guessed and never lost: it stays as a text that no rule of a date or a number accepts (`?` in front), so that the
row is counted under the rule of its column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from effekt.data.contracts import Column
from effekt.data.date_forms import ISO, PARTS, DateForm, read_form
from effekt.data.declaration import ColumnSpec, Writing
from effekt.data.forms.rendering import DECIMALS
from effekt.data.units import factor

_NUMBERS = ("integer", "number", "money")
_PLAIN = r"[+-]?\d+([.]\d+)?"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def mapped(column: Column, spec: ColumnSpec, writing: Writing, texts: Sequence[str]) -> str:
    """SQL of one of our columns from the texts of theirs. Where nothing is declared it is the text itself, untouched."""
    if spec.value is not None:
        return quoted(spec.value)
    missing = spec.missing if spec.missing is not None else writing.missing
    text = _joined([_without(name, missing or ()) for name in texts], spec.join)
    if spec.characters:
        first, last = spec.characters
        text = f"substr({trimmed(text)}, {first}, {last - first + 1})"
    if spec.digits:
        short = f"regexp_full_match({trimmed(text)}, '[0-9]{{1,{spec.digits}}}')"
        text = f"(CASE WHEN {short} THEN lpad({trimmed(text)}, {spec.digits}, '0') ELSE {text} END)"
    if spec.codes:
        text = _coded(trimmed(text), spec.codes)
    if _is_date(column, spec):
        form = read_form(spec.dates or writing.dates or ISO)
        if form is not None and (form.name != ISO or spec.part):
            text = _dated(trimmed(text), form, spec.part or _whole(column, form))
    elif column.type in _NUMBERS:
        text = _number(column, spec, writing, text)
    if spec.prefix:
        text = f"(CASE WHEN starts_with({trimmed(text)}, {quoted(spec.prefix)}) THEN {text} ELSE {quoted(spec.prefix)} || {trimmed(text)} END)"
    return text


def trimmed(text: str) -> str:
    """SQL of a text without blanks around it; nothing but blanks is missing."""
    return f"nullif(trim({text}), '')"


def chosen(where: Mapping[str, Sequence[str]], unless: Mapping[str, Sequence[str]], texts: Mapping[str, str]) -> str:
    """SQL of which rows belong: each column of `where` has one of its texts, no column of `unless` has any of its. "" where all do."""
    parts = [f"coalesce({trimmed(texts[name])} IN ({', '.join(map(quoted, told))}), false)" for name, told in where.items()]
    parts += [f"NOT coalesce({trimmed(texts[name])} IN ({', '.join(map(quoted, told))}), false)" for name, told in unless.items()]
    return " AND ".join(parts)


def _is_date(column: Column, spec: ColumnSpec) -> bool:
    return column.type in ("date", "timestamp") or spec.part is not None


def _whole(column: Column, form: DateForm) -> str:
    return "date" if column.type == "date" or not form.has_time else "datetime"


def _without(text: str, missing: Sequence[str]) -> str:
    return f"(CASE WHEN trim({text}) NOT IN ({', '.join(map(quoted, missing))}) THEN {text} END)" if missing else text


def _joined(texts: Sequence[str], between: str) -> str:
    return texts[0] if len(texts) == 1 else f"concat_ws({quoted(between)}, {', '.join(trimmed(text) for text in texts)})"


def _coded(text: str, codes: Mapping[str, str]) -> str:
    """Exactly as written, else whatever the case."""
    exact = " ".join(f"WHEN {quoted(theirs.strip())} THEN {quoted(ours)}" for theirs, ours in codes.items())
    loose = " ".join(f"WHEN {quoted(theirs.strip().lower())} THEN {quoted(ours)}" for theirs, ours in codes.items())
    return f"(CASE {text} {exact} ELSE CASE lower({text}) {loose} ELSE {text} END END)"


def _dated(text: str, form: DateForm, part: str) -> str:
    return f"coalesce({PARTS[part].format(form.moment(text))}, '?' || {text})"


def _number(column: Column, spec: ColumnSpec, writing: Writing, text: str) -> str:
    decimal, thousands = spec.decimal or writing.decimal or ".", spec.thousands or writing.thousands
    if decimal != "." or thousands:
        text = _pointed(trimmed(text), decimal, thousands)
    times = Fraction(str(spec.times)) if spec.times is not None else factor(spec.unit, column) if spec.unit else None
    return text if times is None or times == 1 else _multiplied(trimmed(text), times, whole=column.type == "integer")


def _pointed(text: str, decimal: str, thousands: str | None) -> str:
    """With a decimal point and nothing between thousands; a number written another way is no number."""
    mark = "[.]" if decimal == "." else ","
    plain = f"[+-]?[0-9]*({mark}[0-9]+)?"
    cases = f"WHEN regexp_full_match({text}, '{plain}') THEN replace({text}, '{decimal}', '.')"
    if thousands:
        between = {".": "[.]", ",": ",", " ": "[ \u00a0]"}[thousands]
        grouped = f"[+-]?[0-9]{{1,3}}({between}[0-9]{{3}})+({mark}[0-9]+)?"
        cases += f" WHEN regexp_full_match({text}, '{grouped}') THEN replace(regexp_replace({text}, '{between}', '', 'g'), '{decimal}', '.')"
    return f"(CASE WHEN {text} IS NULL THEN NULL {cases} ELSE '?' || {text} END)"


def _multiplied(text: str, times: Fraction, whole: bool) -> str:
    """Whole numbers are rounded to whole ones, others to six decimals."""
    value = f"round(TRY_CAST({text} AS DOUBLE) * {times.numerator} / {times.denominator}, {0 if whole else DECIMALS})"
    number = f"regexp_replace(printf('%.{DECIMALS}f', {value}), '\\.?0+$', '')"
    return f"(CASE WHEN regexp_full_match({text}, '{_PLAIN}') THEN {number} WHEN {text} IS NOT NULL THEN '?' || {text} END)"

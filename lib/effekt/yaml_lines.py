"""YAML as plain values together with the line each of them stands on, so that a message can point at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """`values`: dicts, lists and scalars (dates stay text). `lines`: line number by path, counted from 1. `problems`: (line, sentence)."""

    values: Any
    lines: Mapping[Path, int]
    problems: tuple[tuple[int, str], ...]

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing above it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Source:
    """Read one YAML document. What cannot be read, keys given twice and anchors are problems, not exceptions."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                return Source({}, {}, ((event.start_mark.line + 1, "anchors and aliases (& and *) are not allowed here: write the value out"),))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Source({}, {}, ((mark.line + 1 if mark else 1, "this is not valid YAML from here on: look for a missing colon, quote or indent"),))
    lines: dict[Path, int] = {(): 1}
    problems: list[tuple[int, str]] = []
    values = {} if root is None else _walk(root, (), lines, problems)
    return Source(values, lines, tuple(problems))


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], problems: list[tuple[int, str]]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                problems.append((line, f"{key!r} is given twice"))
            lines[(*path, key)] = line
            values[key] = _walk(value_node, (*path, key), lines, problems)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*path, place), lines, problems) for place, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return yaml.SafeLoader.bool_values[node.value.lower()]
    if kind in ("int", "float"):
        try:
            return int(node.value) if kind == "int" else float(node.value)
        except ValueError:
            return node.value
    return node.value

"""Configuration as it is written: a file's values, and the line of each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from cnilint.confine import read_text
from cnilint.errors import ConfigurationError, near_path, reason_of
from cnilint.model.finding import Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, Scalar, Style, SyntaxProblem, Tree, follow, members
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Sequence as SequenceTree
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.compose import compose

from .base import Base
from .location import SECTION, toml
from .options import Steps
from .schema import Schema, faults, schema, within

_TOML_TABLE = lazy_pattern(r"\s*(\[\[?)([^\]]+)\]")
_TOML_KEY = lazy_pattern(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""")
_TOML_PART = lazy_pattern(r"""[\w*/?-]+|"([^"]*)"|'([^']*)'""")
_TOML_PLACE = lazy_pattern(r" \(at line (\d+), column \d+\)")


class ConfigFile(NamedTuple):
    """A file of configuration: `values` has its settings, `spans` where each of them stands."""

    source: Source
    values: Mapping[str, Any]
    spans: Mapping[Steps, Span]

    @property
    def path(self) -> str:
        """The path it is reported under."""
        return self.source.path

    @property
    def folder(self) -> str:
        """The absolute path of the folder it is in."""
        return os.path.dirname(os.path.abspath(self.path))

    def location(self, route: Steps) -> Location:
        """Return the place of a setting, or of the deepest part of it that is known."""
        while route and route not in self.spans:
            route = route[:-1]
        return Location(self.source, self.spans.get(route, Span(0, 0)), route)

    def place(self, route: Steps) -> str:
        """Return the line of a setting as `FILE:LINE`."""
        position = self.source.position(self.location(route).span.start)
        return f"{self.path}:{position.line}"


def read(path: str, base: Base | None = None) -> ConfigFile:
    """Return a file of configuration; ConfigurationError, with its line, for what is wrong in it.

    With a `base` it is the one that is there.

    A TOML file has the settings in its table `tool.cnilint`, any other file is YAML.
    """
    try:
        source = Source(path, (base.text if base else read_text)(path, "utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error)
        hint = near_path(path) if isinstance(error, FileNotFoundError) else ""
        raise ConfigurationError(path, f"{reason}{hint}") from None
    found = _toml(source) if path.endswith(".toml") else _yaml(source)
    for route, reason in faults(found.values):
        raise ConfigurationError(found.place(route), reason)
    return found


def _yaml(source: Source) -> ConfigFile:
    documents = []
    for found in compose(source):
        if isinstance(found, SyntaxProblem):
            line = source.position(found.span.start).line
            raise ConfigurationError(f"{source.path}:{line}", found.message)
        documents.append(found)
    if not documents:
        return ConfigFile(source, {}, {})
    if len(documents) > 1:
        line = source.position(documents[1].root.span.start).line
        raise ConfigurationError(f"{source.path}:{line}", "a second document: there is one at most")
    return _of_document(source, documents[0])


def _of_document(source: Source, document: Document) -> ConfigFile:
    spans: dict[Steps, Span] = {}
    values = _values(document.root, schema(), (), spans)
    if not isinstance(values, dict):
        kind = "a list" if isinstance(values, list) else repr(values)
        raise ConfigurationError(f"{source.path}:1", f"settings are a mapping, not {kind}")
    return ConfigFile(source, values, spans)


def _values(tree: Tree, shape: Schema, at: Steps, spans: dict[Steps, Span]) -> object:
    """Return a tree as plain values: a scalar as the text it is written as, whatever it looks like.

    `off` and `1.10` are to stay what they are; only where the schema has a number or a truth value
    the scalar is read as YAML has it.
    """
    tree = follow(tree)
    spans.setdefault(at, tree.span)
    if isinstance(tree, MappingTree):
        for entry in tree.entries:
            spans[(*at, entry.key.text)] = entry.key.span
        return {
            key: _values(each, within(shape, key), (*at, key), spans)
            for key, each in members(tree).items()
        }
    if isinstance(tree, SequenceTree):
        return [
            _values(each, within(shape, number), (*at, number), spans)
            for number, each in enumerate(tree.items)
        ]
    if shape.get("type") in ("number", "boolean"):
        return tree.value
    return None if _is_nothing(tree) else tree.text


def _is_nothing(scalar: Scalar) -> bool:
    return scalar.value is None and scalar.style is Style.PLAIN


def _toml(source: Source) -> ConfigFile:
    try:
        whole = toml(source.text)
    except ValueError as error:  # a number may have too many digits for Python as well
        line = _TOML_PLACE.search(str(error))
        place = f"{source.path}:{line[1]}" if line is not None else source.path
        raise ConfigurationError(place, _TOML_PLACE.sub("", str(error))) from None
    values: Any = whole
    for step in SECTION:
        values = values.get(step) if isinstance(values, dict) else None
    if values is None:
        raise ConfigurationError(source.path, f"there is no table [{'.'.join(SECTION)}]")
    spans = {
        route[len(SECTION) :]: span
        for route, span in _toml_spans(source)
        if route[: len(SECTION)] == SECTION
    }
    return ConfigFile(source, _days_as_text(values), spans)


def _days_as_text(value: object) -> Any:  # noqa: ANN401  straight from TOML
    from datetime import date

    if isinstance(value, dict):
        return {key: _days_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_days_as_text(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _toml_spans(source: Source) -> Iterator[tuple[Steps, Span]]:
    """Yield where tables and keys begin a line; values over several lines are not looked into."""
    table: Steps = ()
    count: dict[Steps, int] = {}
    offset = 0
    for line in source.text.split("\n"):
        if header := _TOML_TABLE.match(line):
            table = _toml_steps(header[2])
            if header[1] == "[[":
                count[table] = count.get(table, -1) + 1
                yield table, Span(offset, offset + len(line.rstrip()))
                table = (*table, count[table])
            yield table, Span(offset, offset + len(line.rstrip()))
        elif key := _TOML_KEY.match(line):
            start = offset + len(line) - len(line.lstrip())
            steps = _toml_steps(key[1])
            for depth in range(1, len(steps) + 1):
                yield (*table, *steps[:depth]), Span(start, offset + len(line.rstrip()))
        offset += len(line) + 1


def _toml_steps(text: str) -> Steps:
    return tuple(
        next(part for part in (found[1], found[2], found[0]) if part is not None)
        for found in _TOML_PART.finditer(text)
    )

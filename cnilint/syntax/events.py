"""The YAML library's parser events: from its C parser if it is there, else from the pure one."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Protocol

from cnilint.model.text import Span
from cnilint.start import NamedTuple


class Mark(Protocol):
    """Where an event begins or ends: `index` counts code points of the text, from 0."""

    index: int


class Event(Protocol):
    """What the parser saw; which attributes there are depends on its class."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    flow_style: bool


class Refusal(Exception):  # noqa: N818 - not an error of the tool: it ends the reading of one document
    """A document that cannot be read."""

    def __init__(self, span: Span, message: str, related: Span | None = None) -> None:
        """Take where, why, and where the part in question began."""
        super().__init__(message)
        self.span = span
        self.message = message
        self.related = related


class Parser(NamedTuple):
    """One of the library's two parsers, which report the same events under different classes.

    `start` takes a text and returns a function that gives one event per call; `kinds` are the
    classes of scalar, mapping start, sequence start, mapping end, sequence end and alias events.
    """

    start: Callable[[str], Callable[[], Event]]
    kinds: tuple[type, ...]
    document_start: type
    stream_end: type
    error: type[Exception]


_KINDS = (
    "ScalarEvent",
    "MappingStartEvent",
    "SequenceStartEvent",
    "MappingEndEvent",
    "SequenceEndEvent",
    "AliasEvent",
)


def compiled_parser() -> Parser:
    """Return the parser written in C; ImportError where it is not installed."""
    import _ruamel_yaml
    from ruamel.yaml.error import YAMLError

    return _parser(_ruamel_yaml, lambda text: _ruamel_yaml.CParser(text).get_event, YAMLError)


def pure_parser() -> Parser:
    """Return the parser written in Python: the same events, many times slower."""
    from ruamel.yaml import YAML, events
    from ruamel.yaml.error import YAMLError

    def start(text: str) -> Callable[[], Event]:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 1)
        following: Callable[[], Event] = iter(yaml.parse(text)).__next__
        return following

    return _parser(events, start, YAMLError)


def best_parser() -> Parser:
    """Return the fastest parser there is; the choice is made once per process."""
    global _best  # noqa: PLW0603 - a cache that costs no import
    if _best is None:
        try:
            _best = compiled_parser()
        except ImportError:
            _best = pure_parser()
    return _best


_best: Parser | None = None


def _parser(
    module: ModuleType, start: Callable[[str], Callable[[], Event]], error: type[Exception]
) -> Parser:
    kinds = tuple(getattr(module, name) for name in _KINDS)
    return Parser(start, kinds, module.DocumentStartEvent, module.StreamEndEvent, error)


def refusal(error: Exception, text: str, base: int) -> Refusal:
    """Return what a parser's error says of a text that begins at offset `base` of its source."""
    end = len(text)
    problem = getattr(error, "problem_mark", None)
    if problem is None:
        return _unreadable_character(error, text, base)
    at = min(problem.index, end)
    reason = str(getattr(error, "problem", None) or "cannot be read")
    message = _EXPLAINED.get(reason, reason)
    if text[at : at + 1] == "\t":
        message = "a tab cannot be used here, only spaces"
    if at == end:
        at = len(text.rstrip())
    context = getattr(error, "context_mark", None)
    related = None
    if context is not None and context.index < at:
        related = Span(base + context.index, base + min(context.index + 1, end))
    activity = getattr(error, "context", None)
    if activity:
        message = f"{message} ({activity})"
    return Refusal(Span(base + at, base + min(at + 1, end)), message, related)


_EXPLAINED = {
    "mapping values are not allowed in this context": "a `key: value` cannot begin here",
    "mapping values are not allowed here": "a `key: value` cannot begin here",
}


def _unreadable_character(error: Exception, text: str, base: int) -> Refusal:
    character = getattr(error, "character", None)
    if isinstance(error, UnicodeEncodeError):
        at, code = error.start, ord(text[error.start])
    elif isinstance(character, int):
        at, code = max(text.find(chr(character)), 0), character
    else:
        return Refusal(Span(base, base + 1), str(error).partition("\n")[0])
    return Refusal(
        Span(base + at, base + at + 1), f"the character U+{code:04X} is not allowed in YAML"
    )

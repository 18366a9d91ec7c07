"""The YAML library's parser events: from its C parser if it is there, else from the pure one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol

from cnilint.model.text import Span
from cnilint.start import NamedTuple, own_process


class Mark(Protocol):
    """Where an event begins or ends: `index` counts code points of the text, from 0."""

    index: int


class ParserEvent(Protocol):
    """What the parser saw; which attributes there are depends on its class."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    flow_style: bool


class DocumentRefusal(Exception):  # noqa: N818 - not an error of the tool: it ends the reading of one document
    """A document that cannot be read."""

    kind = "syntax"

    def __init__(self, span: Span, message: str, related: Span | None = None) -> None:
        """Take where, why, and where the part in question began."""
        super().__init__(message)
        self.span = span
        self.message = message
        self.related = related


class LimitReached(DocumentRefusal):
    """A document that is not read further, as that would take too much memory or time."""

    kind = "limit"


class Parser(NamedTuple):
    """One of the library's two parsers, which report the same events under different classes.

    `start` takes a text and returns a function that gives one event per call; `kinds` are the
    classes of scalar, mapping start, sequence start, mapping end, sequence end and alias events.
    `pass_over` goes through a text without telling of events, and raises what `start` would.
    """

    start: Callable[[str], Callable[[], ParserEvent]]
    kinds: tuple[type, ...]
    document_start: type
    stream_end: type
    error: type[Exception]
    pass_over: Callable[[str], object]


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
    if own_process():
        _load_alone()
    import _ruamel_yaml
    from ruamel.yaml.error import YAMLError

    parser = _ruamel_yaml.CParser
    return _parser(
        _ruamel_yaml,
        lambda text: parser(text).get_event,
        YAMLError,
        lambda text: parser(text).raw_parse(),
    )


_ERRORS = {
    "reader": "ReaderError",
    "scanner": "ScannerError",
    "parser": "ParserError",
    "composer": "ComposerError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "serializer": "SerializerError",
    "representer": "RepresenterError",
}
"""What the parser written in C takes of the library's modules: from each of these, an error."""


def _load_alone() -> None:
    """Load the parser written in C without the rest of the library, a tenth of a whole run.

    It takes errors alone from most of the library's modules; modules that have just these stand in
    for them meanwhile. Its errors are then no longer the library's own, but for their base: so this
    is for a process in which nobody else uses the library. Where it fails, nothing is changed.
    """
    if "ruamel.yaml" in sys.modules:
        return
    try:
        import ruamel

        package = ModuleType("ruamel.yaml")
        package.__path__ = [os.path.join(folder, "yaml") for folder in ruamel.__path__]
        sys.modules["ruamel.yaml"] = package
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        found = {error: type(error, (MarkedYAMLError,), {}) for error in _ERRORS.values()}
        found["ReaderError"] = type("ReaderError", (YAMLError,), {"__init__": _take_character})
        for module, error in _ERRORS.items():
            stand_in = ModuleType(f"ruamel.yaml.{module}")
            setattr(stand_in, error, found[error])
            sys.modules[stand_in.__name__] = stand_in
        import _ruamel_yaml  # noqa: F401
    except (ImportError, AttributeError):
        sys.modules.pop("_ruamel_yaml", None)
    finally:
        for name in ("ruamel.yaml", *(f"ruamel.yaml.{module}" for module in _ERRORS)):
            sys.modules.pop(name, None)


def _take_character(
    self: Any,  # noqa: ANN401  the library's error
    _name: object,
    _position: object,
    character: object,
    *_more: object,
) -> None:
    self.character = character


def pure_parser() -> Parser:
    """Return the parser written in Python: the same events, many times slower."""
    from ruamel.yaml import YAML, events
    from ruamel.yaml.error import YAMLError

    def start(text: str) -> Callable[[], ParserEvent]:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 1)
        following: Callable[[], ParserEvent] = iter(yaml.parse(text)).__next__
        return following

    def pass_over(text: str) -> None:
        following = start(text)
        while not isinstance(following(), events.StreamEndEvent):
            pass

    return _parser(events, start, YAMLError, pass_over)


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
    module: ModuleType,
    start: Callable[[str], Callable[[], ParserEvent]],
    error: type[Exception],
    pass_over: Callable[[str], object],
) -> Parser:
    kinds = tuple(getattr(module, name) for name in _KINDS)
    ends = module.DocumentStartEvent, module.StreamEndEvent
    return Parser(start, kinds, *ends, error, pass_over)


def refusal(error: Exception, text: str, base: int) -> DocumentRefusal:
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
    return DocumentRefusal(Span(base + at, base + min(at + 1, end)), message, related)


_EXPLAINED = {
    "mapping values are not allowed in this context": "a `key: value` cannot begin here",
    "mapping values are not allowed here": "a `key: value` cannot begin here",
}


def _unreadable_character(error: Exception, text: str, base: int) -> DocumentRefusal:
    character = getattr(error, "character", None)
    if isinstance(error, UnicodeEncodeError):
        at, code = error.start, ord(text[error.start])
    elif isinstance(character, int):
        at, code = max(text.find(chr(character)), 0), character
    else:
        return DocumentRefusal(Span(base, base + 1), str(error).partition("\n")[0])
    return DocumentRefusal(
        Span(base + at, base + at + 1), f"the character U+{code:04X} is not allowed in YAML"
    )

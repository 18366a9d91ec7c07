"""The text that a YAML string stands for, and where each character of it stands in the file.

A ConfigMap holds a daemon configuration as a block scalar, an annotation as a quoted string. Both
are decoded by the YAML reader; here the decoding is done once more with the places kept, and
checked against what the reader decoded, so that a wrong place cannot be handed out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from cnilint.model.text import Source, Span
from cnilint.model.tree import Scalar, Style
from cnilint.start import NamedTuple, dataclass, field, lazy_pattern

_BREAKS = "\r\n\x85\u2028\u2029"
_BREAK = lazy_pattern(rf"\r\n|[{_BREAKS}]")
_FOLD = rf"(?P<fold>[ \t]*(?:(?:\r\n|[{_BREAKS}])[ \t]*)+)"
_SPACE = rf"[ \t]+(?![ \t{_BREAKS}])"
_ESCAPE = (
    r"(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}"
    rf"|(?:\r\n|[{_BREAKS}])[ \t]*|.))"
)
_TOKENS = {
    Style.DOUBLE: rf"(?P<text>(?:[^\\ \t{_BREAKS}]+|{_SPACE})+)|{_ESCAPE}|{_FOLD}",
    Style.SINGLE: rf"(?P<text>(?:[^' \t{_BREAKS}]+|{_SPACE})+)|(?P<escape>'')|{_FOLD}",
    Style.PLAIN: rf"(?P<text>(?:[^ \t{_BREAKS}]+|{_SPACE})+)|(?P<escape>(?!))|{_FOLD}",
}
_ESCAPED = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v"}
_ESCAPED |= {"f": "\f", "r": "\r", "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028"}
_ESCAPED |= {"P": "\u2029"}


class _Run(NamedTuple):
    """A stretch of the text and where it stands in the file.

    If `same`, it is the same text in both places, else (an escape, a line end) it is one unit that
    has no places inside.
    """

    text: int
    file: int
    length: int
    width: int
    same: bool


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """The decoded text of a scalar and the map between its offsets and the file's.

    `exact` says that a change of the text can be written back in place: always in a literal
    block, and in a quoted scalar on one line. `indent` is what the file puts before each line.
    """

    text: str
    exact: bool
    style: Style
    indent: str
    runs: tuple[_Run, ...]
    _texts: tuple[int, ...] = field(repr=False)
    _files: tuple[int, ...] = field(repr=False)

    def file_offset(self, offset: int) -> int:
        """Return where in the file the character at an offset of the text begins."""
        run = self.runs[max(0, bisect_right(self._texts, offset) - 1)]
        inside = offset - run.text
        if inside >= run.length:
            return run.file + run.width + inside - run.length
        return run.file + (inside if run.same else 0)

    def text_offset(self, offset: int) -> int:
        """Return the offset in the text of what stands at an offset of the file.

        Between two stretches (in an indentation) it is the beginning of the next one.
        """
        run = self.runs[max(0, bisect_right(self._files, offset) - 1)]
        inside = max(0, offset - run.file)
        if inside >= run.width:
            return run.text + run.length
        return run.text + (inside if run.same else 0)

    def file_span(self, start: int, end: int) -> Span:
        """Return the span of the file that a stretch of the text covers, line ends included."""
        if start >= end:
            return Span(self.file_offset(start), self.file_offset(start))
        run = self.runs[max(0, bisect_right(self._texts, end - 1) - 1)]
        inside = end - run.text
        last = run.file + (inside if run.same else run.width)
        return Span(self.file_offset(start), last)


def embedded(source: Source, scalar: Scalar) -> EmbeddedText:
    """Return the text of a scalar of this source with the map to the file's offsets."""
    text, start = source.text, scalar.span.start
    indent = ""
    if scalar.style in _TOKENS:
        quotes = 0 if scalar.style is Style.PLAIN else 1
        raw = text[start + quotes : scalar.span.end - quotes]
        found = _flow_runs(raw, start + quotes, scalar.style)
        one_line = scalar.style is not Style.PLAIN and _BREAK.search(raw) is None
    else:
        indent = _indent(text, scalar)
        found = _block_runs(text, scalar, len(indent))
        one_line = scalar.style is Style.LITERAL
    runs = []
    parts = []
    offset = 0
    for decoded, at, width in found:
        runs.append(_Run(offset, at, len(decoded), width, len(decoded) == width))
        parts.append(decoded)
        offset += len(decoded)
    exact = one_line and "".join(parts) == scalar.text
    if not runs and not scalar.text:
        inside = start + (scalar.style in (Style.SINGLE, Style.DOUBLE))
        runs = [_Run(0, inside, 0, 0, same=True)]
    elif "".join(parts) != scalar.text:
        runs = [_Run(0, start, len(scalar.text), scalar.span.end - start, same=False)]
    texts = tuple(run.text for run in runs)
    files = tuple(run.file for run in runs)
    return EmbeddedText(scalar.text, exact, scalar.style, indent, tuple(runs), texts, files)


def opaque(scalar: Scalar, text: str) -> EmbeddedText:
    """Return a text of which no part has a place of its own: all of it stands where a scalar does.

    Nothing of it can be changed in place.
    """
    width = scalar.span.end - scalar.span.start
    run = _Run(0, scalar.span.start, len(text), width, same=False)
    return EmbeddedText(text, False, scalar.style, "", (run,), (0,), (scalar.span.start,))  # noqa: FBT003


def _indent(text: str, scalar: Scalar) -> str:
    """Return the indentation a block scalar's lines lose when they are decoded."""
    body = scalar.text.lstrip("\n")
    kept = len(body) - len(body.lstrip(" "))
    line = _BREAK.search(text, scalar.span.start)
    while line is not None:
        following = _BREAK.search(text, line.end())
        written = text[line.end() : following.start() if following else len(text)]
        spaces = len(written) - len(written.lstrip(" "))
        if spaces < len(written):
            return " " * max(0, spaces - kept)
        line = following
    return ""


def _block_runs(text: str, scalar: Scalar, indent: int) -> Iterator[tuple[str, int, int]]:
    """Yield what each stretch of a block scalar decodes to, its offset in the file and its width.

    The decoded text leads: a literal line ends in one line end of the file, a folded one in the
    space or the line ends that stand there in the decoded text.
    """
    header = _BREAK.search(text, scalar.span.start)
    at = header.end() if header else scalar.span.end
    decoded, offset = scalar.text, 0
    while offset < len(decoded):
        following = _BREAK.search(text, at)
        end = following.start() if following else len(text)
        written = text[min(at + indent, end) : end]
        if not decoded.startswith(written, offset):
            return
        if written:
            yield written, end - len(written), len(written)
            offset += len(written)
        if following is None or offset >= len(decoded):
            return
        at = following.end()
        if scalar.style is Style.LITERAL:
            yield decoded[offset], following.start(), following.end() - following.start()
            offset += 1
            continue
        while (blank := _BREAK.search(text, at)) and not text[at : blank.start()].strip(" "):
            at = blank.end()
        ends = len(decoded[offset:]) - len(decoded[offset:].lstrip("\n"))
        folded = decoded[offset : offset + max(1, ends)]
        yield folded, following.start(), at - following.start()
        offset += len(folded)


def _flow_runs(raw: str, start: int, style: Style) -> Iterator[tuple[str, int, int]]:
    """Yield the same for a plain or quoted scalar: text, escapes and folded line ends."""
    for token in re.finditer(_TOKENS[style], raw):
        written = token.group()
        if token["text"]:
            decoded = written
        elif token["escape"]:
            decoded = "'" if written == "''" else _unescaped(written[1:])
        else:
            breaks = _BREAK.findall(written)
            decoded = "\n" * (len(breaks) - 1) or " "
        yield decoded, start + token.start(), len(written)


def _unescaped(escape: str) -> str:
    """Return what a double-quoted scalar's escape stands for, given without its backslash."""
    if escape[0] in _BREAKS:
        return ""
    if len(escape) > 1:
        return chr(int(escape[1:], 16))
    return _ESCAPED.get(escape, escape)

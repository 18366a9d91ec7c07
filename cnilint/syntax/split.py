"""Cutting a text into documents before anything is parsed, so that one cannot spoil the next."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnilint.model.text import Span
from cnilint.start import lazy_pattern

_MARKER = lazy_pattern(
    r"""\n(?:
        ---(?:(?=[ \t\r\n]|\Z)                       # the marker of the YAML specification
            |(?P<glued>)(?=["']?[A-Za-z][\w./-]*["']?:(?:[ \t\r\n]|\Z)))
        |(?P<end>\.\.\.)(?=[ \t\r\n]|\Z)
    )""",
    re.VERBOSE,
)
_DIRECTIVES = lazy_pattern(r"(?:%[^\n]*+\n|[ \t]*+(?:#[^\n]*+)?\r?\n)*+")
_GLUED_AT_START = lazy_pattern(r"---(?=[\"']?[A-Za-z][\w./-]*[\"']?:(?:[ \t\r\n]|\Z))")
_TEMPLATE_SOURCE = lazy_pattern(r"(?:---[ \t]*\r?\n)?(?:[ \t]*\r?\n)*# Source: ([^\r\n]*[^\s])")
_BLANK = r"(?:\s++|#[^\r\n\x85\u2028\u2029]*+)*+"
_NOTHING = lazy_pattern(_BLANK)
_CONTENT = lazy_pattern(rf"(?:---(?=\s|\Z))?{_BLANK}")


def split(text: str) -> Iterator[Span]:
    """Yield the spans of a text's documents in order, each with its `---` line and comments.

    A marker stands at column 0, where no YAML context may hold it as content; directives
    (`%YAML`) stay with the document they precede. A marker with a key glued to it
    (`---apiVersion: v1`) also begins a document, as it does for Helm, and is left out of the span
    (helm/helm@v3.16.0:pkg/releaseutil/manifest.go); `kubectl` refuses it, and read by the letter
    the key would be `---apiVersion`, which nobody means. A byte-order mark is left out too. An
    end (`...`) behind an end belongs to the same document.
    A cut that is missed only makes a span hold two documents.
    """
    start = 1 if text.startswith("\ufeff") else 0
    glued = text.startswith("---", start) and _GLUED_AT_START.match(text, start)
    if glued:
        start = glued.end()
    last: Span | None = None
    for marker in _MARKER.finditer(text, start):
        if marker["end"]:
            line_end = text.find("\n", marker.end())
            cut = following = len(text) if line_end == -1 else line_end + 1
            if last is not None and _NOTHING.fullmatch(text, start, marker.start() + 1):
                last, start = Span(last.start, cut), cut
                continue
        else:
            cut = marker.start() + 1
            following = marker.end() if marker["glued"] is not None else cut
        if _only_directives(text, start, cut):
            continue
        if start < cut:
            if last is not None:
                yield last
            last = Span(start, cut)
        start = following
    if last is not None:
        yield last
    if start < len(text):
        yield Span(start, len(text))


def content_start(text: str, span: Span) -> int:
    """Return where a document's content begins, behind its marker and comments; its end if none."""
    found = _CONTENT.match(text, span.start, span.end)
    return found.end() if found else span.start


def template_source(text: str, span: Span) -> str | None:
    """Return the path in the `# Source:` line that `helm template` prints below the marker."""
    if text.find("# Source: ", *span) < 0:
        return None
    found = _TEMPLATE_SOURCE.match(text, span.start, span.end)
    return found[1] if found else None


def _only_directives(text: str, start: int, end: int) -> bool:
    if not text.startswith("%", start) and text.find("\n%", start, end) == -1:
        return False
    return _DIRECTIVES.fullmatch(text, start, end) is not None

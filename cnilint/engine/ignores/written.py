"""The ignores that stand in manifests: comments, and an annotation of an object."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from cnilint.engine.policy import no_such_rule, standing_for
from cnilint.engine.ruleset import Rule
from cnilint.errors import did_you_mean
from cnilint.kube.manifest import Manifest, manifests
from cnilint.model.finding import Location
from cnilint.model.text import Source, Span
from cnilint.model.tree import Alias, Document, Mapping, Scalar, Style, Tree, follow, string
from cnilint.shown import one_line
from cnilint.start import lazy_pattern
from cnilint.syntax.embedded import embedded

from .ignore import ANNOTATION, COMMENT, Ignore, IgnoredRule, may_ignore

DOMAIN = "cnilint.dev/"
"""Where the names of our annotations begin."""

KEY = f"{DOMAIN}ignore"
"""The annotation's."""

_COMMENT = lazy_pattern(r"(?<![^\s\ufeff])#[ \t]*cnilint:[ \t]*(?P<what>[^\r\n]*)")
_IGNORE = lazy_pattern(r"ignore[ \t]*\[(?P<rules>[^]]*)\](?P<reason>.*)")
_WORD = lazy_pattern(r"[^\s,]+")
_ENTRY = lazy_pattern(r"[^;\s](?:[^;\n]*[^;\s])?")
_UNTIL = lazy_pattern(r"(?:^|(?<=\s))(?P<key>until|expires)(?:=|:[ \t]*(?=\d{4}-))(?P<day>\S*)\s*")
_DAY = lazy_pattern(r"\d{4}-\d\d-\d\d")


def ignores(
    source: Source, documents: Sequence[Document], house: Sequence[Rule] = ()
) -> Iterator[Ignore]:
    """Yield the ignores of a source in the order of its text, comments before annotations.

    `house` are the rules beside cnilint's own that they can name.
    """
    for one in _ignores(source, documents):
        words = [word._replace(rules=standing_for(word.text, house)) for word in one.words]
        yield one._replace(
            words=tuple(
                word if word.rules else word._replace(fault=no_such_rule(word.text, house))
                for word in words
            )
        )


def _ignores(source: Source, documents: Sequence[Document]) -> Iterator[Ignore]:
    """Yield the ignores with words that do not stand for a rule yet."""
    if not may_ignore(source.text):
        return
    yield from _comments(source, documents)
    for document in documents:
        for manifest in manifests(document):
            yield from _annotation(manifest)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, as `2026-12-31`."""
    from datetime import date

    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


class ObjectsInText:
    """The objects of the documents of one text, by their places."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """Take the documents in the order of the text."""
        self._documents = documents
        self._starts = [document.span.start for document in documents]
        self._found: dict[int, list[Manifest]] = {}

    def at(self, span: Span) -> tuple[Document | None, str]:
        """Return the document and the title of the object to which a place belongs, if any.

        What stands above the first object of a document belongs to that one, and what stands behind
        an object's last value to this.
        """
        at = bisect_right(self._starts, span.start) - 1
        if at < 0:
            return None, ""
        document = self._documents[at]
        if span.start >= max(document.span.end, document.span.start + 1):
            return None, ""
        if at not in self._found:
            self._found[at] = list(manifests(document))
        found = self._found[at]
        before = bisect_right(found, span.start, key=lambda one: one.root.span.start) - 1
        return document, found[max(before, 0)].title if found else ""


def _comments(source: Source, documents: Sequence[Document]) -> Iterator[Ignore]:
    around: _Around | None = None
    for found in _COMMENT.finditer(source.text):
        if around is None:
            around = _Around(source, documents)
        inside = around.before(found.start() + 1)
        if inside is not None and found.start() >= inside.span.end:
            inside = None
        if inside is None or _is_header(source, inside, found.start()):
            yield _comment(source, around, found)


class _Around:
    """What stands around the comments of a text, which are asked for in its order."""

    def __init__(self, source: Source, documents: Sequence[Document]) -> None:
        self.objects = ObjectsInText(documents)
        self._source = source
        found = (scalar for document in documents for scalar in scalars(document.root))
        self._scalars = sorted(found, key=lambda scalar: scalar.span)
        self._starts = [scalar.span.start for scalar in self._scalars]
        self._next = Span(0, 0), Span(0, 0)

    def before(self, offset: int) -> Scalar | None:
        """Return the last scalar that begins before an offset."""
        at = bisect_left(self._starts, offset) - 1
        return self._scalars[at] if at >= 0 else None

    def texts(self, line: Span, comment: int) -> Iterator[Span]:
        """Yield the texts that end on a line before a comment, or begin there and go on."""
        above = self.before(line.start)
        if above is not None and line.start < above.span.end <= comment:
            yield above.span
        first, last = (bisect_left(self._starts, offset) for offset in line)
        yield from (one.span for one in self._scalars[first:last] if _goes_on(one, line))

    def next_line(self, line: Span) -> Span:
        """Return the next line that is more than a comment."""
        lines, found = self._next
        if not lines.start <= line.start < lines.end:
            found = _next_line(self._source, line)
            self._next = Span(line.start, found.start), found
        return found


def _comment(source: Source, around: _Around, found: re.Match[str]) -> Ignore:
    span = Span(found.start(), found.start() + len(found.group().rstrip()))
    document, title = around.objects.at(span)
    location = Location(source, span, (), document, title)
    read = _IGNORE.fullmatch(found["what"])
    if read is None:
        fault = "write it as `# cnilint: ignore[RULE] reason`"
        return Ignore(COMMENT, (), location, fault=fault)
    start = found.start("what") + read.start("rules")
    words = tuple(
        IgnoredRule(word.group(), frozenset(), Span(start + word.start(), start + word.end()))
        for word in _WORD.finditer(read["rules"])
    )
    reason, until, fault = _reason(read["reason"].lstrip(" \t:"))
    line = _line(source, span.start)
    if not source.text[line.start : span.start].strip("\ufeff \t"):
        line = around.next_line(line)
    texts = tuple(around.texts(line, span.start))
    fault = fault or ("" if words else "it names no rule")
    return Ignore(COMMENT, () if fault else words, location, reason, until, fault, (line, *texts))


def _annotation(manifest: Manifest) -> Iterator[Ignore]:
    yield from _misspelt(manifest)
    value = manifest.at("metadata", "annotations", KEY)
    if value is None:
        return
    scalar, source = follow(value), manifest.document.source
    route = (*manifest.route, "metadata", "annotations", KEY)
    if not isinstance(scalar, Scalar) or string(value) is None or not entries(scalar.text):
        place = Location(source, scalar.span, route, manifest.document, manifest.title)
        yield Ignore(ANNOTATION, (), place, fault=f'write it as `{KEY}: "RULE: reason"`')
        return
    text = embedded(source, scalar)
    for start, end in entries(scalar.text):
        names, _colon, said = scalar.text[start:end].partition(":")
        words = tuple(
            IgnoredRule(
                word.group(),
                frozenset(),
                text.file_span(start + word.start(), start + word.end()),
            )
            for word in _WORD.finditer(names)
        )
        reason, until, fault = _reason(said)
        fault = fault or ("" if words else "it names no rule")
        span = text.file_span(start, end)
        yield Ignore(
            ANNOTATION,
            () if fault else words,
            Location(source, span, route, manifest.document, manifest.title),
            reason,
            until,
            fault,
            (manifest.root.span,),
        )


def _misspelt(manifest: Manifest) -> Iterator[Ignore]:
    """Yield annotations that have our domain and another name."""
    found = manifest.at("metadata", "annotations")
    annotations = follow(found) if found is not None else None
    if not isinstance(annotations, Mapping):
        return
    for entry in annotations.entries:
        name = entry.key.text
        if name.startswith(DOMAIN) and name != KEY:
            route = (*manifest.route, "metadata", "annotations", name)
            source, document = manifest.document.source, manifest.document
            place = Location(source, entry.key.span, route, document, manifest.title)
            fault = f"no annotation {name!r}{did_you_mean(name, [KEY])}"
            yield Ignore(ANNOTATION, (), place, fault=fault)


def entries(text: str) -> list[tuple[int, int]]:
    """Return where each entry of an annotation's text begins and ends, blanks around it apart."""
    return [found.span() for found in _ENTRY.finditer(text)]


def _reason(text: str) -> tuple[str, str, str]:
    """Return the reason in a text, its last day (may be empty), and what is wrong with that."""
    found = _UNTIL.search(text)
    if found is None:
        return one_line(text), "", ""
    rest = one_line(text[: found.start()] + text[found.end() :])
    day = found["day"]
    if is_day(day):
        return rest, day, ""
    return rest, "", f"{found['key']}={day} is no day: write it as {found['key']}=2026-12-31"


def _line(source: Source, offset: int) -> Span:
    """Return the line of an offset, its line end included."""
    start = source.line_start(offset)
    end = source.text.find("\n", start)
    # the end of the last line belongs to it: an empty value may stand there
    return Span(start, end + 1 if end != -1 else len(source.text) + 1)


def _next_line(source: Source, line: Span) -> Span:
    """Return the next line that is more than a comment."""
    while line.end <= len(source.text):
        line = _line(source, line.end)
        if not source.text[line.start : line.end].lstrip(" \t").startswith("#"):
            break
    return line


def scalars(root: Tree) -> Iterator[Scalar]:
    """Yield every scalar of a tree, keys included, in no order."""
    pending = [root]
    while pending:
        tree = pending.pop()
        if isinstance(tree, Scalar):
            yield tree
        elif isinstance(tree, Mapping):
            for entry in tree.entries:
                yield entry.key
                pending.append(entry.value)
        elif not isinstance(tree, Alias):
            pending.extend(tree.items)


def _goes_on(scalar: Scalar, line: Span) -> bool:
    """Whether a text that begins on a line has more of them."""
    return _is_block(scalar) or scalar.span.end > line.end


def _is_block(scalar: Scalar) -> bool:
    return scalar.style in (Style.LITERAL, Style.FOLDED)


def _is_header(source: Source, scalar: Scalar, offset: int) -> bool:
    """Whether an offset inside a scalar is on the header line of a block scalar."""
    return _is_block(scalar) and "\n" not in source.text[scalar.span.start : offset]

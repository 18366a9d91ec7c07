"""What is wrong with the ignores themselves, once it is known which of them were of use."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

from cnilint.engine.hit import Hit
from cnilint.engine.ignores.ignore import COMMENT, Ignore, IgnoredRule, Judged
from cnilint.engine.ignores.written import scalars
from cnilint.model.finding import Applicability, Edit, Fix, Location, Operation, Repair, TextEdit
from cnilint.model.text import Span
from cnilint.model.tree import (
    Document,
    Embedded,
    Mapping,
    Route,
    Scalar,
    Style,
    descend,
    follow,
    plain,
)
from cnilint.syntax.compose import compose
from cnilint.syntax.embedded import EmbeddedText, embedded


def unused_ignore(ignores: Iterable[Judged]) -> Iterator[Hit]:
    """CNI910: an ignore that no finding needed."""
    told = [one for one in ignores if one.unused]
    whole = [one.ignore.location for one in told if _goes_whole(one)]
    kept = _ending_a_text(whole)
    for one in told:
        rules = " and ".join(word.text for word in one.unused)
        yield Hit(one.ignore.location, {"rules": rules}, fixes=tuple(_removals(one, kept)))


def unknown_rule_in_ignore(ignores: Iterable[Judged]) -> Iterator[Hit]:
    """CNI911: an ignore that names no rule there is, or that cannot be read."""
    for one in ignores:
        location = one.ignore.location
        if one.ignore.fault:
            yield Hit(location, {"reason": one.ignore.fault})
        for word in one.ignore.words:
            if not word.rules:
                yield Hit(location._replace(span=word.span), {"reason": word.fault})


def expired_ignore(ignores: Iterable[Judged]) -> Iterator[Hit]:
    """CNI912: an ignore whose last day is over."""
    for one in ignores:
        if one.expired:
            yield Hit(one.ignore.location, {"rules": _rules(one.ignore), "day": one.ignore.until})


def ignore_without_reason(ignores: Iterable[Judged]) -> Iterator[Hit]:
    """CNI913: an ignore that does not say why."""
    for one in ignores:
        if not one.ignore.reason and not one.ignore.fault:
            yield Hit(one.ignore.location, {"rules": _rules(one.ignore)})


def _rules(ignore: Ignore) -> str:
    return " and ".join(word.text for word in ignore.words)


def _left(one: Judged) -> list[IgnoredRule]:
    """Return the words of an ignore that are needed."""
    unused = {word.text for word in one.unused}
    return [word for word in one.ignore.words if word.text not in unused]


def _goes_whole(one: Judged) -> bool:
    """Whether an ignore is a comment of a document that goes as a whole."""
    there = one.ignore.form == COMMENT and one.ignore.location.document is not None
    return there and not _left(one)


def _removals(one: Judged, kept: Collection[Place]) -> Iterator[Fix]:
    ignore = one.ignore
    document = ignore.location.document
    if document is None or not ignore.in_source:
        return
    unused = {word.text for word in one.unused}
    left = _left(one)
    grade, note = Applicability.SAFE, ""
    if ignore.form == COMMENT:
        spans = _between(ignore.words, unused) if left else [_comment(ignore.location)]
        edits: tuple[Edit | Repair, ...] = tuple(Repair(document, span, "") for span in spans)
        if _place(ignore.location) in kept:
            grade, note = Applicability.DISPLAY, "the comment ends the text above it"
    else:
        edits = _annotation_edits(document, ignore, unused if left else set())
    if edits:
        what = f"{' and '.join(sorted(unused))} from the" if left else "the"
        yield Fix(f"remove {what} {ignore.form}", grade, edits, note)


Place = tuple[str, Span]
"""The path of a source, and a stretch of it."""


def _place(location: Location) -> Place:
    return location.source.path, location.span


def _ending_a_text(comments: Iterable[Location]) -> frozenset[Place]:
    """Return the comments without which a text above them would be another one.

    A text with `|+` keeps the blank lines behind it, and a comment is what ends them. That taking
    out the others changes no value is proven on all of a source together: a comment less can only
    add blank lines, so that none makes up for another.
    """
    found: set[Place] = set()
    by_source: dict[str, list[Location]] = {}
    for one in comments:
        by_source.setdefault(one.source.path, []).append(one)
    for several in by_source.values():
        if _same_without(several):
            continue
        ending = _behind_kept_texts(several)
        others = [one for one in several if one not in ending]
        safe = others if _same_without(others) else []
        found.update(_place(one) for one in several if one not in safe)
    return frozenset(found)


def _behind_kept_texts(comments: Sequence[Location]) -> list[Location]:
    """Return the comments above which the last value is a text that keeps its blank lines."""
    source = comments[0].source
    documents = {id(one.document): one.document for one in comments if one.document is not None}
    found = sorted((each for one in documents.values() for each in scalars(one.root)), key=_start)

    def keeps(offset: int) -> bool:
        at = bisect_left(found, offset, key=_start) - 1
        if at < 0 or found[at].style not in (Style.LITERAL, Style.FOLDED):
            return False
        head = source.text[found[at].span.start : found[at].span.start + len("|+9")]
        return "+" in head.partition("\n")[0]

    return [one for one in comments if keeps(one.span.start)]


def _start(scalar: Scalar) -> int:
    return scalar.span.start


def _same_without(comments: Sequence[Location]) -> bool:
    """Whether a source has the same values without some comments."""
    from cnilint.syntax.patch import differs  # editing takes long to load
    from cnilint.syntax.splice import apply

    if not comments:
        return True
    source = comments[0].source
    cuts = [TextEdit(_comment(one), "") for one in comments]
    changed = source.changed(apply(source.text, cuts))
    before, after = (
        [plain(one.root) if isinstance(one, Document) else one.kind for one in compose(each)]
        for each in (source, changed)
    )
    return not differs(before, after)


def _comment(location: Location) -> Span:
    """Return a comment with the blanks before it, or its line if it has one of its own."""
    source, comment = location.source, location.span
    start = source.line_start(comment.start)
    before = source.text[start : comment.start].rstrip(" \t\ufeff")
    end = source.text.find("\n", comment.end)
    end = len(source.text) if end == -1 else end
    if not before:
        mark = source.text.startswith("\ufeff", start)
        return Span(start + mark, min(end + 1, len(source.text)))
    return Span(start + len(before), end - source.text.endswith("\r", comment.end, end))


def _between(words: Sequence[IgnoredRule], unused: Collection[str]) -> Iterator[Span]:
    """Yield what to take out of a list of words, commas included; one word at least is left."""
    left = [at for at, word in enumerate(words) if word.text not in unused]
    for at, word in enumerate(words[: left[-1]]):
        if at not in left:
            yield Span(word.span.start, words[at + 1].span.start)
    if left[-1] < len(words) - 1:
        yield Span(words[left[-1]].span.end, words[-1].span.end)


def _annotation_edits(
    document: Document, ignore: Ignore, unused: Collection[str]
) -> tuple[Edit, ...]:
    """Return the edits that take an entry out of an annotation, or some words out of the entry."""
    from cnilint.engine.ignores.written import entries
    from cnilint.syntax.splice import apply

    route = ignore.location.route
    value = descend(document.root, *_steps(route))
    scalar = follow(value) if value is not None else None
    if not isinstance(scalar, Scalar):
        return ()
    read = embedded(document.source, scalar)
    pieces = entries(scalar.text)
    starts = [start for start, _end in pieces]
    begin = read.text_offset(ignore.location.span.start)
    if begin not in starts:
        return ()
    at = starts.index(begin)
    if unused:
        words = [_in_text(read, word) for word in ignore.words]
        cuts = list(_between(words, unused))
    elif len(pieces) == 1:
        return (Edit(document, _emptied(document, route), Operation.REMOVE),)
    elif at + 1 < len(pieces):
        cuts = [Span(begin, pieces[at + 1][0])]
    else:
        cuts = [Span(pieces[at - 1][1], pieces[at][1])]
    changed = apply(scalar.text, [TextEdit(cut, "") for cut in cuts])
    return (Edit(document, route, Operation.REPLACE, changed),)


def _in_text(read: EmbeddedText, word: IgnoredRule) -> IgnoredRule:
    """Return a word with its place in the annotation's text instead of the file."""
    start = read.text_offset(word.span.start)
    return word._replace(span=Span(start, start + len(word.text)))


def _emptied(document: Document, route: Route) -> Route:
    """Return the route to an annotation, or to all annotations where it is the only one."""
    annotations = descend(document.root, *_steps(route[:-1]))
    alone = isinstance(annotations, Mapping) and len(annotations.entries) == 1
    return route[:-1] if alone else route


def _steps(route: Route) -> list[str | int]:
    """Return a route that crosses into no embedded document, as steps."""
    return [step for step in route if not isinstance(step, Embedded)]

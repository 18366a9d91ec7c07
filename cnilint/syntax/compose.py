"""Documents from text, each on its own: what does not parse never stops the rest."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import islice

from cnilint.budget import Budget
from cnilint.model.text import FOREIGN, GAP, Source, Span
from cnilint.model.tree import Document, Mapping, Scalar, Style, SyntaxProblem, Tree
from cnilint.start import lazy_pattern

from .build import MAX_DEPTH, Builder
from .collect import is_helmfile
from .colons import past_colons, stumbles_over_colon
from .events import DocumentRefusal, LimitReached, Parser, best_parser, refusal
from .split import content_start, split, template_source

_TEMPLATE = (
    "a Helm template that was not rendered: what its actions stand in is not read; "
    "check the output of `helm template` instead"
)

_HELMFILE = (
    "a helmfile whose templates were not filled in: what its actions stand in is not read; "
    "check the output of `helmfile template` instead"
)

_OTHER_TEMPLATE = (
    "a template that was not rendered: what its actions stand in is not read; "
    "check what it renders to instead"
)

_PLACEHOLDER = lazy_pattern(r"([%@])[A-Za-z_][A-Za-z0-9_]*\1")
"""A name between two characters that no value of YAML may begin with: a tool fills it in."""

_SETTINGS = "JSON with comments and without a kind, such as an editor's settings: no manifest"


_SYNTAX = "syntax"

MOST_OPENED = 2000
"""Brackets in a text that is passed over at once: the parser takes time quadratic in those left
open, so that of a text with more it is asked event by event."""


def compose(
    source: Source,
    parser: Parser | None = None,
    budget: Budget | None = None,
    only: Container[int] | None = None,
) -> Iterator[Document | SyntaxProblem]:
    """Yield each document of a source, in order, or the problem that stands in its place.

    A document's repeated keys follow it as problems of kind `duplicate-key`, the last key being
    the one that counts. Documents without content yield nothing. Where documents do not parse
    because of template actions, one problem of kind `template` stands for all of them. `parser`
    is the fastest there is unless given, `budget` what the run may spend. One problem of kind
    `limit` stands for what it does not reach for. Of the documents that `split` yields, those are
    read whose numbers are among `only`; each of the others counts as one. What lies around a gap is
    not read. Nothing a text may hold
    makes this raise.
    """
    text = source.text
    budget = budget or Budget()
    budget.take(len(text) >> 8)
    index = 0
    template_seen = False
    all_text = is_all_text(text)
    gaps = iter(source.gaps)
    for number, span in enumerate(split(text)):
        if source.gaps and (left_out := text.count(GAP, *span)):
            index += sum(gap.documents for gap in islice(gaps, left_out))
            continue
        if only is not None and number not in only:
            index += content_start(text, span) < span.end
            continue
        byte = None if all_text else FOREIGN.search(text, span.start, span.end)
        if byte is not None:
            message = f"the byte 0x{ord(byte[0]) - 0xDC00:02x} is not UTF-8"
            yield SyntaxProblem(source, Span(*byte.span()), "syntax", message)
            index += 1
            continue
        for found in _documents(text, span, parser or best_parser(), budget):
            if isinstance(found, tuple):
                place, root, repeating = found
                yield Document(source, index, place, root, template_source(text, place))
                for mapping in repeating:
                    yield from _repeated_keys(source, mapping)
            elif found.kind != _SYNTAX:
                yield SyntaxProblem(source, found.span, found.kind, found.message)
                return
            else:
                from .template import first_action

                placeholder = _PLACEHOLDER.match(text, found.span.start)
                action = Span(*placeholder.span()) if placeholder else first_action(text, span)
                comment = _settings_comment(source)
                if comment is not None:
                    yield SyntaxProblem(source, comment, "template", _SETTINGS)
                elif action is None or action.start > found.span.end:
                    yield SyntaxProblem(source, found.span, "syntax", found.message, found.related)
                elif not template_seen:
                    template_seen = True
                    other = "{%" in text[action.start : action.end] or placeholder is not None
                    own = _HELMFILE if is_helmfile(source.path) else _TEMPLATE
                    message = _OTHER_TEMPLATE if other else own
                    yield SyntaxProblem(source, action, "template", message)
            index += 1


def problems_in(source: Source) -> bool:
    """Whether something in a source cannot be read, or reads differently than it looks."""
    return any(isinstance(one, SyntaxProblem) for one in compose(source))


def surely_parses(text: str) -> bool:
    """Whether a document has no mistake of syntax; False where it nests too deep to find out.

    No tree is built for it, so that a repeated key is none.
    """
    if not is_all_text(text):
        return False
    parser = best_parser()
    try:
        if text.count("[") + text.count("{") <= MOST_OPENED:
            parser.pass_over(text)
            return True
        return _is_shallow(parser, text)
    except (parser.error, UnicodeEncodeError):
        return False


def _is_shallow(parser: Parser, text: str) -> bool:
    """Whether a text never nests deeper than what is read; the parser's error as it comes."""
    _scalar, mapping, sequence, mapping_end, sequence_end, _alias = parser.kinds
    following = parser.start(text)
    depth = 0
    while depth <= MAX_DEPTH:
        kind = following().__class__
        if kind is parser.stream_end:
            return True
        depth += (kind is mapping or kind is sequence) - (
            kind is mapping_end or kind is sequence_end
        )
    return False


def is_all_text(text: str) -> bool:
    """Whether every byte that a text was read from was UTF-8."""
    return text.isascii() or FOREIGN.search(text) is None


def _settings_comment(source: Source) -> Span | None:
    """Return the first comment of an editor's or compiler's settings: JSON that is no manifest."""
    if not source.path.endswith(".json") or '"kind"' in source.text:
        return None
    found = re.search(r"(?m)^[ \t]*(?://|/\*)|[,{\[][ \t]*(?://|/\*)", source.text)
    return Span(*found.span()) if found else None


def _documents(
    text: str, span: Span, parser: Parser, budget: Budget
) -> Iterator[tuple[Span, Tree, list[Mapping]] | DocumentRefusal]:
    """Yield what stands in a span: one document, or several where JSON values follow on."""
    begin, content = span.start, content_start(text, span)
    if content == span.end:
        return
    while text[content] in "{[":
        from .json_text import read_json

        try:
            read = read_json(text, content, span.end, MAX_DEPTH, budget)
        except LimitReached as reached:
            yield reached
            return
        if read is None:
            break
        root, repeating, behind = read
        following = content_start(text, Span(behind, span.end))
        if following < span.end and text[following] not in "{[":
            break
        yield Span(begin, following), root, repeating
        if following == span.end:
            return
        begin = content = following
    yield from _yaml_documents(text, Span(begin, span.end), parser, budget)


def _yaml_documents(
    text: str, span: Span, parser: Parser, budget: Budget
) -> Iterator[tuple[Span, Tree, list[Mapping]] | DocumentRefusal]:
    part = text[span.start : span.end]
    known = 0
    for attempt in (parser, past_colons(parser)):
        count = 0
        try:
            for root, repeating in _roots(
                Builder(text, span.start, attempt.kinds, budget), attempt, part
            ):
                count += 1
                if count > known:
                    yield span, root, repeating
        except DocumentRefusal as refused:
            yield refused
        except (parser.error, UnicodeEncodeError) as error:
            if attempt is parser and stumbles_over_colon(error):
                known = count
                continue
            yield refusal(error, part, span.start)
        return


def _roots(builder: Builder, parser: Parser, part: str) -> Iterator[tuple[Tree, list[Mapping]]]:
    following = parser.start(part)
    while True:
        kind = following().__class__
        if kind is parser.document_start:
            root = builder.root(following)
            if not _is_absent(root):
                yield root, builder.repeating
            builder.repeating = []
        elif kind is parser.stream_end:
            return


def _is_absent(root: Tree) -> bool:
    return isinstance(root, Scalar) and root.style is Style.PLAIN and not root.text


def _repeated_keys(source: Source, mapping: Mapping) -> Iterator[SyntaxProblem]:
    first: dict[str, Span] = {}
    for entry in mapping.entries:
        key = entry.key
        if key.text == "<<" and key.style is Style.PLAIN:
            continue
        if key.text in first:
            message = f"the key `{key.text}` is repeated, and only its last value counts"
            yield SyntaxProblem(source, key.span, "duplicate-key", message, first[key.text])
        else:
            first[key.text] = key.span

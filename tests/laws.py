"""The laws of a fix, worked out from the texts before and after alone."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation, evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.result import Result
from cnilint.engine.text_edits import TextEdits, text_edits
from cnilint.fix.options import Fixed, Options
from cnilint.fix.plan import fixed, offered
from cnilint.fix.prove import WINDOW
from cnilint.model.finding import Applicability, Edit, Finding, Fix, Level, Repair
from cnilint.model.text import Source
from cnilint.model.tree import Document, Embedded, Route, Value, descend, plain
from cnilint.syntax.compose import compose
from cnilint.syntax.lenient_json import read_json
from cnilint.syntax.rewrite import CannotEdit

ALL = Options(Applicability.UNSAFE, rendered=True)

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)


def leaves(
    value: Value, inside: Mapping[Route, Embedded], route: Route = ()
) -> Iterator[tuple[Route, str]]:
    """Yield every leaf of a value with its route; the strings at some routes are read."""
    form = inside.get(route)
    if isinstance(value, str) and form is not None:
        yield from leaves(held(value, form), inside, (*route, form))
    elif isinstance(value, dict) and value:
        for key, member in value.items():
            yield from leaves(member, inside, (*route, key))
    elif isinstance(value, list) and value:
        for at, item in enumerate(value):
            yield from leaves(item, inside, (*route, at))
    else:
        yield route, json.dumps(value)


def held(text: str, form: Embedded) -> Value:
    """Return the value that a string holds."""
    if form is Embedded.JSON:
        tree, _problems = read_json(text)
        assert tree is not None
        return plain(tree)
    if form is Embedded.BASE64:
        return base64.b64decode(text, validate=True).decode()
    (document,) = (one for one in compose(Source("", text)) if isinstance(one, Document))
    return plain(document.root)


def crossings(fix: Fix) -> dict[Route, Embedded]:
    """Return the routes at which a fix crosses into a string, each with what that holds."""
    routes = [edit.route for edit in fix.edits if isinstance(edit, Edit)]
    return {
        route[:at]: step
        for route in routes
        for at, step in enumerate(route)
        if isinstance(step, Embedded)
    }


def declared(fix: Fix, document: Document) -> list[Route]:
    """Return where a fix says that it changes values: items of a sequence as their sequence.

    A repair changes the string that it stands in.
    """
    routes = [edit.route for edit in fix.edits if isinstance(edit, Edit)]
    found = [route[:-1] if isinstance(route[-1], int) else route for route in routes]
    for edit in fix.edits:
        if isinstance(edit, Repair):
            every = leaves(plain(document.root), {})
            found += [
                route
                for route, _leaf in every
                if (tree := descend(document.root, *_steps(route))) is not None
                and tree.span.covers(edit.span)
            ]
    return found


def _steps(route: Route) -> Iterator[str | int]:
    return (step for step in route if not isinstance(step, Embedded))


def spliced(source: Source, edits: TextEdits) -> str:
    """Return a source's text with edits made, one after another from the end."""
    text = source.text
    for edit in sorted(edits.get(source.path, ()), key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def kinds(result: Result) -> Counter[tuple[str, str, str]]:
    """Count findings by what they are about."""
    return Counter((f.rule, f.location.object, f.location.source.path) for f in result.findings)


def comments(source: Source) -> Counter[str]:
    """Count the comments of a text (and what looks like one inside a block scalar).

    Those that speak to this tool are left out: they may be what a fix is about.
    """
    return Counter(one for one in _COMMENT.findall(source.text) if "cnilint" not in one)


def taken_out(source: Source, edits: TextEdits) -> Counter[str]:
    """Count the comments that edits take out as a whole: only a repair of JSON does."""
    spans = [edit.span for edit in edits.get(source.path, ()) if not edit.text]
    return Counter(
        one
        for span in spans
        for one in comments(Source("", source.text[span.start : span.end])).elements()
    )


def assert_fix(inputs: Inputs, before: Result, finding: Finding, fix: Fix) -> None:
    """Check what one fix makes of its texts when it is applied by itself."""
    edits = text_edits(fix)
    assert not isinstance(edits, CannotEdit)
    after = inputs
    for source in inputs.sources:
        if source.path in edits:
            after = after.replaced(Source(source.path, spliced(source, edits)))
    for old, new in zip(inputs.sources, after.sources, strict=True):
        assert (old.text != new.text) == (old.path in edits)
        assert comments(old) - taken_out(old, edits) == comments(new)
        assert ("\r\n" in old.text) == ("\r\n" in new.text)
    pairs = zip(inputs.documents, after.documents, strict=True)
    for document, changed in pairs:
        own = any(edit.document is document for edit in fix.edits)
        inside = crossings(fix) if own else {}
        allowed = declared(fix, document) if own else []
        was = dict(leaves(plain(document.root), inside))
        now = dict(leaves(plain(changed.root), inside))
        moved = [route for route in {**was, **now} if was.get(route) != now.get(route)]
        assert own or not moved
        for route in moved:
            inside_one = any(route[: len(place)] == place for place in allowed)
            # what was empty, or is it now, has no leaf of its own inside
            around_one = any(place[: len(route)] == route for place in allowed)
            nothing = {was.get(route), now.get(route)} & {"{}", "[]", "null"}
            assert inside_one or (around_one and nothing), (route, allowed)
    told, found = kinds(before), kinds(evaluate(after))
    key = (finding.rule, finding.location.object, finding.location.source.path)
    assert found[key] < told[key]
    if not any(isinstance(edit, Repair) for edit in fix.edits):
        more = [one for one in found if found[one] > told[one]]
        # the mending of an error may leave a while at a node's boot
        assert not more or (finding.level is Level.ERROR and {one[0] for one in more} == {WINDOW})


def assert_run(inputs: Inputs, options: Options = ALL) -> Fixed:
    """Check every fix that may be applied, then all of them together; return what came of it."""
    result = offered(Evaluation(inputs, NOTHING_AROUND), options)
    for finding in result.findings:
        for fix in finding.fixes:
            if fix.edits and fix.applicability is not Applicability.DISPLAY:
                assert_fix(inputs, result, finding, fix)
    done = fixed(inputs, NOTHING_AROUND, options)
    possible = result.fixable(options.least)
    assert (done.applied > 0) == bool(done.changed) == (possible > 0)
    assert done.result.fixable(options.least) == 0
    assert done.held_back == ()
    again = fixed(done.inputs, NOTHING_AROUND, options)
    assert (again.changed, again.applied) == ((), 0)
    for old, new in zip(inputs.sources, done.inputs.sources, strict=True):
        assert comments(new) <= comments(old)
    return done

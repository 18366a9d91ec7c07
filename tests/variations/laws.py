"""What a fix declares is what it changes, and all that it changes, by the second reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnilint.engine.text_edits import text_edits
from cnilint.model.finding import Edit, Fix, Operation, Repair, TextEdit
from cnilint.model.tree import Embedded, plain
from cnilint.syntax.collect import encode
from cnilint.syntax.lenient_json import read_json
from cnilint.syntax.rewrite import CannotEdit
from tests.variations.reader import (
    Data,
    UnreadError,
    Written,
    comments,
    decoded,
    difference,
    json_data,
    only,
    same,
    text_of_base64,
    written,
)


class Held(NamedTuple):
    """What a string is to hold, however it is written there."""

    form: Embedded
    value: Any


class Strict(NamedTuple):
    """What a string is to hold as JSON that every reader takes.

    Nothing is `known` of it where even a lenient reader reads nothing, as behind a missing colon.
    """

    value: Data
    known: bool = True


def faults(fix: Fix, contents: Mapping[str, bytes]) -> list[str] | None:
    """Return what a fix changes beside what it declares, each as a sentence; None if it is refused.

    `contents` are the files by their paths. UnreadError where the second reader does not read a
    file that the fix changes.
    """
    edits = text_edits(fix)
    if isinstance(edits, CannotEdit):
        return None
    found: list[str] = []
    for path, made in edits.items():
        old = contents[path]
        text = decoded(old)
        new = encode(spliced(text, made), old)
        here = [one for one in fix.edits if one.document.source.path == path]
        found += [f"{path}: {one}" for one in _faults_of_file(text, made, here, new)]
    return found


def spliced(text: str, edits: Sequence[TextEdit]) -> str:
    """Return a text with edits made, one after another from the end."""
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _faults_of_file(
    text: str, made: Sequence[TextEdit], declared: Sequence[Edit | Repair], new: bytes
) -> Iterator[str]:
    before = written(text)
    wanted = [one.data for one in before]
    for edit in declared:
        at = _index(edit, before)
        wanted[at] = (
            _changed(wanted[at], edit.route, edit)
            if isinstance(edit, Edit)
            else _repaired(before[at], edit)
        )
    try:
        after = decoded(new)
        found = [one.data for one in written(after)]
    except UnreadError as error:
        yield f"what is left cannot be read: {error}"
        return
    if len(found) != len(wanted):
        yield f"there are {len(found)} documents in place of {len(wanted)}"
    for number, (is_now, was_to_be) in enumerate(zip(found, wanted, strict=False)):
        opened = _opened(is_now, was_to_be)
        shown = _bare(was_to_be)
        if not same(opened, shown):
            yield f"document {number}: {difference(opened, shown)}"
    gone = [edit.span for edit in made if not edit.text]
    kept = [
        one
        for start, one in comments(text)
        if not any(span.start <= start and start + len(one) <= span.end for span in gone)
    ]
    if [one for _start, one in comments(after)] != kept:
        yield "the comments are others"
    if _has_only_crlf(text) != _has_only_crlf(after) and "\n" in text:
        yield "the line ends are others"
    if text.startswith("\ufeff") != after.startswith("\ufeff"):
        yield "the mark is another"


def _has_only_crlf(text: str) -> bool:
    return text.count("\n") == text.count("\r\n")


def _index(edit: Edit | Repair, documents: Sequence[Written]) -> int:
    """Return which of the documents an edit names: the last one that begins before its root."""
    start = edit.document.root.span.start
    return sum(one.start <= start for one in documents) - 1


def _changed(value: Any, route: Sequence[object], edit: Edit) -> Any:  # noqa: ANN401
    """Return data with an edit made, as a JSON patch has it."""
    step, rest = route[0], route[1:]
    if isinstance(step, Embedded):
        held = value.value if isinstance(value, Held) else _held(value, step)
        return Held(step, _changed(held, rest, edit) if rest else edit.value)
    if rest:
        again = value.copy()
        again[step] = _changed(value[step], rest, edit)
        return again
    adding, removing = edit.operation is Operation.ADD, edit.operation is Operation.REMOVE
    if value is None:
        value = {} if isinstance(step, str) else []
    again = value.copy()
    if isinstance(again, list):
        assert isinstance(step, int)
        at = len(again) if step == -1 else step
        again[at : at + (not adding)] = [] if removing else [edit.value]
        return again
    assert adding == (step not in again), f"{edit.operation} at {edit.route}"
    if removing:
        del again[step]
    else:
        again[step] = edit.value
    return again


def _held(text: Data, form: Embedded) -> Data:
    if form is Embedded.BASE64:
        return text_of_base64(text)
    return json_data(text) if form is Embedded.JSON else only(text)


def _repaired(document: Written, edit: Repair) -> Data:
    """Return data in which the string around a repair is JSON, with what a lenient reader reads."""
    routes = [
        route
        for (start, end), route in document.strings
        if start <= edit.span.start and edit.span.end <= end
    ]
    assert len(routes) == 1, f"a repair of {edit.span} stands in {len(routes)} strings"
    return _strict_at(document.data, routes[0])


def _strict_at(value: Any, route: Sequence[Any]) -> Any:  # noqa: ANN401
    if route:
        again = value.copy()
        again[route[0]] = _strict_at(value[route[0]], route[1:])
        return again
    tree, _problems = read_json(value)
    return Strict(plain(tree)) if tree is not None else Strict(None, known=False)


def _opened(value: Any, wanted: Any) -> Any:  # noqa: ANN401
    """Return data with the strings read of which only counts what they hold."""
    try:
        if isinstance(wanted, Held) and isinstance(value, str):
            return _opened(_held(value, wanted.form), wanted.value)
        if isinstance(wanted, Strict) and isinstance(value, str):
            read = json.loads(value)
            return read if wanted.known else wanted.value
    except (UnreadError, ValueError):
        return value
    if isinstance(wanted, dict) and isinstance(value, dict):
        return {key: _opened(each, wanted.get(key)) for key, each in value.items()}
    if isinstance(wanted, list) and isinstance(value, list) and len(wanted) == len(value):
        return [_opened(mine, its) for mine, its in zip(value, wanted, strict=True)]
    return value


def _bare(value: Any) -> Data:  # noqa: ANN401
    if isinstance(value, Held | Strict):
        return _bare(value.value)
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value

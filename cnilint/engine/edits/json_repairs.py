"""What makes of nearly JSON the JSON that it can only be meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.model.finding import Applicability, Fix, Repair, TextEdit
from cnilint.model.text import Span
from cnilint.model.tree import Document, Mapping, Route, Scalar, Style
from cnilint.start import lazy_pattern
from cnilint.syntax.edit_place import written_out
from cnilint.syntax.embedded import HeldText, JsonProblem, held_text
from cnilint.syntax.lenient_json import COMMENT, read_json
from cnilint.syntax.splice import EditRefusedError, apply
from cnilint.syntax.style import containers, end_of_line, json_string, line_start, values_of

MOST_MARKS = 20
"""More commas and colons than that are not left out by mistake."""

_CONTROL = {"\t": "\\t"}
_UNREADABLE = ("syntax", "word", "trailing-text")


def repairs(document: Document, route: Route) -> Iterator[tuple[JsonProblem, Span, Fix | None]]:
    """Yield what a strict decoder refuses in the JSON at a route, its place, and its repair.

    Where the structure cannot be told without a repair, only the first problem comes.
    """
    held = held_text(document, route)
    if held is None:
        return
    problems = sorted(read_json(held.text)[1], key=lambda problem: problem.offset)
    unreadable = [problem for problem in problems if problem.kind in _UNREADABLE]
    for problem in unreadable[:1] or problems:
        span = held.file_span(problem.offset, min(problem.offset + 1, len(held.text)))
        yield problem, span, _repair(document, held, problem)


def _repair(document: Document, held: HeldText, problem: JsonProblem) -> Fix | None:
    found = _edits(held.text, problem)
    if found is None:
        return None
    title, grade, edits, note = found
    try:
        written = [written_out(document, held, edit) for edit in edits]
    except EditRefusedError as refused:
        return Fix(title, Applicability.DISPLAY, (), f"it cannot be edited here: {refused}")
    return Fix(title, grade, tuple(Repair(document, *edit) for edit in written), note)


def _edits(
    text: str, problem: JsonProblem
) -> tuple[str, Applicability, list[TextEdit], str] | None:
    """Return a title, grade, edits and note for what is wrong at one place of a text, or None."""
    at = problem.offset
    match problem.kind:
        case "trailing-comma":
            edit = TextEdit(Span(at, at + 1), "")
            return "remove the trailing comma", Applicability.SAFE, [edit], ""
        case "comment":
            note = "what the comment says is lost"
            return "remove the comment", Applicability.UNSAFE, [_without_comment(text, at)], note
        case "single-quotes":
            quoted = [one for one in _strings(text) if one.span.start == at]
            edits = [TextEdit(one.span, json_string(one.text)) for one in quoted]
            return "use double quotes", Applicability.UNSAFE, edits, ""
        case "control" if text[at] in _CONTROL:
            edit = TextEdit(Span(at, at + 1), _CONTROL[text[at]])
            return "write the tab as \\t", Applicability.UNSAFE, [edit], ""
        case "word" | "syntax":
            return _structure(text)
    return None


def _structure(text: str) -> tuple[str, Applicability, list[TextEdit], str] | None:
    """Return the edits that put marks where they are left out, and quotes around keys.

    Each goes where the reader stumbles; only what makes the whole text readable is returned.
    """
    edits: list[TextEdit] = []
    keys = False
    for _attempt in range(MOST_MARKS):
        # marks are put in from the front to the back: what is behind has its offset moved
        changed = apply(text, edits)
        unreadable = [p for p in read_json(changed)[1] if p.kind in _UNREADABLE]
        if not unreadable:
            break
        first = min(unreadable, key=lambda problem: problem.offset)
        grown = sum(len(e.text) - (e.span.end - e.span.start) for e in edits)
        at = first.offset - grown
        mark = first.missing
        if mark == '"':
            keys = True
            key = _KEY.match(text, at)
            if key is None:
                return None  # a placeholder, which may stand for quotes as well
            edits.append(TextEdit(Span(*key.span()), json_string(key[0])))
        elif mark and text[at : at + 1] not in ("", "]", "}", ",", ":"):
            behind = len(_without_comments(text[:at]).rstrip())
            edits.append(TextEdit(Span(behind, behind), mark))
        else:
            return None
    else:
        return None
    title = "put quotes around the keys" if keys else "put in what is left out"
    marks = dict.fromkeys(edit.text for edit in edits if len(edit.text) == 1)
    if marks and not keys:
        title = f"put in the {' and the '.join(_NAMES[mark] for mark in marks)} that is left out"
    return title, Applicability.UNSAFE, edits, ""


_KEY = lazy_pattern(r"[\w.-]+(?=\s*:)")
_NAMES = {",": "comma", ":": "colon"}


def _without_comments(text: str) -> str:
    """Return a text with blanks in place of a comment at its end."""
    while True:
        last = text.rstrip()
        start = last.rfind("\n") + 1
        inside = [
            m.start()
            for m in COMMENT.finditer(text, start)
            if m.end() >= len(last) and text.count('"', start, m.start()) % 2 == 0
        ]
        if not inside:
            return text
        text = text[: inside[0]]


def _without_comment(text: str, at: int) -> TextEdit:
    """Return the edit that takes a comment out, with its lines where it has them for itself."""
    found = COMMENT.match(text, at)
    end = found.end() if found else at
    while end > at and text[end - 1] in " \t\r":
        end -= 1
    start, line_end = line_start(text, at), end_of_line(text, end)
    behind = text[end:line_end].strip()
    if text[start:at].strip() or behind:
        return TextEdit(Span(at if behind else len(text[:at].rstrip(" \t")), end), "")
    following = text.find("\n", line_end)
    return TextEdit(Span(start, len(text) if following < 0 else following + 1), "")


def _strings(text: str) -> Iterator[Scalar]:
    """Yield a JSON text's strings in single quotes, keys included."""
    root, _problems = read_json(text)
    trees = [root] if isinstance(root, Scalar) else []
    for one in containers(root) if root is not None else ():
        keys = [entry.key for entry in one.entries] if isinstance(one, Mapping) else []
        trees += [*keys, *(value for value in values_of(one) if isinstance(value, Scalar))]
    return (tree for tree in trees if tree.style is Style.SINGLE)

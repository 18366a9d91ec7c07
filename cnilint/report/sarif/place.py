"""Places as SARIF writes them: URIs, regions, and the address inside a Kubernetes object."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from cnilint.engine.ignores.identity import pointer
from cnilint.engine.repository import (
    STANDARD_INPUT_NAME,
    reported_path,
    repository_path,
    repository_top,
)
from cnilint.model.finding import Location
from cnilint.model.text import Source, Span
from cnilint.report.json_ import JSONObject
from cnilint.shown import visible_lines

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
"""What stands for itself in a URI's path (RFC 3986), and the slash."""

TOP = "%SRCROOT%"
"""The name of the repository's top folder: GitHub knows it by that one."""

TOOL = "cnilint"

MOST_CHARACTERS = 200
"""Of the paths in an id; a digest stands for more."""


def artifact(path: str) -> JSONObject:
    """Return where a source lies: from the top of the repository, or as a whole `file:` URI.

    Standard input has no place; it is called `stdin`.
    """
    inside = repository_path(path)
    if inside is not None:
        return {"uri": _quoted(inside), "uriBaseId": TOP}
    outside = reported_path(path)
    if outside == STANDARD_INPUT_NAME:
        return {"uri": STANDARD_INPUT_NAME, "uriBaseId": TOP}
    return {"uri": file_uri(outside)}


def top_uri() -> str:
    """Return the URI of the repository's top folder, with the slash a folder ends with."""
    return f"{file_uri(repository_top()).rstrip('/')}/"


def file_uri(path: str) -> str:
    """Return an absolute path as a URI."""
    return f"file:///{_quoted(path.lstrip('/'))}"


def region(source: Source, span: Span) -> JSONObject:
    """Return a span by lines and columns from 1; the end is behind the last character."""
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }


def place(location: Location, **more: object) -> JSONObject:
    """Return a location: its text, and its address as `<object>#<JSON pointer>`."""
    found: JSONObject = {
        "physicalLocation": {
            "artifactLocation": artifact(location.source.path),
            "region": region(location.source, location.span),
        }
    }
    address = pointer(location)
    if location.object or address:
        logical: JSONObject = {"kind": "resource"}
        if location.object:
            logical["name"] = location.object
        whole = f"{location.object}#{address}" if address else location.object
        found["logicalLocations"] = [logical | {"fullyQualifiedName": whole}]
    return {**more, **found}


def automation_id(paths: Iterable[str]) -> str:
    """Return what tells uploads apart, up to the last slash: `cnilint/` and the paths it is about.

    GitHub takes what is in front of the last slash as the category, and the results of one upload
    replace those of the one before it of that category. The same on every machine: a path outside
    the repository is no more than its name.
    """
    names = [_short(path) for path in paths]
    about = ",".join(dict.fromkeys(name for name in names if name != "."))
    if "." in names or not about:
        return f"{TOOL}/"
    if len(about) > MOST_CHARACTERS:
        from hashlib import sha256

        about = sha256(about.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return f"{TOOL}/{about}/"


def said(text: str) -> str:
    """Return a text for people, in one line or several: nothing in it is a link, or invisible."""
    return visible_lines(text).replace("](", "] (")


def _short(path: str) -> str:
    inside = repository_path(path)
    if inside is not None:
        return inside
    return posixpath.basename(reported_path(path).rstrip("/"))


def _quoted(path: str) -> str:
    """Return a path percent-encoded; a name that is not UTF-8 gives the bytes that it is."""
    try:
        whole = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        whole = path.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in whole)

"""The variations: ways in which the same manifests may be written, each an algorithm.

What reads otherwise than what it was made from is no variation: `bare` is what both have to be.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import yaml

from tests.variations import writer
from tests.variations.reader import (
    Data,
    UnreadError,
    decoded,
    documents,
    json_data,
    scalar_spans,
    tokens,
)
from tests.variations.writer import Alias, Anchored, Merge, Writer

Unit = Mapping[str, bytes]
"""Files by their names."""

FRONT = "in-front-of-it"
"""The name of an object that a variation puts in front, and that counts for nothing."""


class Variation(NamedTuple):
    """A way of writing: what makes it of files, None where it does not apply.

    `in_json` is whether strings of JSON count by what they hold.
    """

    name: str
    make: Callable[[Unit], Unit | None]
    in_json: bool = False


def meaning(unit: Unit, *, in_json: bool = False) -> Counter[str]:
    """Return what the documents of files say, whatever files, Lists and encodings they are in.

    UnreadError where one cannot be read.
    """
    found: Counter[str] = Counter()
    for name, content in unit.items():
        if is_manifest(name):
            for document in documents(decoded(content)):
                for one in _bare(document):
                    shown = _unfolded(one) if in_json else one
                    found[json.dumps(shown, sort_keys=True)] += 1
    return found


def is_manifest(name: str) -> bool:
    """Whether a file is varied: YAML, and no settings."""
    base = name.rpartition("/")[2]
    return base.endswith((".yaml", ".yml", ".json")) and not base.startswith(".")


def _bare(document: Data) -> Iterator[Data]:
    if isinstance(document, dict) and document.get("kind") == "List":
        for one in document.get("items") or ():
            yield from _bare(one)
    elif isinstance(document, dict) and document.get("binaryData"):
        texts = {
            key: base64.b64decode(value).decode() for key, value in document["binaryData"].items()
        }
        rest = {key: value for key, value in document.items() if key != "binaryData"}
        yield {**rest, "data": {**(document.get("data") or {}), **texts}}
    elif document is not None and _name(document) != FRONT:
        yield document


def _name(document: Data) -> object:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return metadata.get("name") if isinstance(metadata, dict) else None


def _unfolded(value: Data) -> Data:
    if isinstance(value, dict):
        return {key: _unfolded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unfolded(each) for each in value]
    return ["JSON", json_data(value)] if _is_json(value) else value


def _is_json(value: Data) -> bool:
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


# What makes a variation of files out of one of a text or of data.


def by_text(change: Callable[[str], str | bytes | None]) -> Callable[[Unit], Unit | None]:
    """Return the variation of files that changes the text of each manifest."""

    def make(unit: Unit) -> Unit | None:
        found = dict(unit)
        for name, content in unit.items():
            changed = change(decoded(content)) if is_manifest(name) else None
            if changed is not None:
                found[name] = changed if isinstance(changed, bytes) else changed.encode()
        return found if found != unit else None

    return make


def by_documents(change: Callable[[list[Data]], list[Any] | None], way: Writer) -> Any:  # noqa: ANN401
    """Return the variation of files that changes the documents of each, and writes them anew."""

    def anew(text: str) -> str | None:
        changed = change([one for one in documents(text) if one is not None])
        return "---\n".join(map(way.document, changed)) if changed else None

    return by_text(anew)


def written_anew(**choices: Any) -> Any:  # noqa: ANN401
    """Return the variation of files that writes them anew, in a way."""
    return by_documents(lambda found: found, Writer(**choices))


def rebuilt(change: Callable[[Data], Any], **choices: Any) -> Any:  # noqa: ANN401
    """Return the variation of files that changes each document, and writes it in a way."""
    return by_documents(lambda found: [change(one) for one in found], Writer(**choices))


# Lines, and what may be put between and behind them.

_ENDS = re.compile(r"\r\n|\r|\n")


class Line(NamedTuple):
    """A line: its text, its line end, and whether it begins and ends outside of every scalar."""

    text: str
    end: str
    begins: bool
    ends: bool


def lines(text: str) -> list[Line]:
    """Return the lines of a text. UnreadError if it is not YAML."""
    spans, found, at, start = scalar_spans(text), [], 0, 0
    while start < len(text):
        end = _ENDS.search(text, start)
        stop, behind = (end.start(), end.end()) if end else (len(text), len(text))
        inside = []
        for place in (start, stop):
            while at < len(spans) and spans[at][1] <= place:
                at += 1
            inside.append(at < len(spans) and spans[at][0] < place)
        begins, ends = (not one for one in inside)
        found.append(Line(text[start:stop], text[stop:behind], begins, ends))
        start = behind
    return found


def by_line(change: Callable[[Line, str], str]) -> Callable[[Unit], Unit | None]:
    """Return the variation that changes each line; the change is told the text's line end."""

    def anew(text: str) -> str:
        each = lines(text)
        end = next((one.end for one in each if one.end), "\n")
        return "".join(change(one, end) for one in each)

    return by_text(anew)


def _margin(line: Line) -> str:
    return line.text[: len(line.text) - len(line.text.lstrip(" "))].lstrip("\ufeff")


def _before(comment: str, line: Line, end: str) -> str:
    if not line.begins or line.text.startswith("\ufeff") or not line.text.strip():
        return line.text + line.end
    return f"{_margin(line)}{comment}{end}{line.text}{line.end}"


def _in_first_column(line: Line, end: str) -> str:
    free = line.begins and not line.text.startswith("\ufeff")
    return (f"# in the first column{end}" if free else "") + line.text + line.end


def _behind(what: str, line: Line, _end: str) -> str:
    free = line.ends and line.text.strip() and not line.text.startswith("%")
    return line.text + (what if free else "") + line.end


def _behind_headers(line: Line, _end: str) -> str:
    header = re.search(r"[ \t][|>][-+0-9]*[ \t]*$", line.text)
    free = line.begins and not line.ends and header
    return (
        line.text.rstrip(" \t")
        + (" # a block" if free else line.text[len(line.text.rstrip(" \t")) :])
        + line.end
    )


def _blank_lines(line: Line, end: str) -> str:
    free = line.begins and not line.text.startswith("\ufeff")
    return (end * 2 if free and line.text.strip() else "") + line.text + line.end


# Line ends and encodings.


def _ended(end: str, text: str) -> str:
    return _ENDS.sub(end, text)


def _mixed(text: str) -> str:
    each = iter(range(text.count("\n") + 1))
    return re.sub(r"\r?\n", lambda _one: "\r\n" if next(each) % 2 else "\n", text)


def _marked(text: str) -> str:
    return "\ufeff" + text.lstrip("\ufeff")


def _encoded(encoding: str, text: str, end: str = "\n") -> bytes:
    return _marked(_ended(end, text)).encode(encoding)


def _ends_last(end: str, text: str) -> str | None:
    each = lines(text)
    free = each and (each[-1].ends or not each[-1].text)
    return text.rstrip("\r\n") + end if free else None


# Markers of documents.

_BORDER = re.compile(r"^---[ \t]*(?:#[^\r\n]*)?(?=\r?$)", re.MULTILINE)


def _started(text: str) -> str:
    return text if re.match(r"\ufeff?(?:---|%)", text) else f"---\n{text}"


def _finished(text: str) -> str:
    return text + ("" if text.endswith("\n") else "\n") + "...\n"


def _bordered(end: str, head: str, text: str) -> str | None:
    """End each document and begin the next one; None where directives stand there."""
    if re.search(r"^\ufeff?%", text, re.MULTILINE):
        return None
    started = _started(text)
    first = _BORDER.search(started)
    at = first.start() if first else 0
    between = _BORDER.sub(lambda one: end + head + one[0], started[at + 1 :])
    return started[:at] + head + started[at : at + 1] + between


def _commented_borders(text: str) -> str:
    return _BORDER.sub("--- # what is next", _started(text))


# What stands between tokens.


def _at_colons(before: str, behind: str | None, text: str) -> str | None:
    """Put white space before and behind the colons of keys on the same line."""
    found, last = [], 0
    for token in tokens(text):
        start, end = token.start_mark.index, token.end_mark.index
        if isinstance(token, yaml.ValueToken) and text[start:end] == ":":
            stop = end
            while behind is not None and stop < len(text) and text[stop] == " ":
                stop += 1
            apart = behind if behind is not None and stop > end else text[end:stop]
            found.append(text[last:start] + (before if start > last else "") + ":" + apart)
            last = stop
    return "".join(found) + text[last:] if found else None


# Data that is arranged in another way.


def _ordered(order: Callable[[list[str]], list[str]], value: Data) -> Data:
    if isinstance(value, dict):
        return {key: _ordered(order, value[key]) for key in order(list(value))}
    if isinstance(value, list):
        return [_ordered(order, each) for each in value]
    return value


def _shuffled(keys: list[str]) -> list[str]:
    return random.Random(len(keys)).sample(keys, len(keys))


def _shared(document: Data) -> Any:  # noqa: ANN401
    """Write what is there twice under a name, and as an alias of it the second time."""
    counts: Counter[str] = Counter()

    def counted(value: Data) -> None:
        if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > 3):
            counts[json.dumps(value)] += 1
        for each in _parts(value):
            counted(each)

    names: dict[str, str] = {}

    def made(value: Data) -> Any:  # noqa: ANN401
        key = json.dumps(value)
        if key in names:
            return Alias(names[key])
        found = value
        if isinstance(value, dict):
            found = {name: made(each) for name, each in value.items()}
        elif isinstance(value, list):
            found = [made(each) for each in value]
        if counts[key] < 2 or not value:
            return found
        names[key] = f"a{len(names)}"
        return Anchored(names[key], found)

    counted(document)
    return made(document)


def _named(document: Data) -> Any:  # noqa: ANN401
    """Give each value a name that nobody asks for."""
    numbers = iter(range(1_000_000))

    def made(value: Data) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            inner: Any = {key: made(each) for key, each in value.items()}
        else:
            inner = [made(each) for each in value] if isinstance(value, list) else value
        return Anchored(f"n{next(numbers)}", inner)

    return made(document)


def _parts(value: Data) -> list[Data]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _merged(least: int, value: Data, depth: int = 0, *, last: bool = False) -> Any:  # noqa: ANN401
    """Let a merge key bring half of each mapping from some depth on, the first or the last."""
    if isinstance(value, list):
        return [_merged(least, each, depth + 1, last=last) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _merged(least, each, depth + 1, last=last) for key, each in value.items()}
    if depth < least or len(found) < 2 or "<<" in found:
        return found
    keys = list(found)[:: -1 if last else 1]
    half = len(keys) // 2
    return Merge({key: found[key] for key in keys[:half]}, {key: found[key] for key in keys[half:]})


def _listed(found: list[Data]) -> list[Data] | None:
    return [_list(found)] if all(map(_is_object, found)) else None


def _list(found: list[Data]) -> Data:
    return {"apiVersion": "v1", "kind": "List", "items": found}


def _each_listed(depth: int, found: list[Data]) -> list[Data] | None:
    if not all(map(_is_object, found)):
        return None
    for _each in range(depth):
        found = [_list([one]) for one in found]
    return found


def _is_object(document: Data) -> bool:
    """Whether a document is an object of a cluster, and not a file of a tool."""
    kind = isinstance(document, dict) and isinstance(document.get("kind"), str)
    return kind and "kustomize" not in str(document.get("apiVersion"))


def _binary(found: list[Data]) -> list[Data] | None:
    changed = [_with_binary_data(one) for one in found]
    return changed if changed != found else None


def _with_binary_data(document: Data) -> Data:
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict) or not all(isinstance(one, str) for one in data.values()):
        return document
    if not data or document.get("kind") != "ConfigMap" or "binaryData" in document:
        return document
    coded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {**{k: v for k, v in document.items() if k != "data"}, "binaryData": coded}


def _json_strings(dumps: Callable[[Data], str], found: list[Data]) -> list[Data] | None:
    def changed(value: Data) -> Data:
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        return dumps(json.loads(value)) if _is_json(value) else value

    again = [changed(one) for one in found]
    return again if again != found else None


def _in_front(text: str) -> Callable[[Unit], Unit | None]:
    """Put an object in front whose annotations are written in a way."""
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {FRONT}\n"

    def put(old: str) -> str | None:
        fits = all(map(_is_object, documents(old))) and not re.match(r"\ufeff?%", old)
        return head + text + _started(old.lstrip("\ufeff")) if fits else None

    return by_text(put)


# Files.


def _apart(unit: Unit) -> Unit | None:
    """Put each document of a file into a file of its own, where nobody names the file."""
    found: dict[str, bytes] = {}
    for name, content in unit.items():
        each = documents(decoded(content)) if is_manifest(name) else []
        if len(each) < 2 or _is_named(name, unit) or not all(map(_is_object, each)):
            found[name] = content
            continue
        stem, _dot, ending = name.rpartition(".")
        for at, one in enumerate(each):
            found[f"{stem}-{at}.{ending}"] = Writer().document(one).encode()
    return found if found.keys() != unit.keys() else None


def _together(unit: Unit) -> Unit | None:
    """Put the files of a folder into one, where nobody names them."""
    found: dict[str, bytes] = {}
    for name, content in unit.items():
        each = documents(decoded(content)) if is_manifest(name) else []
        if not each or _is_named(name, unit) or not all(map(_is_object, each)):
            found[name] = content
            continue
        whole = f"{name.rpartition('/')[0]}/together.yaml".lstrip("/")
        text = "---\n" + "---\n".join(map(Writer().document, each))
        found[whole] = found.get(whole, b"") + text.encode()
    return found if len(found) < len(unit) else None


def _as_json_files(unit: Unit) -> Unit | None:
    """Give files with one document the name and the form of JSON, where nobody names them."""
    found: dict[str, bytes] = {}
    for name, content in unit.items():
        each = documents(decoded(content)) if is_manifest(name) else []
        if len(each) == 1 and _is_object(each[0]) and not _is_named(name, unit):
            new = f"{name.rpartition('.')[0]}.json"
            found[new] = json.dumps(each[0], indent=2).encode()
        else:
            found[name] = content
    return found if found.keys() != unit.keys() else None


def _is_named(name: str, unit: Unit) -> bool:
    base, folder = name.rpartition("/")[2].encode(), name.rpartition("/")[0].encode()
    return any(
        base in content or (folder and folder.rpartition(b"/")[2] in content)
        for other, content in unit.items()
        if other != name
    )


def _everywhere(value: object, _depth: int) -> bool:
    del value
    return True


def _outside(_value: object, depth: int) -> bool:
    return depth >= 2


def _only_single(value: Any, _depth: int) -> bool:  # noqa: ANN401
    """Whether nothing in a value has parts itself."""
    return not any(isinstance(each, dict | list) for each in _parts(value))


_JSON: dict[str, Any] = {"flow": _everywhere, "text": writer.double, "key": writer.double}
_ODD = "é\u00df漢字🦀\u0301\u202e\ufffd"
_BREAKS = "a\u0085b\u2028c\u2029d"
_DEEP = "{a: [" * 40 + "1" + "]}" * 40
_LONG = "x" * 100_000

VARIATIONS = tuple(
    Variation(name, make, name.startswith("strings of JSON"))
    for name, make in {
        "line ends: CR LF": by_text(partial(_ended, "\r\n")),
        "line ends: CR": by_text(partial(_ended, "\r")),
        "line ends: mixed": by_text(_mixed),
        "line ends: none at the end": by_text(partial(_ends_last, "")),
        "line ends: several at the end": by_text(partial(_ends_last, "\n\n\n")),
        "encoding: UTF-8 with a mark": by_text(_marked),
        "encoding: UTF-8 with a mark, CR LF": by_text(lambda t: _marked(_ended("\r\n", t))),
        "encoding: UTF-16, little end first": by_text(partial(_encoded, "utf-16-le")),
        "encoding: UTF-16, big end first": by_text(partial(_encoded, "utf-16-be")),
        "encoding: UTF-16 with CR LF": by_text(partial(_encoded, "utf-16-le", end="\r\n")),
        "encoding: UTF-32": by_text(partial(_encoded, "utf-32-le")),
        "white space: spaces at line ends": by_line(partial(_behind, "  ")),
        "white space: tabs at line ends": by_line(partial(_behind, "\t")),
        "white space: empty lines": by_line(_blank_lines),
        "white space: several spaces behind colons": by_text(partial(_at_colons, "", "    ")),
        "white space: tabs behind colons": by_text(partial(_at_colons, "", "\t")),
        "white space: before colons": by_text(partial(_at_colons, " ", None)),
        "comments: before each line": by_line(partial(_before, "# a note")),
        "comments: with what looks like YAML": by_line(partial(_before, "#- key: {a: 'b, |")),
        "comments: in the first column": by_line(_in_first_column),
        "comments: behind each line": by_line(partial(_behind, " # a note")),
        "comments: behind tabs": by_line(partial(_behind, "\t# é 🦀")),
        "comments: behind block headers": by_line(_behind_headers),
        "markers: --- first": by_text(_started),
        "markers: ... last": by_text(_finished),
        "markers: ... between": by_text(partial(_bordered, "...\n", "")),
        "markers: with comments": by_text(_commented_borders),
        "markers: %YAML": by_text(partial(_bordered, "...\n", "%YAML 1.1\n")),
        "markers: %TAG": by_text(partial(_bordered, "...\n", "%TAG !e! tag:example.test,2000:\n")),
        "markers: empty documents": by_text(partial(_bordered, "---\n# nothing\n", "")),
        "flow: all on one line": written_anew(flow=_everywhere),
        "flow: each member on its line": written_anew(flow=_everywhere, between="\n  "),
        "flow: comments between": written_anew(flow=_everywhere, between=" # {a: [\n  "),
        "flow: below two levels": written_anew(flow=_outside),
        "flow: what has single values": written_anew(flow=_only_single),
        "flow: dense JSON in a block": written_anew(
            **{**_JSON, "flow": _outside, "between": ""}, dash=2
        ),
        "JSON: on one line": written_anew(**_JSON),
        "JSON: on several lines": written_anew(**_JSON, between="\n    "),
        "JSON: with tabs": written_anew(**_JSON, between="\n\t\t"),
        "JSON: with escapes": written_anew(
            flow=_everywhere, text=writer.ascii_only, key=writer.double
        ),
        "JSON: files of one document": _as_json_files,
        "strings: single quotes": written_anew(text=writer.single),
        "strings: double quotes": written_anew(text=writer.double),
        "strings: escapes for all": written_anew(text=writer.escaped),
        "strings: over several lines": written_anew(text=writer.continued),
        "strings: literal blocks": written_anew(text=writer.literal),
        "strings: literal blocks, indented and kept": written_anew(text=writer.kept),
        "strings: folded blocks": written_anew(text=writer.folded),
        "keys: single quotes": written_anew(key=writer.single),
        "keys: double quotes": written_anew(key=writer.double, text=writer.literal),
        "keys: escapes for all": written_anew(key=writer.escaped),
        "keys: explicit": written_anew(explicit=True),
        "keys: reversed": rebuilt(partial(_ordered, lambda keys: keys[::-1]), text=writer.literal),
        "keys: sorted": rebuilt(partial(_ordered, sorted), text=writer.literal),
        "keys: shuffled": rebuilt(partial(_ordered, _shuffled), text=writer.literal),
        "indentation: 1": written_anew(step=1, text=writer.literal),
        "indentation: 4, dashes too": written_anew(step=4, dash=4, text=writer.literal),
        "indentation: 8": written_anew(step=8, text=writer.literal),
        "indentation: dashes": written_anew(dash=2, text=writer.literal),
        "indentation: values on lines of their own": written_anew(alone=True),
        "anchors and aliases": rebuilt(_shared, text=writer.literal),
        "anchors of every value": rebuilt(_named, text=writer.literal),
        "anchors and aliases in flow": rebuilt(_shared, flow=_everywhere),
        "merge keys: below the top": rebuilt(partial(_merged, 1), text=writer.literal),
        "merge keys: of the last members": rebuilt(partial(_merged, 1, last=True)),
        "merge keys: everywhere": rebuilt(partial(_merged, 0)),
        "tags: of every value": written_anew(tags=True),
        "tags: in flow": written_anew(tags=True, flow=_everywhere),
        "Lists: one for a file": by_documents(_listed, Writer(text=writer.literal)),
        "Lists: one for a file, JSON": by_documents(_listed, Writer(**_JSON, between="\n ")),
        "Lists: one for each object": by_documents(partial(_each_listed, 1), Writer()),
        "Lists: in Lists": by_documents(partial(_each_listed, 12), Writer(step=1)),
        "strings of JSON: on one line": by_documents(
            partial(_json_strings, partial(json.dumps, separators=(",", ":"))),
            Writer(text=writer.single),
        ),
        "strings of JSON: on several lines": by_documents(
            partial(_json_strings, partial(json.dumps, indent=1)), Writer(text=writer.literal)
        ),
        "strings of JSON: with tabs and CR LF": by_documents(
            partial(
                _json_strings, lambda v: json.dumps(v, indent="\t").replace("\n", "\r\n") + "\r\n"
            ),
            Writer(),
        ),
        "ConfigMaps: binaryData": by_documents(_binary, Writer()),
        "documents: reversed": by_documents(lambda found: found[::-1], Writer(text=writer.literal)),
        "documents: a file for each": _apart,
        "documents: one file for all": _together,
        "in front: other alphabets": _in_front(f"data: {{{_ODD}: '{_ODD}'}} # {_ODD}\n"),
        "in front: line ends of Unicode": _in_front(
            f'data:\n  a: "{_BREAKS}"\n  b: "\\N\\L\\P"\n  # {_ODD}\n'
        ),
        "in front: deep nesting": _in_front(f"x: {_DEEP}\n"),
        "in front: a long line": _in_front(f"x: {_LONG} # {_LONG}\n"),
        "in front: what looks like markers": _in_front("data:\n  a: |\n    ---\n    ...\n   # -\n"),
    }.items()
)


def varied(unit: Unit, variation: Variation) -> Unit | None:
    """Return files in another way of writing; None where that does not apply to them.

    UnreadError where the second reader does not read them; AssertionError where what was made
    says something else.
    """
    wanted = meaning(unit, in_json=variation.in_json)
    made = variation.make(unit)
    if made is None:
        return None
    try:
        found = meaning(made, in_json=variation.in_json)
    except UnreadError as error:
        raise AssertionError(f"{variation.name} cannot be read: {error}") from error
    assert found == wanted, f"{variation.name} says something else: {found - wanted}"
    return made

"""ConfigMaps and Secrets that a kustomization generates, and the hashes in their names.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/internal/generators, api/kv/kv.go,
kyaml/yaml/datamap.go, api/hasher/hasher.go.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Iterator

from cnilint.gitops.built import BuiltNode, Place
from cnilint.gitops.files import Files
from cnilint.gitops.kustomize_resources import (
    KustomizeRefusedError,
    Resource,
    Resources,
    mapping_member,
    scalar_text,
)
from cnilint.model.text import Source, Span
from cnilint.model.tree import Document, Entry, Mapping, Scalar, Sequence, Style, Value, follow
from cnilint.start import NamedTuple

BEHAVIORS = ("merge", "replace")
"""What a generator may do with an object that is there; anything else makes a new one."""

_LINE = 70
"""Letters of a line of Base64 that has several."""


class GeneratedPair(NamedTuple):
    """A key of a generated object with its content, and the text that wrote that."""

    key: str
    content: bytes
    place: Place | None


def resource_of(
    kind: str, entry: BuiltNode, options: list[BuiltNode], pairs: list[GeneratedPair]
) -> Resource:
    """Return the object that an entry of a generator stands for, `options` the strongest first.

    RefusedError if it has no name, or a key twice.
    """
    name = entry.get("name")
    if name is None or not scalar_text(name):
        raise KustomizeRefusedError("name")
    root = BuiltNode({"apiVersion": BuiltNode("v1"), "kind": BuiltNode(kind)}, entry.places)
    metadata = mapping_member(root, "metadata")
    metadata["name"] = BuiltNode(scalar_text(name), name.places)
    namespace = entry.get("namespace")
    if namespace is not None and scalar_text(namespace):
        metadata["namespace"] = BuiltNode(scalar_text(namespace), namespace.places)
    members = root.value
    assert isinstance(members, dict)  # noqa: S101 - made above
    if kind == "Secret":
        given = entry.get("type")
        text = scalar_text(given)
        members["type"] = BuiltNode(
            text or "Opaque", given.places if given is not None and text else ()
        )
        members["data"] = BuiltNode({})
    _load(root, pairs, is_secret=kind == "Secret")
    for member in ("labels", "annotations"):
        texts = _options_of(options, member)
        if texts:
            metadata[member] = BuiltNode(dict(sorted(texts.items())))
    if any(_is_true(option, "immutable") for option in options):
        members["immutable"] = BuiltNode(value=True)
    resource = Resource(None, root)
    resource.behavior = entry.text("behavior")
    resource.hashed = not any(_is_true(option, "disableNameSuffixHash") for option in options)
    return resource


def _options_of(options: list[BuiltNode], member: str) -> dict[str, BuiltNode]:
    texts: dict[str, BuiltNode] = {}
    for option in options:
        given = option.get(member)
        for key, value in (
            given.value.items() if given is not None and isinstance(given.value, dict) else ()
        ):
            texts.setdefault(key, BuiltNode(scalar_text(value), value.places))
    return texts


def _is_true(option: BuiltNode, member: str) -> bool:
    found = option.get(member)
    return found is not None and found.value is True


def _load(root: BuiltNode, pairs: list[GeneratedPair], *, is_secret: bool) -> None:
    seen: set[str] = set()
    for key, content, place in sorted(pairs, key=lambda pair: pair.key):
        if key in seen:
            raise KustomizeRefusedError(key, place)
        seen.add(key)
        member, text = "data", _text(content)
        if is_secret or text is None:
            member, text = ("data" if is_secret else "binaryData"), encoded(content)
        mapping_member(root, member)[key] = BuiltNode(text, (place,) if place is not None else ())


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def encoded(content: bytes) -> str:
    """Return Base64 in lines if it is longer than one; kyaml/yaml/datamap.go encodeBase64."""
    text = base64.b64encode(content).decode()
    if len(text) < _LINE:
        return text
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join(lines) + "\n"


def file_source(source: str) -> tuple[str, str]:
    """Return the key and the path that an item of `files` names; RefusedError if it is neither."""
    key, equals, path = source.partition("=")
    if not equals:
        return posixpath.basename(source.rstrip("/")), source
    if not key or not path or "=" in path:
        raise KustomizeRefusedError(source)
    return key, path


def literal(source: str) -> tuple[str, str]:
    """Return the key and the value of an item of `literals`; RefusedError if it is none."""
    key, equals, value = source.partition("=")
    if not key or not equals:
        raise KustomizeRefusedError(source)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value


def content_place(files: Files, path: str) -> Place:
    """Return the place of a file's content: the values in it where it is YAML or JSON."""
    found = files.found(path)
    if len(found) == 1 and isinstance(found[0], Document):
        root = follow(found[0].root)
        if isinstance(root, Mapping | Sequence):
            return Place(found[0], ())
    source = files.source(path) or Source(path, "")
    return Place(text_document(source), ())


def text_document(source: Source) -> Document:
    """Return a text that is no YAML as a document with one value."""
    span = Span(0, len(source.text))
    return Document(source, 0, span, Scalar(span, source.text, source.text, Style.PLAIN))


def variables(source: Source) -> Iterator[GeneratedPair]:
    """Yield what the lines of an environment file set; api/kv/kv.go keyValuesFromLines."""
    entries: list[Entry] = []
    found: list[tuple[str, str]] = []
    at = 0
    for number, line in enumerate(source.text.split("\n")):
        start, at = at, at + len(line) + 1
        text = line.removesuffix("\r")
        if number == 0:
            text = text.removeprefix("\ufeff")
        text = text.lstrip()
        if not text or text.startswith("#"):
            continue
        key, equals, value = text.partition("=")
        begin = start + line.index(text)
        behind = begin + len(key) + len(equals)
        name = Scalar(Span(begin, begin + len(key)), key, key, Style.PLAIN)
        held = Scalar(Span(behind, behind + len(value)), value, value, Style.PLAIN)
        entries.append(Entry(name, held))
        found.append((key, value))
    if any(ord(letter) in range(0xDC80, 0xDD00) for letter in source.text):
        raise KustomizeRefusedError(source.path)
    span = Span(0, len(source.text))
    document = Document(source, 0, span, Mapping(span, tuple(entries)))
    for key, value in found:
        yield GeneratedPair(key, value.encode(), Place(document, (key,)))


def absorb(resources: Resources, new: Resource) -> None:
    """Add a generated object, or put it into or in place of one that is there.

    RefusedError if what it is to do does not fit what is there; api/resmap/reswrangler.go
    appendReplaceOrMerge.
    """
    known = resources.with_identity(new.identity)
    behavior = new.behavior if new.behavior in BEHAVIORS else ""
    if not known:
        if behavior:
            raise KustomizeRefusedError(f"{behavior} {new.identity}")
        resources.append(new)
        return
    if len(known) > 1 or not behavior:
        raise KustomizeRefusedError(str(new.identity))
    old = known[0]
    _take_metadata(new, old)
    if behavior == "merge":
        for member in ("data", "binaryData"):
            _take_data(new.root, old.root, member)
    resources.exchange(old, new)


def _take_metadata(new: Resource, old: Resource) -> None:
    """Copy the name and history of an object, and its labels and annotations where not given."""
    metadata = mapping_member(new.root, "metadata")
    before = mapping_member(old.root, "metadata")
    for member in ("labels", "annotations"):
        texts = {**_members(before.get(member)), **_members(metadata.get(member))}
        metadata.pop(member, None)
        if texts:
            written = {key: BuiltNode(scalar_text(one), one.places) for key, one in texts.items()}
            metadata[member] = BuiltNode(dict(sorted(written.items())))
    for member in ("name", "namespace"):
        metadata.pop(member, None)
        if member in before:
            metadata[member] = before[member].copy()
    new.inherit(old)
    new.hashed = new.hashed and old.hashed
    new.behavior = old.behavior
    new.synchronise()


def _take_data(new: BuiltNode, old: BuiltNode, member: str) -> None:
    data = {**_members(old.get(member)), **_members(new.get(member))}
    assert isinstance(new.value, dict)  # noqa: S101 - an object is a mapping
    new.value.pop(member, None)
    if data:
        written = {key: BuiltNode(scalar_text(one), one.places) for key, one in data.items()}
        new.value[member] = BuiltNode(dict(sorted(written.items())))


def _members(node: BuiltNode | None) -> dict[str, BuiltNode]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def name_hash(resource: Resource) -> str:
    """Return what is put behind the name of a generated object; api/hasher/hasher.go."""
    import hashlib

    root = resource.root
    # the name is looked up as a member called `metadata/name`, so that it is always empty
    said: dict[str, Value] = {"kind": resource.kind, "name": ""}
    binary = "binaryData"
    if resource.kind == "Secret":
        said["type"] = scalar_text(root.get("type"))
        binary = "stringData"
    data = root.get("data")
    said["data"] = data.plain() if data is not None else ""
    more = root.get(binary)
    if more is not None and isinstance(more.value, dict):
        said[binary] = more.plain()
    written = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(written.translate(_GO_ESCAPES).encode()).hexdigest()
    return digest[:10].translate(_LETTERS)


_GO_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}
"""What Go's JSON encoder writes as an escape and Python's does not."""

_LETTERS = str.maketrans("013ae", "ghkmt")
"""Letters that a hash has in place of others, so that no word comes out by accident."""

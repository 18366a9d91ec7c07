"""Argo CD's ApplicationSets: the Applications that their generators and template make.

argoproj/argo-cd@v3.3.0:applicationset/generators, applicationset/utils/utils.go. List, Git, matrix,
merge and union generators are worked out from what is in the repository; what asks a running
cluster or a server (clusters, pull requests, plugins) gives one Application with values not known.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnilint.kube.manifest import Manifest
from cnilint.model.tree import Tree, Value, child, items, plain, string
from cnilint.start import NamedTuple, lazy_pattern

from .built import Node, as_node, rebuilt
from .files import Files

Parameters = Mapping[str, Value]
"""What a generator knows of one Application, by the names that its template uses."""

UNKNOWN = "\0"
"""Stands in parameters for what only the running Argo CD knows."""

# What is never closed is found as well, to its end: nothing in it is looked at again.
_ACTION = lazy_pattern(r"\{\{((?:(?!\}\}).)*+)(\}\})?", re.DOTALL)
_LONGEST = 1_500_000
"""Of a text that is filled in: the API server takes no larger object."""
_FIELD = lazy_pattern(r"(?:\.\w[\w-]*)+")
_INDEX = lazy_pattern(r'index\s+((?:\.\w[\w-]*)+)\s+(?:"([^"]*)"|(-?\d{1,9}))')
_DEFAULT = lazy_pattern(r'default\s+"([^"]*)"')
_NOT_NAME = lazy_pattern(r"[^a-z0-9.-]+")
_KINDS = ("list", "git", "matrix", "merge", "union")


class Expanded(NamedTuple):
    """The Applications of a set; `unknown` says that there are others, or other values, as well."""

    applications: tuple[Manifest, ...]
    unknown: bool


def expanded(one: Manifest, files: Files, own: Iterable[str]) -> Expanded:
    """Return the Applications of an ApplicationSet. `own` are addresses of this repository."""
    generator = _Generator(files, frozenset(own), go=_goes_by_templates(one))
    parameters: list[Parameters] = []
    for tree in items(one.at("spec", "generators")):
        parameters += generator.of(tree, {})
    whole = as_node(one)
    template = whole.get("spec", "template")
    if template is None or not isinstance(template.value, dict):
        return Expanded((), unknown=True)
    made = []
    for each in parameters:
        root = _filled(template, each, go=generator.go)
        assert isinstance(root.value, dict)  # noqa: S101  a mapping is filled as one
        kinds = {"apiVersion": Node(one.api_version), "kind": Node("Application")}
        made.append(rebuilt(one, Node({**kinds, **root.value}, root.places)))
    return Expanded(tuple(made), generator.unknown)


def _goes_by_templates(one: Manifest) -> bool:
    tree = one.at("spec", "goTemplate")
    return tree is not None and plain(tree) is True


class _Generator:
    """Works out generators; `unknown` becomes true where one asks what is not in the repository."""

    def __init__(self, files: Files, own: frozenset[str], *, go: bool) -> None:
        self._files = files
        self._own = own
        self.go = go
        self.unknown = False

    def of(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        """Return the parameters that one entry of `generators` gives."""
        for kind in _KINDS:
            inside = child(tree, kind)
            if inside is not None:
                found: list[Parameters] = getattr(self, f"_{kind}")(inside, outer)
                return found
        self.unknown = True
        return [dict.fromkeys(("name", "nameNormalized", "server", "metadata"), UNKNOWN)]

    def _list(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        if child(tree, "elementsYaml") is not None:
            self.unknown = True
        found = (plain(item) for item in items(child(tree, "elements")))
        return [_rendered(one, outer, go=self.go) for one in found if isinstance(one, dict)]

    def _git(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        address = _text(string(child(tree, "repoURL")) or "", outer, go=self.go)
        if self._own and address_of(address) not in self._own:
            self.unknown = True
            return []
        extra = child(tree, "values")
        found = [*self._folders(tree, outer), *self._contents(tree, outer)]
        if extra is None:
            return found
        return [{**one, "values": _rendered(plain(extra), one, go=self.go)} for one in found]

    def _folders(self, tree: Tree, outer: Parameters) -> Iterator[Parameters]:
        patterns = [
            (_text(string(child(one, "path")) or "", outer, go=self.go), child(one, "exclude"))
            for one in items(child(tree, "directories"))
        ]
        wanted = [pattern for pattern, exclude in patterns if exclude is None or not plain(exclude)]
        refused = [
            pattern for pattern, exclude in patterns if exclude is not None and plain(exclude)
        ]
        for folder in self._files.folders_below(".") if wanted else ():
            if any(_is(folder, one) for one in wanted) and not any(_is(folder, o) for o in refused):
                yield _path_parameters(folder, go=self.go)

    def _contents(self, tree: Tree, outer: Parameters) -> Iterator[Parameters]:
        patterns = [
            _text(string(child(one, "path")) or "", outer, go=self.go)
            for one in items(child(tree, "files"))
        ]
        for path in self._files.below(".") if patterns else ():
            if not any(_is(path, one) for one in patterns):
                continue
            where = _path_parameters(posixpath.dirname(path), go=self.go, name=path)
            for document in self._files.documents(path):
                value = plain(document.root)
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, dict):
                        yield {**one, **where}

    def _matrix(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        inner = items(child(tree, "generators"))
        found: list[Parameters] = [dict(outer)]
        for one in inner:
            found = [{**before, **more} for before in found for more in self.of(one, before)]
        return found

    def _union(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        return [one for each in items(child(tree, "generators")) for one in self.of(each, outer)]

    def _merge(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        keys = [string(key) or "" for key in items(child(tree, "mergeKeys"))]
        base, *others = [self.of(one, outer) for one in items(child(tree, "generators"))] or [[]]
        found: list[Parameters] = []
        for one in base:
            merged = dict(one)
            for other in others:
                for more in other:
                    if all(_get(more, key) == _get(one, key) for key in keys):
                        merged |= more
            found.append(merged)
        return found


def _is(path: str, pattern: str) -> bool:
    """Whether a pattern of a Git generator fits a whole path."""
    from cnilint.model.globs import fits

    pattern = pattern.strip("/")
    if "**" not in pattern and path.count("/") != pattern.count("/"):
        return False
    return fits(f"./{pattern}", path) if "/" in pattern else fits(pattern, path)


def _path_parameters(folder: str, *, go: bool, name: str = "") -> Parameters:
    base, segments = posixpath.basename(folder), folder.split("/")
    file = posixpath.basename(name)
    if go:
        path: dict[str, Value] = {
            "path": folder,
            "basename": base,
            "basenameNormalized": _normalized(base),
            "segments": [*segments],
            "filename": file,
            "filenameNormalized": _normalized(file),
        }
        return {"path": path}
    flat: dict[str, Value] = {f"path[{at}]": one for at, one in enumerate(segments)}
    flat |= {"path": folder, "path.basename": base, "path.basenameNormalized": _normalized(base)}
    return {**flat, "path.filename": file, "path.filenameNormalized": _normalized(file)}


def _rendered(value: Value, parameters: Parameters, *, go: bool) -> dict[str, Value]:
    """Return an element of a list, templates in it filled in by what is known around it."""
    if not isinstance(value, dict):
        return {}
    text = json.dumps(value)
    if "{{" not in text:
        return value
    return {
        key: _text(one, parameters, go=go) if isinstance(one, str) else one
        for key, one in value.items()
    }


def _filled(node: Node, parameters: Parameters, *, go: bool) -> Node:
    """Return a part of a template with every string filled in."""
    value = node.value
    if isinstance(value, dict):
        named = {key: _filled(one, parameters, go=go) for key, one in value.items()}
        return Node(named, node.places, node.doubt)
    if isinstance(value, list):
        return Node([_filled(one, parameters, go=go) for one in value], node.places, node.doubt)
    if not isinstance(value, str) or "{{" not in value:
        return node
    text = _text(value, parameters, go=go)
    doubt = "" if UNKNOWN not in text and "{{" not in text else "only Argo CD knows what it is"
    return Node(text.replace(UNKNOWN, "{{?}}"), node.places, doubt or node.doubt)


def _text(text: str, parameters: Parameters, *, go: bool) -> str:
    """Return a text with its actions filled in; one that cannot be worked out is unknown."""
    length = 0

    def filled(found: re.Match[str]) -> str:
        nonlocal length
        if found[2] is None:
            return found[0]
        action = found[1].removeprefix("-").removesuffix("-").strip()
        value = _value(action, parameters) if go else _flat(parameters, action)
        length += len(value or "")
        return UNKNOWN if value is None or length > _LONGEST else value

    return _ACTION.sub(filled, text)


def _value(action: str, parameters: Parameters) -> str | None:
    """Return what an action of a Go template gives; None for one that is not worked out here."""
    first, *rest = [part.strip() for part in action.split("|")]
    index = _INDEX.fullmatch(first)
    if index is not None:
        found = _get(parameters, index[1][1:])
        found = _step(found, index[2] if index[2] is not None else int(index[3]))
    elif _FIELD.fullmatch(first):
        found = _get(parameters, first[1:])
    else:
        return None
    text = None if found is None or isinstance(found, dict | list) else _scalar(found)
    for part in rest:
        default = _DEFAULT.fullmatch(part)
        if default is not None:
            text = text or default[1]
        elif text is not None and part in ("normalize", "lower", "upper", "trim", "toString"):
            text = {"normalize": _normalized, "lower": str.lower, "upper": str.upper}.get(
                part, str.strip
            )(text)
        elif part != "quote":
            return None
    return text


def _flat(parameters: Parameters, name: str) -> str | None:
    """Return a parameter by its flat name, as the older templates have it."""
    found = parameters.get(name)
    if found is None:
        found = _get(parameters, name)
    return None if found is None or isinstance(found, dict | list) else _scalar(found)


def _get(parameters: Value | Parameters, dotted: str) -> Value:
    found: Value = parameters  # type: ignore[assignment]
    for step in dotted.split("."):
        if found == UNKNOWN:
            return UNKNOWN
        found = _step(found, step)
    return found


def _step(value: Value, step: str | int) -> Value:
    if isinstance(value, Mapping) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(step, int):
        return value[step] if -len(value) <= step < len(value) else None
    return None


def _scalar(value: Value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _normalized(text: str) -> str:
    return _NOT_NAME.sub("-", text.lower()).strip("-.")[:253]


def address_of(address: str) -> str:
    """Return an address of a repository as the same text, however it is spelled."""
    text = re.sub(r"^(?:[a-z+]+://)?(?:[^@/]+@)?", "", address.strip().lower())
    return text.replace(":", "/").removesuffix("/").removesuffix(".git")

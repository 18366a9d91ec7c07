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
from itertools import islice

from cnilint.kube.label_selector import requirements
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import Expression
from cnilint.model.tree import Tree, Value, child, items, plain, string
from cnilint.start import NamedTuple, lazy_pattern

from .built import BuiltNode, as_node, rebuilt
from .files import Files
from .go_template import LONGEST, UNKNOWN, NotKnownError, filled, normalized, scalar

Parameters = Mapping[str, Value]
"""What a generator knows of one Application, by the names that its template uses."""

# What is never closed is found as well, to its end: nothing in it is looked at again.
_ACTION = lazy_pattern(r"\{\{((?:(?!\}\}).)*+)(\}\})?", re.DOTALL)
MOST = 2_000
"""Applications of one set that are looked at: a matrix of lists multiplies their numbers."""

_KINDS = ("list", "git", "matrix", "merge", "union")


class Expanded(NamedTuple):
    """The Applications of a set; `unknown` says that there are others, or other values, as well.

    `unpatched` says that the patch of the set could not be worked out for one of them, `cut` that
    there are more than are looked at.
    """

    applications: tuple[Manifest, ...]
    unknown: bool
    unpatched: bool = False
    cut: bool = False


def expanded(one: Manifest, files: Files, own: Iterable[str]) -> Expanded:
    """Return the Applications of an ApplicationSet. `own` are addresses of this repository."""
    generator = _Generator(files, frozenset(own), go=_goes_by_templates(one))
    whole = as_node(one)
    template = whole.get("spec", "template")
    if template is None or not isinstance(template.value, dict):
        return Expanded((), unknown=True)
    parameters: list[tuple[Parameters, BuiltNode]] = []
    for at, tree in enumerate(items(one.at("spec", "generators"))):
        over = _over(_own_template(whole, at), template)
        parameters += [(each, over) for each in generator.of(tree, {})]
    generator.cut = generator.cut or len(parameters) > MOST
    patch = whole.get("spec", "templatePatch")
    made, unpatched = [], False
    for each, over in parameters[:MOST]:
        root = _filled(over, each, go=generator.go)
        if patch is not None:
            patched = _patched(root, patch, each, go=generator.go)
            root, unpatched = patched or root, unpatched or patched is None
        assert isinstance(root.value, dict)  # noqa: S101  a mapping is filled as one
        kinds = {"apiVersion": BuiltNode(one.api_version), "kind": BuiltNode("Application")}
        made.append(rebuilt(one, BuiltNode({**kinds, **root.value}, root.places)))
    return Expanded(tuple(made), generator.unknown, unpatched, generator.cut)


def _own_template(whole: BuiltNode, at: int) -> BuiltNode | None:
    """Return the template that a generator has for itself."""
    found = (whole.get("spec", "generators", at, kind, "template") for kind in _KINDS)
    return next((one for one in found if one is not None), None)


def _over(own: BuiltNode | None, template: BuiltNode) -> BuiltNode:
    """Return the template of a set with that of a generator over it: what is empty there is not.

    argoproj/argo-cd@v3.3.0:applicationset/generators/generator_spec_processor.go
    """
    if own is None or own.value in (None, "", [], {}):
        return template
    if not isinstance(own.value, dict) or not isinstance(template.value, dict):
        return own
    below = {**template.value, **own.value}
    named = {key: _over(own.get(key), template.get(key) or one) for key, one in below.items()}
    return BuiltNode(named, template.places, template.doubt)


MADE = "a template makes it"
"""Why what a patch writes by more than filling in texts has no place of its own."""


def _patched(
    root: BuiltNode, patch: BuiltNode, parameters: Parameters, *, go: bool
) -> BuiltNode | None:
    """Return an Application with the patch of its set; None where what comes of it is not known.

    argoproj/argo-cd@v3.3.0:applicationset/controllers/template/patch.go: the text is filled in,
    read as YAML and merged as a strategic merge patch, for which no list of an Application merges.
    """
    from .kustomize_loading import NotReadError, inline
    from .kustomize_merge import merge
    from .kustomize_resources import KustomizeRefusedError

    text = patch.value
    written = _filled_text(text, parameters, go=go) if isinstance(text, str) else None
    if written is None or UNKNOWN in written:
        return None
    try:
        found = [one for one in inline(BuiltNode(written, patch.places)) if one.value is not None]
        if not found:
            return root
        if len(found) > 1 or _merges_values(root, found[0]):
            return None
        return merge(root.copy(), _placed(found[0], patch, parameters, go=go))
    except (NotReadError, KustomizeRefusedError):
        return None


def _filled_text(text: str, parameters: Parameters, *, go: bool) -> str | None:
    """Return a text with its actions filled in, None where one cannot be."""
    if not go:
        return _text(text, parameters, go=False)
    try:
        return filled(text, dict(parameters))
    except NotKnownError:
        return None


def _placed(one: BuiltNode, patch: BuiltNode, parameters: Parameters, *, go: bool) -> BuiltNode:
    """Return what a filled patch says with the places of the text, where each value has one there.

    It has where only texts in it are filled in.
    """
    from .kustomize_loading import NotReadError, inline

    try:
        unfilled = inline(patch)
    except NotReadError:
        unfilled = []
    if len(unfilled) == 1:
        placed = _filled(unfilled[0], parameters, go=go)
        if placed.plain() == one.plain():
            return placed
    return _doubted(one)


def _doubted(one: BuiltNode) -> BuiltNode:
    """Return what a template makes, each value of it with that doubt."""
    value = one.value
    if isinstance(value, dict):
        return BuiltNode({key: _doubted(each) for key, each in value.items()}, one.places)
    if isinstance(value, list):
        value = list(map(_doubted, value))
    return BuiltNode(value, one.places, MADE, one.written)


def _merges_values(root: BuiltNode, patch: BuiltNode) -> bool:
    """Whether a patch changes what is inside of the values of a template, in which Argo CD fails.

    They have no type there, by which a patch is merged.
    """
    mine, theirs = (one.get("spec", "source", "helm", "valuesObject") for one in (root, patch))
    if mine is None or theirs is None or not isinstance(theirs.value, dict):
        return False
    nested = [key for key, one in theirs.value.items() if isinstance(one.value, dict | list)]
    return any(mine.get(key) is not None for key in nested)


def _goes_by_templates(one: Manifest) -> bool:
    tree = one.at("spec", "goTemplate")
    return tree is not None and plain(tree) is True


class _Generator:
    """Works out generators.

    `unknown` becomes true where one asks what is not in the repository, `cut` where one gives more
    than is looked at.
    """

    def __init__(self, files: Files, own: frozenset[str], *, go: bool) -> None:
        self._files = files
        self._own = own
        self.go = go
        self.unknown = False
        self.cut = False

    def _few(self, given: Iterable[Parameters]) -> list[Parameters]:
        """Return what is given, as far as it is looked at."""
        found = list(islice(given, MOST + 1))
        self.cut = self.cut or len(found) > MOST
        return found[:MOST]

    def of(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        """Return the parameters that one entry of `generators` gives."""
        found = self._given(tree, outer)
        asked = requirements(child(tree, "selector"))
        return [one for one in found if self._is_selected(one, asked)]

    def _is_selected(self, one: Parameters, asked: frozenset[Expression]) -> bool:
        """Whether the selector of a generator takes what it gives; one not known may be taken."""
        labels = dict(_flattened(one)) if asked else {}
        if asked and UNKNOWN in labels.values():
            self.unknown = True
            return True
        return all(each.matches(labels) for each in asked)

    def _given(self, tree: Tree, outer: Parameters) -> list[Parameters]:
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
            found = self._few(
                {**before, **more} for before in found for more in self.of(one, before)
            )
        return found

    def _union(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        inner = items(child(tree, "generators"))
        return self._few(one for each in inner for one in self.of(each, outer))

    def _merge(self, tree: Tree, outer: Parameters) -> list[Parameters]:
        keys = [string(key) or "" for key in items(child(tree, "mergeKeys"))]
        base, *others = [self.of(one, outer) for one in items(child(tree, "generators"))] or [[]]
        found: dict[str, list[Parameters]] = {}
        for other in others:
            for more in other:
                found.setdefault(_key(more, keys), []).append(more)
        merged: list[Parameters] = []
        for one in base:
            whole = dict(one)
            for more in found.get(_key(one, keys), ()):
                whole |= more
            merged.append(whole)
        return merged


def _key(parameters: Parameters, names: Iterable[str]) -> str:
    """Return what parameters go together by, as Argo CD compares it: by its JSON."""
    return json.dumps([_get(parameters, name) for name in names], sort_keys=True, default=str)


def _flattened(one: Value | Parameters, above: str = "") -> Iterator[tuple[str, str]]:
    """Yield parameters as a selector sees them: those inside of others by dotted names."""
    for key, value in one.items() if isinstance(one, Mapping) else ():
        if isinstance(value, dict):
            yield from _flattened(value, f"{above}{key}.")
        elif not isinstance(value, list):
            yield f"{above}{key}", "" if value is None else scalar(value)


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
            "basenameNormalized": normalized(base),
            "segments": [*segments],
            "filename": file,
            "filenameNormalized": normalized(file),
        }
        return {"path": path}
    flat: dict[str, Value] = {f"path[{at}]": one for at, one in enumerate(segments)}
    flat |= {"path": folder, "path.basename": base, "path.basenameNormalized": normalized(base)}
    return {**flat, "path.filename": file, "path.filenameNormalized": normalized(file)}


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


def _filled(node: BuiltNode, parameters: Parameters, *, go: bool) -> BuiltNode:
    """Return a part of a template with every string filled in."""
    value = node.value
    if isinstance(value, dict):
        named = {key: _filled(one, parameters, go=go) for key, one in value.items()}
        return BuiltNode(named, node.places, node.doubt)
    if isinstance(value, list):
        return BuiltNode(
            [_filled(one, parameters, go=go) for one in value], node.places, node.doubt
        )
    if not isinstance(value, str) or "{{" not in value:
        return node
    text = _text(value, parameters, go=go)
    doubt = "" if UNKNOWN not in text and "{{" not in text else "only Argo CD knows what it is"
    return BuiltNode(text.replace(UNKNOWN, "{{?}}"), node.places, doubt or node.doubt)


def _text(text: str, parameters: Parameters, *, go: bool) -> str:
    """Return a text with its actions filled in; one that cannot be worked out is unknown."""
    if go:
        try:
            return filled(text, dict(parameters))
        except NotKnownError:
            return _ACTION.sub(UNKNOWN, text)
    length = 0

    def value(found: re.Match[str]) -> str:
        nonlocal length
        if found[2] is None:
            return found[0]
        known = _flat(parameters, found[1].strip())
        length += len(known or "")
        return UNKNOWN if known is None or length > LONGEST else known

    return _ACTION.sub(value, text)


def _flat(parameters: Parameters, name: str) -> str | None:
    """Return a parameter by its flat name, as the older templates have it."""
    found = parameters.get(name)
    if found is None:
        found = _get(parameters, name)
    return None if found is None or isinstance(found, dict | list) else scalar(found)


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


def address_of(address: str) -> str:
    """Return an address of a repository as the same text, however it is spelled."""
    text = re.sub(r"^(?:[a-z+]+://)?(?:[^@/]+@)?", "", address.strip().lower())
    return text.replace(":", "/").removesuffix("/").removesuffix(".git")

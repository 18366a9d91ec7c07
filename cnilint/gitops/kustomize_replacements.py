"""Replacements: values that a kustomization copies from one object into others.

kubernetes-sigs/kustomize@kustomize/v5.7.1: api/filters/replacement/replacement.go,
kyaml/yaml/match.go PathMatcher, kyaml/yaml/fns.go PathGetter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import split
from cnilint.gitops.kustomize_references import identities
from cnilint.gitops.kustomize_resources import (
    Copies,
    KustomizeRefusedError,
    Resource,
    Resources,
    items_of,
    place_of,
    scalar_text,
)
from cnilint.gitops.kustomize_selectors import Selector, found_in
from cnilint.model.tree import ScalarValue
from cnilint.syntax.resolve import resolve

Kind = type[str] | type[list[BuiltNode]] | type[dict[str, BuiltNode]]
"""What is made where nothing is: a scalar, a list or a mapping."""

_NAME = "metadata.name"


def replace(resources: Resources, replacement: BuiltNode, copies: Copies) -> None:
    """Copy one value to its targets; RefusedError where it or one of them is not there.

    What is copied is counted in `copies`, which refuses what comes to too much.
    """
    source, given = replacement.get("source"), replacement.get("sourceValue")
    targets = replacement.get("targets")
    listed = targets.value if targets is not None else None
    if not isinstance(listed, list) or (source is None) is (given is None):
        raise KustomizeRefusedError("source")
    value = given if given is not None else _source(resources, source or BuiltNode({}))
    if not value.places and replacement.places:
        value = BuiltNode(value.value, replacement.places, value.doubt, value.written)
    for target in listed:
        _fill(resources, target, value, copies)


def _source(resources: Resources, source: BuiltNode) -> BuiltNode:
    selector = Selector.of(source)
    found = [one for one in resources if any(map(selector.names, identities(one)))]
    if len(found) != 1:
        raise KustomizeRefusedError(_described(source), place_of(source))
    path = source.text("fieldPath") or _NAME
    value: BuiltNode | None = found[0].root
    for step in steps_of(path):
        value = got(value, step.strip()) if value is not None else None
    if value is None or value.value in (None, {}, []):
        raise KustomizeRefusedError(path, place_of(source))
    delimiter, index = _options(source)
    if not delimiter:
        return value
    parts = _scalar(value).split(delimiter)
    if not 0 <= index < len(parts):
        raise KustomizeRefusedError(path)
    return BuiltNode(parts[index], value.places, value.doubt)


def _described(source: BuiltNode) -> str:
    return " ".join(filter(None, (source.text("kind"), source.text("name"))))


def _scalar(node: BuiltNode) -> str:
    if isinstance(node.value, dict | list):
        raise KustomizeRefusedError("delimiter")
    return scalar_text(node)


def _options(node: BuiltNode) -> tuple[str, int]:
    index = node.get("options", "index")
    number = index.value if index is not None else 0
    return node.text("options", "delimiter"), number if isinstance(number, int) else 0


def _fill(resources: Resources, target: BuiltNode, value: BuiltNode, copies: Copies) -> None:
    select = target.get("select")
    if select is None:
        raise KustomizeRefusedError("select")
    chosen = Selector.of(select)
    refused = [Selector.of(one) for one in items_of(target.get("reject"))]
    fields = [scalar_text(one) for one in items_of(target.get("fieldPaths"))]
    for resource in resources:
        if _is_target(resource, chosen, refused):
            for path in fields or [_NAME]:
                _copy(resource, path, target, value, copies)
            resource.synchronise()
    resources.changed()


def _is_target(resource: Resource, chosen: Selector, refused: Sequence[Selector]) -> bool:
    if not chosen.selects_texts(resource):
        return False
    for one in refused:
        if (one.labels or one.annotations) and one.selects_texts(resource):
            return False
        named = Selector(one.group, one.version, one.kind, one.name, one.namespace)
        if any(named) and any(map(named.names, identities(resource))):
            return False
    return any(map(chosen.names, identities(resource)))


def _copy(
    resource: Resource, path: str, target: BuiltNode, value: BuiltNode, copies: Copies
) -> None:
    create = target.get("options", "create")
    made: Kind | None = None
    if create is not None and create.value is True:
        made = _kind(value)
    found = list(_matching(resource.root, steps_of(path), made))
    if not found:
        raise KustomizeRefusedError(path, resource.place)
    delimiter, index = _options(target)
    for node in found:
        copies.take(value)
        _write(node, value, delimiter, index)


def _kind(value: BuiltNode) -> Kind:
    if isinstance(value.value, dict):
        return dict
    return list if isinstance(value.value, list) else str


def _write(node: BuiltNode, value: BuiltNode, delimiter: str, index: int) -> None:
    text: str | None = None
    if delimiter:
        parts = _scalar(node).split(delimiter)
        new = scalar_text(value)
        if index < 0:
            parts.insert(0, new)
        elif index >= len(parts):
            parts.append(new)
        else:
            parts[index] = new
        text = delimiter.join(parts)
    places = (*node.places, *value.places)
    if isinstance(node.value, dict | list):
        copied = value.copy()
        node.value, node.written = copied.value, copied.written
        if text is not None:
            node.value = text
    else:
        node.value, node.written = _retyped(node, scalar_text(value) if text is None else text)
    node.places, node.doubt = places, value.doubt


def _retyped(node: BuiltNode, text: str) -> tuple[ScalarValue, str]:
    """Return a text as a scalar of the type that was there, with how it is written."""
    if isinstance(node.value, str) and node.written != _NEW:
        return text, ""
    value = resolve(text)
    if node.written == _NEW:
        return value, "" if isinstance(value, str) else text
    same = isinstance(value, bool) is isinstance(node.value, bool)
    if node.value is None or not same or not isinstance(value, type(node.value) | int):
        raise KustomizeRefusedError(text, place_of(node))
    return value, text


_NEW = "\0"
"""How a scalar is written that was made a moment ago: its type is that of what is put there."""


def steps_of(path: str) -> list[str]:
    """Return the steps of a path; one in brackets may hold dots; SmarterPathSplitter."""
    steps: list[str] = []
    open_parts: list[str] = []
    for part in split(path, "."):
        if open_parts:
            open_parts.append(part)
            if part.endswith("]"):
                steps.append(_bracketed(open_parts))
                open_parts = []
        elif part.startswith("[") and not part.endswith("]"):
            open_parts = [part]
        else:
            steps.append(part)
    if open_parts:
        steps.append(_bracketed(open_parts))
    return [step for step in steps if step.strip()]


def _bracketed(parts: list[str]) -> str:
    text = ".".join(parts)
    return text if "=" in text else text.strip("[]")


_MOST_DIGITS = 19
"""Of an index: Go's strconv.Atoi takes no more."""


def _is_index(step: str) -> bool:
    return step.isascii() and step.isdecimal() and len(step) < _MOST_DIGITS


def _is_item(step: str) -> bool:
    return step.startswith("[") and step.endswith("]")


def _item(step: str) -> tuple[str, str]:
    name, equals, value = step[1:-1].partition("=")
    if not equals:
        raise KustomizeRefusedError(step)
    return name, value


def got(node: BuiltNode, step: str) -> BuiltNode | None:
    """Return what one step leads to, without patterns."""
    if _is_index(step) or step == "-" or _is_item(step):
        if not isinstance(node.value, list):
            raise KustomizeRefusedError(step)
        if not _is_item(step):
            at = -1 if step == "-" else int(step)
            return node.value[at] if at < len(node.value) and node.value else None
        name, value = _item(step)
        for item in node.value:
            if scalar_text(item.get(name) if name else item) == value:
                return item
        return None
    if node.value is not None and not isinstance(node.value, dict):
        raise KustomizeRefusedError(step)
    return node.get(step)


def _matching(node: BuiltNode, steps: Sequence[str], made: Kind | None) -> Iterator[BuiltNode]:
    """Yield what a path leads to; `made` is put where the last member of it is missing."""
    if not steps:
        yield node
    elif _is_index(steps[0]):
        yield from _at_index(node, steps, made)
    elif _is_item(steps[0]):
        yield from _at_item(node, steps, made)
    elif steps[0] == "*":
        for item in _listed(node, steps[0]):
            yield from _matching(item, steps[1:], made)
    else:
        if node.value is not None and not isinstance(node.value, dict):
            raise KustomizeRefusedError(steps[0])
        found = node.get(steps[0])
        if found is None and made is not None:
            found = _fresh(steps, made)
            if node.value is None:
                node.value, node.written = {}, ""
            assert isinstance(node.value, dict)  # noqa: S101 - looked at above
            node.value[steps[0]] = found
        if found is not None:
            yield from _matching(found, steps[1:], made)


def _listed(node: BuiltNode, step: str) -> list[BuiltNode]:
    if node.value is None:
        return []
    if not isinstance(node.value, list):
        raise KustomizeRefusedError(step)
    return node.value


def _fresh(steps: Sequence[str], made: Kind) -> BuiltNode:
    """Return what is made at the first of some steps."""
    if len(steps) > 1:
        return BuiltNode([] if _is_item(steps[1]) or _is_index(steps[1]) else {})
    return BuiltNode("", written=_NEW) if made is str else BuiltNode(made())


def _at_index(node: BuiltNode, steps: Sequence[str], made: Kind | None) -> Iterator[BuiltNode]:
    items, at = _listed(node, steps[0]), int(steps[0])
    if at == len(items) and made is not None:
        items.append(_fresh(steps, made))
        node.value = items
    if at >= len(items):
        raise KustomizeRefusedError(steps[0])
    yield from _matching(items[at], steps[1:], made)


def _at_item(node: BuiltNode, steps: Sequence[str], made: Kind | None) -> Iterator[BuiltNode]:
    name, pattern = _item(steps[0])
    items = _listed(node, steps[0])
    found = False
    for item in items:
        if name and item.get(name) is None:
            continue
        if found_in(pattern, scalar_text(item.get(name) if name else item)):
            for one in _matching(item, steps[1:], made) if name else (item,):
                found = True
                yield one
    if not found and made is not None:
        new = BuiltNode({name: BuiltNode(pattern)}) if name else BuiltNode(pattern)
        items.append(new)
        node.value = items
        yield from _matching(new, steps[1:], made) if name else (new,)

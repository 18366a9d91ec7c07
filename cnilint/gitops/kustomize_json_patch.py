"""JSON patches (RFC 6902) as the library applies them that Kustomize uses.

gopkg.in/evanphx/json-patch.v4@v4.12.0:patch.go. Unlike in the RFC, `replace` may name a member that
is not there, and an index may count from the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_resources import KustomizeRefusedError, place_of, scalar_text

Container = dict[str, BuiltNode] | list[BuiltNode]


def patched(root: BuiltNode, operations: Sequence[BuiltNode]) -> BuiltNode:
    """Return an object with operations applied in order; it is changed itself.

    RefusedError for an operation that cannot be done, at the operation.
    """
    size = 0
    for operation in operations:
        place = place_of(operation)
        name, path = operation.text("op"), operation.text("path")
        try:
            more = _copied(root, operation) if name == "copy" else 0
            root = _applied(root, operation, name, path)
            if more:
                size = size + more if size else _size(root)
                # what was taken away meanwhile is counted only where it may matter
                size = _size(root) if size > _MOST_VALUES else size
        except (LookupError, ValueError):
            raise KustomizeRefusedError(f"{name} {path}", place) from None
        if size > _MOST_VALUES:
            raise KustomizeRefusedError(f"{name} {path}", place)
    _write_nulls(root)
    return root


def _applied(root: BuiltNode, operation: BuiltNode, name: str, path: str) -> BuiltNode:
    value = operation.get("value")
    if not path and name in ("replace", "test"):
        return _whole(root, name, value)
    container, key = _found(root, operation.text("from") if name in _MOVING else path)
    new = value.copy() if value is not None else BuiltNode(None)
    if name in _MOVING:
        moved = _got(container, key)
        if name == "move":
            _remove(container, key)
        elif moved is None:
            raise LookupError
        new = moved.copy() if moved is not None else BuiltNode(None)
        _add(*_found(root, path), new)
    elif name in _SIMPLE:
        _SIMPLE[name](container, key, new)
    else:
        raise LookupError
    return root


_MOST_VALUES = 200_000
"""Of an object that copies make: the API server takes none of so many."""


def _copied(root: BuiltNode, operation: BuiltNode) -> int:
    """Return how many values an operation copies."""
    node = _got(*_found(root, operation.text("from")))
    return _size(node) if node is not None else 0


def _size(node: BuiltNode) -> int:
    """Return how many values an object has."""
    count, pending = 0, [node]
    while pending:
        value = pending.pop().value
        count += 1
        pending += (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        )
    return count


def _whole(root: BuiltNode, name: str, value: BuiltNode | None) -> BuiltNode:
    """Return what an operation on the object as a whole makes of it."""
    if value is None or (name == "test" and value.plain() != root.plain()):
        raise LookupError
    if name == "test":
        return root
    if isinstance(value.value, dict):
        return value.copy()
    raise LookupError


def _found(root: BuiltNode, path: str) -> tuple[Container, str]:
    """Return what a path's last step is a member of, and that step."""
    steps = path.split("/")
    if len(steps) < 2:
        raise LookupError
    steps = [step.replace("~1", "/").replace("~0", "~") for step in steps[1:]]
    node: BuiltNode | None = root
    for step in steps[:-1]:
        if node is None or not isinstance(node.value, dict | list):
            raise LookupError
        node = _got(node.value, step)
    if node is None or not isinstance(node.value, dict | list):
        raise LookupError
    return node.value, steps[-1]


def _index(key: str, size: int) -> int:
    at = int(key)
    if not -size <= at < size:
        raise IndexError
    return at + size if at < 0 else at


def _got(container: Container, key: str) -> BuiltNode | None:
    if isinstance(container, dict):
        return container.get(key)
    return container[_index(key, len(container))]


def _add(container: Container, key: str, new: BuiltNode) -> None:
    if isinstance(container, dict):
        old = container.get(key)
        container[key] = _over(new, old)
    elif key == "-":
        container.append(new)
    else:
        container.insert(_index(key, len(container) + 1), new)


def _replace(container: Container, key: str, new: BuiltNode) -> None:
    if isinstance(container, dict):
        container[key] = _over(new, container.get(key))
    else:
        at = _index(key, len(container))
        container[at] = _over(new, container[at])


def _over(new: BuiltNode, old: BuiltNode | None) -> BuiltNode:
    """Return what was put in place of something: written there before, then in the patch."""
    return new if old is None else BuiltNode(new.value, (*old.places, *new.places), "", new.written)


def _remove(container: Container, key: str, _new: BuiltNode | None = None) -> None:
    if isinstance(container, dict):
        del container[key]
    else:
        del container[_index(key, len(container))]


def _test(container: Container, key: str, wanted: BuiltNode) -> None:
    found = _got(container, key)
    plain = found.plain() if found is not None else None
    expected = wanted.plain()
    if plain != expected or isinstance(plain, bool) is not isinstance(expected, bool):
        raise LookupError


_SIMPLE: dict[str, Callable[[Container, str, BuiltNode], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
}
_MOVING = ("move", "copy")


def _write_nulls(node: BuiltNode) -> None:
    """Write out each null, as is done where an object becomes JSON and comes back."""
    if isinstance(node.value, dict):
        for one in node.value.values():
            _write_nulls(one)
    elif isinstance(node.value, list):
        for one in node.value:
            _write_nulls(one)
    elif node.value is None and not scalar_text(node):
        node.written = "null"

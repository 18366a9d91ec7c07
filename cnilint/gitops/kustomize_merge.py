"""Strategic merge patches as Kustomize applies them.

What it does is not in every case what the API server would do: lists are merged only in the kinds
it knows, items of a patch come first, `$patch` is the only directive, and what the object has but
the patch does not is walked as well (kubernetes-sigs/kustomize@kustomize/v5.7.1:
kyaml/yaml/merge2/merge2.go, kyaml/yaml/merge2/smpdirective.go, kyaml/yaml/walk). The steps here are
those of the original, so that what falls out of them for odd patches is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_resources import KustomizeRefusedError, place_of, scalar_text
from cnilint.gitops.kustomize_schema import Member, member, type_of

DIRECTIVE = "$patch"

Keys = Sequence[str]


class _Kind(Enum):
    MAPPING = "mapping"
    LIST = "list"
    SCALAR = "scalar"


class _Directive(Enum):
    MERGE = "merge"
    REPLACE = "replace"
    DELETE = "delete"


def merge(target: BuiltNode, patch: BuiltNode) -> BuiltNode | None:
    """Return an object with a patch applied, None if the patch deletes it.

    Both may be changed. RefusedError where they do not fit together.
    """
    return _walk(target, patch, Member())


def _is_missing(node: BuiltNode | None) -> bool:
    return node is None or node.value is None


def _kind(node: BuiltNode) -> _Kind:
    if isinstance(node.value, dict):
        return _Kind.MAPPING
    return _Kind.LIST if isinstance(node.value, list) else _Kind.SCALAR


def _walk(target: BuiltNode | None, patch: BuiltNode | None, known: Member) -> BuiltNode | None:
    there = [one for one in (target, patch) if one is not None and one.value is not None]
    if not there:
        return _mapping(target, patch, "")
    kind = _kind(there[0])
    for other in there[1:]:
        if _kind(other) is not kind:
            place = place_of(patch) if patch is not None else None
            raise KustomizeRefusedError(f"{kind.value}, {_kind(other).value}", place)
    if kind is _Kind.MAPPING:
        return _mapping(target, patch, known.type or _own_type(there))
    if kind is _Kind.SCALAR:
        return _scalar(target, patch)
    if known.keys is None:
        return target if patch is None else _placed(patch, target)
    return _list(target, patch, known)


def _own_type(nodes: Iterable[BuiltNode]) -> str:
    """Return the type that an object inside of another one names itself; walk.go GetSchema."""
    for node in nodes:
        kind, version = scalar_text(node.get("kind")), scalar_text(node.get("apiVersion"))
        if kind and version:
            found = type_of(version, kind)
            if found:
                return found
    return ""


def _scalar(target: BuiltNode | None, patch: BuiltNode | None) -> BuiltNode | None:
    if patch is None:
        return target
    return _placed(patch, target)


def _placed(new: BuiltNode, old: BuiltNode | None) -> BuiltNode:
    """Return what a patch puts in the place of something: written there first, then here."""
    if old is None or not old.places or new is old:
        return new
    return BuiltNode(new.value, (*old.places, *new.places), new.doubt, new.written)


def _mapping(target: BuiltNode | None, patch: BuiltNode | None, type_name: str) -> BuiltNode | None:
    result = _visited_mapping(target, patch)
    if result is None or result.value is None or not isinstance(result.value, dict):
        return result
    is_patch = patch is not None and result.value is patch.value
    before = patch if is_patch else target
    mine = before.value if before is not None and isinstance(before.value, dict) else {}
    theirs = patch.value if patch is not None and isinstance(patch.value, dict) else {}
    for name in sorted({*mine, *theirs}):
        known = member(type_name, name) if type_name else Member()
        old, new = mine.get(name), theirs.get(name)
        if old is new and old is not None:
            new = old.copy()  # an added piece is merged with itself
        merged = _walk(old, new, known)
        if merged is None or (merged.value is None and not _is_kept_null(merged, old, new)):
            result.value.pop(name, None)
        else:
            result.value[name] = merged
    return result


def _is_kept_null(merged: BuiltNode, old: BuiltNode | None, new: BuiltNode | None) -> bool:
    """Whether a null is one that the object had and that is written out."""
    return merged is old and new is None and bool(merged.written)


def _visited_mapping(target: BuiltNode | None, patch: BuiltNode | None) -> BuiltNode | None:
    """Return what the members are put into; merge2.go VisitMap."""
    if _is_missing(target):
        if patch is None:
            return target if target is not None and target.written else None
        if isinstance(patch.value, dict) and _mapping_directive(patch) is _Directive.DELETE:
            return None
        return patch
    if patch is None:
        return target
    if patch.value is None:
        return None
    directive = _mapping_directive(patch)
    if directive is _Directive.DELETE:
        return None
    return _placed(patch, target) if directive is _Directive.REPLACE else target


def _mapping_directive(patch: BuiltNode) -> _Directive:
    """Return what a mapping of a patch says is to be done with it, and take that out."""
    assert isinstance(patch.value, dict)  # noqa: S101 - the caller looked
    found = patch.value.get(DIRECTIVE)
    if found is None:
        return _Directive.MERGE
    directive = _directive(found)
    del patch.value[DIRECTIVE]
    return directive


def _directive(node: BuiltNode) -> _Directive:
    try:
        return _Directive(scalar_text(node))
    except ValueError:
        place = place_of(node)
        raise KustomizeRefusedError(f"{DIRECTIVE}: {scalar_text(node)}", place) from None


def _list_directive(patch: BuiltNode) -> _Directive:
    """Return the same for a list, of which an item says it that says nothing else."""
    assert isinstance(patch.value, list)  # noqa: S101 - the caller looked
    first = next((one for one in patch.value if one.get(DIRECTIVE) is not None), None)
    if first is None or not isinstance(first.value, dict) or len(first.value) > 1:
        return _Directive.MERGE
    directive = _directive(first.value[DIRECTIVE])
    _set_item(patch, None, [DIRECTIVE], [directive.value])
    return directive


def _list(target: BuiltNode | None, patch: BuiltNode | None, known: Member) -> BuiltNode | None:
    """Merge a list whose items are known by keys, or that is a set of scalars."""
    result = _visited_list(target, patch)
    if result is None or not isinstance(result.value, list):
        return None
    if patch is not None and result.value is patch.value:
        patch = result.copy()
    target = result
    keys = known.keys or ()
    sources = [one for one in (patch, target) if one is not None and isinstance(one.value, list)]
    if keys:
        values = _unique(
            [scalar_text(item.get(key)) for key in keys] for one in sources for item in _items(one)
        )
    else:
        values = _unique([scalar_text(item)] for one in sources for item in _items(one))
    return _merged_items(result, patch, values, keys or ("",), Member(known.type))


def _visited_list(target: BuiltNode | None, patch: BuiltNode | None) -> BuiltNode | None:
    """Return the list that items are put into; merge2.go VisitList."""
    if _is_missing(target):
        return patch
    if patch is None:
        return target
    if patch.value is None:
        return None
    directive = _list_directive(patch)
    if directive is _Directive.DELETE:
        return None
    return _placed(patch, target) if directive is _Directive.REPLACE else target


def _items(node: BuiltNode) -> list[BuiltNode]:
    return node.value if isinstance(node.value, list) else []


def _unique(values: Iterable[list[str]]) -> list[list[str]]:
    found: list[list[str]] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _merged_items(
    target: BuiltNode,
    patch: BuiltNode | None,
    values: list[list[str]],
    keys: Keys,
    item_type: Member,
) -> BuiltNode:
    """Merge items pairwise; those of the patch come first.

    kyaml/yaml/walk/associative_sequence.go setAssociativeSequenceElements
    """
    added = BuiltNode([], target.places)
    if len(keys) > 1:
        _fill_in(values)
    used: Keys = keys
    for value in values:
        used, wanted = _usable(values, value, keys)
        item = _walk(_item(target, used, wanted), _item(patch, used, wanted), item_type)
        if item is None or item.value is None or item.value == {}:
            _set_item(target, None, used, wanted)
            continue
        if isinstance(item.value, dict):
            for at, key in enumerate(used):
                if key not in item.value and wanted[at]:
                    item.value[key] = BuiltNode(wanted[at])
        _set_item(added, item, used, wanted)
    return _with_rest(added, target, used) if values else target


def _fill_in(values: list[list[str]]) -> None:
    """Make values one that differ only in a key that one of them leaves out."""
    for at, first in enumerate(values):
        for other, second in enumerate(values):
            # the original compares with what stood there when the loop began
            both = _both(first, second)
            if both is not None:
                values[at] = values[other] = both


def _both(first: list[str], second: list[str]) -> list[str] | None:
    if any(one and two and one != two for one, two in zip(first, second, strict=True)):
        return None
    if not any(one == two for one, two in zip(first, second, strict=True)):
        return None
    return [one or two for one, two in zip(first, second, strict=True)]


def _usable(values: list[list[str]], value: list[str], keys: Keys) -> tuple[Keys, list[str]]:
    """Return the keys that some item has, with an item's values of them; validateKeys."""
    having = {key for one in values for key, text in zip(keys, one, strict=True) if text}
    if not having:
        return keys, value
    pairs = zip(keys, value, strict=True)
    return [key for key in keys if key in having], [
        text for key, text in pairs if text or key in having
    ]


def _item(listed: BuiltNode | None, keys: Keys, values: list[str]) -> BuiltNode | None:
    """Return the first item that has some values."""
    if listed is None:
        return None
    keys, values = _usable([values], values, keys)
    for item in _items(listed):
        if not keys or not keys[0]:
            if scalar_text(item) == values[0]:
                return item
        elif isinstance(item.value, dict) and all(
            key in item.value and scalar_text(item.value[key]) == value
            for key, value in zip(keys, values, strict=True)
        ):
            return item
    return None


def _set_item(listed: BuiltNode, item: BuiltNode | None, keys: Keys, values: Sequence[str]) -> None:
    """Put an item in place of those that have some values, else behind the last; None removes.

    kyaml/yaml/fns.go ElementSetter
    """
    kept: list[BuiltNode] = []
    found = False
    by_key = bool(keys and keys[0] and values and values[0])
    for old in _items(listed):
        if old.value is None or old.value == {}:
            continue
        if not isinstance(old.value, dict) and by_key:
            kept.append(old)
            continue
        if not _has(old, keys, values):
            if values:
                kept.append(old)
            continue
        found = True
        if item is not None:
            kept.append(item)
    if item is not None and item.value is not None and not found:
        kept.append(item)
    listed.value = kept


def _has(item: BuiltNode, keys: Keys, values: Sequence[str]) -> bool:
    for at, key in enumerate(keys):
        if at >= len(values):
            # the original goes on with what it found for the key before
            return at > 0
        if not key:
            if scalar_text(item) != values[at]:
                return False
            continue
        found = item.value.get(key) if isinstance(item.value, dict) else None
        if found is None or (values[at] and scalar_text(found) != values[at]):
            return False
    return True


def _with_rest(added: BuiltNode, target: BuiltNode, keys: Keys) -> BuiltNode:
    """Return the merged items followed by those of the list that are not among them.

    kyaml/yaml/walk/associative_sequence.go appendListNode
    """
    for item in _items(target):
        if not keys[0]:
            _set_item(added, item, [""], [scalar_text(item)])
            continue
        values = []
        for key in keys:
            value = item.value.get(key) if isinstance(item.value, dict) else None
            if value is None:
                _items(added).append(item)
            else:
                values.append(scalar_text(value))
        if len(keys) > 1:
            _set_item(added, None, keys, values)
        _set_item(added, item, keys, values)
    return added

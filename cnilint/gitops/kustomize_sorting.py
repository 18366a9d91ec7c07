"""The order in which Kustomize puts out objects.

kubernetes-sigs/kustomize@kustomize/v5.7.1:api/internal/builtins/SortOrderTransformer.go
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key

from cnilint.gitops.built import BuiltNode
from cnilint.gitops.kustomize_fields import RANKS, ranks
from cnilint.gitops.kustomize_resources import (
    Identity,
    KustomizeRefusedError,
    Resource,
    items_of,
    place_of,
    scalar_text,
)


def in_order(resources: Sequence[Resource], options: BuiltNode | None) -> list[Resource]:
    """Return objects in the order that `sortOptions` asks for, by kind and name where it is silent.

    RefusedError if it asks for an order that there is not.
    """
    order = options.text("order") if options is not None else "legacy"
    if order == "fifo":
        return list(resources)
    if order != "legacy":
        raise KustomizeRefusedError(order, place_of(options) if options is not None else None)
    places = RANKS
    given = options.get("legacySortOptions") if options is not None else None
    if given is not None:
        first, last = (
            [scalar_text(one) for one in items_of(given.get(key))]
            for key in ("orderFirst", "orderLast")
        )
        places = ranks(first, last)

    def compared(one: Resource, other: Resource) -> int:
        return _compared(one, other, places)

    return sorted(resources, key=cmp_to_key(compared))


def check_unique(resources: Sequence[Resource], options: BuiltNode | None) -> None:
    """Raise RefusedError if two objects are one, which is found out where they are sorted."""
    if options is not None and options.text("order") == "fifo":
        return
    seen: set[Identity] = set()
    for resource in resources:
        if resource.identity in seen:
            raise KustomizeRefusedError(str(resource.identity), resource.place)
        seen.add(resource.identity)


def _compared(one: Resource, other: Resource, places: dict[str, int]) -> int:
    left, right = one.gvk, other.gvk
    if left != right:
        before, after = places.get(left.kind, 0), places.get(right.kind, 0)
        if before != after:
            return before - after
        texts = (left.rank[1], right.rank[1])
        if left.kind == right.kind == "Namespace" and not (left.group and right.group):
            texts = (texts[1], texts[0])
        return _order(*texts)
    return _order(_name_text(one), _name_text(other))


def _order(one: str, other: str) -> int:
    left, right = one.encode(errors="surrogatepass"), other.encode(errors="surrogatepass")
    return (left > right) - (left < right)


def _name_text(resource: Resource) -> str:
    return f"{resource.namespace or '~X'}|{resource.name or '~N'}"

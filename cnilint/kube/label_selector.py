"""Label selectors: which objects one selects, by their labels.

kubernetes/apimachinery@v0.31.0:pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector.
"""

from __future__ import annotations

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, follow, items, members, string

from .scheduling import Expression
from .values import text_of

_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
"""Those of a label selector; one with another operator selects nothing."""


def requirements(selector: Tree | None) -> frozenset[Expression]:
    """Return what a selector asks; nothing for one that is empty, which selects everything."""
    listed = child(selector, "matchLabels") if selector is not None else None
    found = {Expression(key, "In", (value,)) for key, value in label_values(listed).items()}
    for one in items(child(selector, "matchExpressions")) if selector is not None else ():
        values = sorted({text_of(each) or "" for each in items(child(one, "values"))})
        key, operator = string(child(one, "key")) or "", string(child(one, "operator")) or ""
        found.add(Expression(key, operator if operator in _OPERATORS else "", tuple(values)))
    return frozenset(found)


def label_values(tree: Tree | None) -> dict[str, str]:
    """Return a mapping of texts, such as labels are; empty where there is none."""
    root = follow(tree) if tree is not None else None
    if not isinstance(root, MappingTree):
        return {}
    return {key: text_of(value) or "" for key, value in members(root).items()}

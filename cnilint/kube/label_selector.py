"""Label selectors: which objects one selects, by their labels.

kubernetes/apimachinery@v0.31.0:pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector.
"""

from __future__ import annotations

from collections.abc import Mapping

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, follow, items, members, string
from cnilint.start import NamedTuple

from .values import text_of


class Requirement(NamedTuple):
    """What a selector asks of one label: `In`, `NotIn`, `Exists` or `DoesNotExist`."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels are as asked; an operator that is none of those never is."""
        found = labels.get(self.key)
        match self.operator:
            case "In":
                return found is not None and found in self.values
            case "NotIn":
                return found is None or found not in self.values
            case "Exists":
                return found is not None
            case "DoesNotExist":
                return found is None
        return False


def requirements(selector: Tree | None) -> frozenset[Requirement]:
    """Return what a selector asks; nothing for one that is empty, which selects everything."""
    listed = child(selector, "matchLabels") if selector is not None else None
    found = {
        Requirement(key, "In", frozenset((value,))) for key, value in label_values(listed).items()
    }
    for one in items(child(selector, "matchExpressions")) if selector is not None else ():
        values = frozenset(text_of(each) or "" for each in items(child(one, "values")))
        key, operator = string(child(one, "key")) or "", string(child(one, "operator")) or ""
        found.add(Requirement(key, operator, values))
    return frozenset(found)


def label_values(tree: Tree | None) -> dict[str, str]:
    """Return a mapping of texts, such as labels are; empty where there is none."""
    root = follow(tree) if tree is not None else None
    if not isinstance(root, MappingTree):
        return {}
    return {key: text_of(value) or "" for key, value in members(root).items()}

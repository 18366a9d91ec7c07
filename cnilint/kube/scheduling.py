"""Which nodes a workload may run on, and the classes of nodes that workloads tell apart.

Node selectors and required node affinity decide; terms are OR-ed, the expressions of a term AND-ed
(kubernetes/component-helpers@v0.31.0:scheduling/corev1/nodeaffinity/nodeaffinity.go).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, descend, follow, items, members, string

Labels = Mapping[str, str]

ANY_OTHER = "\x00other"
"""Stands for a value that no expression mentions."""

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")

MOST_COMBINATIONS = 4096
"""Combinations of label values that are looked at; beyond that nodes are not told apart."""


class Expression(NamedTuple):
    """One requirement on a node's labels, in the words of `NodeSelectorRequirement`."""

    key: str
    operator: str
    values: tuple[str, ...]

    def matches(self, labels: Labels) -> bool:
        """Whether a node with these labels fits. `NotIn` fits a node without the label."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt" | "Lt":
                return _compare(self.operator, value, self.values)
        return False


class Placement(NamedTuple):
    """Where a pod may run: every expression of at least one term must fit."""

    terms: tuple[tuple[Expression, ...], ...]

    def matches(self, labels: Labels) -> bool:
        """Whether a node with these labels may run the pod."""
        return any(all(e.matches(labels) for e in term) for term in self.terms)

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression of every term."""
        for term in self.terms:
            yield from term


EVERYWHERE = Placement(((),))


class LabelDomain(NamedTuple):
    """What is known of a node label: `values` it may have (None: any), and how to speak of them.

    `titles` names a value, `""` stands for a node without the label; `never` are values of nodes
    that run no DaemonSet at all, such as Fargate's.
    """

    values: tuple[str, ...] | None = None
    titles: Mapping[str, str] | None = None
    never: tuple[str, ...] = ()


class NodeClass(NamedTuple):
    """Nodes on which the same workloads run.

    `labels` is one node of the class (labels that matter only); `members` are the indexes of the
    placements that match.
    """

    name: str
    labels: Mapping[str, str]
    members: frozenset[int]


def placement(specification: Tree | None) -> Placement:
    """Return where a pod specification may run.

    An affinity without a usable term fits no node, as the scheduler has it.
    """
    if specification is None:
        return EVERYWHERE
    fixed = tuple(_selector(child(specification, "nodeSelector")))
    required = descend(
        specification, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"
    )
    if required is None:
        return Placement((fixed,))
    terms = [tuple(_expressions(term)) for term in items(child(required, "nodeSelectorTerms"))]
    return Placement(tuple(fixed + term for term in terms if term))


def node_classes(
    placements: Sequence[Placement], domains: Mapping[str, LabelDomain]
) -> list[NodeClass]:
    """Return the classes of nodes that placements tell apart, the widest first.

    Values that all expressions treat alike are one; nodes on which nothing runs are no class.
    """
    alike = {key: groups for key, groups in _groups(placements, domains).items() if groups}
    combinations = 1
    for groups in alike.values():
        combinations *= len(groups)
    if combinations > MOST_COMBINATIONS:
        anywhere = frozenset(i for i, one in enumerate(placements) if one.terms)
        return [NodeClass("all nodes", {}, anywhere)]
    keys = list(alike)
    found: dict[frozenset[int], list[tuple[int, ...]]] = {}
    for choice in product(*(range(len(alike[key])) for key in keys)):
        values = [alike[key][at][0] for key, at in zip(keys, choice, strict=True)]
        labels = {k: value for k, value in zip(keys, values, strict=True) if value is not None}
        running = frozenset(i for i, p in enumerate(placements) if p.matches(labels))
        if running:
            found.setdefault(running, []).append(choice)
    names = [_name(keys, alike, choices, domains) for choices in found.values()]
    if len(found) == 1:
        names = ["all nodes"]
    times = Counter(names)
    classes = []
    for words, (members_of, choices) in zip(names, found.items(), strict=True):
        # told apart by combinations of labels alone: the name is that of one of them
        one = "nodes such as: " + _name(keys, alike, choices[:1], domains)
        first = [alike[key][at] for key, at in zip(keys, choices[0], strict=True)]
        labels = _labels(keys, first)
        classes.append(NodeClass(words if times[words] == 1 else one, labels, members_of))
    return sorted(classes, key=lambda c: (-len(c.members), c.name))


def _compare(operator: str, value: str | None, values: tuple[str, ...]) -> bool:
    left, right = _integer(value or ""), _integer(values[0] if values else "")
    if left is None or right is None:
        return False
    return left > right if operator == "Gt" else left < right


def _integer(text: str) -> int | None:
    """Return what Go's strconv.ParseInt reads in a text, or None."""
    return int(text) if _INTEGER.fullmatch(text) else None


def _selector(tree: Tree | None) -> Iterator[Expression]:
    tree = follow(tree) if tree is not None else None
    if isinstance(tree, MappingTree):
        for key, value in members(tree).items():
            yield Expression(key, "In", (string(value) or "",))


def _expressions(term: Tree) -> Iterator[Expression]:
    """Yield a term's requirements; a field (`metadata.name`) is taken as one more label."""
    for group in ("matchExpressions", "matchFields"):
        for expression in items(child(term, group)):
            listed = items(child(expression, "values"))
            values = tuple(getattr(follow(value), "text", "") for value in listed)
            key, operator = string(child(expression, "key")), string(child(expression, "operator"))
            yield Expression(key or "", operator or "", values)


def _groups(
    placements: Sequence[Placement], domains: Mapping[str, LabelDomain]
) -> dict[str, list[list[str | None]]]:
    """Return, per label, the values that every expression treats alike, grouped."""
    by_key: dict[str, dict[Expression, None]] = {}
    for one in placements:
        for expression in one.expressions():
            by_key.setdefault(expression.key, {})[expression] = None
    found: dict[str, list[list[str | None]]] = {}
    for key, expressions in by_key.items():
        domain = domains.get(key, LabelDomain())
        values: list[str | None] = [None, ANY_OTHER]
        values += list(dict.fromkeys(v for e in expressions for v in e.values))
        values += [near for e in expressions for near in _neighbours(e)]
        if domain.values is not None:
            values = [v or None for v in domain.values]
        elif domain.titles:
            values = [None, *(v for v in domain.titles if v), *values[2:]]
        grouped: dict[tuple[bool, ...], list[str | None]] = {}
        for value in dict.fromkeys(values):
            if value in domain.never:
                continue
            labels = {} if value is None else {key: value}
            grouped.setdefault(tuple(e.matches(labels) for e in expressions), []).append(value)
        found[key] = list(grouped.values())
    return found


def _neighbours(expression: Expression) -> list[str]:
    """Return values on either side of the number that an expression compares with."""
    if expression.operator not in ("Gt", "Lt"):
        return []
    limits = [limit for text in expression.values if (limit := _integer(text)) is not None]
    return [str(limit + step) for limit in limits for step in (-1, 1)]


def _labels(keys: Sequence[str], groups: Sequence[Sequence[str | None]]) -> dict[str, str]:
    """Return the labels of one node whose values are in some groups, as few as can be."""
    found = {}
    for key, group in zip(keys, groups, strict=True):
        if None not in group:
            named = (value for value in group if value is not None and value != ANY_OTHER)
            found[key] = next(named, "other")
    return found


def _name(
    keys: Sequence[str],
    alike: Mapping[str, list[list[str | None]]],
    choices: Sequence[tuple[int, ...]],
    domains: Mapping[str, LabelDomain],
) -> str:
    """Return the name of some choices of labels: those that are not free, in words."""
    words = []
    for at, key in enumerate(keys):
        chosen = sorted({choice[at] for choice in choices})
        if len(chosen) == len(alike[key]):
            continue
        values = [value for group in chosen for value in alike[key][group]]
        left = [v for at, group in enumerate(alike[key]) if at not in chosen for v in group]
        words.append(_words(key, values, left, domains.get(key, LabelDomain())))
    return ", ".join(words) or "all other nodes"


def _words(
    key: str, values: Sequence[str | None], others: Sequence[str | None], domain: LabelDomain
) -> str:
    """Return a label's `values` in words, given the `others` it may have."""
    titles = domain.titles or {}
    known = [titles[v or ""] for v in values if v != "" and (v or "") in titles]
    if known:
        return " and ".join(known) + " nodes"
    if ANY_OTHER in values:
        named = "|".join(value for value in others if value is not None)
        if None in values:
            return f"nodes without {key}={named}"
        return f"nodes with a {key} other than {named}" if named else f"nodes with {key}"
    named = "|".join(value for value in values if value is not None)
    without = " or without it" if None in values else ""
    return f"{key}={named}{without}" if named or not without else f"nodes without {key}"

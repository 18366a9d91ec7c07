"""The classes of nodes that workloads tell apart, and what to call them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cnilint.start import NamedTuple

from .scheduling import Expression, LabelDomain, Placement, integer

ANY_OTHER = "\x00other"
"""Stands for a value that no expression mentions."""

MOST_STATES = 4096
"""Ways to meet terms in part that are looked at; beyond that nodes are not told apart."""


class NodeClass(NamedTuple):
    """Nodes on which the same workloads run.

    `labels` is one node of the class (labels that matter only); `members` are the indexes of the
    placements that match.
    """

    name: str
    labels: Mapping[str, str]
    members: frozenset[int]


def node_classes(
    placements: Sequence[Placement], domains: Mapping[str, LabelDomain]
) -> list[NodeClass]:
    """Return the classes of nodes that placements tell apart, the widest first.

    Values that all expressions treat alike are one; nodes on which nothing runs are no class. Label
    after label, what matters of the nodes so far is which terms they have not missed yet.
    """
    alike = {key: groups for key, groups in _groups(placements, domains).items() if groups}
    reached = {tuple((1 << len(one.terms)) - 1 for one in placements): _Way((), ())}
    for key, groups in alike.items():
        kept = [_kept(placements, key, group[0]) for group in groups]
        following: dict[tuple[int, ...], _Way] = {}
        for state, way in reached.items():
            for at, terms in enumerate(kept):
                after = tuple(map(int.__and__, state, terms))
                if any(after):
                    found = way.then(at)
                    following[after] = (
                        following[after].joined(found) if after in following else found
                    )
        if len(following) > MOST_STATES:
            anywhere = frozenset(i for i, one in enumerate(placements) if one.terms)
            return [NodeClass("all nodes", {}, anywhere)]
        reached = following
    classes: dict[frozenset[int], _Way] = {}
    for state, way in reached.items():
        running = frozenset(i for i, terms in enumerate(state) if terms)
        if running:
            classes[running] = classes[running].joined(way) if running in classes else way
    return _named_classes(classes, alike, domains)


class _Way(NamedTuple):
    """Choices of a group of values per label that come to the same: the first one, and all."""

    first: tuple[int, ...]
    chosen: tuple[frozenset[int], ...]

    def then(self, at: int) -> _Way:
        """Return the way with a choice for one more label."""
        return _Way((*self.first, at), (*self.chosen, frozenset((at,))))

    def joined(self, other: _Way) -> _Way:
        """Return what this way and a later one make together."""
        return _Way(self.first, tuple(map(frozenset.union, self.chosen, other.chosen)))


def _kept(placements: Sequence[Placement], key: str, value: str | None) -> tuple[int, ...]:
    """Return, per placement, the terms that a value of a label does not rule out, as bits."""
    labels = {} if value is None else {key: value}
    return tuple(
        sum(
            1 << at
            for at, term in enumerate(one.terms)
            if all(e.matches(labels) for e in term if e.key == key)
        )
        for one in placements
    )


def _named_classes(
    found: Mapping[frozenset[int], _Way],
    alike: Mapping[str, list[list[str | None]]],
    domains: Mapping[str, LabelDomain],
) -> list[NodeClass]:
    names = [_name(alike, way.chosen, domains) for way in found.values()]
    if len(found) == 1:
        names = ["all nodes"]
    times = Counter(names)
    classes = []
    for words, (members_of, way) in zip(names, found.items(), strict=True):
        # told apart by combinations of labels alone: the name is that of one of them
        alone = tuple(frozenset((at,)) for at in way.first)
        one = "nodes such as: " + _name(alike, alone, domains)
        groups = [groups[at] for groups, at in zip(alike.values(), way.first, strict=True)]
        labels = _labels(list(alike), groups)
        classes.append(NodeClass(words if times[words] == 1 else one, labels, members_of))
    return sorted(classes, key=lambda c: (-len(c.members), c.name))


def _groups(
    placements: Sequence[Placement], domains: Mapping[str, LabelDomain]
) -> dict[str, list[list[str | None]]]:
    """Return, per label, the values that every expression treats alike, grouped.

    Labels and values are sorted: no name is to change with the order of the manifests.
    """
    by_key: dict[str, dict[Expression, None]] = {}
    for one in placements:
        for expression in one.expressions():
            by_key.setdefault(expression.key, {})[expression] = None
    found: dict[str, list[list[str | None]]] = {}
    for key, expressions in sorted(by_key.items()):
        domain = domains.get(key, LabelDomain())
        values: list[str | None] = [None, ANY_OTHER]
        values += sorted({v for e in expressions for v in e.values})
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
    limits = [limit for text in expression.values if (limit := integer(text)) is not None]
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
    alike: Mapping[str, list[list[str | None]]],
    choices: Sequence[frozenset[int]],
    domains: Mapping[str, LabelDomain],
) -> str:
    """Return the name of some choices of labels: those that are not free, in words."""
    kinds, words = [], []
    for (key, groups), chosen in zip(alike.items(), choices, strict=True):
        if len(chosen) == len(groups):
            continue
        domain = domains.get(key, LabelDomain())
        values = [value for group in sorted(chosen) for value in groups[group]]
        left = [v for at, group in enumerate(groups) if at not in chosen for v in group]
        kind = _kind(values, domain)
        if kind:
            kinds.append(kind)
        else:
            words.append(_words(key, values, left))
    if kinds:
        words.insert(0, f"{' '.join(kinds)} nodes")
    return ", ".join(words) or "all other nodes"


def _kind(values: Sequence[str | None], domain: LabelDomain) -> str:
    """Return what nodes with some values of a label are called, empty where they have no name."""
    titles = domain.titles or {}
    return " and ".join(titles[v or ""] for v in values if v != "" and (v or "") in titles)


def _words(key: str, values: Sequence[str | None], others: Sequence[str | None]) -> str:
    """Return a label's `values` in words, given the `others` it may have."""
    if ANY_OTHER in values:
        named = "|".join(value for value in others if value is not None)
        if None in values:
            return f"nodes without {key}={named}"
        return f"nodes with a {key} other than {named}" if named else f"nodes with {key}"
    named = "|".join(value for value in values if value is not None)
    without = " or without it" if None in values else ""
    return f"{key}={named}{without}" if named or not without else f"nodes without {key}"

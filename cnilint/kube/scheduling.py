"""Which nodes a workload may run on.

Node selectors and required node affinity decide; terms are OR-ed, the expressions of a term AND-ed
(kubernetes/component-helpers@v0.31.0:scheduling/corev1/nodeaffinity/nodeaffinity.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, descend, follow, items, members, string
from cnilint.start import NamedTuple, lazy_pattern

Labels = Mapping[str, str]

_INTEGER = lazy_pattern(r"[+-]?[0-9]{1,18}")

ALIASES = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
}
"""Older names of labels that every node has under both, with one value
(kubernetes/kubernetes@v1.31.0:staging/src/k8s.io/api/core/v1/well_known_labels.go)."""


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


def label(key: str) -> str:
    """Return the name by which a node label is known here, of several the one of today."""
    return ALIASES.get(key, key)


def _compare(operator: str, value: str | None, values: tuple[str, ...]) -> bool:
    left, right = integer(value or ""), integer(values[0] if values else "")
    if left is None or right is None:
        return False
    return left > right if operator == "Gt" else left < right


def integer(text: str) -> int | None:
    """Return what Go's strconv.ParseInt reads in a text, or None."""
    return int(text) if _INTEGER.fullmatch(text) else None


def _selector(tree: Tree | None) -> Iterator[Expression]:
    tree = follow(tree) if tree is not None else None
    if isinstance(tree, MappingTree):
        for key, value in members(tree).items():
            yield Expression(label(key), "In", (string(value) or "",))


def _expressions(term: Tree) -> Iterator[Expression]:
    """Yield a term's requirements; a field (`metadata.name`) is taken as one more label."""
    for group in ("matchExpressions", "matchFields"):
        for expression in items(child(term, group)):
            listed = items(child(expression, "values"))
            values = tuple(getattr(follow(value), "text", "") for value in listed)
            key, operator = string(child(expression, "key")), string(child(expression, "operator"))
            yield Expression(label(key or ""), operator or "", values)

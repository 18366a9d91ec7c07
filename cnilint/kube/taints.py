"""Taints: nodes that a pod needs a toleration for.

Which nodes are tainted stands in no manifest; that somebody tolerates a taint by name says that
there are such nodes. A tainted node is modelled as one with a label of the taint's name, which
those without the toleration must not find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cnilint.model.tree import Tree, child, items, string
from cnilint.start import NamedTuple, lazy_pattern

from .scheduling import Expression, LabelDomain, Placement

PREFIX = "taint "

TRANSIENT = lazy_pattern(
    r"^node\.(kubernetes|cloudprovider\.kubernetes)\.io/|^CriticalAddonsOnly$|not-ready|uninitialized"
)
"""Taints that every DaemonSet tolerates by itself, or that go when a node has started up
(kubernetes/kubernetes@v1.31.0:pkg/controller/daemon/util/daemonset_util.go)."""


class Toleration(NamedTuple):
    """A pod's toleration; an empty key tolerates every taint, an empty effect every effect."""

    key: str
    exists: bool
    value: str
    effect: str

    def covers(self, taint: Taint) -> bool:
        """Whether a node's taint does not keep the pod away."""
        if self.effect not in ("", taint.effect) or self.key not in ("", taint.key):
            return False
        return self.exists or self.value == taint.value


class Taint(NamedTuple):
    """A taint a node may have."""

    key: str
    value: str
    effect: str

    @property
    def title(self) -> str:
        """The taint as kubectl writes it, without its effect."""
        return f"{self.key}={self.value}" if self.value else self.key


def tolerations(specification: Tree | None) -> tuple[Toleration, ...]:
    """Return what a pod specification tolerates."""
    if specification is None:
        return ()
    return tuple(
        Toleration(
            key=string(child(one, "key")) or "",
            exists=string(child(one, "operator")) == "Exists",
            value=string(child(one, "value")) or "",
            effect=string(child(one, "effect")) or "",
        )
        for one in items(child(specification, "tolerations"))
    )


def named_taints(found: Iterable[Sequence[Toleration]]) -> list[Taint]:
    """Return the taints that some toleration names, those of starting nodes left out."""
    taints = {
        Taint(one.key, one.value, one.effect or "NoSchedule"): None
        for each in found
        for one in each
        if one.key and not TRANSIENT.search(one.key) and one.effect != "PreferNoSchedule"
    }
    return list(taints)


def kept_away(
    placement: Placement, tolerated: Sequence[Toleration] | None, taints: Iterable[Taint]
) -> Placement:
    """Return a placement without the nodes whose taints are not tolerated; None tolerates all."""
    if tolerated is None:
        return placement
    keys = {t.key: None for t in taints if not any(one.covers(t) for one in tolerated)}
    away = tuple(Expression(f"{PREFIX}{key}", "DoesNotExist", ()) for key in keys)
    return Placement(tuple(term + away for term in placement.terms))


def taint_domains(taints: Iterable[Taint]) -> Mapping[str, LabelDomain]:
    """Return how to speak of nodes with and without each taint."""
    return {
        f"{PREFIX}{taint.key}": LabelDomain(
            values=("", taint.value or "present"),
            titles={
                "": f"not {taint.key}-tainted",
                (taint.value or "present"): f"{taint.key}-tainted",
            },
        )
        for taint in taints
    }

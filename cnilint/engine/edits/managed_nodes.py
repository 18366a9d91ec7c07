"""Keep an install off the nodes that EKS manages itself."""

from __future__ import annotations

from cnilint.catalog.installer import Installer
from cnilint.kube.node_systems import COMPUTE_TYPE, MANAGED
from cnilint.kube.scheduling import Expression
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import child, items, string

from .affinity import AFFINITY, Pods, affinity_text, pods_of


def off_managed_nodes(one: Installer) -> Fix:
    """Return the fix that turns the choice of such nodes into their exclusion."""
    title = "keep off the nodes that EKS manages"
    pods = pods_of(one)
    edits = (*_excluded(pods), *_unselected(pods)) if pods is not None else ()
    if edits:
        return Fix(title, Applicability.UNSAFE, edits)
    note = affinity_text((Expression(COMPUTE_TYPE, "NotIn", tuple(MANAGED)),))
    return Fix(title, Applicability.DISPLAY, (), note)


def _unselected(pods: Pods) -> tuple[Edit, ...]:
    """Return the edit that takes such a choice out of the node selector."""
    if string(pods.at("nodeSelector", COMPUTE_TYPE)) not in MANAGED:
        return ()
    return (pods.edit(Operation.REMOVE, ("nodeSelector", COMPUTE_TYPE)),)


def _excluded(pods: Pods) -> tuple[Edit, ...]:
    """Return edits that take the managed kinds out of `In`, or turn it where none is left."""
    steps = (*AFFINITY, "nodeSelectorTerms")
    edits: list[Edit] = []
    for term, tree in enumerate(items(pods.at(*steps))):
        for at, expression in enumerate(items(child(tree, "matchExpressions"))):
            operator = string(child(expression, "operator"))
            if string(child(expression, "key")) != COMPUTE_TYPE or operator == "NotIn":
                continue
            route = (*steps, term, "matchExpressions", at)
            values = [string(value) or "" for value in items(child(expression, "values"))]
            gone = [place for place, value in enumerate(values) if value in MANAGED]
            if operator == "Exists":
                edits.append(pods.edit(Operation.REPLACE, (*route, "operator"), "NotIn"))
                edits.append(pods.edit(Operation.ADD, (*route, "values"), list(MANAGED)))
            elif operator == "In" and len(gone) == len(values):
                edits.append(pods.edit(Operation.REPLACE, (*route, "operator"), "NotIn"))
            elif operator == "In":
                edits += [
                    pods.edit(Operation.REMOVE, (*route, "values", place))
                    for place in reversed(gone)
                ]
    return tuple(edits)

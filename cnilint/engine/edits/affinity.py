"""The edits and texts that keep pods to some nodes: required node affinity, and node selectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.catalog.form import DeliveryForm
from cnilint.catalog.installer import Installer
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import Expression
from cnilint.model.finding import Applicability, Edit, Fix, Operation
from cnilint.model.tree import Route, Style, Tree, Value, child, descend, items, string
from cnilint.start import NamedTuple
from cnilint.syntax.embedded import resolve
from cnilint.syntax.style import FlowStyle, flow_text

from .values import giving, nested

AFFINITY = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
LABEL = "cni"
"""The label by which nodes are told apart where nothing in the manifests does."""

_OPPOSITE = {"In": "NotIn", "NotIn": "In", "Exists": "DoesNotExist", "DoesNotExist": "Exists"}
_ONE_LINE = FlowStyle(quote=Style.PLAIN, key_quote=Style.PLAIN)

Term = tuple[Expression, ...]


class Pods(NamedTuple):
    """Where an object says on which nodes pods run: what holds `affinity` and `nodeSelector`."""

    manifest: Manifest
    route: Route

    def at(self, *steps: str | int) -> Tree | None:
        """Return what stands behind some steps, or None."""
        route = (*self.manifest.route, *self.route)
        found = resolve(self.manifest.document, route)
        return descend(found, *steps) if found is not None else None

    def edit(self, operation: Operation, steps: Route, value: Value = None) -> Edit:
        """Return an edit behind some steps."""
        route = (*self.manifest.route, *self.route, *steps)
        return Edit(self.manifest.document, route, operation, value)


def pods_of(one: Installer) -> Pods | None:
    """Return where an install says on which nodes it runs; None where that is not in view.

    Of a chart only where its values say it already: not every chart takes an affinity.
    """
    if one.workload is not None:
        return Pods(one.workload.manifest, (*one.workload.template, "spec"))
    form = one.form
    if not isinstance(form, DeliveryForm):
        return None
    base = tuple(filter(None, form.pods_at.split(".")))
    for key in ("affinity", "nodeSelector"):
        values = giving(form.delivery, ".".join((*base, key)))
        if values is not None and not values.named:
            return Pods(values.manifest, (*values.route, *base))
    return None


def restricted(pods: Pods, own: Sequence[Term], wanted: Term) -> tuple[Edit, ...]:
    """Return edits by which pods ask for what others do, in each term: values extended, else added.

    `own` is what they ask for so far, node selectors included.
    """
    listed = pods.at(*AFFINITY, "nodeSelectorTerms")
    if listed is None:
        missing = [e for e in wanted if len(own) != 1 or e not in own[0]]
        terms: Value = [{"matchExpressions": [plain(e) for e in missing]}]
        return nested(pods.manifest, pods.route, (*AFFINITY, "nodeSelectorTerms"), terms)
    edits: list[Edit] = []
    for term in range(len(items(listed))):
        known = own[term] if term < len(own) else ()
        missing = [e for e in wanted if e not in known]
        edits += _into_term(pods, (*AFFINITY, "nodeSelectorTerms", term), missing)
    return tuple(edits)


def _into_term(
    pods: Pods, steps: tuple[str | int, ...], missing: Sequence[Expression]
) -> Iterator[Edit]:
    inside = (*steps, "matchExpressions")
    present = pods.at(*inside)
    if present is None:
        value: Value = [plain(e) for e in missing]
        yield pods.edit(Operation.ADD, inside, value)
        return
    for expression in missing:
        at = _excluding(items(present), expression)
        if at is None:
            yield pods.edit(Operation.ADD, (*inside, -1), plain(expression))
            continue
        there = [string(value) for value in items(pods.at(*inside, at, "values"))]
        for value in expression.values:
            if value not in there:
                yield pods.edit(Operation.ADD, (*inside, at, "values", -1), value)


def _excluding(listed: Sequence[Tree], expression: Expression) -> int | None:
    """Return which of the expressions that are there excludes values of the same label."""
    for at, one in enumerate(listed):
        same = string(child(one, "key")) == expression.key
        if same and string(child(one, "operator")) == expression.operator == "NotIn":
            return at
    return None


def plain(expression: Expression) -> Value:
    """Return an expression as it stands in a manifest."""
    entry: dict[str, Value] = {"key": expression.key, "operator": expression.operator}
    if expression.values:
        entry["values"] = list(expression.values)
    return entry


def affinity_text(term: Sequence[Expression]) -> str:
    """Return a pod's `affinity` on one line, for a person to copy."""
    value: Value = {"nodeSelectorTerms": [{"matchExpressions": [plain(e) for e in term]}]}
    for key in reversed(AFFINITY):
        value = {key: value}
    return flow_text(value, _ONE_LINE).removeprefix("{").removesuffix("}")


def apart(one: Installer, other: Installer) -> Fix:
    """Return the fix, for display, that gives two installs nodes of their own.

    Where one of them asks for just one thing that the other does not, the other is to ask for its
    opposite; else both for a label that the nodes are yet to get.
    """
    for first, second in ((one, other), (other, one)):
        opposite = _opposite(first, second)
        if opposite is None:
            continue
        pods = pods_of(second)
        terms = second.placement.terms
        edits = restricted(pods, terms, (opposite,)) if pods is not None else ()
        title = f"keep {second.title} ({second.object}) off the nodes of {first.title}"
        return Fix(title, Applicability.DISPLAY, edits, affinity_text((opposite,)))
    labels = [_label(each, one, other) for each in (one, other)]
    title = "give each nodes of its own, labelled " + " and ".join(f"{LABEL}={v}" for v in labels)
    texts = [
        f"{each.object}: {flow_text(plain(Expression(LABEL, 'In', (value,))), _ONE_LINE)}"
        for each, value in zip((one, other), labels, strict=True)
    ]
    return Fix(title, Applicability.DISPLAY, (), f"required nodeAffinity: {'; '.join(texts)}")


def _label(each: Installer, one: Installer, other: Installer) -> str:
    if one.product.id != other.product.id:
        return each.product.id
    return f"{each.product.id}-{1 if each is one else 2}"


def _opposite(first: Installer, second: Installer) -> Expression | None:
    """Return the opposite of the one thing that an install asks of nodes and another does not."""
    if len(first.placement.terms) != 1 or len(second.placement.terms) != 1:
        return None
    theirs = second.placement.terms[0]
    only = [e for e in first.placement.terms[0] if e not in theirs]
    if len(only) != 1 or any(e.key == only[0].key for e in theirs):
        return None
    operator = _OPPOSITE.get(only[0].operator)
    return only[0]._replace(operator=operator) if operator else None

"""How pods are kept to some nodes: edits of what is there, and texts for a person to copy."""

from __future__ import annotations

import pytest

from cnilint.catalog.installer import Installer
from cnilint.engine.edits.affinity import (
    affinity_text,
    apart,
    plain,
    pods_of,
    restricted,
)
from cnilint.engine.evaluate import evaluate
from cnilint.engine.inputs import Inputs
from cnilint.engine.text_edits import text_edits
from cnilint.kube.scheduling import Expression, Placement, placement
from cnilint.model.finding import Applicability, Edit, Fix
from cnilint.model.tree import Embedded, descend
from cnilint.model.tree import plain as value_of
from cnilint.simulation.cluster import Cluster
from cnilint.syntax.compose import compose
from cnilint.syntax.rewrite import CannotEdit, apply
from tests.clusters import VPC, multus, read

LINUX = Expression("kubernetes.io/os", "In", ("linux",))
NOT_HYBRID = Expression("type", "NotIn", ("hybrid",))
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: m, namespace: argocd}
spec:
  source:
    repoURL: https://home-operations.github.io/helm-charts
    chart: multus
    targetRevision: 0.1.0
    helm:
      values: |
        image: {tag: v4.1.4}
"""


def cluster(*texts: str) -> tuple[Inputs, Cluster]:
    inputs = read({f"{at}.yaml": text for at, text in enumerate(texts)})
    return inputs, evaluate(inputs).clusters[0]


def with_pods(text: str, lines: str) -> str:
    """Return a DaemonSet with lines in its pods' specification."""
    return text.replace("    spec:\n      containers:", f"    spec:\n{lines}      containers:")


def selected(*expressions: str, terms: int = 1) -> str:
    listed = "".join(f"                  - {one}\n" for one in expressions)
    head = (
        "      affinity:\n        nodeAffinity:\n"
        "          requiredDuringSchedulingIgnoredDuringExecution:\n"
        "            nodeSelectorTerms:\n"
    )
    return head + terms * f"              - matchExpressions:\n{listed}"


def the(cluster: Cluster, product: str) -> Installer:
    return next(one for one in cluster.installers if one.product.id == product)


def after(inputs: Inputs, edits: tuple[Edit, ...], at: int = 0) -> tuple[str, Placement]:
    """Return the first text with edits made, and where its last object's pods run then."""
    made = text_edits(Fix("", Applicability.SAFE, edits))
    assert not isinstance(made, CannotEdit), made
    source = inputs.sources[at]
    text = apply(source.text, made[source.path])
    *_others, last = (one for one in compose(type(source)("x.yaml", text)) if hasattr(one, "root"))
    root = getattr(last, "root", None)
    assert root is not None
    return text, placement(descend(root, "spec", "template", "spec"))


@pytest.mark.parametrize(
    ("lines", "terms"),
    [
        ("", ((LINUX, NOT_HYBRID),)),
        ("      affinity: {}\n", ((LINUX, NOT_HYBRID),)),
        (
            "      nodeSelector: {pool: a}\n",
            ((Expression("pool", "In", ("a",)), LINUX, NOT_HYBRID),),
        ),
        (
            selected("{key: kubernetes.io/os, operator: In, values: [linux]}"),
            ((LINUX, NOT_HYBRID),),
        ),
        (
            selected("{key: type, operator: NotIn, values: [fargate]}"),
            ((Expression("type", "NotIn", ("fargate", "hybrid")), LINUX),),
        ),
        (
            selected("{key: pool, operator: Exists}", terms=2),
            2 * ((Expression("pool", "Exists", ()), LINUX, NOT_HYBRID),),
        ),
    ],
)
def test_pods_come_to_ask_for_what_others_do(
    lines: str, terms: tuple[tuple[Expression, ...], ...]
) -> None:
    inputs, found = cluster(with_pods(multus(), lines), VPC)
    one = the(found, "multus-thick")
    pods = pods_of(one)
    assert pods is not None
    edits = restricted(pods, one.placement.terms, (LINUX, NOT_HYBRID))
    _text, where = after(inputs, edits)
    assert {frozenset(term) for term in where.terms} == {frozenset(term) for term in terms}
    assert len(where.terms) == len(terms)


def test_what_is_asked_for_already_needs_no_edit() -> None:
    lines = selected("{key: kubernetes.io/os, operator: In, values: [linux]}")
    _inputs, found = cluster(with_pods(multus(), lines), VPC)
    one = the(found, "multus-thick")
    pods = pods_of(one)
    assert pods is not None
    assert restricted(pods, one.placement.terms, (LINUX,)) == ()


def test_a_chart_is_asked_only_where_its_values_show_that_it_listens() -> None:
    _inputs, silent = cluster(ARGO, VPC)
    assert pods_of(the(silent, "multus-thin")) is None
    inputs, found = cluster(f"{ARGO}        nodeSelector: {{pool: a}}\n", VPC)
    one = the(found, "multus-thin")
    pods = pods_of(one)
    assert pods is not None
    assert pods.route[-1] is Embedded.YAML
    edits = restricted(pods, one.placement.terms, (LINUX,))
    made = text_edits(Fix("", Applicability.SAFE, edits))
    assert not isinstance(made, CannotEdit)
    text = apply(inputs.sources[0].text, made["0.yaml"])
    assert text.endswith(
        "            - matchExpressions:\n" + text.rpartition("matchExpressions:\n")[2]
    )
    assert "        affinity:\n          nodeAffinity:\n" in text


def test_an_expression_is_written_as_in_a_manifest() -> None:
    assert plain(LINUX) == {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]}
    assert plain(Expression("a", "Exists", ())) == {"key": "a", "operator": "Exists"}
    (document,) = compose(read({"x.yaml": affinity_text((LINUX, NOT_HYBRID))}).sources[0])
    root = getattr(document, "root", None)
    assert root is not None
    assert placement(root).terms == ((LINUX, NOT_HYBRID),)
    assert isinstance(value_of(root), dict)


@pytest.mark.parametrize(
    ("expression", "opposite"),
    [
        (
            "{key: type, operator: In, values: [a, b]}",
            "{key: type, operator: NotIn, values: [a, b]}",
        ),
        ("{key: type, operator: NotIn, values: [a]}", "{key: type, operator: In, values: [a]}"),
        ("{key: type, operator: Exists}", "{key: type, operator: DoesNotExist}"),
        ("{key: type, operator: DoesNotExist}", "{key: type, operator: Exists}"),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_two_installs_are_set_apart_by_what_only_one_of_them_asks_for(
    expression: str, opposite: str, swapped: bool
) -> None:
    inputs, found = cluster(VPC, with_pods(multus(), selected(expression)))
    pair = (the(found, "multus-thick"), the(found, "aws-vpc-cni"))
    fix = apart(*(reversed(pair) if swapped else pair))
    assert fix.applicability is Applicability.DISPLAY
    assert opposite in fix.note
    assert "aws-node" in fix.title
    edits = tuple(edit for edit in fix.edits if isinstance(edit, Edit))
    _text, where = after(inputs, edits)
    for term in where.terms:
        labels = [{"type": "a"}, {"type": "b"}, {"type": "z"}, {}]
        fits = [all(e.matches(each) for e in term) for each in labels]
        assert not any(
            fit and pair[0].placement.matches(each) for fit, each in zip(fits, labels, strict=True)
        )


@pytest.mark.parametrize(
    "lines",
    [
        "",
        selected("{key: a, operator: Exists}", "{key: b, operator: Exists}"),
        selected("{key: a, operator: Gt, values: ['1']}"),
        selected("{key: a, operator: Exists}", terms=2),
    ],
)
def test_else_the_nodes_get_a_label(lines: str) -> None:
    _inputs, found = cluster(VPC, with_pods(multus(), lines))
    fix = apart(the(found, "multus-thick"), the(found, "aws-vpc-cni"))
    assert (fix.applicability, fix.edits) == (Applicability.DISPLAY, ())
    assert "cni=multus-thick and cni=aws-vpc-cni" in fix.title
    assert "aws-node: {key: cni, operator: In, values: [aws-vpc-cni]}" in fix.note


def test_two_of_one_product_get_labels_of_their_own() -> None:
    _inputs, found = cluster(VPC, VPC.replace("name: aws-node", "name: aws-node-next", 1))
    one, other = (each for each in found.installers if each.product.id == "aws-vpc-cni")
    title = apart(one, other).title
    assert "cni=aws-vpc-cni-1 and cni=aws-vpc-cni-2" in title

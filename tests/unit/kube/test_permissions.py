"""What an account may do, by the bindings and roles in view."""

from __future__ import annotations

import json

import pytest

from cnilint.kube.manifest import ManifestIndex
from cnilint.kube.permissions import Bound, Permission, bound_to
from cnilint.kube.workload import workload
from tests.unit.simulation.actors import read

PATCH = Permission("", "pods", "patch")
PODS = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: d, namespace: kube-system}
spec: {template: {spec: {serviceAccountName: own, containers: []}}}
"""
OWN = {"kind": "ServiceAccount", "name": "own", "namespace": "kube-system"}


def rule(
    verbs: str, groups: str = "", resources: str = "pods", **more: object
) -> dict[str, object]:
    each = {"verbs": verbs, "apiGroups": groups, "resources": resources}
    return {key: value.split(",") for key, value in each.items()} | more


def role(name: str, *rules: object, **more: object) -> str:
    meta = {"name": name} | ({"labels": more.pop("labels")} if "labels" in more else {})
    body = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    return json.dumps(body | {"metadata": meta, "rules": list(rules)} | more)


def binding(name: str, subject: object = OWN) -> str:
    body = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding"}
    reference = {"kind": "ClusterRole", "name": name}
    return json.dumps(
        body | {"metadata": {"name": name}, "roleRef": reference, "subjects": [subject]}
    )


def bound(*texts: str) -> Bound:
    found = read("\n---\n".join((PODS, *texts)))
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    return bound_to(pods, found)


@pytest.mark.parametrize(
    ("one", "allowed"),
    [
        (rule("get,patch"), True),
        (rule("*"), True),
        (rule("patch", "*", "*"), True),
        (rule("get,list"), False),
        (rule("patch", "apps"), False),
        (rule("patch", "", "pods/status"), False),
        (rule("patch", resourceNames=["one"]), False),
    ],
)
def test_a_rule_allows_what_it_names(one: object, allowed: bool) -> None:
    found = bound(role("r", one), binding("r"))
    assert found.complete
    assert found.allows(PATCH) is allowed


@pytest.mark.parametrize(
    ("subject", "is_bound"),
    [
        (OWN, True),
        (OWN | {"namespace": "other"}, False),
        (OWN | {"name": "other"}, False),
        ({"kind": "Group", "name": "system:serviceaccounts:kube-system"}, True),
        ({"kind": "Group", "name": "system:serviceaccounts:other"}, False),
        ({"kind": "User", "name": "own"}, False),
    ],
)
def test_a_binding_is_of_its_subjects(subject: object, is_bound: bool) -> None:
    found = bound(role("r", rule("patch")), binding("r", subject))
    assert found.allows(PATCH) is is_bound
    assert found.complete is is_bound


def test_a_role_counts_with_those_it_aggregates() -> None:
    selector = {"clusterRoleSelectors": [{"matchLabels": {"for": "r"}}]}
    whole = role("r", aggregationRule=selector)
    assert bound(whole, role("part", rule("patch"), labels={"for": "r"}), binding("r")).allows(
        PATCH
    )
    assert not bound(whole, role("part", rule("patch"), labels={}), binding("r")).allows(PATCH)


def test_a_role_out_of_view_leaves_it_open() -> None:
    assert not bound(binding("r")).complete
    assert not bound(role("r", rule("get"))).complete


def test_the_rule_about_a_resource_is_found_by_its_name() -> None:
    found = bound(role("r", rule("get", "apps"), rule("get")), binding("r"))
    named = found.rule_of("", "pods")
    assert named is not None
    assert (named[0].name, named[1]) == ("r", 1)
    assert found.rule_of("", "nodes") is None

"""Which nodes forget their CNI directory, and what that does to the situations of a class."""

from __future__ import annotations

import json

import pytest

from cnilint.engine.result import Result
from cnilint.kube.node_systems import NodeGroup, node_groups, survives_reboot
from cnilint.model.steps import Situation
from cnilint.report.terminal.inspect import inspect_text
from cnilint.report.terminal.paint import Paint
from cnilint.simulation.cluster import Cluster, cluster
from tests.unit.simulation.actors import objects, read, thick, writer

EKSCTL = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {{name: c}}
managedNodeGroups:
- {{name: a, amiFamily: {a}}}
nodeGroups:
- {{name: b, amiFamily: {b}}}
"""
KARPENTER = """
apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {{name: default}}
spec: {{{spec}}}
"""
LABEL = "alpha.eksctl.io/nodegroup-name"
BR, AL = NodeGroup(LABEL, "br", bottlerocket=True), NodeGroup(LABEL, "al", bottlerocket=False)


def eksctl(a: str, b: str) -> str:
    return EKSCTL.format(a=a, b=b)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (eksctl("Bottlerocket", "AmazonLinux2023"), [True, False]),
        (eksctl("bottlerocket", "null"), [True, False]),
        (KARPENTER.format(spec="amiFamily: Bottlerocket"), [True]),
        (KARPENTER.format(spec="amiSelectorTerms: [{alias: bottlerocket@latest}]"), [True]),
        (KARPENTER.format(spec="amiSelectorTerms: [{alias: al2023@latest}]"), [False]),
        (KARPENTER.format(spec="amiSelectorTerms: [{id: ami-1}]"), [False]),
        (KARPENTER.format(spec="").replace("karpenter.k8s.aws", "other.example"), []),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n", []),
    ],
)
def test_groups_of_nodes_are_read(text: str, found: list[bool]) -> None:
    groups = list(node_groups(read(text)))
    assert sorted((one.bottlerocket for one in groups), reverse=True) == found


@pytest.mark.parametrize(
    ("groups", "labels", "survives"),
    [
        ([], {}, True),
        ([AL], {}, True),
        ([BR], {}, False),
        ([BR, AL], {}, True),
        ([BR, AL], {LABEL: "br"}, False),
        ([BR, AL], {LABEL: "al"}, True),
        ([BR], {LABEL: "of another object"}, False),
        ([BR], {"eks.amazonaws.com/compute-type": "hybrid"}, True),
        ([AL], {"bottlerocket.aws/updater-interface-version": "2.0.0"}, False),
    ],
)
def test_a_class_forgets_its_files_when_all_of_its_nodes_do(
    groups: list[NodeGroup], labels: dict[str, str], survives: bool
) -> None:
    assert survives_reboot(groups, labels) is survives


def node_class(name: str, family: str) -> str:
    return KARPENTER.replace("default", name).format(spec=f"amiFamily: {family}")


def on(family: str) -> Cluster:
    text = node_class("default", family)
    actors = [writer("10-c.conflist"), thick("v4.1.4", "10-c.conflist")]
    return cluster("x", [*objects(actors), *read(text)])


@pytest.mark.parametrize(
    ("family", "situations"),
    [
        ("Bottlerocket", {Situation.FIRST_BOOT, Situation.RESTART}),
        ("AmazonLinux2", {Situation.FIRST_BOOT, Situation.REBOOT, Situation.RESTART}),
        ("AmazonLinux2023", {Situation.FIRST_BOOT, Situation.REBOOT, Situation.RESTART}),
    ],
)
def test_a_reboot_is_played_through_where_files_are_left(
    family: str, situations: set[Situation]
) -> None:
    (facts,) = on(family).classes
    assert {outcome.situation for outcome in facts.outcomes} == situations
    assert facts.persistent is (Situation.REBOOT in situations)


def test_inspect_says_why_a_situation_is_missing() -> None:
    def shown(family: str) -> str:
        result = Result((), (), (on(family),), 1, 1)
        return inspect_text(result, Paint(color=False, width=100))

    line = "reboot: nothing is left in /etc/cni (Bottlerocket), so it is a first boot again"
    assert line in shown("Bottlerocket")
    assert "(Bottlerocket)" not in shown("AmazonLinux2023")


def test_only_the_groups_that_forget_do() -> None:
    label = "karpenter.k8s.aws/ec2nodeclass"
    manifests = objects([writer("10-c.conflist")], {label: "a"})
    others = objects([writer("x.conf"), writer("10-d.conflist")], {label: "b"})[2:]
    text = node_class("a", "Bottlerocket") + "---" + node_class("b", "AL2023")
    found = cluster("x", [*manifests, *others, *read(text)])
    kept = {json.dumps(dict(one.node_class.labels)): one.persistent for one in found.classes}
    assert kept == {json.dumps({label: "a"}): False, json.dumps({label: "b"}): True}

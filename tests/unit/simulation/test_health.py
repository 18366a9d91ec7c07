"""A class of nodes is green only when it is decided, ready and whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cnilint.engine.evaluate import Surroundings, evaluate
from cnilint.engine.result import Result
from cnilint.model.finding import Level
from cnilint.model.steps import Failure
from cnilint.model.verdict import VerdictKind
from cnilint.run import host_files
from cnilint.simulation.class_facts import ClassFacts
from cnilint.simulation.search import RESTLESS
from tests.clusters import PINNED, VPC, WAITING, istio, multus, read

NAMED = istio(CHAINED_CNI_PLUGIN="true", CNI_CONF_NAME="10-aws.conflist")
ELSEWHERE = istio(CHAINED_CNI_PLUGIN="true", CNI_CONF_NAME="10-canal.conflist")
ALONE = istio(CHAINED_CNI_PLUGIN="false")


def result(*texts: str, hosts: tuple[str, ...] = ()) -> Result:
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    return evaluate(read(files), Surroundings(host_files=host_files(hosts)))


def classes(found: Result) -> Iterator[ClassFacts]:
    yield from (facts for cluster in found.clusters for facts in cluster.classes)


@pytest.mark.parametrize(
    ("texts", "hosts", "kind"),
    [
        ((VPC,), (), VerdictKind.DETERMINISTIC),
        ((VPC, NAMED), (), VerdictKind.DETERMINISTIC),
        ((VPC, NAMED, multus(PINNED)), (), VerdictKind.DETERMINISTIC),
        ((VPC, ELSEWHERE), (), VerdictKind.NEVER_READY),
        ((VPC, WAITING, multus(PINNED)), (), VerdictKind.NEVER_READY),
        ((VPC, ALONE), (), VerdictKind.BYPASSED),
        ((VPC,), ("05-cilium.conflist",), VerdictKind.STALE_OWNER),
        ((NAMED,), (), VerdictKind.UNDECIDED),
    ],
)
def test_the_kind_is_the_worst_that_is_certain(
    texts: tuple[str, ...], hosts: tuple[str, ...], kind: VerdictKind
) -> None:
    (facts,) = classes(result(*texts, hosts=hosts))
    assert facts.verdict.kind is kind
    assert facts.verdict.good is (kind is VerdictKind.DETERMINISTIC)


COPIER = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-multus-ds, namespace: kube-system}
spec:
  template:
    spec:
      containers:
      - name: kube-multus
        image: registry.example/multus-cni:v4.2.4
        command: [/thin_entrypoint]
        args: [--multus-conf-file=/tmp/multus-conf/FILE]
        volumeMounts:
        - {name: cni, mountPath: /host/etc/cni/net.d}
        - {name: conf, mountPath: /tmp/multus-conf}
      volumes:
      - {name: cni, hostPath: {path: /etc/cni/net.d}}
      - {name: conf, configMap: {name: multus-cni-config}}
"""
COPIED = """
apiVersion: v1
kind: ConfigMap
metadata: {name: multus-cni-config, namespace: kube-system}
data:
  00-multus.conf: '{"cniVersion": "0.4.0", "name": "multus", "type": "multus" DELEGATES}'
"""
DELEGATES = ', "delegates": [{"name": "aws-cni", "type": "aws-cni"}]'


@pytest.mark.parametrize(
    ("copied", "file", "kind"),
    [
        # Multus is asked for each pod, and what it then reads is in a map of some other tree.
        ("", "00-multus.conf", VerdictKind.UNDECIDED),
        # Whatever is in it, no pod comes to it.
        ("", "70-multus.conf", VerdictKind.BYPASSED),
        (COPIED.replace("DELEGATES", ""), "00-multus.conf", VerdictKind.NEVER_READY),
        (COPIED.replace("DELEGATES", DELEGATES), "00-multus.conf", VerdictKind.DETERMINISTIC),
    ],
)
def test_a_file_that_is_copied_decides_where_it_is_in_view(
    copied: str, file: str, kind: VerdictKind
) -> None:
    (facts,) = classes(result(VPC, COPIER.replace("FILE", file), *([copied] if copied else [])))
    assert facts.verdict.kind is kind
    assert (facts.verdict.doubt is None) is (kind is not VerdictKind.UNDECIDED)


def test_an_owned_file_that_is_not_the_first_is_written_again_for_ever() -> None:
    (facts,) = classes(result(VPC, WAITING, multus(PINNED)))
    assert not facts.verdict.ready
    assert facts.verdict.causes == (RESTLESS,)
    assert {(held.actor.title, held.cause.failure) for held in facts.verdict.held} == {
        ("Istio CNI", Failure.NOT_FIRST)
    }
    # what it rewrites is no file that Multus's pods go by
    assert facts.verdict.owners == ("10-aws.conflist",)


def test_plugins_are_followed_through_multus() -> None:
    (facts,) = classes(result(VPC, NAMED, multus(PINNED)))
    assert all("istio-cni" in outcome.plugins for outcome in facts.outcomes)
    assert facts.verdict.whole


@settings(max_examples=25, deadline=None)
@given(
    some.lists(
        some.sampled_from([NAMED, ELSEWHERE, ALONE, WAITING, istio()]), max_size=1, unique=True
    ),
    some.sampled_from(["", multus(PINNED), multus()]),
    some.sampled_from([(), ("05-cilium.conflist",), ("99-bridge.conflist",)]),
)
def test_no_bad_outcome_is_without_a_finding(
    chained: list[str], meta: str, hosts: tuple[str, ...]
) -> None:
    found = result(VPC, *chained, *filter(None, [meta]), hosts=hosts)
    if any(facts.verdict.bad for facts in classes(found)):
        assert any(finding.level is Level.ERROR for finding in found.findings)

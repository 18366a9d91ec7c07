"""Where the steps of a code flow point: at the place that speaks for who acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint
from cnilint.model.finding import Finding, Related
from cnilint.model.steps import Actor, Situation, Step, Verb, Witness
from cnilint.report.sarif import flow as module
from cnilint.report.sarif.flow import code_flows, flows_left_out
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.steps import actor_of
from tests.unit.report.orders import REBOOTS, RESTARTS, witness

ROOT = Path(__file__).resolve().parents[4]
Find = Callable[..., Finding]
Read = Callable[..., Cluster]


def orders(cluster: Cluster) -> tuple[Witness, ...]:
    """Return an order in which each install of a cluster acts once, and a reboot."""
    found = [actor_of(one) for one in cluster.installers]
    by_product = {one.product: one for one in found}
    steps = (
        Step(by_product["aws-vpc-cni"], Verb.WRITES, ("10-aws.conflist",)),
        Step(by_product["istio-cni"], Verb.COPIES, ("02-istio.conf",), "10-aws.conflist"),
        Step(by_product["multus-thick"], Verb.PICKS, ("00-multus.conf",), "02-istio.conf"),
    )
    return (
        witness("02-istio.conf", *steps),
        witness("10-aws.conflist", REBOOTS, situation=Situation.REBOOT),
    )


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def places(flows: Any) -> list[list[str]]:  # noqa: ANN401
    """Return `file:line` of each step of each flow."""
    found = []
    for flow in flows:
        (thread,) = flow["threadFlows"]
        physical = [each["location"]["physicalLocation"] for each in thread["locations"]]
        found.append(
            [f"{p['artifactLocation']['uri']}:{p['region']['startLine']}" for p in physical]
        )
    return found


def test_a_step_is_where_its_actor_is_and_the_subject_where_the_finding_is(
    find: Find, read: Read
) -> None:
    cluster = read("multus", "aws", "istio")
    aws = next(one for one in cluster.installers if one.product.id == "aws-vpc-cni").location()
    assert aws is not None
    related = (
        # another place of the same object, and the very place of who acts
        Related(find("aws", "image").location._replace(object=aws.object), "it is there"),
        Related(aws, "what it does there is said in other words"),
        Related(find("istio", "image").location._replace(object="DaemonSet mesh/istio"), "another"),
    )
    finding = find("multus", '"auto"', witnesses=orders(cluster), related=related)
    flows = places(code_flows(finding))
    assert flows == [["aws.yaml:3", "istio.yaml:9", "multus.yaml:10"], ["multus.yaml:10"]]


def test_of_several_without_a_related_place_each_is_at_its_workload(find: Find, read: Read) -> None:
    finding = find("multus", '"auto"', witnesses=orders(read("multus", "aws", "istio")))
    first, second = places(code_flows(finding))
    assert first == ["aws.yaml:3", "istio.yaml:3", "multus.yaml:15"]
    assert second == ["multus.yaml:10"]


def test_a_finding_at_one_workload_is_not_the_place_of_another_that_acts_alone(
    find: Find, read: Read
) -> None:
    cluster = read("multus", "aws", "istio")
    aws = next(one for one in cluster.installers if one.product.id == "aws-vpc-cni")
    order = witness(
        "00-multus.conf", Step(actor_of(aws), Verb.WRITES, ("10-aws.conflist",)), REBOOTS
    )
    at_istio = find("istio", "istio").location._replace(object="DaemonSet mesh/istio")
    finding = find("istio", "istio", location=at_istio, witnesses=(order,))
    assert places(code_flows(finding)) == [["aws.yaml:3", "istio.yaml:3"]]


def test_who_is_only_assumed_has_the_place_of_the_finding(find: Find) -> None:
    steps = (Step(Actor("Amazon VPC CNI", "aws-vpc-cni"), Verb.WRITES, ("10-aws.conflist",)),)
    related = (Related(find("istio", "image").location._replace(object=""), "no object"),)
    order = witness("10-aws.conflist", *steps, RESTARTS)
    finding = find("multus", '"auto"', witnesses=(order,), related=related)
    assert places(code_flows(finding)) == [["multus.yaml:10"] * 2]


def test_an_order_in_which_nothing_happens_is_no_flow(find: Find) -> None:
    each = (witness("10-aws.conflist"), witness("10-aws.conflist", RESTARTS))
    finding = find("multus", '"auto"', witnesses=each)
    flows = code_flows(finding)
    assert len(flows) == 1
    assert flows_left_out(finding, flows) == 0


def test_flows_end_before_there_are_too_many_steps_and_the_rest_is_counted(
    find: Find, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = find("multus", '"auto"', witnesses=orders(read("multus", "aws", "istio")))
    for most, whole in ((4, 2), (3, 1), (2, 0)):
        monkeypatch.setattr(module, "MOST_STEPS", most)
        flows = code_flows(finding)
        assert len(flows) == whole
        assert flows_left_out(finding, flows) == 2 - whole


@pytest.mark.parametrize("example", ["eks-multus-istio", "cilium-exclusive-multus", "k3s-multus"])
def test_in_an_example_each_step_is_in_the_file_of_who_acts(example: str) -> None:
    folder = ROOT / "examples" / example
    result = lint([str(folder)])
    checked = 0
    for finding in result.findings:
        flows = places(code_flows(finding))
        for order, shown in zip(finding.witnesses, flows, strict=True):
            for step, place in zip(order.steps, shown, strict=True):
                word = step.actor.title.split()[0].lower()
                file = place.rpartition(":")[0].rpartition("/")[2]
                names = {"amazon": "aws", "multus": "multus", "cilium": "cilium", "istio": "istio"}
                if word in names and len(list(folder.glob(f"*{names[word]}*.y*ml"))) == 1:
                    assert names[word] in file, (step, place)
                    checked += 1
    assert checked or not any(each.witnesses for each in result.findings)

"""Where the steps of a code flow point: at the place that speaks for who acts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnilint import lint
from cnilint.model.finding import Finding, Related
from cnilint.report.sarif import flow as module
from cnilint.report.sarif.flow import code_flows, flows_left_out
from cnilint.report.witness import witnesses
from cnilint.simulation.cluster import Cluster

ROOT = Path(__file__).resolve().parents[4]
Find = Callable[..., Finding]
Read = Callable[..., Cluster]

DETAILS = (
    "02-istio.conf on all nodes, first boot:",
    "  1. Amazon VPC CNI writes 10-aws.conflist",
    "  2. Istio CNI writes 02-istio.conf, a copy",
    "  3. Multus picks 02-istio.conf as its master",
    "10-aws.conflist on all nodes, reboot:",
    "  1. the node reboots",
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
    related = (
        Related(find("aws", "image").location, "Amazon VPC CNI writes 10-aws.conflist"),
        Related(find("istio", "image").location._replace(object="DaemonSet mesh/istio"), "another"),
    )
    clusters = [read("multus", "aws", "istio")]
    finding = find("multus", '"auto"', cluster="default", details=DETAILS, related=related)
    flows = places(code_flows(finding, clusters))
    assert flows == [["aws.yaml:9", "istio.yaml:9", "multus.yaml:10"], ["multus.yaml:10"]]


def test_of_several_without_a_related_place_each_is_at_its_workload(find: Find, read: Read) -> None:
    clusters = [read("multus", "aws", "istio")]
    finding = find("multus", '"auto"', cluster="test, default", details=DETAILS)
    first, second = places(code_flows(finding, clusters))
    assert first == ["aws.yaml:3", "istio.yaml:3", "multus.yaml:15"]
    assert second == ["multus.yaml:10"]


def test_another_cluster_has_other_actors(find: Find, read: Read) -> None:
    finding = find("multus", '"auto"', cluster="prod", details=DETAILS)
    flows = places(code_flows(finding, [read("multus", "aws", "istio")]))
    assert flows == [["multus.yaml:10"] * 3, ["multus.yaml:10"]]


def test_flows_end_before_there_are_too_many_steps_and_the_rest_is_counted(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = find("multus", '"auto"', details=DETAILS)
    for most, whole in ((4, 2), (3, 1), (2, 0)):
        monkeypatch.setattr(module, "MOST_STEPS", most)
        flows = code_flows(finding, [])
        assert len(flows) == whole
        assert flows_left_out(finding, flows) == 2 - whole


@pytest.mark.parametrize("example", ["eks-multus-istio", "cilium-exclusive-multus", "k3s-multus"])
def test_in_an_example_each_step_is_in_the_file_of_who_acts(example: str) -> None:
    folder = ROOT / "examples" / example
    result = lint([str(folder)])
    checked = 0
    for finding in result.findings:
        flows = places(code_flows(finding, result.clusters))
        for witness, shown in zip(witnesses(finding), flows, strict=True):
            for step, place in zip(witness.steps, shown, strict=True):
                word = step.split()[0].lower()
                file = place.rpartition(":")[0].rpartition("/")[2]
                names = {"amazon": "aws", "multus": "multus", "cilium": "cilium", "istio": "istio"}
                if word in names and len(list(folder.glob(f"*{names[word]}*.y*ml"))) == 1:
                    assert names[word] in file, (step, place)
                    checked += 1
    assert checked or not any(map(witnesses, result.findings))

"""What is said of installs that fight: the class, both objects, and who wins."""

from __future__ import annotations

import pytest

from cnilint.model.finding import Finding
from cnilint.run import lint
from tests.cases import whole_cases

CASES = whole_cases()
BETWEEN_TWO = ["CNI201", "CNI202", "CNI203", "CNI204", "CNI205", "CNI207", "CNI210", "CNI211"]
"""Rules on two objects of the manifests."""

ABOUT_ORDER = ["CNI101", "CNI112", "CNI113", "CNI202", "CNI206", "CNI213"]
"""Rules on what comes of an order, which is shown."""


def findings(rule: str, case: str) -> list[Finding]:
    folder = CASES / rule / case
    files = [str(path) for path in folder.iterdir() if path.suffix in (".yaml", ".yml")]
    return [one for one in lint(sorted(files)).findings if one.rule == rule]


def bad(*rules: str) -> list[tuple[str, str]]:
    return [(rule, case.name) for rule in rules for case in sorted((CASES / rule).glob("bad-*"))]


@pytest.mark.parametrize(("rule", "case"), bad(*BETWEEN_TWO))
def test_both_objects_of_a_conflict_have_a_place(rule: str, case: str) -> None:
    for one in findings(rule, case):
        assumed = "assumed" in one.message
        assert one.related or assumed
        places = {(r.location.source.path, r.location.span) for r in one.related}
        assert (one.location.source.path, one.location.span) not in places


@pytest.mark.parametrize(("rule", "case"), bad(*ABOUT_ORDER))
def test_an_order_is_shown_step_by_step(rule: str, case: str) -> None:
    # no file is renamed of what chains itself, and without a primary nothing comes about at all
    bare = (rule, case) in (("CNI202", "bad-istio"), ("CNI206", "bad-no-primary-shown"))
    for one in findings(rule, case):
        assert bool(one.witnesses) is not bare
        assert all(each.steps for each in one.witnesses)


@pytest.mark.parametrize(
    ("rule", "case"), bad(*BETWEEN_TWO, "CNI112", "CNI113", "CNI208", "CNI209")
)
def test_the_class_of_nodes_is_named(rule: str, case: str) -> None:
    folder = CASES / rule / case
    files = [str(path) for path in folder.iterdir() if path.suffix in (".yaml", ".yml")]
    names = {facts.name for each in lint(sorted(files)).clusters for facts in each.classes}
    for one in findings(rule, case):
        assert any(name in one.message for name in names)


def test_pods_that_ask_for_networks_are_told_where_multus_is() -> None:
    for one in findings("CNI209", "bad-deployment"):
        assert [each.message for each in one.related] == ["Multus (thick) is installed here"]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            "bad-calico-as-10-aws",
            (
                "the last one to start wins, and it holds aws-cni if that is Amazon VPC CNI or "
                "k8s-pod-network if that is Calico"
            ),
        ),
        ("bad-one-leaves-it", "that of Amazon VPC CNI stays"),
    ],
)
def test_of_two_writers_it_is_said_who_wins(case: str, words: str) -> None:
    (one,) = findings("CNI204", case)
    assert one.message.endswith(words)


def test_one_cause_on_two_classes_is_one_finding() -> None:
    (one,) = findings("CNI113", "bad-comma-in-the-map-of-flannel")
    assert "mesh=true and nodes without mesh=true" in one.message


def test_an_unknown_installer_is_said_to_be_on_its_nodes() -> None:
    (one,) = findings("CNI212", "bad-directory")
    assert one.message.startswith(
        "DaemonSet kube-system/node-setup can write to /etc/cni/net.d on all nodes, "
    )


def test_a_file_that_is_renamed_is_what_multus_takes_today() -> None:
    folder = CASES / "CNI202" / "bad-multus"
    found = lint([str(path) for path in folder.iterdir() if path.suffix == ".yaml"]).findings
    said = [one.message for one in found if one.rule == "CNI102"]
    assert not any("these manifests write none" in message for message in said)

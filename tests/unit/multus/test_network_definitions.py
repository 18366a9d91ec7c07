"""Which definitions a cluster has: written, held by other objects, and made by operators."""

from __future__ import annotations

import pytest

from cnilint.multus.network_definitions import Definitions, network_definitions
from tests.unit.simulation.actors import read

LAN = """\
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: lan, namespace: shop}
spec: {config: '{"plugins": [{"type": "macvlan"}, {"type": "tuning"}]}'}
"""


def definitions(*texts: str) -> Definitions:
    return network_definitions(read("---\n".join(texts)))


def made(kind: str, group: str, spec: str = "{}", extra: str = "") -> str:
    return (
        f"apiVersion: {group}/v1\nkind: {kind}\n"
        f"metadata: {{name: net, namespace: ops{extra}}}\nspec: {spec}\n"
    )


@pytest.mark.parametrize(
    ("text", "namespace"),
    [
        (made("SriovNetwork", "sriovnetwork.openshift.io"), "ops"),
        (made("SriovIBNetwork", "sriovnetwork.openshift.io", "{networkNamespace: shop}"), "shop"),
        (made("OVSNetwork", "sriovnetwork.openshift.io", "{networkNamespace: shop}"), "shop"),
        (made("MacvlanNetwork", "mellanox.com"), "default"),
        (made("HostDeviceNetwork", "mellanox.com", "{networkNamespace: shop}"), "shop"),
        (made("IPoIBNetwork", "mellanox.com"), "default"),
        (made("UserDefinedNetwork", "k8s.ovn.org"), "ops"),
        (made("SpiderMultusConfig", "spiderpool.spidernet.io"), "ops"),
        (
            made("Network", "operator.openshift.io", "{additionalNetworks: [{name: net}]}"),
            "default",
        ),
        (
            made(
                "Network",
                "operator.openshift.io",
                "{additionalNetworks: [{name: net, namespace: shop}]}",
            ),
            "shop",
        ),
    ],
)
def test_an_operator_makes_a_definition_in_a_namespace(text: str, namespace: str) -> None:
    found = definitions(text)
    assert found.find(namespace, "net") is not None
    assert found.find("elsewhere", "net") is None


def test_one_object_can_make_a_definition_in_every_namespace() -> None:
    found = definitions(made("ClusterUserDefinedNetwork", "k8s.ovn.org"))
    assert found.find("anywhere", "net") is not None


def test_an_annotation_gives_a_definition_of_spiderpool_another_name() -> None:
    extra = ", annotations: {multus.spidernet.io/cr-name: other}"
    found = definitions(made("SpiderMultusConfig", "spiderpool.spidernet.io", extra=extra))
    assert (found.find("ops", "other") is None, found.find("ops", "net") is None) == (False, True)


def test_the_kind_alone_is_no_definition() -> None:
    crd = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
        "spec: {names: {kind: NetworkAttachmentDefinition}, group: k8s.cni.cncf.io}\n"
    )
    found = definitions(LAN, crd)
    assert found.know("shop")


@pytest.mark.parametrize(
    ("name", "known", "found"), [("lan", True, True), ("'{{ name }}'", False, False)]
)
def test_what_another_object_holds_may_be_of_any_namespace(
    name: str, known: bool, found: bool
) -> None:
    policy = (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: x}\n"
        "spec: {rules: [{generate: {apiVersion: k8s.cni.cncf.io/v1, "
        "kind: NetworkAttachmentDefinition, "
        f"name: {name}, namespace: '{{{{ns}}}}'}}}}]}}\n"
    )
    made_by_policy = definitions(LAN, policy)
    assert made_by_policy.know("shop") is known
    assert (made_by_policy.find("anywhere", "lan") is not None) is found


def test_a_namespace_is_known_by_definitions_of_its_own() -> None:
    elsewhere = LAN.replace("namespace: shop", "namespace: other")
    nowhere = LAN.replace(", namespace: shop", "")
    assert [definitions(one).know("shop") for one in (LAN, elsewhere, nowhere)] == [
        True,
        False,
        False,
    ]
    assert not definitions(LAN).know("")


POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: main, image: %s}]}
"""


@pytest.mark.parametrize(("other", "known"), [("a:1", True), ("b:2", False)])
def test_a_workload_that_two_files_write_otherwise_is_no_whole_cluster(
    other: str, known: bool
) -> None:
    found = network_definitions([*read(LAN), *read(POD % "a:1"), *read(POD % other)])
    assert found.know("shop") is known


def test_where_all_objects_are_in_view_every_namespace_is_known() -> None:
    assert network_definitions(read(LAN), complete=True).know("other")


def test_a_namespace_that_is_left_out_fits_any() -> None:
    nowhere = definitions(LAN.replace(", namespace: shop", ""))
    assert nowhere.find("shop", "lan") is not None
    assert definitions(LAN).find("", "lan") is not None
    assert definitions(LAN).find("other", "lan") is None


@pytest.mark.parametrize(
    ("config", "types"),
    [
        ('{"plugins": [{"type": "macvlan"}, {"type": "tuning"}]}', ["macvlan", "tuning"]),
        ('{"type": "bridge", "plugins": [{"type": "macvlan"}]}', ["bridge"]),
        ('{"type": "bridge",}', []),
        ("[]", []),
        ('{"plugins": {}}', []),
        ('{"type": "${TYPE}"}', []),
    ],
)
def test_the_plugins_of_a_definition(config: str, types: list[str]) -> None:
    start = LAN.index("spec:")
    found = definitions(f"{LAN[:start]}spec: {{config: '{config}'}}\n")
    (one,) = found.written
    assert [plugin.type for plugin in one.plugins()] == types

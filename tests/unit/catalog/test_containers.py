"""The variables that a container is given, in each form, and what is not known of them."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.aws_node import AGENT, INIT, MAIN, aws_node, tag_of
from cnilint.catalog.containers import GivenContainer, given_container
from tests.unit.catalog.delivered import eksctl, found, only, release


def daemon_set(container: str, image: str = "amazon-k8s-cni:v1.19.2", labels: str = "{}") -> str:
    return f"""\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: aws-node, namespace: kube-system}}
spec:
  template:
    metadata: {{labels: {labels}}}
    spec:
      containers:
      - name: aws-node
        image: registry.example/{image}
        {container}
"""


def config_map(name: str, **data: str) -> str:
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    return json.dumps(head | {"metadata": {"name": name, "namespace": "kube-system"}, "data": data})


def given(*texts: str, name: str = MAIN) -> GivenContainer:
    (one,) = found(*texts)[0]
    container = given_container(one, name)
    assert container is not None
    return container


def test_a_manifest_gives_variables_by_itself_and_by_maps() -> None:
    env = """env: [{name: A, value: own}, {name: A, value: last}, {name: C, value: "$(A)!"}]
        envFrom: [{configMapRef: {name: more}, prefix: P_}, {configMapRef: {name: more}}]"""
    one = given(daemon_set(env), config_map("more", A="map", B="map"))
    assert one.known == {"P_A": "map", "P_B": "map", "A": "last", "B": "map", "C": "last!"}
    assert one.complete
    text = one.text("B")
    assert text is not None
    assert text.location.route == ("data", "B")
    assert not one.is_unknown("X")


@pytest.mark.parametrize("source", ["{secretRef: {name: s}}", "{configMapRef: {name: elsewhere}}"])
def test_what_comes_from_out_of_view_may_set_any_variable(source: str) -> None:
    one = given(daemon_set(f"env: [{{name: A, value: x}}]\n        envFrom: [{source}]"))
    assert not one.complete
    assert one.is_unknown("X")
    assert not one.is_unknown("A")


@pytest.mark.parametrize(
    "entry",
    [
        "{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}",
        "{name: A, valueFrom: {configMapKeyRef: {name: elsewhere, key: k}}}",
        '{name: A, value: "${LATER}"}',
        '{name: A, value: "{{ later }}"}',
    ],
)
def test_a_value_out_of_view_is_not_known(entry: str) -> None:
    one = given(daemon_set(f"env: [{entry}]"))
    assert one.is_unknown("A")
    assert (one.value("A"), one.text("A"), one.known) == (None, None, {})


def test_a_manifest_without_any_variable_is_a_sketch() -> None:
    assert given(daemon_set("")).is_sketch
    assert not given(daemon_set("env: [{name: A, value: x}]")).is_sketch
    assert not given(daemon_set("envFrom: [{secretRef: {name: s}}]")).is_sketch


def test_a_chart_sets_variables_by_its_version() -> None:
    newer = given(release("aws-vpc-cni", "1.18.6"))
    assert newer.value("ENABLE_IPv4") == "true"
    assert newer.value("NETWORK_POLICY_ENFORCING_MODE") == "standard"
    assert newer.value("ANNOTATE_POD_IP") == "false"
    assert newer.text("ENABLE_IPv4") is None
    older = given(release("aws-vpc-cni", "1.16.4"))
    assert older.value("NETWORK_POLICY_ENFORCING_MODE") is None
    assert older.value("ANNOTATE_POD_IP") is None


def test_values_count_over_what_the_chart_sets() -> None:
    values = {
        "env": {"ENABLE_IPv4": False, "WARM_ENI_TARGET": None, "ODD": {"a": 1}, "N": 7},
        "extraEnv": [{"name": "N", "value": "8"}, {"name": "S", "valueFrom": {}}],
        "init": {"env": {"ENABLE_IPv6": "true"}},
    }
    one = given(release("aws-vpc-cni", "1.19.2", values))
    assert one.value("ENABLE_IPv4") == "false"
    assert "WARM_ENI_TARGET" not in one.variables
    assert one.value("N") == "8"
    assert one.is_unknown("ODD")
    assert one.is_unknown("S")
    init = given(release("aws-vpc-cni", "1.19.2", values), name=INIT)
    assert init.value("ENABLE_IPv6") == "true"
    assert init.value("DISABLE_TCP_EARLY_DEMUX") == "false"


def test_what_a_chart_sets_is_not_known_where_values_are_out_of_view() -> None:
    body = json.loads(release("aws-vpc-cni", "1.19.2", {"env": {"ENABLE_IPv6": "true"}}))
    body["spec"]["valuesFrom"] = [{"kind": "ConfigMap", "name": "elsewhere"}]
    one = given(json.dumps(body))
    assert one.is_unknown("ENABLE_IPv4")
    assert one.is_unknown("ENABLE_V6_EGRESS")
    assert not one.is_unknown("ENABLE_IPv6")


def test_values_by_name_are_read_too() -> None:
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "cni"},
        "spec": {
            "source": {
                "chart": "aws-vpc-cni",
                "repoURL": "https://aws.github.io/eks-charts",
                "targetRevision": "1.19.2",
                "helm": {"parameters": [{"name": "env.ENABLE_IPv4", "value": "false"}]},
            }
        },
    }
    assert given(json.dumps(application)).value("ENABLE_IPv4") == "false"


def test_a_container_can_be_switched_off() -> None:
    one = only(release("aws-vpc-cni", "1.19.2", {"nodeAgent": {"enabled": False}}))
    assert given_container(one, AGENT) is None
    assert given_container(only(release("aws-vpc-cni", "1.19.2")), AGENT) is not None


RELEASES = [
    (daemon_set("", "amazon-k8s-cni:v1.18.3-eksbuild.2"), (1, 18, 3), False),
    (daemon_set("", "amazon-k8s-cni:stable"), (1, 23, 0), True),
    (
        daemon_set("", "amazon-k8s-cni:stable", "{app.kubernetes.io/version: v1.20.4}"),
        (1, 20, 4),
        False,
    ),
    (
        daemon_set("env: [{name: VPC_CNI_VERSION, value: v1.16.2}]", "amazon-k8s-cni:stable"),
        (1, 16, 2),
        False,
    ),
    (release("aws-vpc-cni", "1.19.2"), (1, 19, 2), False),
    (release("aws-vpc-cni", "1.2.8", {"image": {"tag": "v1.12.6"}}), (1, 12, 6), False),
    (release("aws-vpc-cni", "1.19.2", {"image": {"tag": "v1.20.0"}}), (1, 20, 0), False),
    (eksctl(addons=[{"name": "vpc-cni", "version": "v1.21.1-eksbuild.1"}]), (1, 21, 1), False),
    (eksctl(addons=[{"name": "vpc-cni"}]), (1, 23, 0), True),
    # any of several releases
    (release("aws-vpc-cni", "1.20.x"), (1, 20, 0), True),
    (release("aws-vpc-cni", ">=1.20.0"), (1, 23, 0), True),
    (daemon_set("", "amazon-k8s-cni:v1.19"), (1, 19, 0), True),
]


@pytest.mark.parametrize(("text", "wanted", "assumed"), RELEASES)
def test_the_release_is_of_what_names_it(
    text: str, wanted: tuple[int, int, int], assumed: bool
) -> None:
    node = aws_node(only(text))
    assert node is not None
    assert (node.release, node.assumed) == (wanted, assumed)


@pytest.mark.parametrize(
    "text",
    [
        release("aws-vpc-cni", "1.2.8"),  # the chart counted otherwise
        daemon_set("", "amazon-k8s-cni:v1.6.3"),  # before what is known
        release("cilium", "1.18.2"),
    ],
)
def test_what_says_too_little_is_not_judged(text: str) -> None:
    assert aws_node(only(text)) is None


def test_a_tag_stands_at_the_image_or_among_the_values() -> None:
    in_manifest = tag_of(given(daemon_set("")))
    assert in_manifest is not None
    assert (in_manifest.value, in_manifest.location.route[-1]) == ("v1.19.2", "image")
    values = {"image": {"tag": "v1.20.0"}}
    in_values = tag_of(given(release("aws-vpc-cni", "1.19.2", values)))
    assert in_values is not None
    assert (in_values.value, in_values.location.route[-2:]) == ("v1.20.0", ("image", "tag"))
    assert tag_of(given(release("aws-vpc-cni", "1.19.2"))) is None

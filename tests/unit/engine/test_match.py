"""What an entry of a card's match finds, and where."""

from __future__ import annotations

from typing import Any

import pytest

from cnilint.engine.hit import Hit
from cnilint.engine.match import OPERATORS, matches
from cnilint.kube.manifest import manifests
from cnilint.simulation.cluster import cluster
from tests.clusters import NAMESPACE, VPC, read

APP = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {team: blue, 'app.kubernetes.io/part-of': shop}
spec:
  replicas: 1
  paused: true
  template:
    spec:
      containers:
        - name: app
          image: registry.example.com/app:v1
          resources:
            limits: {memory: 1Gi}
        - image: docker.io/nginx
          name: proxy
          resources: {}
        - {name: log, image: busybox}
"""

NETWORK = """\
apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: plant, namespace: shop}
spec:
  config: |
    {
      "name": "plant",
      "plugins": [
        {"type": "macvlan", "master": "eth1"},
        {"type": "tuning"}
      ]
    }
"""

CONTAINERS = "$.spec.template.spec.containers[*]"
LOG = "$.spec.template.spec.containers[?(@.name == 'log')]"


def hits(entry: dict[str, Any], *texts: str) -> list[Hit]:
    inputs = read({f"{number}.yaml": text for number, text in enumerate(texts or (APP,))})
    found = [manifest for document in inputs.documents for manifest in manifests(document)]
    return list(matches(entry, cluster("default", found)))


def places(entry: dict[str, Any], *texts: str) -> list[str]:
    """Return the line and column of each hit, with what is marked there."""
    found = []
    for hit in hits(entry, *texts):
        location = hit.location
        at = location.source.position(location.span.start)
        text = location.source.text[location.span.start : location.span.end]
        found.append(f"{at.line}:{at.column} {text.partition(chr(10))[0]}")
    return found


def entry(path: str, operator: str | None = None, value: object = None, **more: object) -> Any:  # noqa: ANN401
    found: dict[str, object] = {"kind": "Deployment", "path": path, **more}
    if operator is not None:
        found["operator"] = operator
    if value is not None:
        found["value"] = value
    return found


@pytest.mark.parametrize(
    ("kind", "version", "fires"),
    [
        ("Deployment", "*", True),
        ("deployment", "*", False),
        ("Deploy*", "*", True),
        ("*", "apps/v1", True),
        (["Pod", "Deployment"], "apps/*", True),
        (["Pod", "Job"], "*", False),
        ("Deployment", "apps/v2", False),
        ("Deployment", "v1", False),
        ("Deploymen?", "apps/v[12]", True),
    ],
)
def test_an_entry_is_about_objects_of_its_kinds(kind: object, version: str, fires: bool) -> None:
    found = hits({"kind": kind, "api-version": version, "path": "$.spec.replicas"})
    assert len(found) == fires


@pytest.mark.parametrize(
    ("path", "operator", "value", "expected"),
    [
        ("$.spec.replicas", None, None, ["8:13 1"]),
        ("$.spec.replicas", "exists", None, ["8:13 1"]),
        ("$.spec.replicas", "absent", None, []),
        ("$.spec.strategy", "exists", None, []),
        ("$.spec.replicas", "equals", 1, ["8:13 1"]),
        ("$.spec.replicas", "equals", "1", []),
        ("$.spec.paused", "equals", 1, []),
        ("$.spec.paused", "equals", True, ["9:11 true"]),
        ("$.spec.paused", "matches", "^true$", ["9:11 true"]),
        ("$.spec.replicas", "matches", "^1$", ["8:13 1"]),
        ("$.spec.replicas", "not-equals", 2, ["8:13 1"]),
        ("$.spec.replicas", "in", [1, 2], ["8:13 1"]),
        ("$.spec.replicas", "not-in", [1, 2], []),
        ("$.metadata.labels['app.kubernetes.io/part-of']", "equals", "shop", ["6:53 shop"]),
        ("$.metadata.labels.*", "matches", "blue|shop", ["6:18 blue", "6:53 shop"]),
        ("$..image", "not-matches", "^registry", ["17:18 docker.io/nginx", "20:30 busybox"]),
        (f"{CONTAINERS}.image", "matches", "^[a-z]+$", ["20:30 busybox"]),
        (f"{LOG}.image", None, None, ["20:30 busybox"]),
        ("$.spec.template.spec.containers[1].name", None, None, ["18:17 proxy"]),
    ],
)  # fmt: skip
def test_what_is_there_is_found_at_its_place(
    path: str, operator: str | None, value: object, expected: list[str]
) -> None:
    assert places(entry(path, operator, value)) == expected


@pytest.mark.parametrize(
    ("path", "operator", "value", "expected"),
    [
        # the object's name, where the top lacks it
        ("$.status", "absent", None, ["4:9 web"]),
        ("$.spec.strategy", "absent", None, ["7:1 spec"]),
        ("$.spec.strategy.type", "not-equals", "Recreate", ["7:1 spec"]),
        ("$.spec.template.spec.priorityClassName", "not-in", ["high"], ["11:5 spec"]),
        ("$.metadata.labels.owner", "not-matches", "x", ["6:3 labels"]),
        # each item by itself, at its name
        (f"{CONTAINERS}.resources", "absent", None, ["20:18 log"]),
        (f"{CONTAINERS}.command", "absent", None, ["13:17 app", "18:17 proxy", "20:18 log"]),
        (f"{CONTAINERS}.resources.limits.memory", "absent", None, ["19:22 {}", "20:18 log"]),
        ("$.spec.template.spec.containers[?(@.name != 'app')].resources.limits", "absent", None,
         ["19:22 {}", "20:18 log"]),
        # what there are no items of lacks nothing
        ("$.spec.template.spec.initContainers[*].image", "absent", None, []),
        ("$..volumes", "absent", None, []),
        ("$.spec.replicas.x", "absent", None, ["8:13 1"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_found_at_what_lacks_it(
    path: str, operator: str, value: object, expected: list[str]
) -> None:
    assert places(entry(path, operator, value)) == expected


def test_conditions_are_about_the_whole_object_and_must_all_hold() -> None:
    team = {"path": "$.metadata.labels.team", "operator": "equals", "value": "blue"}
    nginx = {"path": f"{CONTAINERS}.image", "operator": "matches", "value": "nginx"}
    no_nginx = {**nginx, "operator": "not-matches"}
    assert places(entry("$.spec.replicas", where=[team, nginx])) == ["8:13 1"]
    assert places(entry("$.spec.replicas", where=[team, no_nginx])) == []
    assert places(entry("$.spec.replicas", where=[{"path": "$.x", "operator": "absent"}]))


def test_json_in_a_text_has_places_of_its_own() -> None:
    def of_network(path: str, operator: str, value: object = None) -> list[str]:
        one = {"kind": "NetworkAttachmentDefinition", "json-in": "$.spec.config", "path": path}
        return places({**one, "operator": operator, "value": value}, NETWORK)

    assert of_network("$.plugins[*].type", "equals", "tuning") == ['10:18 "tuning"']
    assert of_network("$.plugins[?(@.type == 'macvlan')].mode", "absent") == ['9:10 "type"']
    assert of_network("$.cniVersion", "absent") == ['7:15 "plant"']
    assert of_network("$.name", "equals", "plant") == ['7:15 "plant"']


@pytest.mark.parametrize("text", ["{ x", "", "{{ .Values.config }}", "[1", "7"])
def test_what_is_no_json_has_nothing_in_it(text: str) -> None:
    network = NETWORK[: NETWORK.index("  config")] + f"  config: {text!r}\n"
    one = {"kind": "*", "json-in": "$.spec.config", "path": "$.name", "operator": "exists"}
    assert places(one, network) == []
    assert places({**one, "json-in": "$.metadata"}, network) == []


def test_the_words_of_a_message() -> None:
    (hit,) = hits(entry(f"{CONTAINERS}.image", "equals", "busybox", key="image", reason="r"))
    assert hit.parameters == {
        "object": "Deployment shop/web",
        "kind": "Deployment",
        "name": "web",
        "namespace": "shop",
        "path": "spec.template.spec.containers[2].image",
        "value": "busybox",
        "key": "image",
        "reason": "r",
    }
    (hit,) = hits(
        {"kind": "Namespace", "path": "$.metadata['a/b'].c", "operator": "absent"}, NAMESPACE
    )
    assert hit.parameters["path"] == "metadata['a/b'].c"
    assert (hit.parameters["value"], hit.parameters["namespace"]) == ("nothing", "nothing")
    (hit,) = hits(entry("$.metadata.labels"))
    assert hit.parameters["value"] == '{"team": "blue", "app.kubernetes.io/part-of": "shop"}'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("|\n    a\n    b\n", "a b"),
        ("''", ""),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("{a: [1, true, null]}", '{"a": [1, true, null]}'),
    ],
)
def test_a_value_in_a_message_is_short_and_on_one_line(text: str, shown: str) -> None:
    config_map = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  key: {text}\n"
    (hit,) = hits({"kind": "ConfigMap", "path": "$.data.key"}, config_map)
    assert hit.parameters["value"] == shown


def test_every_object_of_a_run_is_looked_at() -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
        f"- {line}" if not number else f"  {line}"
        for number, line in enumerate(NAMESPACE.splitlines(keepends=True))
    )
    one = {"kind": "*", "path": "$.metadata.name"}
    assert [hit.parameters["object"] for hit in hits(one, VPC, APP, listed)] == [
        "DaemonSet kube-system/aws-node",
        "Deployment shop/web",
        "Namespace web",
    ]
    (in_list,) = hits({**one, "kind": "Namespace"}, listed)
    assert in_list.location.route == ("items", 0, "metadata", "name")


def test_values_behind_an_alias_or_a_merge_are_found() -> None:
    text = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: &data {x: v, z: {}}
more:
  <<: *data
other: *data
"""
    one: dict[str, Any] = {"kind": "ConfigMap", "operator": "equals", "value": "v"}
    assert places({**one, "path": "$.other.x"}, text) == ["4:17 v"]
    assert places({**one, "path": "$.more.x"}, text) == ["4:17 v"]
    absent = {"kind": "ConfigMap", "operator": "absent"}
    assert places({**absent, "path": "$.more.z.q"}, text) == ["4:23 {}"]
    assert places({**absent, "path": "$.other.w"}, text) == ["7:1 other"]


def test_a_multus_entry_is_not_about_objects() -> None:
    one = {"of": "multus-thin", "flag": "--x", "key": "x", "reason": "y"}
    assert hits(one, APP, VPC) == []


@pytest.mark.parametrize(
    ("operator", "found", "value", "holds"),
    [
        ("exists", ["auto"], None, True),
        ("exists", [], None, False),
        ("absent", [], None, True),
        ("absent", [None], None, False),
        ("equals", ["auto"], "auto", True),
        ("equals", ["AUTO"], "auto", False),
        ("equals", [1], True, False),
        ("equals", [], "auto", False),
        ("not-equals", ["x"], "auto", True),
        ("not-equals", [], "auto", True),
        ("not-equals", ["auto"], "auto", False),
        ("in", ["b"], ["a", "b"], True),
        ("in", ["c"], ["a", "b"], False),
        ("not-in", ["c"], ["a", "b"], True),
        ("not-in", ["a"], ["a", "b"], False),
        ("matches", ["/etc/cni"], "^/etc/", True),
        ("matches", ["x"], "^/etc/", False),
        ("matches", [True], "^true$", True),
        ("not-matches", ["x"], "^/etc/", True),
        ("not-matches", ["/etc/cni"], "^/etc/", False),
    ],
)
def test_operators(operator: str, found: list[object], value: object, holds: bool) -> None:
    assert OPERATORS[operator](found, value) is holds


def test_there_are_eight_operators() -> None:
    assert len(OPERATORS) == 8

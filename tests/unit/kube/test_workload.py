"""What a container runs, is told, and sees of its node."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.kube.manifest import ManifestIndex, manifests
from cnilint.kube.workload import Container, Image, Workload, workload
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose

POD = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: cni, namespace: kube-system, labels: {k8s-app: object, only: object}}
spec:
  template:
    metadata: {labels: {k8s-app: pod, number: 1}}
    spec:
      initContainers:
      - {name: first, image: docker.io/a:1}
      containers:
      - name: main
        image: registry:5000/x/y:v1@sha256:00
        command: [/bin/run, 7]
        args: [--flag=x, true, -n]
        volumeMounts:
        - {name: etc, mountPath: /host/etc}
        - {name: net, mountPath: /host/etc/cni/net.d/, readOnly: true}
        - {name: scratch, mountPath: /host/etc/cni/net.d/scratch}
        - {name: deep, mountPath: /deep, subPath: cni/net.d}
        - {name: deep, mountPath: /varying, subPathExpr: $(NODE)}
        - {name: nowhere, mountPath: /nowhere}
        - {name: hollow, mountPath: /hollow}
        - {name: etc, mountPath: host/relative}
        - {name: odd, mountPath: 7}
      volumes:
      - {name: etc, hostPath: {path: /etc}}
      - {name: net, hostPath: {path: /var/lib/cni/net.d/}}
      - {name: scratch, emptyDir: {}}
      - {name: deep, hostPath: {path: /etc}}
      - {name: hollow, hostPath: {path: ''}}
"""


def loaded(text: str) -> Workload:
    found = [
        manifest
        for part in compose(Source("cluster.yaml", text))
        if isinstance(part, Document)
        for manifest in manifests(part)
    ]
    pods = workload(found[0], ManifestIndex(found))
    assert pods is not None
    return pods


def main(pods: Workload) -> Container:
    return pods.containers[-1]


@pytest.mark.parametrize(
    ("reference", "repository", "tag"),
    [
        ("a", "a", ""),
        ("a:1", "a", "1"),
        ("host:5000/a", "host:5000/a", ""),
        ("host:5000/a:v1", "host:5000/a", "v1"),
        ("a:v1@sha256:abc", "a", "v1"),
        ("a@sha256:abc", "a", ""),
        ("", "", ""),
        (":", "", ""),
    ],
)
def test_an_image_reference_is_taken_apart(reference: str, repository: str, tag: str) -> None:
    assert Image.parse(reference) == Image(repository, tag)


def test_containers_come_with_their_words_in_the_order_they_run() -> None:
    pods = loaded(POD)
    assert [(c.name, c.initial) for c in pods.containers] == [("first", True), ("main", False)]
    assert [word.value for word in main(pods).words] == ["/bin/run", "7", "--flag=x", "true", "-n"]
    word = main(pods).words[2]
    source = word.location.source.text
    assert source[word.location.span.start : word.location.span.end] == "--flag=x"


def test_the_pods_labels_go_before_the_objects() -> None:
    assert loaded(POD).labels() == {"k8s-app": "pod", "only": "object", "number": ""}


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/host/etc/cni/net.d", "/var/lib/cni/net.d"),
        ("/host/etc/cni/net.d/10-a.conf", "/var/lib/cni/net.d/10-a.conf"),
        ("//host/etc/./cni/x/../net.d/10-a.conf", "/var/lib/cni/net.d/10-a.conf"),
        # only a parent is mounted (as Weave does it), and only a look-alike
        ("/host/etc/other/10-a.conf", "/etc/other/10-a.conf"),
        ("/host/etcetera/10-a.conf", None),
        ("/host/etc/cni/net.d.old/10-a.conf", "/etc/cni/net.d.old/10-a.conf"),
        # the longest mount counts, even where it leads nowhere
        ("/host/etc/cni/net.d/scratch/10-a.conf", None),
        ("/deep/10-a.conf", "/etc/cni/net.d/10-a.conf"),
        ("/varying/10-a.conf", "/etc/$(NODE)/10-a.conf"),
        ("/nowhere/10-a.conf", None),
        ("/hollow/10-a.conf", None),
        ("/host/relative/10-a.conf", "/etc/10-a.conf"),
        ("/etc/cni/net.d/10-a.conf", None),
        ("host/etc/cni/net.d", None),
        ("", None),
    ],
)
def test_a_path_is_followed_to_the_host(path: str, host: str | None) -> None:
    pods = loaded(POD)
    found = pods.host_path(main(pods), path)
    assert (found.path if found else None) == host


def test_a_mount_may_be_for_reading_only() -> None:
    pods = loaded(POD)
    read = pods.host_path(main(pods), "/host/etc/cni/net.d/a")
    written = pods.host_path(main(pods), "/host/etc/cni/a")
    assert read is not None
    assert written is not None
    assert (read.read_only, read.volume) == (True, "net")
    assert (written.read_only, written.volume) == (False, "etc")


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("/var/lib/cni/net.d", "/host/etc/cni/net.d"),
        ("/var/lib/cni/net.d/sub", "/host/etc/cni/net.d/sub"),
        ("/etc/kubernetes", "/host/etc/kubernetes"),
        ("/opt", None),
    ],
)
def test_a_host_directory_is_found_in_the_container(host: str, path: str | None) -> None:
    pods = loaded(POD)
    assert pods.container_path(main(pods), host) == path


@given(
    st.lists(st.sampled_from(["etc", "cni", "net.d", "a", "b.conf"]), min_size=1, max_size=4),
)
def test_there_and_back_is_the_same_path(parts: list[str]) -> None:
    pods = loaded(POD.replace("scratch, emptyDir: {}", "scratch, hostPath: {path: /scratch}"))
    host = "/" + "/".join(parts)
    inside = pods.container_path(main(pods), host)
    if inside is None:
        assert parts[0] != "etc"
        return
    back = pods.host_path(main(pods), inside)
    # a deeper mount may hide a part of its parent: then the path leads elsewhere, never nowhere
    assert back is not None
    assert back.path == host or inside.startswith("/host/etc/cni/net.d")


MAPS = """
apiVersion: v1
kind: Pod
metadata: {name: p%s}
spec:
  containers:
  - name: main
    image: a
    env:
    - {name: TWICE, value: first}
    - {name: TWICE, value: second}
    - {name: EMPTY}
    - {name: NOTHING, value: null}
    - {name: NUMBER, value: 7}
    - {name: ODD, value: {a: b}}
    - {name: FROM_MAP, valueFrom: {configMapKeyRef: {name: settings-7f8g9h, key: one}}}
    - {name: NO_KEY, valueFrom: {configMapKeyRef: {name: settings-7f8g9h, key: none}}}
    - {name: NO_MAP, valueFrom: {configMapKeyRef: {name: none, key: one}}}
    - {name: FIELD, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
    - {name: BOTH, value: env}
    envFrom:
    - configMapRef: {name: settings-7f8g9h}
    - prefix: P_
      configMapRef: {name: settings-7f8g9h}
    - secretRef: {name: hidden}
    - configMapRef: {name: later}
    volumeMounts:
    - {name: whole, mountPath: /whole}
    - {name: chosen, mountPath: /chosen}
    - {name: whole, mountPath: /single/file.json, subPath: one}
    - {name: many, mountPath: /many}
    - {name: host, mountPath: /host}
  volumes:
  - {name: whole, configMap: {name: settings-7f8g9h}}
  - {name: chosen, configMap: {name: settings-7f8g9h, items: [{key: one, path: dir/renamed}]}}
  - {name: many, projected: {sources: [{secret: {name: s}}, {configMap: {name: settings-7f8g9h}}]}}
  - {name: host, hostPath: {path: /one}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-7f8g9h%s}
data: {one: uno, BOTH: map, MAP: map, number: 1}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: later%s}
data: {MAP: later}
"""


@pytest.fixture(params=["here", "pod only", "map only", "nowhere"])
def maps(request: pytest.FixtureRequest) -> Workload:
    scope = ", namespace: kube-system"
    pod = scope if request.param in ("here", "pod only") else ""
    config = scope if request.param in ("here", "map only") else ""
    return loaded(MAPS % (pod, config, config))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TWICE", "second"),
        ("EMPTY", ""),
        ("NOTHING", ""),
        ("NUMBER", "7"),
        ("ODD", ""),
        ("FROM_MAP", "uno"),
        ("NO_KEY", None),
        ("NO_MAP", None),
        ("FIELD", None),
        ("BOTH", "env"),
        ("MAP", "later"),
        ("P_MAP", "map"),
        ("P_one", "uno"),
        ("number", None),
        ("NOWHERE", None),
    ],
)
def test_variables_are_followed_to_their_text(maps: Workload, name: str, value: str | None) -> None:
    found = maps.environment(main(maps), name)
    assert (found.value if found else None) == value


def test_a_text_from_a_map_stands_in_the_map(maps: Workload) -> None:
    found = maps.environment(main(maps), "FROM_MAP")
    assert found is not None
    assert found.manifest.kind == "ConfigMap"
    span = found.location.span
    assert found.location.source.text[span.start : span.end] == "uno"
    assert found.location.route == ("data", "one")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/whole/one", "uno"),
        ("/whole/./one", "uno"),
        ("/whole/none", None),
        ("/whole", None),
        ("/chosen/dir/renamed", "uno"),
        ("/chosen/one", None),
        ("/single/file.json", "uno"),
        ("/single/other", None),
        ("/many/one", "uno"),
        ("/host/one", None),
        ("/elsewhere/one", None),
    ],
)
def test_a_mounted_file_is_followed_into_its_map(
    maps: Workload, path: str, value: str | None
) -> None:
    found = maps.mounted_text(main(maps), path)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("DaemonSet", "{template: {spec: {containers: [{name: c}]}}}"),
        ("CronJob", "{jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}"),
        ("Pod", "{containers: [{name: c}]}"),
    ],
)
def test_each_kind_keeps_its_pods_where_kubernetes_does(kind: str, spec: str) -> None:
    pods = loaded(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n")
    assert [c.name for c in pods.containers] == ["c"]


@pytest.mark.parametrize("kind", ["Service", "daemonset", "ConfigMap"])
def test_other_kinds_run_no_pods(kind: str) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nspec: {{template: {{spec: {{}}}}}}\n"
    (document,) = compose(Source("x", text))
    assert isinstance(document, Document)
    (found,) = manifests(document)
    assert workload(found, ManifestIndex([found])) is None
